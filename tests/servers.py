"""Private PostgreSQL and MariaDB servers for tests: a temporary folder, a unix socket, no network."""

import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest

START_TIMEOUT_S = 60
DATABASE = "rushes"


@dataclass(frozen=True)
class Tls:
    """What a server shows to who connects by TCP, at which port; nobody else is let in there."""

    certificate: bytes
    key: bytes
    port: int


@contextmanager
def postgres_server(tls: Tls | None = None) -> Iterator[str]:
    """Yield the SQLAlchemy URL of an empty UTF-8 database on a server that lives as long as the block."""
    binaries = _postgres_binaries()
    with _server_folder("postgres") as (folder, user):
        data = folder / "data"
        pg_ctl = [f"{binaries}/pg_ctl", "--pgdata", str(data), "--silent"]
        _run([f"{binaries}/initdb", "-D", str(data), "-U", DATABASE, *_initdb_options()], user)
        # Tests kill our processes, never this server: its own durability would only cost time.
        options = f"-k {folder} -c fsync=off -c full_page_writes=off -c max_connections=200 "
        options += _postgres_tls(tls, data, user) if tls else "-c listen_addresses=''"
        _run([*pg_ctl, "--wait", "-l", str(folder / "log"), "-o", options, "start"], user)
        try:
            place = ["-h", str(folder), "-p", str(tls.port if tls else 5432)]
            _run([f"{binaries}/createdb", *place, "-U", DATABASE, DATABASE], user)
            yield f"postgresql+psycopg://{DATABASE}@/{DATABASE}?host={folder}"
        finally:
            _run([*pg_ctl, "--mode", "immediate", "stop"], user)


@contextmanager
def mariadb_server(tls: Tls | None = None) -> Iterator[str]:
    """Yield the SQLAlchemy URL of an empty utf8mb4 database with binary collation, as above."""
    mariadbd, install = _mariadb_binaries()
    with _server_folder("mysql") as (folder, user):
        path = folder / "socket"
        common = ["--no-defaults", f"--datadir={folder / 'data'}"]
        _run([install, *common, "--auth-root-authentication-method=normal", "--skip-test-db"], user)
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [mariadbd, *common, *_mariadb_tls(tls, folder, user)]
                + [f"--socket={path}", f"--pid-file={folder / 'pid'}"]
                + ["--innodb-flush-log-at-trx-commit=0", "--character-set-server=utf8mb4"]
                + ["--collation-server=utf8mb4_bin"],
                stdout=log,
                stderr=log,
                user=user,
                group=_group(user),
                extra_groups=[] if user is not None else None,
                cwd=folder,
            )
        try:
            _create_mariadb_database(server, path)
            yield f"mysql+pymysql://root@localhost/{DATABASE}?unix_socket={path}&charset=utf8mb4"
        finally:
            server.kill()
            server.wait()


def _postgres_tls(tls: Tls, data: Path, user: str | None) -> str:
    (data / "pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.1/32 trust\n")
    certificate, key = _shown(tls, data, user)
    return f"-c listen_addresses=127.0.0.1 -p {tls.port} -c ssl=on -c ssl_cert_file={certificate} -c ssl_key_file={key}"


def _mariadb_tls(tls: Tls | None, folder: Path, user: str | None) -> list[str]:
    if tls is None:
        return ["--skip-networking"]
    certificate, key = _shown(tls, folder, user)
    address = ["--bind-address=127.0.0.1", f"--port={tls.port}", "--require-secure-transport=ON"]
    return [*address, f"--ssl-cert={certificate}", f"--ssl-key={key}"]


def _shown(tls: Tls, folder: Path, user: str | None) -> tuple[Path, Path]:
    """Write what the server shows where it alone may read it."""
    certificate, key = folder / "shown.pem", folder / "shown.key"
    for path, text in ((certificate, tls.certificate), (key, tls.key)):
        path.write_bytes(text)
        path.chmod(0o600)
        if user is not None:
            shutil.chown(path, user, _group(user))
    return certificate, key


def missing(program: str) -> None:
    """Skip this test, or fail it where everything is promised to be installed."""
    words = f"{program} is not installed"
    if os.environ.get("RUSHES_REQUIRE_ALL") == "1":
        pytest.fail(words)
    pytest.skip(words)


def _postgres_binaries() -> str:
    found = glob.glob("/usr/lib/postgresql/*/bin/createdb")
    newest = max(found, key=lambda path: float(Path(path).parts[-3]), default=shutil.which("createdb"))
    if newest is None:
        missing("PostgreSQL")
    return str(Path(str(newest)).parent)


def _mariadb_binaries() -> tuple[str, str]:
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    server = shutil.which("mariadbd", path=places)
    install = shutil.which("mariadb-install-db", path=places)
    if server is None or install is None:
        missing("MariaDB")
    return str(server), str(install)


@contextmanager
def _server_folder(account: str) -> Iterator[tuple[Path, str | None]]:
    """Yield a short temporary folder and the account to run as: None where we are an ordinary one already."""
    user = _ordinary_account(account) if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="rushes-db-"))
    if user is not None:
        shutil.chown(folder, user, _group(user))
    try:
        yield folder, user
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ordinary_account(wanted: str) -> str:
    # Neither server runs as root; where its package made no account, nobody's will do.
    known = {entry.pw_name for entry in pwd.getpwall()}
    return wanted if wanted in known else "nobody"


def _group(user: str | None) -> int | None:
    return pwd.getpwnam(user).pw_gid if user is not None else None


def _initdb_options() -> list[str]:
    return ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]


def _run(command: Sequence[str], user: str | None) -> None:
    done = subprocess.run(
        command,
        user=user,
        group=_group(user),
        extra_groups=[] if user is not None else None,
        cwd=tempfile.gettempdir(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if "start" not in command else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        timeout=START_TIMEOUT_S,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {(done.stdout or b'').decode(errors='replace')}")


def _create_mariadb_database(server: subprocess.Popen[bytes], path: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not _listens(path):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("mariadbd did not start")
        time.sleep(0.05)
    with pymysql.connect(unix_socket=str(path), user="root") as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as knock:
        return knock.connect_ex(str(path)) == 0
