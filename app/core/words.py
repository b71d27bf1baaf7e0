"""Times, sizes and counts as people read them."""

from datetime import UTC, datetime

from app.core.clock import local, now
from app.core.texts import later, plural, say

WEEKDAYS = (
    *(later("Monday"), later("Tuesday"), later("Wednesday"), later("Thursday")),
    *(later("Friday"), later("Saturday"), later("Sunday")),
)
MONTHS = (
    *(later("January"), later("February"), later("March"), later("April"), later("May"), later("June")),
    *(later("July"), later("August"), later("September"), later("October"), later("November"), later("December")),
)
SHORT_MONTHS = (
    *(later("Jan"), later("Feb"), later("Mar"), later("Apr"), later("May"), later("Jun")),
    *(later("Jul"), later("Aug"), later("Sep"), later("Oct"), later("Nov"), later("Dec")),
)
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def size(count: int) -> str:
    """Return a number of bytes in decimal units: 1,200,000 becomes "1.2 MB"."""
    value = float(count)
    for unit in UNITS:
        if value < 1000 or unit == UNITS[-1]:
            break
        value /= 1000
    if unit == "bytes":
        return plural(count, "byte", "bytes")
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"


def ago(moment: datetime) -> str:
    """Return how long ago in words; a date from a week on."""
    seconds = (now() - moment).total_seconds()
    if seconds < 45:
        return say("just now")
    if seconds < 3600:
        return say("%(minutes)s min ago", minutes=max(1, round(seconds / 60)))
    if seconds < 86_400:
        return say("%(hours)s h ago", hours=round(seconds / 3600))
    if seconds < 7 * 86_400:
        return say("%(days)s ago", days=plural(round(seconds / 86_400), "day", "days"))
    there = local(moment)
    return f"{there.day} {SHORT_MONTHS[there.month - 1]} {there.year}"


def long_day(moment: datetime) -> str:
    """Return the day of a moment in full: "Saturday 21 November 2026"."""
    there = local(moment)
    return f"{WEEKDAYS[there.weekday()]} {there.day} {MONTHS[there.month - 1]} {there.year}"


def exactly(moment: datetime) -> str:
    """Return a moment to the second, in the zone of whoever looks: "2026-11-21 14:02:09 UTC"."""
    return f"{local(moment):%Y-%m-%d %H:%M:%S %Z}"


def day(moment: datetime) -> str:
    """Return the date of a moment where whoever looks is: "2026-11-21"."""
    return f"{local(moment):%Y-%m-%d}"


def iso(moment: datetime | None) -> str | None:
    """Return a moment as programs read it, in UTC: "2026-11-21T14:02:09Z"."""
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def lasts(seconds: float) -> str:
    """Return a duration as 48:12 or 1:02:05, without fractions."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
