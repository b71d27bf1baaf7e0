"""Every setting, read once from the environment; nothing else in the app reads it."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.encryption import require_encrypted

MEBIBYTE = 1024 * 1024
SHORTEST_TOKEN = 16
# What a store of secrets hands over as a file: NAME_FILE says where it lies, instead of NAME.
IN_FILES = (
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "DATABASE_URL",
    "DATABASE_REPLICA_URLS",
    "JOBS_DATABASE_URL",
    "RUSHES_MIGRATIONS_URL",
    "METRICS_TOKEN",
)


@dataclass(frozen=True)
class Settings:
    """What the operator decided; `instance` is the folder with database, media and secrets."""

    instance: Path
    database_url: str
    jobs_database_url: str | None
    secret_key: str
    workspaces: Path | None
    # Keys that were replaced: they open and check what they sealed and signed, and seal nothing new.
    earlier_keys: tuple[str, ...] = ()
    # The same database as its owner reaches it: `flask db` makes tables there, and the app needs no right to.
    migrations_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_hosts: tuple[str, ...] = ()
    https: bool = False
    trusted_proxy: str | None = None
    pool_size: int = 10
    pool_max_overflow: int = 20
    pool_recycle_s: int = 3600
    echo: bool = False
    # Changes, and costly looks, of one person in a minute; 0 for no limit.
    requests_a_minute: int = 300
    max_form_bytes: int = 512 * MEBIBYTE
    max_upload_bytes: int = 1024 * 1024 * MEBIBYTE
    reserve_bytes: int = 512 * MEBIBYTE
    # Taken by a file that is let go when the disk is full; 0 for none.
    ballast_bytes: int = 64 * MEBIBYTE
    worker_concurrency: int = field(default_factory=lambda: os.cpu_count() or 1)
    # Where models lie, where not in the instance; a speech model by name, or a folder used as it is.
    models: Path | None = None
    speech_model: str | None = None
    replica_urls: tuple[str, ...] = ()
    read_own_writes_s: int = 5
    slow_query_ms: int = 200
    # A socket's path, or host:port, that every line of the log goes to as well.
    syslog: str | None = None
    # A socket's path, or host:port, of the clamd that looks at files before they are taken in.
    clamd: str | None = None
    metrics_token: str | None = None
    # Hashes of stolen passwords, which nobody may choose.
    breached_passwords: Path | None = None
    backup_folder: Path | None = None
    # The hour of the day in UTC; None where nothing is backed up by itself.
    backup_hour: int | None = 3
    backup_keep_days: int = 14
    allow_reset: bool = False
    # Whether recordings may be brought by an address on the internet, how much of one, and for how long.
    import_by_url: bool = False
    import_max_bytes: int = 20 * 1024 * MEBIBYTE
    import_max_minutes: int = 120
    # Where catalogues of other languages lie, and the language of whoever asks for none.
    texts: Path | None = None
    language: str = "en"
    testing: bool = False

    @property
    def media_root(self) -> Path:
        return self.instance / "media"

    @property
    def backups(self) -> Path:
        return self.backup_folder or self.instance / "backups"

    @property
    def models_root(self) -> Path:
        return self.models or self.instance / "models"


def settings_from(environment: Mapping[str, str], root: Path) -> Settings:
    """Read the settings; raises ValueError with the variable's name for a value that cannot be."""
    environment = with_files(environment)
    require_encrypted(environment, _list(environment, "RUSHES_UNENCRYPTED"))
    instance = Path(environment.get("RUSHES_INSTANCE") or root / "instance").resolve()
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    workspaces = environment.get("RUSHES_WORKSPACES")
    return Settings(
        instance=instance,
        **_databases(environment, instance),
        **_keys(environment, instance),
        workspaces=Path(workspaces).resolve() if workspaces else None,
        host=environment.get("HOST", "127.0.0.1"),
        port=_number(environment, "PORT", 8000),
        https=_yes(environment, "RUSHES_HTTPS"),
        trusted_proxy=environment.get("TRUSTED_PROXY") or None,
        syslog=_address(environment, "RUSHES_SYSLOG"),
        clamd=_address(environment, "RUSHES_CLAMD"),
        requests_a_minute=_number(environment, "RUSHES_REQUESTS_A_MINUTE", 300),
        max_form_bytes=_number(environment, "RUSHES_MAX_FORM_MIB", 512) * MEBIBYTE,
        max_upload_bytes=_number(environment, "RUSHES_MAX_UPLOAD_GIB", 1024) * 1024 * MEBIBYTE,
        reserve_bytes=_number(environment, "RUSHES_RESERVE_MIB", 512) * MEBIBYTE,
        ballast_bytes=_number(environment, "RUSHES_BALLAST_MIB", 64) * MEBIBYTE,
        worker_concurrency=_number(environment, "RUSHES_WORKERS", os.cpu_count() or 1),
        models=Path(environment["RUSHES_MODELS"]).resolve() if environment.get("RUSHES_MODELS") else None,
        speech_model=environment.get("RUSHES_SPEECH_MODEL") or None,
        backup_folder=Path(environment["BACKUP_FOLDER"]).resolve() if environment.get("BACKUP_FOLDER") else None,
        backup_hour=_hour(environment, "BACKUP_AT", 3),
        backup_keep_days=_number(environment, "BACKUP_KEEP_DAYS", 14),
        allow_reset=_yes(environment, "RUSHES_ALLOW_RESET"),
        import_by_url=_yes(environment, "RUSHES_IMPORT_BY_URL"),
        import_max_bytes=_number(environment, "RUSHES_IMPORT_MAX_GIB", 20) * 1024 * MEBIBYTE,
        import_max_minutes=_number(environment, "RUSHES_IMPORT_MAX_MINUTES", 120),
        texts=Path(environment["RUSHES_TEXTS"]).resolve() if environment.get("RUSHES_TEXTS") else None,
        language=environment.get("RUSHES_LANGUAGE") or "en",
    )


def with_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with every secret whose NAME_FILE is given read from that file.

    Raises ValueError where both are given, or the file cannot be read or is empty.
    """
    whole = dict(environment)
    for name in IN_FILES:
        path = whole.get(f"{name}_FILE")
        if not path:
            continue
        if whole.get(name):
            raise ValueError(f"Set {name} or {name}_FILE, not both")
        whole[name] = _text_of(f"{name}_FILE", Path(path))
    return whole


def _text_of(name: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name} names a file that cannot be read: {path}") from error
    if not text:
        raise ValueError(f"{name} names an empty file: {path}")
    return text


def _databases(environment: Mapping[str, str], instance: Path) -> dict[str, Any]:
    return {
        "database_url": environment.get("DATABASE_URL") or f"sqlite:///{instance / 'rushes.db'}",
        "jobs_database_url": environment.get("JOBS_DATABASE_URL"),
        "migrations_url": environment.get("RUSHES_MIGRATIONS_URL"),
        "replica_urls": _list(environment, "DATABASE_REPLICA_URLS"),
        "pool_size": _number(environment, "DATABASE_POOL_SIZE", 10),
        "pool_max_overflow": _number(environment, "DATABASE_MAX_OVERFLOW", 20),
        "pool_recycle_s": _number(environment, "DATABASE_POOL_RECYCLE", 3600),
        "echo": _yes(environment, "DATABASE_ECHO"),
        "read_own_writes_s": _number(environment, "READ_OWN_WRITES_S", 5),
        "slow_query_ms": _number(environment, "SLOW_QUERY_MS", 200),
    }


def _keys(environment: Mapping[str, str], instance: Path) -> dict[str, Any]:
    return {
        "secret_key": environment.get("SECRET_KEY") or _kept_secret(instance / "secret.key"),
        "earlier_keys": _list(environment, "SECRET_KEY_FALLBACKS"),
        "breached_passwords": _path(environment, "RUSHES_BREACHED_PASSWORDS"),
        "metrics_token": _token(environment, "METRICS_TOKEN"),
        "trusted_hosts": _list(environment, "TRUSTED_HOSTS"),
    }


def _list(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(filter(None, environment.get(name, "").replace(" ", "").split(",")))


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    text = environment.get(name)
    return Path(text).resolve() if text else None


def _address(environment: Mapping[str, str], name: str) -> str | None:
    text = environment.get(name, "").strip()
    host, _, port = text.rpartition(":")
    if text and not text.startswith("/") and not (host and port.isdigit() and int(port) < 65536):
        raise ValueError(f"{name} must be the path of a socket, or host:port, not {text!r}")
    return text or None


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not text.isdigit():
        raise ValueError(f"{name} must be a whole number, not {text!r}")
    return int(text)


def _hour(environment: Mapping[str, str], name: str, default: int) -> int | None:
    """Return an hour of the day in UTC; None for "off"."""
    if environment.get(name, "").strip().lower() == "off":
        return None
    hour = _number(environment, name, default)
    if hour > 23:
        raise ValueError(f"{name} must be an hour from 0 to 23, or off, not {hour}")
    return hour


def _token(environment: Mapping[str, str], name: str) -> str | None:
    text = environment.get(name, "").strip()
    if text and len(text) < SHORTEST_TOKEN:
        raise ValueError(f"{name} must have at least {SHORTEST_TOKEN} characters, so that nobody guesses it")
    return text or None


def _yes(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() in ("1", "true", "yes", "on")


def _kept_secret(path: Path) -> str:
    """Return the instance's secret, made at the first start and readable by its owner alone."""
    if not path.exists():
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
