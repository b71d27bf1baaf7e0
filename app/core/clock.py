"""The one place that asks what time it is, so that tests can answer, and the zone times are shown in."""

from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# The clocks of two machines that share a database may differ by so much.
CLOCKS_DIFFER = timedelta(minutes=5)

_zone: ContextVar[tzinfo] = ContextVar("zone", default=UTC)


def now() -> datetime:
    """Return the current moment, aware and in UTC."""
    return datetime.now(UTC)


def is_ahead(moment: datetime) -> bool:
    """Say whether a stored moment is still to come, by more than clocks differ: the clock was put back since."""
    return moment > now() + CLOCKS_DIFFER


def local(moment: datetime) -> datetime:
    """Return the same moment in the zone of whoever looks; UTC where nobody does."""
    return moment.astimezone(_zone.get())


def show_in(name: str) -> None:
    """Show times in this zone from here on, in this thread of work; one that is not known is UTC."""
    _zone.set(ZoneInfo(name) if name != "UTC" and name in zone_names() else UTC)


@cache
def zone_names() -> list[str]:
    """Return the names of the zones people live in, UTC first."""
    regions = (
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    )
    return ["UTC", *sorted(name for name in available_timezones() if name.split("/")[0] in regions)]
