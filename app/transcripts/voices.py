"""Give the lines of a transcript the voices a machine told apart; what people said of a line or a voice stays."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.texts import later
from app.media.models import Media
from app.transcripts.models import Speaker, TranscriptSegment
from app.transcripts.repository import LineRepository, SpeakerRepository, TranscriptRepository
from app.transcripts.speakers import COLORS

LINES = TranscriptSegment.metadata.tables["transcript_segments"]
LABEL = "voice {}"
NAME = later("Speaker {}")
# Less of a line than this in one voice's turns tells nothing.
LEAST_SHARE = 0.5


def keep_voices(session: Session, media_id: int, turns: list[list[int]]) -> int:
    """Give each line nobody touched the voice that says most of it; returns how many lines have one.

    ``turns``: [start_ms, end_ms, number], sorted. Lines of voices somebody named keep them; voices of an earlier run
    that say nothing any more are removed.
    """
    media, transcripts = session.get(Media, media_id), TranscriptRepository(session)
    transcript = next(iter(transcripts.find_by_media(media_id)), None)
    if media is None or transcript is None:
        return 0
    speakers = {each.id: each for each in SpeakerRepository(session).find_by_media(media_id)}
    given: dict[int, list[int]] = defaultdict(list)
    for line in LineRepository(session).find_all(transcript.id):
        known = speakers.get(line.speaker_id or 0)
        number = most_of(line.start_ms, line.end_ms, turns)
        if number is not None and line.updated_by is None and (known is None or _is_machines(known)):
            given[number].append(line.id)
    for number, ids in sorted(given.items()):
        _give(session, _voice(session, media, number).id, ids)
    _forget_silent(session, media_id)
    session.expire_all()
    return sum(len(ids) for ids in given.values())


def most_of(start_ms: int, end_ms: int, turns: list[list[int]]) -> int | None:
    """Return the voice with most of [start_ms, end_ms), if it has half of it."""
    shares: dict[int, int] = defaultdict(int)
    for start, end, number in turns:
        shares[number] += max(0, min(end, end_ms) - max(start, start_ms))
    most = max(shares.values(), default=0)
    if most == 0 or most < LEAST_SHARE * (end_ms - start_ms):
        return None
    return next(number for number, share in shares.items() if share == most)


def _is_machines(speaker: Speaker) -> bool:
    return not speaker.verified and speaker.label.startswith(LABEL.format(""))


def _voice(session: Session, media: Media, number: int) -> Speaker:
    """Return the machine's voice of this number, made where there is none; one somebody named since is theirs."""
    speakers = SpeakerRepository(session)
    found = speakers.find_by_media(media.id)
    label = LABEL.format(number)
    mine = next((each for each in found if each.label == label), None)
    if mine is not None and _is_machines(mine):
        return mine
    if mine is not None:
        label = f"{label}, {1 + sum(each.label.startswith(label) for each in found)}"
    facts: dict[str, Any] = {"display_name": NAME.format(number), "color": len(found) % COLORS + 1, "verified": False}
    return speakers.create(Speaker(project_id=media.project_id, media_id=media.id, label=label, **facts))


def _give(session: Session, speaker_id: int, ids: list[int]) -> None:
    for start in range(0, len(ids), 500):
        mine = LINES.c.id.in_(ids[start : start + 500])
        session.connection().execute(sa.update(LINES).where(mine).values(speaker_id=speaker_id))


def _forget_silent(session: Session, media_id: int) -> None:
    """Remove the machine's voices that no line has any more."""
    used = set(session.scalars(sa.select(LINES.c.speaker_id).where(LINES.c.media_id == media_id).distinct()))
    for speaker in SpeakerRepository(session).find_by_media(media_id):
        if speaker.id not in used and _is_machines(speaker):
            SpeakerRepository(session).delete(speaker.id)
