"""How a task says that it could not be done, in words a person can read."""


class ProcessingFailed(Exception):
    """A task ended without a result; ``reason`` is fit for the screen, ``log_tail`` for the log."""

    def __init__(self, reason: str, log_tail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.log_tail = log_tail


class MediaRefused(ProcessingFailed):
    """The input is not a recording we read; trying again will not help."""
