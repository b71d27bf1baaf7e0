"""What runs under the recorder: pieces of the app's own work, each telling what it has promised.

Run as ``python -m tests.torture.works WORK FOLDER [MISTAKE]``; a promise is a line of ``FOLDER/promises``, written when
a person would have been told. A mistake is planted before the work begins, to see that the replay finds it.
"""

import base64
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from app.sqlite import use_safe_sqlite

use_safe_sqlite()

import flask_migrate  # noqa: E402 - the safe SQLite must be in place first
from alembic.script import ScriptDirectory  # noqa: E402
from flask import Flask  # noqa: E402

from app.auth.models import TokenScope  # noqa: E402
from app.auth.tokens import token_service  # noqa: E402
from app.backups.service import back_up, restore  # noqa: E402
from app.core.db import db, session_scope, transaction  # noqa: E402
from app.core.storage import LocalStorage, sha256_of  # noqa: E402
from app.db_commands import upgrade_database  # noqa: E402
from app.factory import create_app  # noqa: E402
from app.jobs import claims  # noqa: E402
from app.jobs.models import StageStatus  # noqa: E402
from app.jobs.service import job_service  # noqa: E402
from app.media.models import Rendition, RenditionKind  # noqa: E402
from app.media.purge import purge_media  # noqa: E402
from app.media.results import keep_rendition  # noqa: E402
from app.media.sweeper import sweep  # noqa: E402
from app.projects.service import ProjectFields, project_service  # noqa: E402
from tests.conftest import Browser, settings_in  # noqa: E402
from tests.factories import make_media_of, make_project, make_user  # noqa: E402
from tests.torture.deeds import (  # noqa: E402
    PROMISES as PROMISES,
)
from tests.torture.deeds import (  # noqa: E402
    back_up_all,
    bring_captions,
    cut_clips,
    person,
    promise,
    recording,
    remove_projects,
    write_songs,
)
from tests.torture.mistakes import MISTAKES  # noqa: E402
from tests.torture.survival import schema_of  # noqa: E402
from tests.visitors import Visitor  # noqa: E402

CHUNK = 6000
MIGRATIONS = Path(__file__).parents[2] / "migrations"
# Some revisions back: tables are rebuilt on the way, and triggers made anew.
EARLIER = "2026_11_21_transcripts"
TOKEN = "token"


def write_rows(app: Flask, folder: Path) -> None:
    """Make projects, one commit each."""
    owner = person()
    for number in range(25):
        with transaction() as session:
            project_service(session).create(session.merge(owner), ProjectFields(f"Made {number}"))
        promise(folder, name=f"Made {number}")


def upload(app: Flask, folder: Path) -> None:
    """Send three files in chunks, as a browser does."""
    visitor = Visitor(app, person())
    base = {"Tus-Resumable": "1.0.0", "X-CSRFToken": visitor.token}
    for number in range(3):
        data = (folder / "recording.mp4").read_bytes() + bytes([number])
        about = {"Upload-Length": str(len(data)), "Upload-Metadata": f"project {_b64('own')},filename {_b64('a.mp4')}"}
        begun = visitor.client.post("/uploads", headers=base | about)
        assert begun.status_code == 201, begun.get_data(as_text=True)
        where = begun.headers["Location"]
        name = where.rsplit("/", 1)[1].replace("-", "")
        for at in range(0, len(data), CHUNK):
            piece = data[at : at + CHUNK]
            headers = base | {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
            answer = visitor.client.patch(where, headers=headers, data=piece)
            assert answer.status_code == 204, answer.get_data(as_text=True)
            whole = at + CHUNK >= len(data)
            promise(
                folder, upload=name, bytes=at + len(piece), sha256=hashlib.sha256(data).hexdigest() if whole else None
            )


def finish_jobs(app: Flask, folder: Path) -> None:
    """Make a file in a stage, put it in its place, write its row and end the job."""
    files: LocalStorage = app.extensions["storage"]
    for number in range(8):
        media = recording(number)
        with session_scope() as session:
            job = job_service(session).enqueue(
                "ingest", project_id=media.project_id, media_id=media.id, name=media.title
            )
            session.flush()
            id, attempt = job.public_id, job.attempt
        with session_scope() as session:
            claim = claims.take(session, id, attempt, "worker")
        assert claim is not None
        for stage in claim.stages:
            with session_scope() as session:
                claims.begin(session, claim, stage)
            key = f"made/{media.public_id.hex}/{stage}.bin"
            made = files.incoming(f"{claim.public_id.hex}-{stage}")
            made.write_bytes(f"{number} {stage}".encode() * 300)
            digest = sha256_of(made)
            files.adopt(made, key)
            with session_scope() as session:
                if stage == claim.stages[0]:
                    row = Rendition(media_id=media.id, kind=RenditionKind.POSTER, path=key, details={"sha256": digest})
                    row.content_type = "image/png"
                    keep_rendition(session, row)
                claims.end(session, claim, stage, StageStatus.DONE)
        with session_scope() as session:
            claims.finish(session, claim)
        promise(folder, job=claim.public_id.hex)


def delete(app: Flask, folder: Path) -> None:
    """Empty recordings out of the trash, then their files."""
    files: LocalStorage = app.extensions["storage"]
    kept = [recording(number) for number in range(10)]
    for media in kept[:7]:
        with session_scope() as session:
            purge_media(session, [media.id])
        promise(folder, gone=media.public_id.hex)
        with session_scope() as session:
            sweep(session, files, grace_s=-1)


def migrate(app: Flask, folder: Path) -> None:
    """Bring an older database to today's schema, one revision after the other."""
    upgrade_database()
    promise(folder, upgraded=True)


def backup(app: Flask, folder: Path) -> None:
    """Copy the database five times while it is written to."""
    url, owner = app.config["SETTINGS"].database_url, person()
    for number in range(5):
        with transaction() as session:
            project_service(session).create(session.merge(owner), ProjectFields(f"Made {number}"))
        made = back_up(url, folder / "copies" / f"{number}.db")
        promise(folder, copy=made.path.name, digest=made.digest)


def bring_back(app: Flask, folder: Path) -> None:
    """Put an earlier copy in the database's place."""
    url, owner = app.config["SETTINGS"].database_url, person()
    back_up(url, folder / "copies" / "early.db")
    with transaction() as session:
        project_service(session).create(session.merge(owner), ProjectFields("Late"))
    db.session.remove()
    db.engine.dispose()
    promise(folder, ready=True)
    restore(url, folder / "copies" / "early.db")
    promise(folder, restored=True)


WORKS: dict[str, Callable[[Flask, Path], None]] = {
    "rows": write_rows,
    "upload": upload,
    "job": finish_jobs,
    "delete": delete,
    "migration": migrate,
    "backup": backup,
    "restore": bring_back,
    "whole backup": back_up_all,
    "captions": bring_captions,
    "clips": cut_clips,
    "songs": write_songs,
    "projects removed": remove_projects,
}
# Those the power is cut in: each kind of promise once.
CUT = ("rows", "upload", "job", "delete", "migration", "backup", "restore", "whole backup")


def prepare(folder: Path, recording: Path) -> None:
    """Fill an instance: a person with a token in a file, a project, and ten recordings with files."""
    app = create_app(settings_in(folder))
    with app.app_context():
        upgrade_database()
        person = make_user("owner")
        project = make_project(person, "Own")
        with session_scope() as session:
            token = token_service(session).create(session.merge(person), "Torture", TokenScope.WRITE, None)
            (folder / TOKEN).write_text(token)
        for number in range(10):
            path = folder / "piece"
            path.write_bytes(b"recording %d " % number * 400)
            make_media_of(project, path, app.config["SETTINGS"].media_root, title=f"Recording {number}")
            path.unlink()
        db.engine.dispose()
    shutil.copy(recording, folder / "recording.mp4")


def go_back(folder: Path) -> None:
    """Bring a prepared instance to an earlier revision, and note the schema of each revision from there on."""
    app, path = create_app(settings_in(folder)), folder / "rushes.db"
    with app.app_context():
        flask_migrate.downgrade(revision=EARLIER)
        db.engine.dispose()
        shutil.copy(path, folder / "earlier.db")
        schemas = [schema_of(path)]
        for script in reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions(EARLIER, "head"))[:-1]):
            flask_migrate.upgrade(revision=script.revision)
            db.engine.dispose()
            schemas.append(schema_of(path))
        (folder / "earlier.db").replace(path)
    (folder / "schemas.json").write_text(json.dumps(schemas))


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def run_here(work: Callable[[Flask, Path], None], folder: Path, mistake: str | None = None) -> None:
    """Run a work in this process, on the instance in this folder."""
    app = create_app(settings_in(folder))
    app.test_client_class = Browser
    with app.app_context():
        if mistake:
            MISTAKES[mistake]()
        work(app, folder)
        db.session.remove()


if __name__ == "__main__":
    run_here(WORKS[sys.argv[1]], Path(sys.argv[2]), *sys.argv[3:])
    # Without the checkpoint a closing connection makes: the power goes at any moment, not after a goodbye.
    os._exit(0)
