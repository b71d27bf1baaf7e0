"""What an admin may choose for the whole installation while it runs; everything else is the environment's."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.errors import Stale
from app.core.settings import Setting, remember
from app.core.texts import say

VERSION = "choices_version"
SECOND_STEP = "second_step"
NOBODY, ADMINS, EVERYBODY = "nobody", "admins", "everybody"


@dataclass(frozen=True)
class Choices:
    """The chosen values, or what holds until somebody chooses.

    `language` and `silence_db` are those of new projects; None leaves it to each recording. The days: how long a
    sign-in lasts from now on, and how long what is deleted can be brought back.
    """

    name: str = "Rushes"
    language: str | None = None
    silence_db: int | None = None
    session_days: int = 30
    trash_days: int = 30
    # Of whom signing in asks a second step: nobody, admins, everybody.
    second_step: str = NOBODY


# By field; the rooms that honour a choice may ask for it alone by its key.
KEYS = {
    "name": "installation_name",
    "language": "new_language",
    "silence_db": "new_silence_db",
    "session_days": "session_days",
    "trash_days": "trash_days",
    "second_step": SECOND_STEP,
}


def choices(session: Session) -> Choices:
    """Return what is chosen; one query."""
    return _read(session)[0]


def version_of(session: Session) -> int:
    """Return how often something was chosen."""
    return _read(session)[1]


def choose(session: Session, wanted: Choices, version: int) -> dict[str, dict[str, Any]]:
    """Keep these values; return {field: {old, new}} of those that changed.

    Raises `Stale` where somebody chose since `version` and the values differ.
    """
    present, counted = _read(session, lock=True)
    differing = [name for name in KEYS if getattr(present, name) != getattr(wanted, name)]
    if version != counted and differing:
        mine = {name: getattr(wanted, name) for name in differing}
        theirs = {name: getattr(present, name) for name in differing}
        raise Stale(say("Somebody saved these settings while you were editing."), mine, theirs, counted)
    for name in differing:
        remember(session, KEYS[name], getattr(wanted, name))
    if differing:
        remember(session, VERSION, counted + 1)
    return {name: {"old": getattr(present, name), "new": getattr(wanted, name)} for name in differing}


def _read(session: Session, *, lock: bool = False) -> tuple[Choices, int]:
    query = sa.select(Setting.key, Setting.value).where(Setting.key.in_([VERSION, *KEYS.values()]))
    rows = session.execute(query.with_for_update() if lock else query)
    kept: dict[str, Any] = {row.key: row.value for row in rows}
    chosen = {name: kept[key] for name, key in KEYS.items() if kept.get(key) is not None}
    return Choices(**chosen), int(kept.get(VERSION) or 0)
