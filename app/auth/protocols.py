"""What services and fakes may expect of the people's repository."""

from typing import Protocol

from app.auth.models import User
from app.core.repository import AsyncRepositories, Repositories


class People(Repositories[User], Protocol):
    """People by the name or the address they sign in with, whatever its case."""

    def get_by_username(self, username: str) -> User | None: ...
    def get_by_email(self, email: str) -> User | None: ...


class AsyncPeople(AsyncRepositories[User], Protocol):
    """The same as coroutines."""

    async def get_by_username(self, username: str) -> User | None: ...
    async def get_by_email(self, email: str) -> User | None: ...
