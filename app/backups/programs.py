"""Dump a PostgreSQL or MariaDB database, and bring a dump back, with the servers' own programs."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from app.backups.errors import BackupError

LONGEST_S = 6 * 3600
PACKAGES = {
    "pg_dump": "postgresql-client",
    "pg_restore": "postgresql-client",
    "psql": "postgresql-client",
    "mariadb-dump": "mariadb-client",
    "mariadb": "mariadb-client",
}
# What the database holds goes first, in the transaction that brings the rest: all or nothing.
EMPTY_POSTGRESQL = "DROP SCHEMA IF EXISTS dbos CASCADE; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;"
DUMPED = b"-- Dump completed"
# Who may read triggers on MariaDB may drop them too, so the app's user may not: a dump gets them from here.
KEPT_BY_TRIGGERS = {"audit_log": "the audit log is", "audit_seals": "the seals of the audit log are"}
TRIGGERS = "".join(
    f"\nCREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} FOR EACH ROW"
    f" SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{subject} append-only';"
    for table, subject in KEPT_BY_TRIGGERS.items()
    for act in ("UPDATE", "DELETE")
)


@dataclass(frozen=True)
class Server:
    """How the programs reach a server; its password goes by the environment, where no list of processes shows it."""

    kind: str
    options: tuple[str, ...]
    environment: Mapping[str, str]
    database: str


def server_of(url: str) -> Server:
    """Return how to reach the server a URL names."""
    parsed = sa.make_url(url)
    kind = parsed.get_backend_name()
    query = {name: str(value) for name, value in parsed.query.items()}
    host = parsed.host or query.get("host", "")
    user = parsed.username or ""
    options = [("--host", host), ("--port", str(parsed.port or "")), (_user_flag(kind), user)]
    if kind == "mysql" and "unix_socket" in query:
        options = [("--socket", query["unix_socket"]), ("--user", user)]
    flags = tuple(f"{name}={value}" for name, value in options if value)
    given = {"PGPASSWORD" if kind == "postgresql" else "MYSQL_PWD": str(parsed.password)} if parsed.password else {}
    if kind == "postgresql":
        # As encrypted as the app's own connections: alone, the programs would fall back to none.
        given |= {f"PG{name.upper()}": value for name, value in query.items() if name.startswith("ssl")}
    else:
        flags += _encryption(query)
    return Server(kind, flags, given, parsed.database or "")


def _encryption(query: Mapping[str, str]) -> tuple[str, ...]:
    """Return what makes MariaDB's programs encrypt and check as the app's driver does; nothing where it does not."""
    files = {name: query[name] for name in ("ssl_ca", "ssl_capath", "ssl_cert", "ssl_key") if name in query}
    flags = tuple(f"--{name.replace('_', '-')}={value}" for name, value in files.items())
    return (*flags, "--ssl-verify-server-cert") if files else ()


def dump(server: Server, target: Path) -> None:
    """Write the whole database to `target`, as of one moment; raises `BackupError` and says what to install."""
    if server.kind == "postgresql":
        command = ["pg_dump", *server.options, "--format=custom", "--no-owner", f"--file={target}", server.database]
    else:
        options = ["--single-transaction", "--routines", "--skip-triggers", "--hex-blob", f"--result-file={target}"]
        command = ["mariadb-dump", *server.options, *options, server.database]
    run(command, server)
    check(server.kind, target)
    if server.kind == "mysql" and _has_triggers(server):
        with target.open("ab") as file:
            file.write(f"{TRIGGERS}\n".encode() + DUMPED + b"\n")


def _has_triggers(server: Server) -> bool:
    """Say whether this revision of the database keeps its log by all of them: the first ones had no seals."""
    question = ["--skip-column-names", "--execute=SHOW TABLES LIKE 'audit%'", server.database]
    there = run(["mariadb", *server.options, *question], server).decode().split()
    return KEPT_BY_TRIGGERS.keys() <= set(there)


def check(kind: str, path: Path) -> None:
    """Read a dump to its end; raises `BackupError` where it is cut short."""
    if kind == "postgresql":
        run(["pg_restore", f"--file={os.devnull}", str(path)], None)
        return
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 200))
        if DUMPED not in file.read():
            raise BackupError(f"{path.name} is cut short: its last line is not that of a whole dump.")


def bring_back(server: Server, path: Path) -> None:
    """Put a dump in the place of everything the database holds."""
    if server.kind == "postgresql":
        script = path.with_name(path.name + ".sql.part")
        try:
            # Read whole before anything is dropped: half a script would be half a database.
            run(["pg_restore", "--no-owner", f"--file={script}", str(path)], server)
            at_once = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
            steps = [f"--command={EMPTY_POSTGRESQL}", f"--file={script}", f"--output={os.devnull}"]
            run(["psql", *server.options, *at_once, *steps, server.database], server)
        finally:
            script.unlink(missing_ok=True)
    else:
        with path.open("rb") as file:
            run(["mariadb", *server.options, server.database], server, file.fileno())


def run(command: Sequence[str], server: Server | None, stdin: int = subprocess.DEVNULL) -> bytes:
    """Run one of the servers' programs to its end and return what it printed.

    Raises `BackupError` with its own last words.
    """
    name = command[0]
    program = shutil.which(name)
    if program is None:
        raise BackupError(f"{name} is not installed here. Install the package {PACKAGES[name]}, then try again.")
    environment = {**os.environ, **(server.environment if server else {})}
    done = subprocess.run(
        [program, *command[1:]], stdin=stdin, capture_output=True, env=environment, timeout=LONGEST_S, check=False
    )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackupError(f"{name} failed: {words[-1] if words else 'it said nothing'}")
    return done.stdout


def _user_flag(kind: str) -> str:
    return "--username" if kind == "postgresql" else "--user"
