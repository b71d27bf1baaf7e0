"""A cut certificate as its page shows it: verdict, boundary frames, likeness, sound and method."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.clips.models import ClipExport
from app.core.texts import later, plural, say
from app.media.clock import Clock

PICTURES = {
    "source_first": later("First frame, source"),
    "rendered_first": later("First frame, file"),
    "source_last": later("Last frame, source"),
    "rendered_last": later("Last frame, file"),
}
MODES = {"exact": later("Exact"), "smart": later("Smart")}
ROLES = {"first": later("First frame"), "last": later("Last frame")}
SOUND_WORDS = {
    "matched": later("the same, to the sample"),
    "silent": later("silent in both"),
    "shifted": "shifted",
    "different": "different",
    "wrong length": later("of another length"),
}


@dataclass(frozen=True)
class Cell:
    """How alike a frame of the file is to one source frame, in dB; no text where the recording has no such frame."""

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
    """Everything the page prints; frames are milliseconds where there is only sound."""

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


def shown_certificate(export: ClipExport, clock: Clock, picture_url: Callable[[str], str]) -> Shown:
    """Return the certificate in words and tables; `picture_url` gives the address of a boundary picture."""
    proof: dict[str, Any] = export.certificate_json
    exact = proof["verdict"] == "passed"
    return Shown(
        exact=exact,
        verdict_text=say("Exact") if exact else say("Not exact"),
        summary=_summary(proof, exact),
        expected_frames=plural(proof["expected_frames"], "frame", "frames"),
        actual_frames=plural(proof["actual_frames"], "frame", "frames"),
        in_timecode=clock.show(proof["in_point"]),
        out_timecode=clock.show_out(proof["out_point"]),
        pictures=_pictures(proof, clock, picture_url),
        psnr=_rows([frame for frame in proof.get("frames", []) if frame["role"] in ROLES]),
        psnr_note=_note(proof),
        method=_method(export, proof),
        hashes=_hashes(export, proof),
    )


def _summary(proof: dict[str, Any], exact: bool) -> str:
    if not exact:
        return " ".join(proof.get("reasons", [])) or say("The file differs from what was asked for.")
    return say("The file was decoded again: it holds everything that was asked for, in order, and nothing besides.")


def _pictures(
    proof: dict[str, Any], clock: Clock, picture_url: Callable[[str], str]
) -> list[tuple[str, str, str, int]]:
    last = proof["out_point"] - 1
    shown: list[tuple[str, str, str, int]] = []
    for name, label in PICTURES.items():
        if f"{name}.jpg" in proof.get("pictures", []):
            frame = proof["in_point"] if name.endswith("first") else last
            shown.append((label, picture_url(name), clock.show(frame), frame))
    return shown


def _rows(frames: list[dict[str, Any]]) -> list[Row]:
    """Give every row the same columns: at an end of the recording a frame has fewer neighbours."""
    offsets = sorted({each["offset"] for frame in frames for each in frame["psnr"]})
    return [Row(ROLES[frame["role"]], [_cell(frame, offset) for offset in offsets]) for frame in frames]


def _cell(frame: dict[str, Any], offset: int) -> Cell:
    text = next((f"{each['db']:.1f}" for each in frame["psnr"] if each["offset"] == offset), "")
    return Cell(offset, text, offset == frame["best_offset"])


def _note(proof: dict[str, Any]) -> str | None:
    """Say where the pictures alone prove nothing, because neighbours look the same."""
    if any(frame["verdict"] == "indistinguishable" for frame in proof.get("frames", [])):
        return say("Neighbouring frames of the source look the same here, so the proof rests on every frame’s time.")
    return None


def _method(export: ClipExport, proof: dict[str, Any]) -> list[tuple[str, str]]:
    lines = [(say("Asked for"), str(MODES[export.settings_json.get("mode", "exact")]))]
    copied = proof.get("copied")
    if copied:
        packets = plural(copied["packets"], "packet", "packets")
        lines.append((say("Copied untouched"), say("%(packets)s, each the source’s own by its hash", packets=packets)))
    elif export.format == "mp4":
        lines.append((say("Encoded"), say("Every frame anew")))
    times = proof.get("times")
    if times:
        checked = plural(times["checked"], "frame", "frames")
        lines.append(
            (
                say("Times"),
                say(
                    "%(checked)s checked; the largest difference is %(value)s ms",
                    checked=checked,
                    value=f"{times['largest_error_s'] * 1000:.3f}",
                ),
            )
        )
    inside = [frame for frame in proof.get("frames", []) if frame["role"] not in ROLES]
    if inside:
        lines.append(
            (
                say("Looked at inside"),
                say("%(frames)s, each against its neighbours", frames=plural(len(inside), "more frame", "more frames")),
            )
        )
    return lines + [_sound_line(number, sound) for number, sound in enumerate(proof.get("sounds", []), 1)]


def _sound_line(number: int, sound: dict[str, Any]) -> tuple[str, str]:
    words = SOUND_WORDS.get(sound["verdict"], sound["verdict"])
    samples, rate = plural(sound["samples"], "sample", "samples"), f"{sound['sample_rate']:,}"
    told = say("%(samples)s at %(rate)s Hz, %(words)s", samples=samples, rate=rate, words=words)
    return say("Sound %(number)s", number=number), told


def _hashes(export: ClipExport, proof: dict[str, Any]) -> list[tuple[str, str]]:
    hashes = [(say("SHA-256 of this file"), export.sha256)]
    if proof.get("source_sha256"):
        hashes.append((say("SHA-256 of the recording"), proof["source_sha256"]))
    return hashes
