"""The media page as it is shown: the player's source, the timeline in seconds, the clips and their overlaps."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.analysis.models import ContentSegment, Scene, SceneKind, SilenceRegion
from app.auth.models import User
from app.clips.models import Clip
from app.core.storage import LocalStorage
from app.core.texts import later, say
from app.core.timecode import Rate
from app.core.words import lasts
from app.jobs.models import Job, JobStatus
from app.jobs.reads import latest_job
from app.jobs.words import eta, stage_words
from app.media.clock import Clock, exact_clock
from app.media.files import playable, rendition_url
from app.media.models import Media, MediaKind, MediaState, Rendition, RenditionKind
from app.media.reads import place_of, renditions_of
from app.transcripts.reads import Told, Wanted, first_tick, told
from app.transcripts.turns import Turn, turns_of
from app.workbench.clip_rows import ClipRow, clip_rows
from app.workbench.drawing import Drawing, closer, draw

MOST_MARKS = 2000
# More chapters than this beside the transcript are no help; their page has all.
MOST_TOPICS = 100
CANCELLED = later("Processing was cancelled")
SCENE_WORDS = {SceneKind.SHOT: later("Shot %(number)s"), SceneKind.SLIDE: later("Slide %(number)s")}


@dataclass(frozen=True)
class MediaFacts:
    """The recording as the page needs it."""

    public_id: UUID
    title: str
    filename: str
    kind: str
    state: str
    width: int | None
    height: int | None
    rate_num: int
    rate_den: int
    rate_text: str
    duration_frames: int
    duration_seconds: float
    duration_text: str
    start_timecode: str | None
    start_frames: int
    drop_frame: bool
    variable_rate: bool
    facts: list[str]


@dataclass(frozen=True)
class JobLine:
    """The job over the player."""

    public_id: UUID
    status: str
    percent: int
    stage_text: str
    eta: str | None
    reason: str | None
    finished: bool = False


@dataclass(frozen=True)
class TopicMark:
    """A topic on the timeline and among the chapters."""

    in_s: float
    out_s: float
    frame: int
    at_text: str
    title: str


@dataclass
class Draft:
    """The form for a new clip and the band it draws."""

    form: Any
    in_s: float | None = None
    out_s: float | None = None
    length_text: str | None = None


@dataclass(kw_only=True)
class Workbench(Drawing):
    """Everything the media page shows; times are seconds from the first tick."""

    media: MediaFacts
    clips: list[ClipRow]
    overlap_spans: list[tuple[float, float]]
    lane_rows: int
    silences: list[tuple[float, float]]
    scenes: list[tuple[float, float, str]]
    scenes_note: str | None
    topics: list[TopicMark]
    speech: list[Turn] = field(default_factory=list)
    job: JobLine | None
    at_frame: int
    at_s: float
    at_timecode: str
    selected: UUID | None
    source_url: str | None = None
    source_type: str | None = None
    source_offset: float = 0.0
    playable_note: str | None = None
    poster_url: str | None = None
    frame_times_url: str | None = None
    pps: float = 0.0
    closer_pps: int = 0
    draft: Draft | None = None
    check: Any = None
    captions_url: str | None = None
    told: Told = field(default_factory=Told)
    at_words: str | None = None


@dataclass(frozen=True)
class Place:
    """What of the page the address names: a frame, a clip, a zoom."""

    frame: int | None = None
    clip: UUID | None = None
    pps: float = 0.0


def workbench(session: Session, viewer: User, media: Media, storage: LocalStorage, place: Place) -> Workbench:
    """Read the whole page; at most twelve queries whatever the recording holds."""
    renditions = renditions_of(session, [media.id])[media.id]
    clock = _clock(storage, media, renditions)
    clips = _clips(session, media)
    rows, spans, lane_rows = clip_rows(session, media, clips, clock)
    at = _at(session, viewer, media, clips, place)
    job = latest_job(session, media.id)
    line, marks = job_line(job), marks_of(session, media, clock)
    page = Workbench(
        **vars(draw(storage, media, renditions, clock)),
        media=media_facts(media, clock),
        clips=rows,
        overlap_spans=[(clock.seconds(start), clock.seconds(end)) for start, end in spans],
        lane_rows=lane_rows,
        silences=marks.silences,
        scenes=_scenes(session, media, clock),
        topics=marks.topics,
        scenes_note=say("Looking for scenes") if line and line.status in ("queued", "running") else None,
        job=line,
        at_frame=at,
        at_s=clock.seconds(at),
        at_timecode=clock.show(at),
        selected=place.clip,
        pps=place.pps,
        closer_pps=closer(place.pps, clock.seconds(media.duration_frames)),
    )
    _source(page, media, renditions)
    _said(page, session, media, clock)
    return page


def _clock(storage: LocalStorage, media: Media, renditions: dict[RenditionKind, Rendition]) -> Clock:
    index = renditions.get(RenditionKind.FRAME_INDEX)
    return exact_clock(media, storage.path_of(index.path) if index else None)


def job_line(job: Job | None) -> JobLine | None:
    """Return the line about the newest job; None where it is done and nothing needs saying."""
    if job is None or job.status is JobStatus.COMPLETED or job.dismissed_at is not None:
        return None
    if job.status is JobStatus.CANCELLED:
        # To whoever looks at the recording it is as unfinished as a failed one, and Retry finishes it.
        return JobLine(job.public_id, "failed", job.progress, stage_words(job), None, CANCELLED)
    return JobLine(job.public_id, job.status.value, job.progress, stage_words(job), eta(job), job.error_message)


def media_facts(media: Media, clock: Clock) -> MediaFacts:
    """Return the recording's facts; the list is what the slate line prints."""
    rate = str(Rate(media.rate_num, media.rate_den))
    facts = [media.filename]
    if media.duration_frames:
        facts.append(lasts(media.duration))
    if media.kind is MediaKind.VIDEO and media.width:
        facts += [
            say("%(rate)s fps, variable", rate=rate) if media.variable_rate else say("%(rate)s fps", rate=rate),
            f"{media.width}×{media.height}",
        ]
    if media.start_timecode:
        facts.append(say("Start TC %(start_timecode)s", start_timecode=media.start_timecode))
    return MediaFacts(
        public_id=media.public_id,
        title=media.title,
        filename=media.filename,
        kind=media.kind.value,
        state=media.state.value,
        width=media.width,
        height=media.height,
        rate_num=media.rate_num,
        rate_den=media.rate_den,
        rate_text=rate,
        duration_frames=media.duration_frames,
        duration_seconds=clock.seconds(media.duration_frames),
        duration_text=lasts(media.duration),
        start_timecode=media.start_timecode,
        start_frames=clock.start,
        drop_frame=media.drop_frame,
        variable_rate=media.variable_rate,
        facts=facts,
    )


def _clips(session: Session, media: Media) -> list[Clip]:
    query = sa.select(Clip).where(Clip.media_id == media.id, Clip.deleted_at.is_(None))
    return list(session.scalars(query.order_by(Clip.in_point, Clip.out_point, Clip.id).limit(MOST_MARKS)))


def _at(session: Session, viewer: User, media: Media, clips: list[Clip], place: Place) -> int:
    """Return the frame the page opens at: the address's, its clip's first, or where the viewer stopped."""
    frame = place.frame
    if frame is None and place.clip is not None:
        frame = next((clip.in_point for clip in clips if clip.public_id == place.clip), None)
    if frame is None:
        frame = place_of(session, viewer.id, media.id)
    return max(0, min(frame, media.duration_frames - 1))


@dataclass(frozen=True)
class Marks:
    """What is drawn from its milliseconds."""

    silences: list[tuple[float, float]]
    topics: list[TopicMark]


def marks_of(session: Session, media: Media, clock: Clock) -> Marks:
    """Return silences and topics; one query for both."""
    topic, silence = ContentSegment, SilenceRegion
    both = sa.union_all(
        sa.select(topic.start_ms, topic.end_ms, topic.topic.label("title")).where(topic.media_id == media.id),
        sa.select(silence.start_ms, silence.end_ms, sa.null()).where(silence.media_id == media.id),
    ).subquery()
    named_first = sa.case((both.c.title.is_not(None), 0), else_=1)
    rows = session.execute(sa.select(both).order_by(named_first, both.c.start_ms).limit(MOST_MARKS)).all()
    named = [row for row in rows if row.title is not None][:MOST_TOPICS]
    return Marks(
        [(row.start_ms / 1000, row.end_ms / 1000) for row in rows if row.title is None],
        [
            TopicMark(start / 1000, end / 1000, first_tick(clock, start), lasts(start // 1000), title)
            for start, end, title in named
        ],
    )


def _scenes(session: Session, media: Media, clock: Clock) -> list[tuple[float, float, str]]:
    query = sa.select(Scene).where(Scene.media_id == media.id).order_by(Scene.seq).limit(MOST_MARKS)
    return [
        (
            clock.seconds(scene.in_point),
            clock.seconds(scene.out_point),
            scene.label or SCENE_WORDS[scene.kind] % {"number": scene.seq + 1},
        )
        for scene in session.scalars(query)
    ]


def _said(page: Workbench, session: Session, media: Media, clock: Clock) -> None:
    """Open the transcript where the playhead is, and name the file the player’s captions come from."""
    page.told = told(session, media, clock, Wanted(at_ms=round(page.at_s * 1000)))
    if page.told.transcript is not None and page.told.lines:
        page.captions_url = f"/m/{media.public_id}/transcript.vtt"
        page.speech = turns_of(session, page.told.transcript.id)
    elif page.told.transcript is None and page.job and page.job.status in ("queued", "running") and media.audio_codec:
        page.told.note = say("The transcript is being written.")


def _source(page: Workbench, media: Media, renditions: dict[RenditionKind, Rendition]) -> None:
    """Say what the player loads, or why it cannot yet."""
    source, poster = playable(media, renditions), renditions.get(RenditionKind.POSTER)
    index = renditions.get(RenditionKind.FRAME_INDEX)
    page.poster_url = rendition_url(media, poster) if poster else None
    if media.variable_rate and index is not None:
        page.frame_times_url = f"/m/{media.public_id}/frame-times.json?v={index.path.rsplit('-', 1)[-1][:16]}"
    # Without its file, only a copy can still be played.
    is_there = media.state is not MediaState.MISSING or RenditionKind.PROXY in renditions
    if source is not None and is_there:
        page.source_url, page.source_type, page.source_offset = source.url, source.content_type, source.offset_s
        return
    page.playable_note = {
        MediaState.FAILED: say("This recording could not be processed. The original can be downloaded."),
        MediaState.MISSING: say("The file of this recording is not where it was."),
        MediaState.PROCESSING: say("A copy that browsers can play is being made. Mark clips meanwhile by timecode."),
    }.get(media.state, say("This recording cannot be played in a browser. The original can be downloaded."))
