"""What can go wrong in words a person can act on; routes turn each into its status."""

import errno
from typing import Any

from app.core.texts import later, say

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
NO_DISK = (errno.EIO, errno.EROFS)


class DomainError(Exception):
    """Something the person can be told about; `str(error)` is fit for the screen."""

    status = 400


class NotFound(DomainError):
    """It is not there, or the viewer may not know that it is (404)."""

    status = 404

    def __init__(self, words: str = later("Nothing here.")) -> None:
        super().__init__(words)


class Hidden(NotFound):
    """It is there, and the viewer may not know: answered like `NotFound`, and noted as a refusal (404)."""


class Forbidden(DomainError):
    """The viewer may see it but not do this (403)."""

    status = 403


class Conflict(DomainError):
    """It clashes with something that exists (409); `field` names the clashing field, if one does."""

    status = 409

    def __init__(self, words: str, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field


class Invalid(DomainError):
    """A value breaks a rule (422); the words say which value would pass."""

    status = 422

    def __init__(self, words: str, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field


class Stale(DomainError):
    """Somebody saved a newer version meanwhile (409); carries both sides' values by field."""

    status = 409

    def __init__(self, words: str, mine: dict[str, Any], theirs: dict[str, Any], version: int) -> None:
        super().__init__(words)
        self.mine = mine
        self.theirs = theirs
        self.version = version


class Throttled(DomainError):
    """Too many tries (429); `retry_after_s` says when to come back."""

    status = 429

    def __init__(self, words: str, retry_after_s: int) -> None:
        super().__init__(words)
        self.retry_after_s = retry_after_s


class TooLarge(DomainError):
    """More than fits (413)."""

    status = 413


class Unavailable(DomainError):
    """The database, disk or engine does not answer just now (503); trying again may help."""

    status = 503


class AlreadyDone(Exception):
    """A request sent again whose effect is there; `location` is the page that shows it. No error: a way to go."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def disk_trouble(error: OSError) -> Unavailable | None:
    """Return what to say when the disk is full or fails; None for an error that is not the disk's."""
    if error.errno in NO_ROOM:
        return Unavailable(
            say("The disk of this server is full. Nothing of this was saved; try again when there is room.")
        )
    if error.errno in NO_DISK:
        return Unavailable(say("The disk of this server did not take it. Nothing of this was saved; try again later."))
    return None
