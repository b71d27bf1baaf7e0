"""How often one person, or one network of strangers, may change things or ask for what is costly: a bucket each."""

import ipaddress
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from app.core.errors import Throttled
from app.core.texts import say

V = TypeVar("V", bound=Callable[..., Any])

LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})
# Nobody has more people at work; past it the buckets that are full again are forgotten, and if none is, all.
MOST_BUCKETS = 10_000


@dataclass
class Bucket:
    """What one asker may still ask for, and when that was counted."""

    left: float
    counted_at: float


class Rates:
    """The buckets of this process: each holds a minute's worth and fills again as time goes by; 0 means no limit."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.a_minute = a_minute
        self.clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    def wait_s(self, asker: str) -> int:
        """Take one out of this asker's bucket; return 0, or for an empty one the seconds until it holds one again."""
        if not self.a_minute:
            return 0
        moment, per_s = self.clock(), self.a_minute / 60
        with self._lock:
            if len(self._buckets) >= MOST_BUCKETS:
                self._forget(moment)
            bucket = self._buckets.setdefault(asker, Bucket(self.a_minute, moment))
            bucket.left = min(self.a_minute, bucket.left + (moment - bucket.counted_at) * per_s)
            bucket.counted_at = moment
            if bucket.left >= 1:
                bucket.left -= 1
                return 0
            return math.ceil((1 - bucket.left) / per_s)

    def _forget(self, moment: float) -> None:
        kept = {asker: bucket for asker, bucket in self._buckets.items() if moment - bucket.counted_at < 60}
        self._buckets = kept if len(kept) < MOST_BUCKETS else {}


def costly(view: V) -> V:
    """Declare that a view's looks are counted too: a search, an export."""
    view.__costly__ = True  # type: ignore[attr-defined]
    return view


def uncounted(view: V) -> V:
    """Declare that a view is never counted: pieces of an upload, and what a page sends by itself."""
    view.__uncounted__ = True  # type: ignore[attr-defined]
    return view


def limit_rates(app: Flask, a_minute: int) -> None:
    """Refuse whoever asks too often, with 429 and when to come back; register it after the guard."""
    app.extensions["rates"] = Rates(a_minute)

    @app.before_request
    def count() -> None:
        kind = _counted_as(app)
        if kind is None:
            return
        rates: Rates = current_app.extensions["rates"]
        wait_s = rates.wait_s(f"{kind} {_asker()}")
        if wait_s:
            raise Throttled(
                say("Too many requests in a minute. Nothing of this one was done; wait %(wait_s)s s.", wait_s=wait_s),
                wait_s,
            )


def _counted_as(app: Flask) -> str | None:
    view = app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "__uncounted__", False):
        return None
    if request.method not in LOOKS:
        return "change"
    return "look" if getattr(view, "__costly__", False) else None


def _asker() -> str:
    person = g.get("viewer")
    return f"person {person.id}" if person is not None else f"network {network_of(request.remote_addr)}"


def network_of(ip: str | None) -> str:
    """Return the /24 or /64 an address lies in."""
    if not ip:
        return "unknown"
    address = ipaddress.ip_address(ip)
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 64}", strict=False))
