"""What templates may call beyond Flask's own: numbers for the timeline, words for times and sizes."""

import math
from collections.abc import Callable
from typing import Any, Protocol

from flask import Flask, g
from markupsafe import Markup

from app.core.web.htmx import wants_piece
from app.core.words import ago, day, exactly, size


class Mine(Protocol):
    """How many of a person's jobs run, and what ended."""

    @property
    def running(self) -> int: ...

    @property
    def news(self) -> Any: ...


def numbers(values: dict[str, float | int]) -> Markup:
    """Return a style attribute of numeric custom properties; anything but a number raises TypeError."""
    pairs = []
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"--{name} takes a number")
        if not math.isfinite(value):
            raise ValueError(f"--{name} takes a finite number")
        # Four decimals of a second tell frames apart at any rate and length.
        pairs.append(f"--{name}:{f'{value:.4f}'.rstrip('0').rstrip('.')}")
    return Markup('style="{}"').format(";".join(pairs))


def prepare(app: Flask, tell_mine: Callable[[int], Mine]) -> None:
    """Register filters and the names every page has; `tell_mine` says how a person's own jobs stand."""
    app.jinja_env.filters.update(vars=numbers, ago=ago, day=day, exactly=exactly, size=size)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def names() -> dict[str, Any]:
        person = g.get("viewer")
        # A piece goes into a page that has its bar already.
        if person is None or wants_piece():
            return {"viewer": person, "running_jobs": 0, "news": []}
        if g.get("owes_step"):
            # Nothing of what goes on here is told before the second step is there.
            return {"viewer": person, "keys_mode": "off", "running_jobs": 0, "news": []}
        mine = tell_mine(person.id)
        return {
            "viewer": person,
            "keys_mode": g.preferences.keys if "preferences" in g else "on",
            "running_jobs": mine.running,
            "news": mine.news,
            "admin_url": "/admin",
            "search_url": "/search",
        }
