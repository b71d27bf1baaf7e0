"""What must be true of an instance after the power went: everything promised is there, nothing is half there."""

import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.backups.digest import sidecar, verify
from app.backups.errors import BackupError
from app.backups.whole import check_whole
from app.core.storage import blob_key

Promises = list[dict[str, Any]]
Check = Callable[[sqlite3.Connection, Path, Promises], list[str]]


def faults(work: str, folder: Path, promises: Promises) -> list[str]:
    """Return what is lost, damaged or dangling; none is expected."""
    database = sqlite3.connect(folder / "rushes.db", isolation_level=None)
    try:
        if database.execute("PRAGMA quick_check(3)").fetchall() != [("ok",)]:
            return ["the database is damaged"]
        return [*CHECKS[work](database, folder, promises), *dangling(database, folder)]
    except sqlite3.DatabaseError as error:
        return [f"the database does not open: {error}"]
    finally:
        database.close()


def dangling(database: sqlite3.Connection, folder: Path) -> list[str]:
    """Return rows that name a file which is missing or holds other bytes."""
    found = []
    for key, digest in database.execute("SELECT storage_key, sha256 FROM media WHERE storage_key IS NOT NULL"):
        path = folder / "media" / key
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            found.append(f"the row of {key} has no such file")
    return found


def rows(database: sqlite3.Connection, folder: Path, promises: Promises) -> list[str]:
    names = {row[0] for row in database.execute("SELECT name FROM projects WHERE name LIKE 'Made %'")}
    told = "SELECT COUNT(*) FROM audit_log WHERE entity_type = 'project' AND action = 'CREATE'"
    seats = "SELECT COUNT(*) FROM project_members JOIN projects ON projects.id = project_id WHERE name LIKE 'Made %'"
    found = [f"{each['name']} is lost" for each in promises if each["name"] not in names]
    for question in (f"{told} AND entity_name LIKE 'Made %'", seats):
        if database.execute(question).fetchone()[0] != len(names):
            found.append(f"half of an act: {question}")
    return found


def upload(database: sqlite3.Connection, folder: Path, promises: Promises) -> list[str]:
    found = []
    for each in promises:
        row = "SELECT offset_bytes FROM uploads WHERE public_id = ?"
        (offset,) = database.execute(row, (each["upload"],)).fetchone() or (-1,)
        if each["sha256"]:
            is_there = database.execute("SELECT 1 FROM media WHERE sha256 = ?", (each["sha256"],)).fetchone()
            found += [] if is_there else [f"finished upload {each['upload']} has no recording"]
        elif offset < each["bytes"]:
            found.append(f"upload {each['upload']}: {offset} of {each['bytes']} promised bytes")
    waiting = "SELECT public_id, offset_bytes, size_bytes, sha256 FROM uploads WHERE state = 'receiving'"
    for name, offset, size, digest in database.execute(waiting):
        if offset == size:
            found.append(f"upload {name} is whole for its sender, and no recording")
        found += _bytes_of(folder, name, offset, digest)
    return found


def _bytes_of(folder: Path, name: str, offset: int, digest: str | None) -> list[str]:
    """Compare what an unfinished upload holds with what was sent; it may lie in the store already."""
    sent = (folder / "recording.mp4").read_bytes()[:offset]
    path = folder / "media" / "incoming" / name
    if not path.is_file() and digest:
        path = folder / "media" / blob_key(digest)
    if not path.is_file() or path.read_bytes()[: len(sent)] != sent:
        return [f"the promised {offset} bytes of upload {name} are not there"]
    return []


def job(database: sqlite3.Connection, folder: Path, promises: Promises) -> list[str]:
    state = "SELECT status FROM jobs WHERE public_id = ?"
    found = [
        f"job {each['job']} is not done"
        for each in promises
        if database.execute(state, (each["job"],)).fetchone() != ("completed",)
    ]
    for key, details in database.execute("SELECT path, details FROM renditions"):
        path = folder / "media" / key
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != json.loads(details)["sha256"]:
            found.append(f"the rendition {key} has no such file")
    done = "SELECT COUNT(*) FROM jobs JOIN job_stages ON job_stages.job_id = jobs.id WHERE jobs.status = 'completed'"
    if database.execute(f"{done} AND job_stages.status != 'done'").fetchone()[0]:
        found.append("a job is done before its stages")
    return found


def delete(database: sqlite3.Connection, folder: Path, promises: Promises) -> list[str]:
    row = "SELECT 1 FROM media WHERE public_id = ?"
    back = [each["gone"] for each in promises if database.execute(row, (each["gone"],)).fetchone()]
    told = "SELECT COUNT(*) FROM audit_log WHERE entity_type = 'media' AND action = 'DELETE'"
    left = database.execute("SELECT COUNT(*) FROM media").fetchone()[0]
    if database.execute(told).fetchone()[0] + left != 10:
        back.append("one went without a word in the log")
    return back


def migration(database: sqlite3.Connection, folder: Path, promises: Promises) -> list[str]:
    whole = json.loads((folder / "schemas.json").read_text())
    found = schema_in(database)
    if promises and found != whole[-1]:
        return ["the upgrade that was told as done is not"]
    return [] if found in whole else ["the schema is that of no revision: a migration is half done"]


def backup(database: sqlite3.Connection, folder: Path, promises: Promises) -> list[str]:
    found = [f"{each['copy']} is lost" for each in promises if not (folder / "copies" / each["copy"]).is_file()]
    for path in (folder / "copies").glob("*.db"):
        if not sidecar(path).exists():
            continue
        try:
            verify(path)
        except BackupError as error:
            found.append(str(error))
    return found


def restore(database: sqlite3.Connection, folder: Path, promises: Promises) -> list[str]:
    late = database.execute("SELECT COUNT(*) FROM projects WHERE name = 'Late'").fetchone()[0]
    people = database.execute("SELECT COUNT(*) FROM users").fetchone()[0]
    found = [] if people == 1 else ["the people are gone"]
    if len(promises) == 2 and late:
        found.append("what was restored is not there")
    kept = list(folder.glob("rushes.before-restore-*.db"))
    if promises and not late and not kept:
        found.append("what was there before is not kept")
    return found


def whole_backup(database: sqlite3.Connection, folder: Path, promises: Promises) -> list[str]:
    found = [
        f"the backup {each['whole']} is lost" for each in promises if not (folder / "kept" / each["whole"]).is_dir()
    ]
    for path in (folder / "kept").glob("*"):
        if path.name.endswith(".part"):
            continue
        try:
            check_whole(f"sqlite:///{folder / 'rushes.db'}", path)
        except BackupError as error:
            found.append(str(error))
    return found


def captions(database: sqlite3.Connection, folder: Path, promises: Promises) -> list[str]:
    counted = """SELECT media_id, (SELECT COUNT(*) FROM transcript_segments WHERE transcript_id = transcripts.id),
                 (SELECT COUNT(*) FROM search_documents WHERE entity_type = 'line' AND search_documents.media_id =
                 transcripts.media_id) FROM transcripts"""
    there = {media: (lines, findable) for media, lines, findable in database.execute(counted)}
    found = [f"the captions of {each['media']} are lost" for each in promises if each["media"] not in there]
    return found + [f"{media} has {lines} of 12" for media, lines in there.items() if lines != (12, 12)]


def clips(database: sqlite3.Connection, folder: Path, promises: Promises) -> list[str]:
    there = {row[0] for row in database.execute("SELECT id FROM clips")}
    found = [f"clip {each['clip']} is lost" for each in promises if each["clip"] not in there]
    counted = "SELECT id FROM media WHERE clip_count != (SELECT COUNT(*) FROM clips WHERE media_id = media.id)"
    found += [f"recording {row[0]} counts other clips than it has" for row in database.execute(counted)]
    return found + untold(database, "clip", "CREATE", len(there))


def songs(database: sqlite3.Connection, folder: Path, promises: Promises) -> list[str]:
    there = {row[0]: row[1] for row in database.execute("SELECT title, synced_lyrics FROM songs")}
    found = [f"{each['song']} is lost" for each in promises if each["song"] not in there]
    found += [f"{title} has no lyrics" for title, lyrics in there.items() if not lyrics]
    return found + untold(database, "song", "CREATE", len(there))


def projects_removed(database: sqlite3.Connection, folder: Path, promises: Promises) -> list[str]:
    there = {row[0] for row in database.execute("SELECT name FROM projects")}
    found = [f"{each['gone']} is there again" for each in promises if each["gone"] in there]
    alone = "SELECT COUNT(*) FROM project_members WHERE project_id NOT IN (SELECT id FROM projects)"
    found += ["a member of no project"] if database.execute(alone).fetchone()[0] else []
    made = "SELECT COUNT(*) FROM audit_log WHERE entity_type = 'project' AND action = 'CREATE'"
    return found + untold(database, "project", "DELETE", database.execute(made).fetchone()[0] - len(there))


def untold(database: sqlite3.Connection, entity: str, action: str, count: int) -> list[str]:
    """Return a word where the log does not tell of exactly so many."""
    question = "SELECT COUNT(*) FROM audit_log WHERE entity_type = ? AND action = ?"
    told = database.execute(question, (entity, action)).fetchone()[0]
    return [] if told == count else [f"the log tells of {told} {entity}s, {action} was done {count} times"]


def schema_of(path: Path) -> str:
    """Return the schema of a copy of this database: opening the file itself would change it."""
    with tempfile.TemporaryDirectory() as folder:
        for each in path.parent.glob(f"{path.name}*"):
            shutil.copy(each, folder)
        database = sqlite3.connect(Path(folder) / path.name)
        try:
            return schema_in(database)
        finally:
            database.close()


def schema_in(database: sqlite3.Connection) -> str:
    """Return a hash of the revision and of every table, index and trigger, in whatever order their lines are."""
    rows = database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    made = [(kind, name, sorted(line.strip(" ,\t") for line in (sql or "").splitlines())) for kind, name, sql in rows]
    at = database.execute("SELECT version_num FROM alembic_version").fetchall()
    return hashlib.sha256(repr((made, at)).encode()).hexdigest()


CHECKS: dict[str, Check] = {
    "rows": rows,
    "upload": upload,
    "job": job,
    "delete": delete,
    "migration": migration,
    "backup": backup,
    "restore": restore,
    "whole backup": whole_backup,
    "captions": captions,
    "clips": clips,
    "songs": songs,
    "projects removed": projects_removed,
}
