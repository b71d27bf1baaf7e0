"""No line leaves this machine unencrypted unless the operator names it; real servers show what TLS they ask for."""

import asyncio
import datetime
import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.backups import service
from app.backups.errors import BackupError
from app.config import settings_from
from app.core.async_db import AsyncDatabase
from app.encryption import is_here, require_encrypted
from app.jobs import engine as job_engine
from tests.house.sources import ROOT
from tests.servers import Tls, mariadb_server, postgres_server

PG, MY = "postgresql+psycopg://", "mysql+pymysql://"
UNSAFE = [
    f"{PG}u@db/rushes",
    f"{PG}u@db/rushes?sslmode=require",
    f"{PG}u@db/rushes?sslmode=verify-ca&sslrootcert=/ca.pem",
    f"{PG}u@db.example.org:5432/rushes?sslmode=prefer",
    f"{PG}u@/rushes?host=db",
    f"{PG}u@/rushes?host=/run/postgresql&host=db",
    f"{PG}u@localhost,db/rushes",
    f"{PG}u@localhost/rushes?hostaddr=192.0.2.1",
    f"{PG}u@[2001:db8::1]:5432/rushes",
    f"{MY}u@db/rushes",
    f"{MY}u@192.0.2.1/rushes?charset=utf8mb4",
    f"{MY}u@db/rushes?ssl_cert=/c.pem",
    f"{MY}u@db/rushes?ssl_ca=/ca.pem&ssl_check_hostname=false",
]
SAFE = [
    "sqlite:///rushes.db",
    f"{PG}u@/rushes",
    f"{PG}u@localhost:5432/rushes",
    f"{PG}u@127.0.0.1/rushes",
    f"{PG}u@[::1]:5432/rushes",
    f"{PG}u@/rushes?host=/run/postgresql",
    f"{PG}u@db/rushes?sslmode=verify-full",
    f"{PG}u@a,b:5433/rushes?sslmode=verify-full&sslrootcert=system",
    f"{MY}u@localhost/rushes?unix_socket=/run/mysqld/mysqld.sock",
    f"{MY}u@127.0.0.1:3306/rushes",
    f"{MY}u@db/rushes?charset=utf8mb4&ssl_ca=/ca.pem",
]
NAMES = ["DATABASE_URL", "DATABASE_REPLICA_URLS", "JOBS_DATABASE_URL", "RUSHES_MIGRATIONS_URL"]


@pytest.mark.parametrize("url", UNSAFE)
def test_a_database_elsewhere_without_checked_tls_stops_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL leads to another machine"):
        settings_from({"RUSHES_INSTANCE": str(tmp_path), "DATABASE_URL": url}, ROOT)


@pytest.mark.parametrize("url", SAFE)
def test_what_stays_here_or_is_checked_is_taken(url: str) -> None:
    require_encrypted({"DATABASE_URL": url})


@pytest.mark.parametrize("name", NAMES)
def test_every_database_is_asked_after_and_each_may_be_excepted_by_its_name(name: str) -> None:
    unsafe = {name: f"{PG}u@db/rushes"}

    with pytest.raises(ValueError, match=f"^{name} .*sslmode=verify-full.*RUSHES_UNENCRYPTED={name}"):
        require_encrypted(unsafe)
    require_encrypted(unsafe, ["RUSHES_SYSLOG", name])


def test_one_unsafe_copy_among_safe_ones_is_seen() -> None:
    with pytest.raises(ValueError, match="DATABASE_REPLICA_URLS"):
        require_encrypted({"DATABASE_REPLICA_URLS": f"{SAFE[2]},{UNSAFE[0]}"})


def test_what_the_driver_takes_from_the_environment_counts() -> None:
    with pytest.raises(ValueError, match="DATABASE_URL"):
        require_encrypted({"DATABASE_URL": f"{PG}u@/rushes", "PGHOST": "db"})
    require_encrypted({"DATABASE_URL": f"{PG}u@/rushes", "PGHOST": "db", "PGSSLMODE": "verify-full"})


@pytest.mark.parametrize("name", ["RUSHES_SYSLOG", "RUSHES_CLAMD"])
def test_log_and_scanner_stay_on_this_machine(name: str) -> None:
    for address in ("/dev/log", "127.0.0.1:514", "localhost:514", "[::1]:514"):
        require_encrypted({name: address})

    with pytest.raises(ValueError, match=f"^{name} leads to another machine"):
        require_encrypted({name: "log.example.org:514"})
    require_encrypted({name: "log.example.org:514"}, [name])


def test_the_operator_names_what_may_be_unencrypted(tmp_path: Path) -> None:
    excepted = {"DATABASE_URL": UNSAFE[0], "RUSHES_UNENCRYPTED": "RUSHES_SYSLOG, DATABASE_URL"}

    found = settings_from({"RUSHES_INSTANCE": str(tmp_path), **excepted}, ROOT)

    assert found.database_url == UNSAFE[0]


@pytest.mark.parametrize("host", ["localhost.example.org", "127.0.0.1.example.org", "128.0.0.1", "0.0.0.0", "::"])
def test_what_only_looks_like_this_machine_is_another(host: str) -> None:
    assert not is_here(host)


def certificate() -> Tls:
    """Make a certificate of `localhost` that signs itself, and find a port for it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.OID_COMMON_NAME, "tests")])
    today = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(today - datetime.timedelta(days=1))
    builder = builder.not_valid_after(today + datetime.timedelta(days=2))
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    shown = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Tls(shown, secret, probe.getsockname()[1])


@pytest.fixture(scope="module", params=["postgresql", "mysql"])
def urls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Yield how to reach a server that lets nobody in without TLS: with its authority, and with another's."""
    shown, folder = certificate(), tmp_path_factory.mktemp("authorities")
    (folder / "right.pem").write_bytes(shown.certificate)
    (folder / "wrong.pem").write_bytes(certificate().certificate)
    start = postgres_server if request.param == "postgresql" else mariadb_server
    with start(shown) as url:
        database = sa.make_url(url)
        query = {"sslmode": "verify-full", "sslrootcert": ""} if request.param == "postgresql" else {"ssl_ca": ""}
        made = []
        for name in ("right.pem", "wrong.pem"):
            checked = {key: value or str(folder / name) for key, value in query.items()}
            there = database.set(host="localhost", port=shown.port, query=checked)
            made.append(there.render_as_string(hide_password=False))
        yield made[0], made[1]


ENCRYPTED = {
    "postgresql": "SELECT CASE WHEN ssl THEN version ELSE 'none' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    "mysql": "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_version'",
}


@pytest.mark.server
def test_web_and_worker_speak_tls_with_the_url_that_is_asked_for(urls: tuple[str, str]) -> None:
    require_encrypted({"DATABASE_URL": urls[0].replace("localhost", "db")})
    engine = sa.create_engine(urls[0])
    with engine.connect() as connection:
        web = connection.exec_driver_sql(ENCRYPTED[engine.dialect.name]).scalar_one()
    engine.dispose()

    assert web.startswith("TLSv1.")
    assert asyncio.run(by_worker(urls[0])) == web


async def by_worker(url: str) -> str:
    database = AsyncDatabase(url, {})
    async with database.areading() as session:
        statement = ENCRYPTED[database.engine.dialect.name]
        version: str = (await session.execute(sa.text(statement))).scalar_one()
    await database.close()
    return version


@pytest.mark.server
def test_a_server_with_the_wrong_certificate_is_not_spoken_to(urls: tuple[str, str]) -> None:
    engine = sa.create_engine(urls[1])

    with pytest.raises(sa.exc.OperationalError, match=r"(?i)certificate"):
        engine.connect()
    with pytest.raises(Exception, match=r"(?i)certificate"):
        asyncio.run(by_worker(urls[1]))
    if engine.dialect.name == "postgresql":
        with pytest.raises(sa.exc.OperationalError, match=r"(?i)certificate"):
            job_engine.prepare(urls[1])


@pytest.mark.server
def test_dumps_go_by_the_same_encryption(urls: tuple[str, str], tmp_path: Path) -> None:
    engine = sa.create_engine(urls[0])
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE mine (id integer)")
    engine.dispose()

    service.back_up(urls[0], tmp_path / "right.dump")

    assert (tmp_path / "right.dump").stat().st_size > 500
    with pytest.raises(BackupError, match=r"(?i)certificate|ssl"):
        service.back_up(urls[1], tmp_path / "wrong.dump")
