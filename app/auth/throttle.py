"""Slow down guessing: a doubling wait per account name and per network, never a lock for who is signed in."""

import ipaddress
from datetime import datetime, timedelta

from app.auth.models import SignInAttempt
from app.auth.repository import SessionRepository, normalized
from app.core.clock import now

FREE_TRIES = {"account": 4, "network": 20}
LONGEST_WAIT_S = 15 * 60
# A block further away was earned before the clock was put back, and would keep people out for as long.
LONGEST_WAIT = timedelta(seconds=LONGEST_WAIT_S)
FORGOTTEN_AFTER = timedelta(hours=24)


class Throttle:
    """The waits that failed sign-ins have earned so far."""

    def __init__(self, attempts: SessionRepository) -> None:
        self.attempts = attempts

    def wait_s(self, username: str, ip: str | None) -> int:
        """Return how many seconds this account name or network still has to wait; 0 means try."""
        moment = now()
        waits = [0]
        for kind, subject in subjects(username, ip):
            attempt = self.attempts.attempt(kind, subject)
            if attempt and attempt.blocked_until and moment < attempt.blocked_until <= moment + LONGEST_WAIT:
                waits.append(int((attempt.blocked_until - moment).total_seconds()) + 1)
        return max(waits)

    def failed(self, username: str, ip: str | None) -> None:
        """Remember one more failure for both."""
        for kind, subject in subjects(username, ip):
            attempt = self.attempts.attempt(kind, subject)
            if attempt is None:
                attempt = SignInAttempt(kind=kind, subject=subject, failures=0, last_failed_at=now())
                self.attempts.add_attempt(attempt)
            _count(attempt, now())

    def succeeded(self, username: str) -> None:
        """Forget the account's failures; the network's fade by themselves."""
        self.attempts.forget_attempts("account", normalized(username)[:120])


def subjects(username: str, ip: str | None) -> list[tuple[str, str]]:
    """Return whom a failure counts against: the account name, and the /24 or /64 it came from."""
    found = [("account", normalized(username)[:120])]
    if ip:
        address = ipaddress.ip_address(ip)
        network = ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 64}", strict=False)
        found.append(("network", str(network)))
    return found


def _count(attempt: SignInAttempt, moment: datetime) -> None:
    if moment - attempt.last_failed_at > FORGOTTEN_AFTER:
        attempt.failures = 0
    attempt.failures += 1
    attempt.last_failed_at = moment
    over = attempt.failures - FREE_TRIES[attempt.kind]
    if over > 0:
        attempt.blocked_until = moment + timedelta(seconds=min(LONGEST_WAIT_S, 2.0 ** min(over - 1, 10)))
