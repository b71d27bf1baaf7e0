"""Assemble the application; the only module that knows every room."""

import logging
import os
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, current_app, has_request_context, request
from flask import session as browser_memory
from flask_migrate import Migrate
from sqlalchemy.orm import Session
from werkzeug.exceptions import Unauthorized

from app import cli, jinja
from app.activity import earlier_routes, job_routes, stage_routes
from app.activity import routes as activity
from app.activity.mine import Mine, tell
from app.admin import (
    audit_routes,
    metrics,
    processing_routes,
    project_routes,
    settings_routes,
    storage_routes,
    user_routes,
)
from app.admin import routes as admin
from app.analysis import layout_routes as layouts
from app.analysis import models as analysis_models
from app.analysis import purge as analysis_purge
from app.analysis import routes as silence
from app.analysis import topic_routes as topics
from app.audit.refusals import Refusals
from app.audit.service import write_changes
from app.auth import me_routes, second_factor_routes, token_routes
from app.auth import routes as auth
from app.auth.passwords import refuse_listed
from app.clips import highlight_routes, reel_routes, render_routes
from app.clips import models as clips_models
from app.clips import purge as clips_purge
from app.clips import routes as clips
from app.clips import tagging as clip_tagging
from app.config import Settings, settings_from
from app.core import settings as core_settings
from app.core import statements
from app.core.changes import track
from app.core.db import SYSTEM, db, engine_options, install_hooks
from app.core.errors import DomainError
from app.core.malware import Scanner, look_with
from app.core.meter import Meter
from app.core.replicas import Replicas
from app.core.storage import LocalStorage
from app.core.texts import read_catalogues
from app.core.vault import Vault, give_vault
from app.core.web import health
from app.core.web.access import FormGuard, actor, guard
from app.core.web.error_pages import answer_errors
from app.core.web.headers import send_headers
from app.core.web.language import speak
from app.core.web.rates import limit_rates
from app.core.web.readiness import refuse_unready
from app.core.web.routing import route_reads
from app.core.web.signing import sign_well
from app.core.web.static_files import serve_static
from app.core.web.timing import time_requests
from app.exchange import routes as exchange
from app.index import models as index_models
from app.index.writer import write_words
from app.jobs import engine as job_engine
from app.jobs import models as jobs_models
from app.library import project_trash_routes, trash_routes
from app.library import routes as library
from app.media import bulk_routes, detail_routes, fetch_routes, file_routes, frame_routes, tus
from app.media import models as media_models
from app.media import results as media_results
from app.media import routes as media
from app.media import tagging as media_tagging
from app.projects import invite_routes, member_routes
from app.projects import models as projects_models
from app.projects import routes as projects
from app.search import routes as search
from app.songs import edit_routes as song_edits
from app.songs import lyric_routes as song_lyrics
from app.songs import models as songs_models
from app.songs import purge as songs_purge
from app.songs import routes as songs
from app.tags import routes as tags
from app.transcripts import line_routes, speaker_routes
from app.transcripts import models as transcripts_models
from app.transcripts import purge as transcripts_purge
from app.transcripts import routes as transcripts
from app.workbench import clip_routes, word_routes
from app.workbench import routes as workbench

ROOT = Path(__file__).resolve().parent.parent

# What rooms do when a job ends must be known here too: a queued job that is cancelled ends in the web process.
HOOKS = (media_results.settle_state,)
# What goes for good with a recording, from the top down.
PURGES = (songs_purge, clips_purge, analysis_purge, transcripts_purge)
# Named here so that the metadata is whole before the first migration compares it.
MODELS = (
    analysis_models,
    clips_models,
    jobs_models,
    media_models,
    projects_models,
    songs_models,
    transcripts_models,
    media_tagging,
    clip_tagging,
    index_models,
    core_settings,
)
BLUEPRINTS = (
    health.bp,
    auth.bp,
    me_routes.bp,
    second_factor_routes.bp,
    token_routes.bp,
    projects.bp,
    member_routes.bp,
    invite_routes.bp,
    tags.bp,
    tus.bp,
    media.bp,
    bulk_routes.bp,
    fetch_routes.bp,
    file_routes.bp,
    frame_routes.bp,
    detail_routes.bp,
    transcripts.bp,
    line_routes.bp,
    speaker_routes.bp,
    silence.bp,
    topics.bp,
    layouts.bp,
    clips.bp,
    render_routes.bp,
    highlight_routes.bp,
    reel_routes.bp,
    songs.bp,
    song_edits.bp,
    song_lyrics.bp,
    library.bp,
    project_trash_routes.bp,
    trash_routes.bp,
    search.bp,
    exchange.bp,
    workbench.bp,
    clip_routes.bp,
    word_routes.bp,
    activity.bp,
    earlier_routes.bp,
    job_routes.bp,
    stage_routes.bp,
    admin.bp,
    user_routes.bp,
    project_routes.bp,
    processing_routes.bp,
    storage_routes.bp,
    audit_routes.bp,
    settings_routes.bp,
    metrics.bp,
)

# Every session, the worker's included, tells what its flushes changed.
track(Session, [write_changes, write_words])


def create_app(settings: Settings | None = None) -> Flask:
    """Build the app from the environment, or from `settings` in tests."""
    settings = settings or settings_from(os.environ, ROOT)
    app = Flask("rushes", root_path=str(ROOT), template_folder="templates", static_folder=None)
    app.config.update(_flask_config(settings))
    sign_well(app)
    refuse_listed([settings.breached_passwords] if settings.breached_passwords else [])
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), compare_type=True)
    # First of all: whoever is refused is told so in their language.
    speak(app, read_catalogues(settings.texts), settings.language)
    FormGuard(app)
    _watch_databases(app, settings)
    job_engine.connect(settings)
    app.extensions["storage"] = LocalStorage(settings.media_root, settings.reserve_bytes)
    refuse_unready(app, ROOT / "migrations")
    guard(app, auth.load_viewer, auth.load_bearer, auth.ask_in)
    limit_rates(app, settings.requests_a_minute)
    send_headers(app, https=settings.https)
    app.extensions["refusals"] = Refusals()
    look_with(Scanner(settings.clamd) if settings.clamd else None, partial(note_infected, app))
    # Rooms that answer errors in words of their own tell of refusals by it.
    app.extensions["note_refusal"] = note_refusal
    answer_errors(app, note_refusal)
    jinja.prepare(app, my_jobs)
    serve_static(app, ROOT / "static")
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    cli.register(app)
    metrics.publish(app)
    logging.getLogger("rushes").setLevel(logging.INFO)
    return app


def _watch_databases(app: Flask, settings: Settings) -> None:
    """Give the primary and its copies the house's hooks, and time every statement and request from here on."""
    meter = app.extensions["meter"] = Meter()
    with app.app_context():
        install_hooks(db.engine)
        give_vault(db.engine, Vault(settings.secret_key, settings.earlier_keys))
        statements.watch(db.engine, meter, slow_ms=settings.slow_query_ms)
    engines = [sa.create_engine(url, **_engine_options(settings, url)) for url in settings.replica_urls]
    for engine in engines:
        install_hooks(engine)
        statements.watch(engine, meter, role="replica", slow_ms=settings.slow_query_ms)
    time_requests(app)
    route_reads(app, Replicas(engines), settings.read_own_writes_s)


def note_refusal(error: DomainError | Unauthorized) -> None:
    """Write into the log that this request was refused."""
    refusals: Refusals = current_app.extensions["refusals"]
    rule = request.url_rule.rule if request.url_rule else request.path
    if isinstance(error, Unauthorized):
        refusals.note_token(actor(), request.method, rule, error.description or "")
    else:
        refusals.note(actor(), request.method, rule, str(error))


def note_infected(app: Flask, name: str, found: str) -> None:
    """Write into the log that a file was refused; of its own context, since units and workers are none of its."""
    who = actor() if has_request_context() else SYSTEM
    with app.app_context():
        refusals: Refusals = app.extensions["refusals"]
        refusals.note_infected(who, name, found)


def my_jobs(person_id: int) -> Mine:
    """Return how a person's own jobs stand, for the bar over every page."""
    return tell(db.session(), person_id, browser_memory)


def _flask_config(settings: Settings) -> dict[str, object]:
    prefix = "__Host-" if settings.https else ""
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.earlier_keys) or None,
        "TESTING": settings.testing,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(settings, settings.database_url),
        "SESSION_COOKIE_NAME": f"{prefix}rushes-form",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        "MAX_CONTENT_LENGTH": settings.max_form_bytes,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 1000,
        "TRUSTED_HOSTS": list(settings.trusted_hosts) or None,
    }


def _engine_options(settings: Settings, url: str) -> dict[str, object]:
    return engine_options(
        url,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_max_overflow,
        recycle_s=settings.pool_recycle_s,
        echo=settings.echo,
    )
