"""Let what another program marked become clips of a recording."""

import json
from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.auth.models import User
from app.clips.service import ClipFields, clip_service
from app.core.errors import Invalid
from app.core.texts import say
from app.exchange.marks import Mark, Target, checked, fit_notes, fit_title, names_of
from app.media.clock import Clock
from app.media.models import Media


def target_of(media: Media, clock: Clock) -> Target:
    """Return the recording as readers of other programs' files need it."""
    return Target(clock, media.duration_frames, media.variable_rate, names_of(media.filename, media.title))


def bring(session: Session, editor: User, media: Media, marks: Sequence[Mark]) -> int:
    """Make a clip of each mark, in their order; returns how many. Raises `Invalid` and then makes none."""
    clips = clip_service(session)
    for mark in marks:
        clips.create(editor, media, ClipFields(mark.title, mark.in_point, mark.out_point, mark.notes))
    return len(marks)


def packed(marks: Sequence[Mark]) -> str:
    """Return marks as text that a form can carry from its preview to its end."""
    rows = [[mark.in_point, mark.out_point, mark.title, mark.notes] for mark in marks]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def unpacked(text: str, target: Target) -> list[Mark]:
    """Return the marks of `packed` again; raises `Invalid` where the form was damaged."""
    damaged = Invalid(say("The page was damaged. Choose the file again."), "file")
    try:
        rows = [(int(first), int(end), title, notes) for first, end, title, notes in json.loads(text)]
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise damaged from error
    if not all(isinstance(title, str) and isinstance(notes, str | None) for _, _, title, notes in rows):
        raise damaged
    return checked(
        [Mark(fit_title(title), first, end, fit_notes(notes or "")) for first, end, title, notes in rows],
        target,
    )
