"""The smallest valid rows; a test states only what matters to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.auth.models import Role, User
from app.auth.passwords import hash_password
from app.auth.repository import normalized
from app.clips.models import Clip
from app.clips.service import ClipFields, clip_service
from app.core.db import transaction
from app.core.storage import sha256_of
from app.media.models import Media, MediaKind, MediaSource, MediaState
from app.projects.models import MemberRole, Project, ProjectMember
from app.projects.service import ProjectFields, project_service
from app.transcripts.models import Transcript, TranscriptSegment, TranscriptSource
from app.transcripts.repository import LineRepository
from app.transcripts.results import line_row, write_lines
from app.transcripts.words import spread

PASSWORD = "correct horse battery"
# Hashing is slow on purpose; one hash serves every person of the tests.
PASSWORD_HASH = hash_password(PASSWORD)
_numbers = count(1)


def add_user(session: Session, name: str | None = None, role: Role = Role.MEMBER, **columns: object) -> User:
    """Return a new person whose password is PASSWORD; call inside a unit of work."""
    username = name or f"person{next(_numbers)}"
    user = User(
        username=username,
        username_normalized=normalized(username),
        display_name=username.title(),
        password_hash=PASSWORD_HASH,
        role=role,
        **columns,
    )
    session.add(user)
    session.flush()
    return user


def make_user(name: str | None = None, role: Role = Role.MEMBER) -> User:
    with transaction() as session:
        return add_user(session, name, role)


def make_admin(name: str | None = None) -> User:
    return make_user(name, Role.ADMIN)


def make_project(owner: User, name: str | None = None) -> Project:
    with transaction() as session:
        return project_service(session).create(owner, ProjectFields(name or f"Project {next(_numbers)}"))


def join(project: Project, person: User, role: MemberRole) -> None:
    with transaction() as session:
        session.add(ProjectMember(project_id=project.id, user_id=person.id, role=role))


def make_media(project: Project, **columns: object) -> Media:
    """Return a measured recording of 1,000 frames at 25 per second, without a file."""
    number = next(_numbers)
    facts: dict[str, object] = {
        "project_id": project.id,
        "title": f"Recording {number}",
        "filename": f"recording{number}.mp4",
        "kind": MediaKind.VIDEO,
        "content_type": "video/mp4",
        "duration_frames": 1000,
        "rate_num": 25,
        "rate_den": 1,
        "width": 640,
        "height": 360,
        "video_codec": "h264",
        "audio_codec": "aac",
        "file_size": 1000,
        "state": MediaState.READY,
        "source": MediaSource.UPLOAD,
        "sha256": f"{number:064x}",
        "sha256_live": f"{number:064x}",
        "storage_key": f"blobs/none/{number}",
        "probe_json": {"plays_in_browser": True, "time_base_num": 1, "time_base_den": 25},
    }
    with transaction() as session:
        media = Media(**{**facts, **columns})
        session.add(media)
        session.flush()
        project_service(session).projects.add_counts(project.id, media=1)
        return media


def make_media_of(project: Project, path: Path, root: Path, **columns: object) -> Media:
    """Return a recording whose original is a copy of `path` in the store at `root`."""
    digest = sha256_of(path)
    key = f"blobs/{digest[:2]}/{digest}"
    target = root / key
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(path.read_bytes())
    facts: dict[str, object] = {
        "sha256": digest,
        "sha256_live": digest,
        "storage_key": key,
        "file_size": target.stat().st_size,
    }
    return make_media(project, **{**facts, **columns})


def make_clip(editor: User, media: Media, in_point: int = 100, out_point: int = 200, title: str = "Keel") -> Clip:
    with transaction() as session:
        fresh = session.get_one(Media, media.id)
        return clip_service(session).create(editor, fresh, ClipFields(title, in_point, out_point))


@dataclass(frozen=True)
class Told:
    """A transcript and its lines."""

    transcript: Transcript
    lines: list[TranscriptSegment]


def make_transcript(media: Media, texts: Sequence[str], *, source: str = "speech", language: str = "en") -> Told:
    """Return a transcript of one line a text, two seconds each, its words evenly laid over the first 1.5 s."""
    with transaction() as session:
        transcript = Transcript(
            project_id=media.project_id,
            media_id=media.id,
            language=language,
            source=TranscriptSource(source),
            word_count=sum(len(text.split()) for text in texts),
        )
        session.add(transcript)
        session.flush()
        rows = [
            line_row([[*word[:3], 0.9] for word in spread(text.split(), number * 2000, number * 2000 + 1500)], 0.9)
            for number, text in enumerate(texts)
        ]
        write_lines(session, transcript, rows)
        return Told(transcript, LineRepository(session).find_all(transcript.id))


def sign_in(client: FlaskClient, user: User) -> FlaskClient:
    """Sign a person in through the form and return the client."""
    token = csrf_of(client, "/sign-in")
    answer = client.post("/sign-in", data={"username": user.username, "password": PASSWORD, "csrf_token": token})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return client


def csrf_of(client: FlaskClient, path: str = "/projects") -> str:
    """Return the token a page's forms carry."""
    page = client.get(path).get_data(as_text=True)
    marker = 'name="csrf_token" type="hidden" value="'
    if marker not in page:
        marker = 'name="csrf_token" value="'
    return page.split(marker, 1)[1].split('"', 1)[0]


HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
