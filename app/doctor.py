"""`flask doctor`: say what this machine runs on, what is wrong with it, and what to do about each."""

import shutil
import sqlite3
from dataclasses import dataclass

import click
from flask import current_app
from flask.cli import with_appcontext

from app.config import Settings
from app.core.db import reading
from app.core.words import plural, size
from app.db_commands import is_behind
from app.jobs.reads import count_workers
from app.processing import sandbox
from app.sqlite import is_safe


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, and the sentence about it."""

    well: bool
    words: str


@click.command()
@with_appcontext
def doctor() -> None:
    """Look at this installation and say what to mend; exits 1 where something is wrong."""
    settings: Settings = current_app.config["SETTINGS"]
    findings = [_sqlite(), _schema(), _sandbox(), _disk(settings), _secret(settings), _workers()]
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
    if is_behind():
        return Finding(False, "The database is not at the newest revision. Run: flask db upgrade")
    return Finding(True, "The database is at the newest revision.")


def _sandbox() -> Finding:
    found = sandbox.status()
    return Finding(bool(found["complete"]), str(found["sentence"]))


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.instance).free
    if free < settings.reserve_bytes * 2:
        return Finding(False, f"Only {size(free)} are free where media is kept. Make room, or uploads will be refused.")
    return Finding(True, f"{size(free)} are free where media is kept.")


def _secret(settings: Settings) -> Finding:
    path = settings.instance / "secret.key"
    if path.exists() and path.stat().st_mode & 0o077:
        return Finding(False, f"{path} can be read by others. Run: chmod 600 {path}")
    return Finding(True, "The secret key is readable by its owner alone.")


def _workers() -> Finding:
    with reading() as session:
        count = count_workers(session)
    if count == 0:
        return Finding(False, "No worker is running, so nothing is processed. Run: flask worker")
    return Finding(True, f"{plural(count, 'worker')} running.")
