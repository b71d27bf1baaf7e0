"""What templates may call beyond Flask's own: numbers for the timeline, words for times and sizes."""

import math
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Flask, g
from markupsafe import Markup

from app.core.clock import now
from app.core.web.htmx import wants_piece
from app.core.words import ago, exactly, size


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


def prepare(app: Flask, count_running: Callable[[int], int]) -> None:
    """Register filters and the names every page has; `count_running` counts a person's active jobs."""
    app.jinja_env.filters.update(vars=numbers, ago=ago, exactly=exactly, size=size)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def names() -> dict[str, Any]:
        person = g.get("viewer")
        running = count_running(person.id) if person and not wants_piece() else 0
        return {"viewer": person, "running_jobs": running, "mine_since": quote(now().isoformat())}
