"""The one place that asks what time it is, so that tests can answer."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current moment, aware and in UTC."""
    return datetime.now(UTC)
