"""`flask doctor`: say what this machine runs on, what is wrong with it, and what to do about each."""

import shutil
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.auth.breached import look_at
from app.auth.second_factor import second_factor_service
from app.backups.daily import last_backup
from app.config import Settings
from app.core import ballast
from app.core.clock import now
from app.core.components import how_old
from app.core.db import reading
from app.core.malware import Scanner, ScannerSilent
from app.core.storage import LocalStorage
from app.core.texts import plural
from app.core.words import ago, size
from app.db_commands import how_it_stands
from app.index.rebuild import findable_models
from app.index.state import check as check_index
from app.jobs.reads import count_workers
from app.media.sweeper import left_over
from app.processing import sandbox
from app.sqlite import is_safe

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements.txt"
# A day's backup may come late once, when no worker was there at its hour.
BACKUP_TOO_OLD = timedelta(days=2)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, and the sentence about it."""

    well: bool
    words: str


@click.command()
@click.option(
    "--free", "frees", is_flag=True, help="On a full disk: let the ballast go, so that things can be removed."
)
@with_appcontext
def doctor(frees: bool) -> None:
    """Look at this installation and say what to mend; exits 1 where something is wrong."""
    settings: Settings = current_app.config["SETTINGS"]
    if frees:
        click.echo(_let_go(settings))
        return
    schema = _schema()
    findings = [_sqlite(), schema, _sandbox(), _disk(settings), _ballast(settings)]
    findings += [_secret(settings), _passwords(settings), _scanner(settings), _components()]
    if schema.well:
        # What these look for is in the database.
        findings += [_workers(), _backup(settings), _index(), _left_over(), _second_steps()]
    for finding in findings:
        click.echo(f"{'ok  ' if finding.well else 'MEND'}  {finding.words}")
    if not all(finding.well for finding in findings):
        raise SystemExit(1)


def _sqlite() -> Finding:
    version = sqlite3.sqlite_version
    if is_safe(sqlite3.sqlite_version_info):
        return Finding(True, f"SQLite {version} is free of the WAL-reset bug.")
    return Finding(False, f"SQLite {version} can corrupt a WAL database. Install pysqlite3, or use PostgreSQL.")


def _schema() -> Finding:
    trouble = how_it_stands().trouble
    if trouble:
        return Finding(False, trouble)
    return Finding(True, "The database is at the newest revision.")


def _sandbox() -> Finding:
    found = sandbox.status()
    return Finding(bool(found["complete"]), str(found["sentence"]))


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.instance).free
    if free < settings.reserve_bytes * 2:
        return Finding(False, f"Only {size(free)} are free where media is kept. Make room, or uploads will be refused.")
    return Finding(True, f"{size(free)} are free where media is kept.")


def _ballast(settings: Settings) -> Finding:
    """Say whether the ballast is there, and make it where there is room for it."""
    wanted = size(settings.ballast_bytes)
    if not settings.ballast_bytes:
        return Finding(True, "No ballast is wanted (RUSHES_BALLAST_MIB).")
    if ballast.tend(settings.instance, settings.ballast_bytes, settings.reserve_bytes):
        return Finding(True, f"{wanted} of ballast can be let go should the disk be full: flask doctor --free")
    return Finding(
        False, f"There is no room for the ballast of {wanted} that is let go when the disk is full. Make room."
    )


def _let_go(settings: Settings) -> str:
    freed = ballast.release(settings.instance)
    if not freed:
        return "There is no ballast to let go. Make room in another way."
    return f"{size(freed)} of ballast let go. Remove what is not needed; the ballast is made again when there is room."


def _secret(settings: Settings) -> Finding:
    path = settings.instance / "secret.key"
    if path.exists() and path.stat().st_mode & 0o077:
        return Finding(False, f"{path} can be read by others. Run: chmod 600 {path}")
    return Finding(True, "The secret key is readable by its owner alone.")


def _passwords(settings: Settings) -> Finding:
    if settings.breached_passwords is None:
        return Finding(True, "Stolen passwords are refused by the shipped list alone; see RUSHES_BREACHED_PASSWORDS.")
    return Finding(*look_at(settings.breached_passwords))


def _scanner(settings: Settings) -> Finding:
    if settings.clamd is None:
        return Finding(True, "No scanner for malware is asked (RUSHES_CLAMD).")
    try:
        return Finding(True, f"Files are looked at before they are taken in: {Scanner(settings.clamd).version()}.")
    except ScannerSilent:
        return Finding(
            False, f"The scanner at {settings.clamd} does not answer, so no file is taken in. Start it, or see its log."
        )


def _components() -> Finding:
    return Finding(*how_old(REQUIREMENTS, now().date()))


def _workers() -> Finding:
    with reading() as session:
        count = count_workers(session)
    if count == 0:
        return Finding(False, "No worker is running, so nothing is processed. Run: flask worker")
    return Finding(True, f"{plural(count, 'worker', 'workers')} running.")


def _backup(settings: Settings) -> Finding:
    if settings.backup_hour is None:
        return Finding(True, "Daily backups are switched off (BACKUP_AT); somebody else has to make them.")
    with reading() as session:
        last = last_backup(session)
    if last is None:
        return Finding(True, "No daily backup yet: the first worker that is there makes one.")
    if not last.well:
        return Finding(False, f"The last backup, {ago(last.moment)}, failed: {last.words}")
    if now() - last.moment > BACKUP_TOO_OLD:
        return Finding(
            False, f"The last backup is of {ago(last.moment)}. Is a worker running? Or run: flask db backup FILE"
        )
    return Finding(True, f"Backed up {ago(last.moment)}: {last.words}")


def _index() -> Finding:
    """Compare the search index with what it stands for, now and not when a worker last did."""
    with reading() as session:
        found = check_index(session, findable_models())
    return Finding(found.well, found.words)


def _second_steps() -> Finding:
    with reading() as session:
        seals = second_factor_service(session).seals()
    if seals.lost:
        return Finding(
            False,
            f"{plural(seals.lost, 'second step', 'second steps')} no key opens. Set SECRET_KEY_FALLBACKS to it.",
        )
    if seals.earlier:
        return Finding(
            False,
            f"{plural(seals.earlier, 'second step', 'second steps')} of an earlier key. Run: flask users seal-anew",
        )
    return Finding(True, f"{plural(seals.present, 'second step', 'second steps')} sealed with the present key.")


def _left_over() -> Finding:
    """Count what a sweep would remove; a worker does it every day, so any is only told."""
    storage: LocalStorage = current_app.extensions["storage"]
    with reading() as session:
        sizes = [path.stat().st_size for path in left_over(session, storage)]
    if not sizes:
        return Finding(True, "No files are left over.")
    words = (
        f"{plural(len(sizes), 'file', 'files')} that no row names, {size(sum(sizes))}. Remove with: flask media sweep"
    )
    return Finding(True, words)
