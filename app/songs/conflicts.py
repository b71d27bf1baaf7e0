"""The conflict page of a song: each clashing field with both values, the others with what will be saved."""

import json
from dataclasses import dataclass

from app.core.errors import Stale
from app.core.web.conflicts import Kept, kept, whose
from app.songs.forms import SongForm
from app.songs.models import Song
from app.songs.service import SongFields, mark_of


@dataclass(frozen=True)
class Clash:
    """One field both sides changed."""

    name: str
    label: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Conflict:
    """What the page asks."""

    who: str
    version: int
    next_version: int
    fields: list[Clash]
    kept: list[Kept]


def conflict(form: SongForm, song: Song, stale: Stale, saver: str | None) -> Conflict:
    """Lay what was typed beside what is saved now; nothing typed is lost."""
    seen = json.loads(form.seen.data or "{}")
    names = [(name, form[name].label.text) for name in SongFields.__dataclass_fields__]
    return Conflict(
        who=whose(saver),
        version=song.version,
        next_version=song.version + 1,
        fields=[
            Clash(name, label, _text(stale.mine[name]), _text(stale.theirs[name]))
            for name, label in names
            if name in stale.theirs
        ],
        kept=[_kept(name, label, form, song, seen) for name, label in names if name not in stale.theirs],
    )


def _kept(name: str, label: str, form: SongForm, song: Song, seen: dict[str, str]) -> Kept:
    typed, saved, mark = form[name].data, getattr(song, name), seen.get(name)
    is_mine, is_new = mark_of(typed or None) != mark, mark_of(saved) != mark
    return kept(name, label, typed=_text(typed), saved=_text(saved), is_mine=is_mine, is_new=is_new)


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)
