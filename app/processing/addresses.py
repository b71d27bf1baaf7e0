"""Which addresses may be fetched from: public ones, by http or https; never this machine nor the network it is in."""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from app.core.texts import later
from app.processing.errors import MediaRefused, ProcessingFailed

LONGEST = 1024
PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
LOW_BITS = (1 << 32) - 1

NO_ADDRESS = later("Write a whole address that begins with https:// or http://.")
WITH_NAME = later("An address with a name or password in it is not fetched: it would be kept where others read it.")
OTHER_PORT = later("Only the usual ports of http and https are fetched from.")
NOT_PUBLIC = later("This address leads into a private network, which is not fetched from.")
UNKNOWN = later("There is no server called {host}.")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Place:
    """Where to connect for a URL: every check was made on this very address, so a name cannot change its mind."""

    url: str
    scheme: str
    host: str
    port: int
    address: str
    target: str


def read_url(url: str) -> SplitResult:
    """Take a URL apart; raises MediaRefused, in words, for one that is not fetched whatever it leads to."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MediaRefused(NO_ADDRESS) from error
    if parts.scheme not in PORTS or not parts.hostname or len(url) > LONGEST or not url.isprintable() or " " in url:
        raise MediaRefused(NO_ADDRESS)
    if parts.username is not None or parts.password is not None:
        raise MediaRefused(WITH_NAME)
    if port not in (None, PORTS[parts.scheme]):
        raise MediaRefused(OTHER_PORT)
    if _is_literal(parts.hostname) and not is_public(parts.hostname):
        raise MediaRefused(NOT_PUBLIC)
    return parts


def place_of(url: str) -> Place:
    """Look a URL's host up; raises MediaRefused where any address of it is not public, or nothing is known of it."""
    parts = read_url(url)
    host, port = _ascii(parts.hostname or ""), parts.port or PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise MediaRefused(UNKNOWN.format(host=host)) from error
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(is_public(each) for each in addresses):
        raise MediaRefused(NOT_PUBLIC)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(url, parts.scheme, host, port, addresses[0], target)


def is_public(text: str) -> bool:
    """Tell whether an address lies on the public internet, whatever other address it may carry inside."""
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return False
    return all(_is_global(each) for each in (address, *_inside(address)))


def guard_connections() -> None:
    """Let this process connect to public addresses alone, whatever library asks; there is no way back."""
    socket.socket.connect = _guarded(socket.socket.connect)  # type: ignore[method-assign]
    socket.socket.connect_ex = _guarded(socket.socket.connect_ex)  # type: ignore[method-assign]


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def checked(sock: socket.socket, address: Any) -> Any:
        allowed = sock.family in (socket.AF_INET, socket.AF_INET6) and is_public(str(address[0]))
        if not allowed:
            raise ProcessingFailed(NOT_PUBLIC)
        return connect(sock, address)

    return checked


def _is_global(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inside(address: Address) -> list[Address]:
    """Give the addresses an IPv6 address stands for: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        carried.append(ipaddress.IPv4Address(int(address) & LOW_BITS))
    return [each for each in carried if each is not None]


def _is_literal(host: str) -> bool:
    """Tell an address from a name; 127.1, 0x7f.1 and 2130706433 are addresses too to whoever connects."""
    if ":" in host:
        return True
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError as error:
        raise MediaRefused(NO_ADDRESS) from error
