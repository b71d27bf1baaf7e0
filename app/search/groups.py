"""What was found as the page shows it: by recording, the best first, each hit at its time with its words marked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.analysis.models import ContentSegment
from app.clips.models import Clip
from app.core.marks import Runs, marked, snippet
from app.core.texts import plural, say
from app.core.timecode import ms_to_frames
from app.core.words import ago, lasts
from app.index.question import Question
from app.media.clock import clock_of
from app.media.files import rendition_url
from app.media.models import Media, Rendition, RenditionKind
from app.media.reads import media_by_ids, renditions_of
from app.projects.models import Project
from app.search.matches import Match
from app.songs.models import Song
from app.transcripts.models import Speaker, TranscriptSegment

GROUPS = 10
HITS = 4
MOST_HITS = 200
# What a match says about its recording: its own name the most, one line among many the least.
WEIGHTS = {"media": 12, "song": 8, "clip": 4, "topic": 3, "line": 1}
MOST_POINTS = 30


@dataclass(frozen=True)
class Hit:
    """One match; `seconds` is where it begins, None where it is about the whole recording."""

    kind: str
    at_text: str
    url: str
    runs: Runs
    seconds: float | None = None
    end_seconds: float | None = None
    speaker: str | None = None
    hue: int = 0
    note: Runs = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """A recording and what was found in it; `more` counts the hits not shown."""

    public_id: str
    title: Runs
    url: str
    poster_url: str | None
    wave_path: str | None
    meta: str
    duration_s: float
    places: list[tuple[float, float | None]]
    hits: list[Hit]
    more: int


@dataclass(frozen=True)
class Asked:
    """What marks the words, and what links carry along."""

    question: Question
    query: str

    @property
    def tokens(self) -> set[str]:
        asked = self.question
        return {*asked.words, *(token for phrase in asked.phrases for token in phrase)}

    @property
    def beginnings(self) -> list[str]:
        """Return the last word: it stands for every word that begins with it."""
        return list(self.question.words[-1:])


@dataclass(frozen=True)
class Things:
    """What was found, by kind and id."""

    clips: dict[int, Clip]
    lines: dict[int, Any]
    topics: dict[int, ContentSegment]
    songs: dict[int, Song]


def ranked(matches: Sequence[Match]) -> list[tuple[int, list[Match]]]:
    """Return (media id, its matches) with the best recording first; among equals the newest."""
    by_media: dict[int, list[Match]] = defaultdict(list)
    for match in matches:
        by_media[match.media_id].append(match)
    return sorted(by_media.items(), key=lambda item: (-_points(item[1]), -item[0]))


def groups(
    session: Session, asked: Asked, chosen: Sequence[tuple[int, list[Match]]], projects: dict[int, Project], most: int
) -> list[Group]:
    """Return the chosen recordings with at most `most` hits each; a handful of queries however many."""
    ids = [media_id for media_id, _ in chosen]
    media, renditions = media_by_ids(session, ids), renditions_of(session, ids)
    every = [match for _, matches in chosen for match in matches]
    things = Things(_clips(session, every), _lines(session, every), _topics(session, every), _songs(session, every))
    found = []
    for media_id, matches in chosen:
        if media_id not in media:
            continue
        hits = sorted(filter(None, (_hit(asked, media[media_id], match, things) for match in matches)), key=_in_time)
        found.append(_group(asked, media[media_id], renditions[media_id], projects, hits, most))
    return found


def _group(
    asked: Asked,
    media: Media,
    made: dict[RenditionKind, Rendition],
    projects: dict[int, Project],
    hits: list[Hit],
    most: int,
) -> Group:
    thumbnail, waveform = made.get(RenditionKind.THUMBNAIL), made.get(RenditionKind.WAVEFORM)
    # The recording's own name is the heading: it is no row of its own.
    rows = [hit for hit in hits if hit.kind != "media"]
    facts = [projects[media.project_id].name, lasts(media.duration), ago(media.created_at)]
    return Group(
        public_id=str(media.public_id),
        title=marked(media.title, asked.tokens, asked.beginnings),
        url=f"/m/{media.public_id}",
        poster_url=rendition_url(media, thumbnail) if thumbnail else None,
        wave_path=(waveform.details or {}).get("overview_path") if waveform and not thumbnail else None,
        meta=" · ".join([*facts, plural(len(hits), "match", "matches")]),
        duration_s=max(media.duration, 0.001),
        places=[(hit.seconds, hit.end_seconds) for hit in rows if hit.seconds is not None],
        hits=rows[:most],
        more=max(0, len(rows) - most),
    )


def _hit(asked: Asked, media: Media, match: Match, things: Things) -> Hit | None:
    """Return one match as a row; None where the thing is gone since it was indexed."""
    if match.kind == "media":
        return Hit("media", "", f"/m/{media.public_id}", marked(media.title, asked.tokens, asked.beginnings))
    if match.kind == "clip":
        clip = things.clips.get(match.id)
        return _clip_hit(asked, media, clip) if clip is not None else None
    if match.kind == "topic":
        topic = things.topics.get(match.id)
        return _topic_hit(asked, media, topic) if topic is not None else None
    if match.kind == "song":
        song = things.songs.get(match.id)
        return _song_hit(asked, song) if song is not None else None
    line = things.lines.get(match.id)
    return _line_hit(asked, media, line) if line is not None else None


def _clip_hit(asked: Asked, media: Media, clip: Clip) -> Hit:
    clock = clock_of(media)
    start, note = clock.seconds(clip.in_point), snippet(clip.notes or "", asked.tokens, asked.beginnings)
    return Hit(
        "clip",
        lasts(start),
        _url(media, asked, f=clip.in_point, clip=str(clip.public_id)),
        marked(clip.title, asked.tokens, asked.beginnings),
        start,
        clock.seconds(clip.out_point),
        note=note if any(hit for _, hit in note) else [],
    )


def _line_hit(asked: Asked, media: Media, line: Any) -> Hit:
    segment: TranscriptSegment = line.TranscriptSegment
    frame = ms_to_frames(segment.start_ms, media.rate_num, media.rate_den)
    return Hit(
        "line",
        lasts(segment.start_ms // 1000),
        _url(media, asked, f=min(frame, max(0, media.duration_frames - 1))),
        snippet(segment.text, asked.tokens, asked.beginnings),
        segment.start_ms / 1000,
        speaker=line.display_name,
        hue=line.color or 0,
    )


def _topic_hit(asked: Asked, media: Media, topic: ContentSegment) -> Hit:
    frame = ms_to_frames(topic.start_ms, media.rate_num, media.rate_den)
    note = snippet(topic.description, asked.tokens, asked.beginnings)
    return Hit(
        "topic",
        lasts(topic.start_ms // 1000),
        _url(media, asked, f=min(frame, max(0, media.duration_frames - 1))),
        marked(topic.topic, asked.tokens, asked.beginnings),
        topic.start_ms / 1000,
        topic.end_ms / 1000,
        note=note if any(hit for _, hit in note) else [],
    )


def _song_hit(asked: Asked, song: Song) -> Hit:
    note = snippet(song.lyrics or "", asked.tokens, asked.beginnings)
    return Hit(
        "song",
        say("Song"),
        f"/songs/{song.public_id}",
        marked(f"{song.title}, {song.artist}", asked.tokens, asked.beginnings),
        note=note if any(hit for _, hit in note) else [],
    )


def _songs(session: Session, matches: Sequence[Match]) -> dict[int, Song]:
    ids = [match.id for match in matches if match.kind == "song"]
    if not ids:
        return {}
    return {song.id: song for song in session.scalars(sa.select(Song).where(Song.id.in_(ids)))}


def _topics(session: Session, matches: Sequence[Match]) -> dict[int, ContentSegment]:
    ids = [match.id for match in matches if match.kind == "topic"]
    if not ids:
        return {}
    return {row.id: row for row in session.scalars(sa.select(ContentSegment).where(ContentSegment.id.in_(ids)))}


def _clips(session: Session, matches: Sequence[Match]) -> dict[int, Clip]:
    ids = [match.id for match in matches if match.kind == "clip"]
    if not ids:
        return {}
    return {clip.id: clip for clip in session.scalars(sa.select(Clip).where(Clip.id.in_(ids)))}


def _lines(session: Session, matches: Sequence[Match]) -> dict[int, Any]:
    ids = [match.id for match in matches if match.kind == "line"]
    if not ids:
        return {}
    query = sa.select(TranscriptSegment, Speaker.display_name, Speaker.color).outerjoin(
        Speaker, Speaker.id == TranscriptSegment.speaker_id
    )
    return {row.TranscriptSegment.id: row for row in session.execute(query.where(TranscriptSegment.id.in_(ids)))}


def _points(matches: Sequence[Match]) -> int:
    return min(MOST_POINTS, sum(WEIGHTS[match.kind] for match in matches))


def _in_time(hit: Hit) -> tuple[float, str]:
    return (hit.seconds if hit.seconds is not None else -1.0, hit.kind)


def _url(media: Media, asked: Asked, **place: Any) -> str:
    return f"/m/{media.public_id}?{urlencode({**place, 'q': asked.query})}#at"
