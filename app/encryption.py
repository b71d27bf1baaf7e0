"""Which lines leave this machine unencrypted; none may, unless the operator says so by the setting's name."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qsl, unquote, urlsplit

DATABASES = ("DATABASE_URL", "DATABASE_REPLICA_URLS", "JOBS_DATABASE_URL", "RUSHES_MIGRATIONS_URL")
ADDRESSES = ("RUSHES_SYSLOG", "RUSHES_CLAMD")
# What makes a driver encrypt, hold the certificate against an authority, and the name against the certificate.
CURES = {
    "postgresql": "sslmode=verify-full (and sslrootcert=FILE, or sslrootcert=system)",
    "mysql": "ssl_ca=FILE",
}
OFF = ("false", "0", "no", "off")


def require_encrypted(environment: Mapping[str, str], allowed: Sequence[str] = ()) -> None:
    """Raise ValueError for a setting that leads to another machine without encryption, unless it is an allowed one."""
    if unknown := {*allowed} - {*DATABASES, *ADDRESSES}:
        raise ValueError(f"RUSHES_UNENCRYPTED names no such settings: {', '.join(sorted(unknown))}")
    for name in DATABASES:
        for url in _urls(environment.get(name, ""), name) if name not in allowed else ():
            cure = _cure_of(url, environment)
            if cure:
                raise ValueError(
                    f"{name} leads to another machine and does not ask for encryption that is checked. Add {cure} "
                    f"to it, or set RUSHES_UNENCRYPTED={name} where the line is protected otherwise"
                )
    for name in ADDRESSES:
        address = environment.get(name, "").strip()
        if name not in allowed and address and not address.startswith("/") and not is_here(address.rpartition(":")[0]):
            raise ValueError(
                f"{name} leads to another machine unencrypted. Let something on this one forward it, or set "
                f"RUSHES_UNENCRYPTED={name} where the line is protected otherwise"
            )


def is_here(host: str) -> bool:
    """Say whether a host is this machine: by no name at all, a socket's folder, its own name, or a loopback address."""
    host = host.strip("[]")
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _urls(text: str, name: str) -> list[str]:
    return [url.strip() for url in (text.split(",") if name == "DATABASE_REPLICA_URLS" else [text])]


def _cure_of(url: str, environment: Mapping[str, str]) -> str | None:
    """Return what has to be added to a database's URL; None where it is safe or no server's."""
    kind = urlsplit(url).scheme.partition("+")[0]
    if kind not in CURES:
        return None
    query = dict(parse_qsl(urlsplit(url).query))
    if all(is_here(host) for host in _hosts(url, kind, environment)):
        return None
    if kind == "postgresql":
        is_checked = query.get("sslmode", environment.get("PGSSLMODE")) == "verify-full"
    else:
        checks = query.get("ssl_check_hostname", "true").lower() not in OFF
        is_checked = checks and bool(query.get("ssl_ca") or query.get("ssl_capath"))
    return None if is_checked else CURES[kind]


def _hosts(url: str, kind: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield every host a driver may speak to: URLs of PostgreSQL name several, in either place."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query)
    if kind == "mysql":
        if "unix_socket" not in dict(query):
            yield unquote(parts.hostname or "")
        return
    named = [unquote(parts.netloc.rpartition("@")[2])]
    named += [value for name, value in query if name in ("host", "hostaddr")]
    named = [each for each in named if each] or [environment.get("PGHOST", "")]
    for each in ",".join(named).split(","):
        yield _without_port(each)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0]
    return host if host.startswith("/") or host.count(":") > 1 else host.partition(":")[0]
