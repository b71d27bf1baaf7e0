"""The `flask` commands of the house, and how web and worker are started."""

import logging
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress import create_server

from app import db_commands
from app.audit.commands import audit
from app.auth.commands import users
from app.auth.service import auth_service
from app.config import Settings
from app.core.db import session_scope
from app.core.garbage import spare_what_stays
from app.core.web.log_lines import LineFormatter, SystemLog
from app.core.web.one_length import read_strictly
from app.core.web.patience import LOOK_EVERY_S, be_patient
from app.db_commands.whole import backup, restore
from app.doctor import doctor
from app.index.commands import search
from app.jobs.commands import jobs
from app.media.commands import demo, media
from app.model_commands import models
from app.processing.confinement import die_with
from app.tags.commands import tags
from app.worker import run_worker

THREADS = 16
CONNECTIONS = 1000
ROOT = Path(__file__).resolve().parent.parent


def register(app: Flask) -> None:
    """Add every command to the app."""
    for command in (serve, start, worker, setup_link, doctor, backup, restore):
        app.cli.add_command(command)
    for command in (users, jobs, media, demo, models, audit, search, tags):
        app.cli.add_command(command)
    db_commands.register(app)


@click.command()
@with_appcontext
def serve() -> None:
    """Serve the pages; the database must be at the newest revision."""
    _log_plainly(current_app.config["SETTINGS"])
    db_commands.require_ready()
    _serve(current_app._get_current_object(), None)  # type: ignore[attr-defined]


@click.command()
@with_appcontext
def start() -> None:
    """Migrate, then run web and worker together until Ctrl-C."""
    _log_plainly(current_app.config["SETTINGS"])
    db_commands.upgrade_database()
    db_commands.require_ready()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "RUSHES_PARENT": str(os.getpid())})
    try:
        _serve(current_app._get_current_object(), process)  # type: ignore[attr-defined]
    finally:
        process.terminate()
        process.wait(15)


@click.command()
@with_appcontext
def worker() -> None:
    """Run jobs until stopped; any number of workers may run."""
    if parent := os.environ.get("RUSHES_PARENT"):
        # Started beside the web server: a worker that outlived it would surprise whoever stopped it.
        die_with(int(parent))
    _log_plainly(current_app.config["SETTINGS"])
    db_commands.require_ready()
    run_worker(current_app.config["SETTINGS"])


@click.command("setup-link")
@with_appcontext
def setup_link() -> None:
    """Print a one-time link that makes the first admin."""
    click.echo(new_setup_link() or "There is an admin already.")


def new_setup_link() -> str | None:
    """Return the address of a new set-up link, or None where somebody exists."""
    with session_scope() as session:
        service = auth_service(session)
        if not service.needs_setup():
            return None
        token = service.make_setup_link()
    return f"{address(current_app.config['SETTINGS'])}/setup/{token}"


def address(settings: Settings) -> str:
    """Return where a browser finds the app on this machine."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http{'s' if settings.https else ''}://{host}:{settings.port}"


def proxy_options(settings: Settings) -> dict[str, object]:
    """Return what lets the server believe one proxy, and nobody else, about where a request comes from."""
    if settings.trusted_proxy is None:
        return {}
    return {
        "trusted_proxy": settings.trusted_proxy,
        "trusted_proxy_count": 1,
        # Sign-in is throttled by network: without it all people behind the proxy would be one.
        "trusted_proxy_headers": "x-forwarded-for",
        "clear_untrusted_proxy_headers": True,
    }


def _serve(app: Flask, companion: subprocess.Popen[bytes] | None) -> None:
    settings: Settings = app.config["SETTINGS"]
    _spool_beside_media(settings)
    read_strictly()
    be_patient()
    spare_what_stays()
    try:
        server = create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=THREADS,
            connection_limit=CONNECTIONS,
            asyncore_use_poll=True,
            cleanup_interval=LOOK_EVERY_S,
            max_request_body_size=settings.max_form_bytes,
            ident="Rushes",
            **proxy_options(settings),
        )
    except OSError as error:
        words = f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). Set HOST and PORT."
        raise click.ClickException(words) from error
    _banner(settings, companion is not None)

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    # Both by name: whoever started this in the background may have told it to ignore Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        server.run()
    except KeyboardInterrupt:
        server.close()


def _spool_beside_media(settings: Settings) -> None:
    """Let large bodies wait on the instance's disk: the system's folder for such things may be small memory."""
    folder = settings.instance / "tmp"
    folder.mkdir(mode=0o700, exist_ok=True)
    tempfile.tempdir = str(folder)


def _banner(settings: Settings, with_worker: bool) -> None:
    link = new_setup_link()
    click.echo(f"\nRushes runs at {address(settings)}")
    if link:
        click.echo(f"Nobody has an account yet. Make the first admin here, once, within 24 hours:\n  {link}")
    if not with_worker:
        click.echo("Recordings are processed by a worker: flask worker")
    if settings.host not in ("127.0.0.1", "localhost", "::1") and not settings.https:
        click.echo("Plain http on a network: anybody on it can read what is sent. See docs/operating.md for https.")
    click.echo("Ctrl-C stops it.\n")
    sys.stdout.flush()


def _log_plainly(settings: Settings) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter())
    handlers: list[logging.Handler] = [handler]
    if settings.syslog:
        try:
            handlers.append(SystemLog(settings.syslog))
        except OSError as error:
            raise click.ClickException(f"RUSHES_SYSLOG: nothing listens at {settings.syslog}.") from error
    logging.basicConfig(level=logging.INFO, handlers=handlers)
    for chatty in ("alembic", "waitress"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
