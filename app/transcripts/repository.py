"""Read and write transcripts, their lines and revisions, and the voices in them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.repository import Repository
from app.transcripts.models import SegmentRevision, Speaker, Transcript, TranscriptSegment, TranscriptSource

# Places between two lines, so that a split finds one without moving the others.
STEP = 1024
LINES = TranscriptSegment.metadata.tables["transcript_segments"]


@dataclass(frozen=True)
class Talk:
    """How much one voice says."""

    speaker_id: int | None
    lines: int
    talk_ms: int


@dataclass(frozen=True)
class Place:
    """Where a page of lines begins: behind a `seq`, or at a moment; and in which of several transcripts."""

    from_ms: int = 0
    after_seq: int | None = None
    transcript: uuid.UUID | None = None


@dataclass(frozen=True)
class Said:
    """A line and who says it."""

    line: TranscriptSegment
    speaker: Speaker | None


class TranscriptRepository(Repository[Transcript]):
    """Transcripts, newest first."""

    model = Transcript
    writable = frozenset({"engine", "status", "word_count"})

    def find(self, media_id: int, language: str, source: TranscriptSource) -> Transcript | None:
        return self.session.scalar(
            sa.select(Transcript).where(
                Transcript.media_id == media_id, Transcript.language == language, Transcript.source == source
            )
        )

    def find_by_media(self, media_id: int) -> list[Transcript]:
        """Return a recording's transcripts, the one people read first: what somebody brought, then the newest."""
        brought = sa.case((Transcript.source == TranscriptSource.IMPORT, 0), else_=1)
        query = sa.select(Transcript).where(Transcript.media_id == media_id)
        return list(self.session.scalars(query.order_by(brought, Transcript.id.desc())))

    def read_page(self, media_id: int, place: "Place", limit: int) -> tuple[Transcript | None, list["Said"]]:
        """Return the transcript asked for, or the one people read first, and at most `limit` lines; one query."""
        behind_it = [TranscriptSegment.transcript_id == Transcript.id]
        if place.after_seq is not None:
            behind_it.append(TranscriptSegment.seq > place.after_seq)
        elif place.from_ms > 0:
            behind_it.append(TranscriptSegment.start_ms >= place.from_ms)
        query = (
            sa.select(Transcript, TranscriptSegment, Speaker)
            .outerjoin(TranscriptSegment, sa.and_(*behind_it))
            .outerjoin(Speaker, Speaker.id == TranscriptSegment.speaker_id)
            .where(Transcript.id == self._chosen(media_id, place.transcript))
            .order_by(TranscriptSegment.seq)
            .limit(limit)
        )
        rows = self.session.execute(query).all()
        return (rows[0][0] if rows else None), [Said(line, speaker) for _, line, speaker in rows if line is not None]

    def _chosen(self, media_id: int, wanted: uuid.UUID | None) -> sa.ScalarSelect[int]:
        named = sa.case((Transcript.public_id == wanted, 0), else_=1)
        brought = sa.case((Transcript.source == TranscriptSource.IMPORT, 0), else_=1)
        query = sa.select(Transcript.id).where(Transcript.media_id == media_id)
        return query.order_by(named, brought, Transcript.id.desc()).limit(1).scalar_subquery()

    def move_media(self, media_id: int, project_id: int) -> None:
        """Take everything said in a recording along to another project."""
        for table in (Transcript, TranscriptSegment, Speaker):
            rows = table.metadata.tables[table.__tablename__]
            moved = sa.update(rows).where(rows.c.media_id == media_id).values(project_id=project_id)
            self.session.connection().execute(moved)


class LineRepository(Repository[TranscriptSegment]):
    """Lines in the order they are said."""

    model = TranscriptSegment
    order = ("seq", "id")
    descending = False
    writable = frozenset({"text", "start_ms", "end_ms", "words_json", "speaker_id", "confidence", "seq", "updated_by"})

    def find_all(self, transcript_id: int) -> list[TranscriptSegment]:
        """Return every line, for exports."""
        query = sa.select(TranscriptSegment).where(TranscriptSegment.transcript_id == transcript_id)
        return list(self.session.scalars(query.order_by(TranscriptSegment.seq)))

    def find_touched(self, transcript_id: int) -> list[TranscriptSegment]:
        """Return the lines somebody changed, in order."""
        query = sa.select(TranscriptSegment).where(
            TranscriptSegment.transcript_id == transcript_id, TranscriptSegment.updated_by.is_not(None)
        )
        return list(self.session.scalars(query.order_by(TranscriptSegment.start_ms, TranscriptSegment.seq)))

    def next_of(self, line: TranscriptSegment) -> TranscriptSegment | None:
        query = sa.select(TranscriptSegment).where(
            TranscriptSegment.transcript_id == line.transcript_id, TranscriptSegment.seq > line.seq
        )
        return self.session.scalar(query.order_by(TranscriptSegment.seq).limit(1))

    def find_following(self, line: TranscriptSegment) -> list[TranscriptSegment]:
        """Return the lines after this one, in order."""
        query = sa.select(TranscriptSegment).where(
            TranscriptSegment.transcript_id == line.transcript_id, TranscriptSegment.seq > line.seq
        )
        return list(self.session.scalars(query.order_by(TranscriptSegment.seq)))

    def speaker_above(self, line: TranscriptSegment) -> int | None:
        """Return who speaks in the line before this one."""
        query = sa.select(TranscriptSegment.speaker_id).where(
            TranscriptSegment.transcript_id == line.transcript_id, TranscriptSegment.seq < line.seq
        )
        return self.session.scalar(query.order_by(TranscriptSegment.seq.desc()).limit(1))

    def between(self, first: TranscriptSegment, last: TranscriptSegment) -> list[TranscriptSegment]:
        """Return the lines of one transcript from the first to the last, both included."""
        query = sa.select(TranscriptSegment).where(
            TranscriptSegment.transcript_id == first.transcript_id,
            TranscriptSegment.seq.between(first.seq, last.seq),
        )
        return list(self.session.scalars(query.order_by(TranscriptSegment.seq)))

    def renumber(self, transcript_id: int) -> None:
        """Give the lines even places again; by Core, since nothing of what is said changes."""
        connection = self.session.connection()
        query = sa.select(LINES.c.id).where(LINES.c.transcript_id == transcript_id).order_by(LINES.c.seq)
        ids = list(connection.execute(query).scalars())
        number_lines(connection, ids)
        for line in self.session.scalars(sa.select(TranscriptSegment).where(TranscriptSegment.id.in_(ids))):
            self.session.refresh(line, ["seq"])

    def revisions(self, line_id: int) -> list[SegmentRevision]:
        """Return what a line was, the newest first."""
        query = sa.select(SegmentRevision).where(SegmentRevision.segment_id == line_id)
        return list(self.session.scalars(query.order_by(SegmentRevision.version.desc())))

    def revision(self, line_id: int, version: int) -> SegmentRevision | None:
        query = sa.select(SegmentRevision).where(SegmentRevision.segment_id == line_id)
        return self.session.scalar(query.where(SegmentRevision.version == version))

    def keep_revision(self, revision: SegmentRevision) -> None:
        self.session.add(revision)

    def count_in(self, transcript_id: int) -> int:
        query = sa.select(sa.func.count()).select_from(TranscriptSegment)
        return self.session.scalar(query.where(TranscriptSegment.transcript_id == transcript_id)) or 0


class SpeakerRepository(Repository[Speaker]):
    """The voices of recordings."""

    model = Speaker
    writable = frozenset({"display_name", "verified", "color"})

    def find_by_media(self, media_id: int) -> list[Speaker]:
        """Return the voices of a recording, the oldest first."""
        return list(self.session.scalars(sa.select(Speaker).where(Speaker.media_id == media_id).order_by(Speaker.id)))

    def find_by_name(self, media_id: int, name: str) -> Speaker | None:
        """Return the voice people call so, whatever its capitals."""
        wanted = name.casefold()
        return next((each for each in self.find_by_media(media_id) if each.display_name.casefold() == wanted), None)

    def labels(self, media_id: int) -> set[str]:
        return set(self.session.scalars(sa.select(Speaker.label).where(Speaker.media_id == media_id)))

    def lines_of(self, speaker_id: int) -> list[TranscriptSegment]:
        return list(
            self.session.scalars(sa.select(TranscriptSegment).where(TranscriptSegment.speaker_id == speaker_id))
        )

    def talk(self, transcript_id: int) -> list[Talk]:
        """Return how much each voice says in a transcript, the lines of nobody included."""
        query = (
            sa.select(
                TranscriptSegment.speaker_id,
                sa.func.count().label("lines"),
                sa.func.sum(TranscriptSegment.end_ms - TranscriptSegment.start_ms).label("talk_ms"),
            )
            .where(TranscriptSegment.transcript_id == transcript_id)
            .group_by(TranscriptSegment.speaker_id)
        )
        return [Talk(row.speaker_id, row.lines, int(row.talk_ms)) for row in self.session.execute(query)]


def number_lines(connection: sa.Connection, ids: Sequence[int]) -> None:
    """Give lines, named in their order, new places; first out of the way, for two may not share one."""
    move = sa.update(LINES).where(LINES.c.id == sa.bindparam("line_id")).values(seq=sa.bindparam("place"))
    if ids:
        connection.execute(move, [{"line_id": id, "place": -number - 1} for number, id in enumerate(ids)])
        connection.execute(move, [{"line_id": id, "place": (number + 1) * STEP} for number, id in enumerate(ids)])


def new_rows(transcript: Transcript, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Complete rows of lines for a bulk insert."""
    owner = {"project_id": transcript.project_id, "media_id": transcript.media_id, "transcript_id": transcript.id}
    return [{**owner, "public_id": uuid.uuid4(), "version": 1, "speaker_id": None, **row} for row in rows]
