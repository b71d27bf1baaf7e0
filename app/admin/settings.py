"""The installation's choices as a form, and its environment as a table without secrets."""

import sqlalchemy as sa
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.config import Settings
from app.core.choices import ADMINS, EVERYBODY, NOBODY, Choices
from app.core.texts import later, plural, say
from app.core.web.forms import Form, VersionField, options, trim
from app.core.words import size
from app.processing.fetching import knows_pages
from app.projects.forms import LANGUAGES

A_YEAR = 365
WHO_IS_ASKED = [
    (NOBODY, later("Nobody; everybody may have one")),
    (ADMINS, later("Admins")),
    (EVERYBODY, later("Everybody")),
]


class SettingsForm(Form):
    """What may be chosen while the installation runs."""

    name = StringField(
        later("Name of this installation"),
        [InputRequired(later("Give the installation a name.")), Length(1, 60, "Use 1 to 60 characters.")],
        filters=[trim],
    )
    language = SelectField(later("Spoken language"), choices=options(LANGUAGES))
    silence_db = IntegerField(
        later("Silence level"),
        [Optional(), NumberRange(-80, -20, later("Silence level must be between −80 and −20 dB."))],
    )
    session_days = IntegerField(
        later("A sign-in lasts"),
        [InputRequired(later("Type a number of days.")), NumberRange(1, A_YEAR, "Use 1 to 365 days.")],
    )
    trash_days = IntegerField(
        later("The trash keeps"),
        [InputRequired(later("Type a number of days.")), NumberRange(1, A_YEAR, "Use 1 to 365 days.")],
    )
    second_step = SelectField(later("A second step is asked of"), choices=options(WHO_IS_ASKED))
    version = VersionField()

    def chosen(self) -> Choices:
        """Return what was typed."""
        return Choices(
            name=self.name.data or "",
            language=self.language.data or None,
            silence_db=self.silence_db.data,
            session_days=self.session_days.data or 1,
            trash_days=self.trash_days.data or 1,
            second_step=self.second_step.data,
        )


def fill(form: SettingsForm, present: Choices, version: int) -> None:
    """Show what is chosen."""
    form.name.data, form.language.data = present.name, present.language or ""
    form.silence_db.data = present.silence_db
    form.session_days.data, form.trash_days.data = present.session_days, present.trash_days
    form.second_step.data = present.second_step
    form.version.data = str(version)


def environment(settings: Settings) -> list[tuple[str, str, str]]:
    """Return (variable, what it is, value) of what was set when the process started; no password, no key."""
    return [
        ("DATABASE_URL", say("Database"), _url(settings.database_url)),
        (
            "DATABASE_REPLICA_URLS",
            say("Copies that are read"),
            ", ".join(map(_url, settings.replica_urls)) or say("none"),
        ),
        ("RUSHES_MIGRATIONS_URL", say("Database, as its owner"), _url(settings.migrations_url) or say("the same user")),
        ("JOBS_DATABASE_URL", say("Where jobs are kept"), _url(settings.jobs_database_url) or say("in the database")),
        ("RUSHES_INSTANCE", say("Folder of this installation"), str(settings.instance)),
        ("RUSHES_WORKSPACES", say("Folders projects may read"), str(settings.workspaces or say("none"))),
        ("RUSHES_MODELS", say("Where models lie"), str(settings.models_root)),
        ("RUSHES_SPEECH_MODEL", say("Speech model"), settings.speech_model or say("the best one that is here")),
        ("HOST, PORT", say("Address"), f"{settings.host}:{settings.port}"),
        ("RUSHES_HTTPS", say("Reached by https"), say("yes") if settings.https else say("no")),
        ("TRUSTED_HOSTS", say("Names it answers to"), ", ".join(settings.trusted_hosts) or say("any")),
        ("TRUSTED_PROXY", say("Proxy that is believed"), settings.trusted_proxy or say("none")),
        ("RUSHES_WORKERS", say("Jobs at a time on each worker"), str(settings.worker_concurrency)),
        ("RUSHES_REQUESTS_A_MINUTE", say("Changes of one person in a minute"), _rate(settings)),
        ("RUSHES_MAX_UPLOAD_GIB", say("Largest upload"), size(settings.max_upload_bytes)),
        ("RUSHES_MAX_FORM_MIB", say("Largest plain form"), size(settings.max_form_bytes)),
        ("RUSHES_IMPORT_BY_URL", say("Import recordings by address"), _by_url(settings)),
        ("RUSHES_RESERVE_MIB", say("Kept free on the disk"), size(settings.reserve_bytes)),
        ("BACKUP_FOLDER", say("Where backups go"), str(settings.backups)),
        ("BACKUP_AT", say("Daily backup"), _hour(settings.backup_hour)),
        ("BACKUP_KEEP_DAYS", say("Backups are kept"), plural(settings.backup_keep_days, "day", "days")),
        ("SLOW_QUERY_MS", say("A statement is slow from"), f"{settings.slow_query_ms} ms"),
        ("RUSHES_BREACHED_PASSWORDS", say("List of stolen passwords"), _listed(settings)),
        ("RUSHES_SYSLOG", say("Where lines of the log go too"), settings.syslog or say("nowhere")),
        ("RUSHES_CLAMD", say("Scanner for malware"), settings.clamd or say("none")),
        ("METRICS_TOKEN", say("Figures for programs"), say("set") if settings.metrics_token else say("not set")),
        ("SECRET_KEY", say("Key of forms, cookies and second steps"), say("set")),
    ]


def _rate(settings: Settings) -> str:
    return str(settings.requests_a_minute or say("no limit"))


def _listed(settings: Settings) -> str:
    return str(settings.breached_passwords or say("the shipped one"))


def _by_url(settings: Settings) -> str:
    if not settings.import_by_url:
        return say("switched off")
    pages = (
        say("files, and pages through yt-dlp")
        if knows_pages()
        else say("files; pages need yt-dlp, which is not installed")
    )
    minutes = plural(settings.import_max_minutes, "minute", "minutes")
    return say(
        "%(pages)s; up to %(size)s in %(minutes)s", pages=pages, size=size(settings.import_max_bytes), minutes=minutes
    )


def _url(url: str | None) -> str:
    return sa.make_url(url).render_as_string(hide_password=True) if url else ""


def _hour(hour: int | None) -> str:
    return say("switched off") if hour is None else say("at %(hour)s:00 UTC", hour=f"{hour:02d}")
