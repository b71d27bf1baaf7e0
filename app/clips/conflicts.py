"""The conflict page's facts: each clashing field with both values, and what stays as it is."""

from dataclasses import dataclass
from typing import Any

from app.clips.forms import ClipForm
from app.clips.models import Clip
from app.core.errors import Stale
from app.core.texts import later, say
from app.core.web.conflicts import Kept, kept, whose
from app.media.clock import Clock

LABELS = {"title": later("Name"), "in_timecode": later("In"), "out_timecode": later("Out"), "notes": later("Notes")}
COLUMNS = {"title": "title", "in_timecode": "in_point", "out_timecode": "out_point", "notes": "notes"}


@dataclass(frozen=True)
class Clash:
    """One field both sides changed."""

    name: str
    label: str
    base: str
    mine: str
    theirs: str
    mine_note: str | None = None
    theirs_note: str | None = None


@dataclass(frozen=True)
class Conflict:
    """What the page asks."""

    who: str
    opened_text: str
    saved_text: str
    version: int
    next_version: int
    fields: list[Clash]
    kept: list[Kept]


def conflict(form: ClipForm, clip: Clip, stale: Stale, clock: Clock, saver: str | None) -> Conflict:
    """Lay what was typed beside what is saved now; nothing typed is lost."""
    typed = {name: form[name].data or "" for name in LABELS}
    seen = _seen(form, clock)
    saved = {
        "title": clip.title,
        "in_timecode": clock.show(clip.in_point),
        "out_timecode": clock.show_out(clip.out_point),
        "notes": clip.notes or "",
    }
    clashing = [name for name in LABELS if COLUMNS[name] in stale.theirs]
    return Conflict(
        who=whose(saver),
        opened_text=say("You opened version %(version)s.", version=form.version.data),
        saved_text=say("%(who)s saved version %(version)s.", who=saver or say("Somebody"), version=clip.version),
        version=clip.version,
        next_version=clip.version + 1,
        fields=[Clash(name, LABELS[name], seen[name], typed[name], saved[name]) for name in clashing],
        kept=[_kept(name, typed[name], seen[name], saved[name]) for name in LABELS if name not in clashing],
    )


def _kept(name: str, typed: str, seen: str, saved: str) -> Kept:
    return kept(name, LABELS[name], typed=typed, saved=saved, is_mine=typed != seen, is_new=saved != seen)


def _seen(form: ClipForm, clock: Clock) -> dict[str, str]:
    return {
        "title": form.seen_title.data or "",
        "in_timecode": _label(form.seen_in.data, clock.show),
        "out_timecode": _label(form.seen_out.data, clock.show_out),
        "notes": form.seen_notes.data or "",
    }


def _label(tick: str | None, show: Any) -> str:
    return str(show(int(tick))) if tick and tick.isdecimal() else ""
