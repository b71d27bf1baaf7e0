"""How old the packages are that this release was tried with, and whether those that run here are the same."""

import re
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

# What docs/operating.md promises: all of them are brought up to date at least so often.
PROMISED_DAYS = 90
LOCKED_ON = re.compile(r"^# Brought up to date on (\d{4}-\d\d-\d\d)\.$", re.MULTILINE)
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


class Standing(NamedTuple):
    """Whether the promise is kept, and a sentence about it."""

    well: bool
    words: str


def how_old(requirements: Path, today: date) -> Standing:
    """Compare the day the list of packages was made with today, and the list with what is installed."""
    text = requirements.read_text(encoding="utf-8")
    found = LOCKED_ON.search(text)
    if found is None:
        return Standing(False, f"{requirements} does not say when its packages were brought up to date.")
    days = (today - date.fromisoformat(found[1])).days
    told = f"The packages were brought up to date {days} days ago"
    if days > PROMISED_DAYS:
        return Standing(False, f"{told}; {PROMISED_DAYS} are promised. Install a newer release of Rushes.")
    # A package may be named once for each Python it is for.
    wanted: dict[str, set[str | None]] = {}
    for name, pinned in PINNED.findall(text):
        wanted.setdefault(name, {None}).add(pinned)
    others = [name for name, any_of in wanted.items() if installed(name) not in any_of]
    if others:
        return Standing(True, f"{told}, but other versions run here of: {', '.join(others)}.")
    return Standing(True, f"{told}.")


def installed(name: str) -> str | None:
    """Return the version of a package that is here; None where it is not, as some are not on every system."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
