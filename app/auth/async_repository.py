"""The people's repository as coroutines, over `run_sync`."""

from app.auth.models import User
from app.auth.repository import UserRepository
from app.core.async_repository import AsyncRepository


class AsyncUserRepository(AsyncRepository[User]):
    """See `UserRepository`."""

    repository = UserRepository

    async def get_by_username(self, username: str) -> User | None:
        return await self._run(lambda rows: rows.get_by_username(username))

    async def get_by_email(self, email: str) -> User | None:
        return await self._run(lambda rows: rows.get_by_email(email))
