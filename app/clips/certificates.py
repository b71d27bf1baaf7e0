"""A cut certificate as its page shows it."""

from dataclasses import dataclass, field
from typing import Any

from app.clips.models import Clip, ClipExport
from app.media.clock import Clock

PICTURES = (
    ("source_first", "First frame, source"),
    ("rendered_first", "First frame, render"),
    ("source_last", "Last frame, source"),
    ("rendered_last", "Last frame, render"),
)


@dataclass(frozen=True)
class Cell:
    """How alike a rendered frame is to one source frame, in dB."""

    offset: int
    text: str
    best: bool


@dataclass(frozen=True)
class Row:
    """One boundary against the source frames around it."""

    boundary: str
    cells: list[Cell]


@dataclass
class Shown:
    """Everything the page prints."""

    exact: bool
    verdict_text: str
    summary: str
    expected_frames: str
    actual_frames: str
    in_timecode: str
    out_timecode: str
    pictures: list[tuple[str, str, str, int]] = field(default_factory=list)
    psnr: list[Row] = field(default_factory=list)
    psnr_note: str | None = None
    method: list[tuple[str, str]] = field(default_factory=list)
    hashes: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def shown_certificate(export: ClipExport, clip: Clip, clock: Clock) -> Shown:
    """Return the certificate in words and tables."""
    proof: dict[str, Any] = export.certificate_json
    in_point, out_point = proof["in_point"], proof["out_point"]
    exact = proof["verdict"] == "passed"
    return Shown(
        exact=exact,
        verdict_text="Exact" if exact else "Not exact",
        summary=_summary(proof, exact),
        expected_frames=f"{out_point - in_point:,}",
        actual_frames=f"{proof.get('frames', out_point - in_point):,}",
        in_timecode=clock.show(in_point),
        out_timecode=clock.show_out(out_point),
        hashes=[("SHA-256 of this file", export.sha256)],
    )


def _summary(proof: dict[str, Any], exact: bool) -> str:
    if not exact:
        return " ".join(proof.get("reasons", [])) or "The file differs from what was asked for."
    return "The file was decoded again: it holds every frame that was asked for, in order, and none besides."
