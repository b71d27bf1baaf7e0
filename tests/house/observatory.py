"""The score a public scanner of headers would give an answer.

The rules are those of Mozilla's HTTP Observatory (MDN, version 4 of its scoring): 100 to begin with, taken from for
what is missing, added to for what is more than asked. Preloading is for the operator and adds nothing here; scripts
are of the same origin, where integrity adds nothing.
"""

import re

from werkzeug.test import TestResponse

PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
SIX_MONTHS_S = 15_768_000


def score(answer: TestResponse) -> int:
    """Return the points of an answer over https; 135 is the most without preloading."""
    policy = directives(answer.headers.get("Content-Security-Policy", ""))
    return 100 + sum(
        (
            policy_points(policy),
            cookie_points(answer.headers.getlist("Set-Cookie")),
            0 if "Access-Control-Allow-Origin" not in answer.headers else -50,
            5 if answer.headers.get("Referrer-Policy") in PRIVATE else 0,
            0 if stays_on_https(answer) else -20,
            0 if answer.headers.get("X-Content-Type-Options") == "nosniff" else -5,
            5 if "frame-ancestors" in policy else 0 if "X-Frame-Options" in answer.headers else -20,
            10 if answer.headers.get("Cross-Origin-Resource-Policy") == "same-origin" else 0,
        )
    )


def directives(policy: str) -> dict[str, list[str]]:
    """Return the policy's sources by directive."""
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name: sources for name, *sources in parts}


def policy_points(policy: dict[str, list[str]]) -> int:
    if not policy:
        return -25
    scripts = policy.get("script-src", policy.get("default-src", ["*"]))
    styles = policy.get("style-src", policy.get("default-src", ["*"]))
    if {"'unsafe-inline'", "data:", "*", "https:", "http:"} & set(scripts):
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if "'unsafe-inline'" in styles:
        return 0
    return 10 if policy.get("default-src") == ["'none'"] else 5


def cookie_points(cookies: list[str]) -> int:
    if any("Secure" not in cookie for cookie in cookies):
        return -20
    if any("HttpOnly" not in cookie for cookie in cookies):
        return -30
    return 5 if all("SameSite" in cookie for cookie in cookies) else 0


def stays_on_https(answer: TestResponse) -> bool:
    found = re.search(r"max-age=(\d+)", answer.headers.get("Strict-Transport-Security", ""))
    return found is not None and int(found.group(1)) >= SIX_MONTHS_S
