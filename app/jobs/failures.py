"""Why a stage failed, in words for the screen and with what belongs in the log."""

import errno
import traceback
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import DomainError
from app.core.texts import say
from app.processing.errors import ProcessingFailed


@dataclass(frozen=True)
class Failure:
    """Words for the screen, what a curious person may read beside them, and an error nobody foresaw."""

    words: str
    details: dict[str, Any] = field(default_factory=dict)
    unforeseen: Exception | None = None


def failure_of(error: Exception) -> Failure:
    """Return what to tell about an error a stage ended with."""
    if isinstance(error, ProcessingFailed):
        return Failure(error.reason, {"log_tail": error.log_tail} if error.log_tail else {})
    if isinstance(error, DomainError):
        return Failure(str(error))
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Failure(say("The disk is full. Free some space, then retry."))
    tail = "".join(traceback.format_exception(error))[-4000:]
    words = say("Something went wrong that we did not foresee. The job's log has the details.")
    return Failure(words, {"log_tail": tail}, error)
