"""Render a clip of a recording and have it certified, in this process."""

from pathlib import Path
from typing import Any

from app.processing.certificate import certificate
from app.processing.probe import probe
from app.processing.render import render
from tests.processing.conftest import silently


def order(source: Path, work: Path, start: int, stop: int, **more: Any) -> dict[str, Any]:
    """Probe a recording and give the parameters that render [start, stop) of it."""
    facts = probe({"path": str(source), "index": str(work / "frame_index.npz")}, silently)
    kept = {name: facts[name] for name in ("rate_num", "rate_den", "width", "height", "rotation")}
    places = {"path": str(source), "index": str(work / "frame_index.npz"), "output": str(work / "clip.mp4")}
    return {**kept, **places, "in_point": start, "out_point": stop, "mode": "exact", **more}


def certified(params: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Certify what ``params`` rendered, as if asked for with ``changes``."""
    work = str(Path(params["output"]).parent)
    return certificate({**params, "rendered": params["output"], "folder": work, **changes}, silently)


def rendered(params: dict[str, Any]) -> dict[str, Any]:
    """Render, and give the parameters with what a certificate needs from it."""
    made = render(params, silently)
    return {**params, **made, "asked_mode": params["mode"]}
