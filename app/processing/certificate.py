"""The cut certificate: decode a rendered clip again and prove that it is what was asked for."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from PIL import Image

from app.core.texts import say
from app.processing import h264
from app.processing.errors import ProcessingFailed
from app.processing.frame_index import FrameIndex
from app.processing.hearing import Heard, hear
from app.processing.indexing import make_index
from app.processing.likeness import Likeness, likeness
from app.processing.opening import open_media, picture_stream, sound_streams, use_threads
from app.processing.reading import packets_from, require_picture
from app.processing.shaping import Shape, Shaper, fit
from app.processing.sound import beginning_of

Report = Callable[[float, str], None]

INSIDE = 4
MOST_SOUNDS = 8
PICTURE_SIDE = 640
READ_BYTES = 1 << 20


def certificate(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Decode ``params["rendered"]`` and hold it against ``in_point`` to ``out_point`` of ``params["path"]``.

    Also ``index``, ``rotation``, ``folder`` (for the pictures) and ``copied`` ([first, last) or None, from
    ``render``) for video. Gives

    * ``verdict``: "passed" or "failed", and ``reasons``: a sentence for each thing that is not as asked for;
    * ``in_point``, ``out_point``, ``expected_frames``, ``actual_frames`` (milliseconds for sound alone);
    * ``times``: ``{"checked", "largest_error_s", "tolerance_s"}``, every frame's time against the source's;
    * ``frames``: for the first, the last and some inside: ``role`` ("first", "last", "inside"),
      ``rendered_frame``, ``source_frame``, ``psnr`` (list of ``{"offset": -2..2, "db"}``), ``best_offset`` and
      ``verdict`` ("matched", "indistinguishable", "wrong");
    * ``sounds``: for each ``stream``, ``sample_rate``, ``expected_samples``, ``samples``, ``lag_samples``,
      ``likeness``, ``windows``, ``verdict`` ("matched", "silent", "shifted", "different", "wrong length");
    * ``copied``: None or ``{"first", "last", "packets", "sha256", "identical"}``;
    * ``pictures``: names of the files written (source_first.jpg, rendered_first.jpg, source_last.jpg,
      rendered_last.jpg), and ``rendered_sha256``.
    """
    source, rendered = Path(params["path"]), Path(params["rendered"])
    with open_media(source) as container:
        has_picture = picture_stream(container) is not None
    facts = _of_video(params, source, rendered, report) if has_picture else _of_sound(params, source, rendered)
    named = {"in_point": int(params["in_point"]), "out_point": int(params["out_point"])}
    facts |= named | {"rendered_sha256": _hash_of(rendered)}
    return facts | {"verdict": "failed" if facts["reasons"] else "passed"}


def _of_video(params: dict[str, Any], source: Path, rendered: Path, report: Report) -> dict[str, Any]:
    index = FrameIndex.load(Path(params["index"]))
    start, stop = int(params["in_point"]), int(params["out_point"])
    copied = params.get("copied")
    roles = _roles(stop - start, [point - start for point in copied or []])
    times, tick, kept = _decode_all(rendered, roles, report)
    checks, originals = [], {}
    for number, frame in sorted(kept.items()):
        check, original = likeness(source, index, frame, (number, min(start + number, len(index) - 1)))
        checks.append(check)
        if original is not None and roles[number] != "inside":
            originals[roles[number]] = original
        report(0.6 + 0.3 * len(checks) / len(kept), say("Comparing frames with the source"))
    sounds = _listen(source, rendered, index, start, stop)
    proof = _copied(source, rendered, index, start, copied) if copied else None
    timing = _times(index, start, times, tick)
    edges = {role: kept[number] for number, role in roles.items() if number in kept and role != "inside"}
    reasons = [
        *_count_reasons(stop - start, len(times)),
        *_time_reasons(timing),
        *_frame_reasons(checks, roles),
        *_sound_reasons(sounds, min(MOST_SOUNDS, _count_sounds(source))),
        *([] if proof is None or proof["identical"] else [say("The copied pictures are not the source's own.")]),
    ]
    return {
        **{"reasons": reasons, "expected_frames": stop - start, "actual_frames": len(times), "times": timing},
        "frames": [{"role": roles[check.rendered], **check.as_dict()} for check in checks],
        "sounds": [sound.as_dict() for sound in sounds],
        "copied": proof,
        "pictures": _write_pictures(params, originals, edges),
    }


def _roles(length: int, seams: Sequence[int]) -> dict[int, str]:
    """Choose the frames to look at: both ends, some inside, and both sides of where copying begins and ends."""
    inside = {round(length * part / (INSIDE + 1)) for part in range(1, INSIDE + 1)}
    inside |= {number for seam in seams for number in (seam - 1, seam)}
    roles = {number: "inside" for number in inside if 0 < number < length - 1}
    return roles | {length - 1: "last"} | {0: "first"}


def _decode_all(
    rendered: Path, wanted: Iterable[int], report: Report
) -> tuple[list[int], Fraction, dict[int, VideoFrame]]:
    """Decode every frame: their times, the unit of these, and the frames asked for (the last one in any case)."""
    wanted, kept = set(wanted), {}
    times: list[int] = []
    with open_media(rendered) as container:
        stream = require_picture(container)
        use_threads(stream)
        tick, total = Fraction(stream.time_base or 1), max(1, stream.frames)
        try:
            for frame in container.decode(stream):
                if len(times) in wanted:
                    kept[len(times)] = frame
                times.append(frame.pts or 0)
                report(0.6 * len(times) / total, say("Decoding frame %(times)s again", times=f"{len(times):,}"))
        except av.error.FFmpegError as error:
            raise ProcessingFailed(say("The rendered file cannot be decoded to its end.")) from error
    return times, tick, kept


def _times(index: FrameIndex, start: int, times: Sequence[int], tick: Fraction) -> dict[str, Any]:
    """Hold each frame's time, from the file's own zero, against the source's."""
    numbers = range(start, min(len(index), start + len(times)))
    wanted = [index.offset(number) - index.offset(start) for number in numbers]
    errors = [abs(pts * tick - at) for pts, at in zip(times, wanted, strict=False)]
    tolerance = max(tick, Fraction(1, 10_000)) / 2
    return {
        "checked": len(errors),
        "largest_error_s": float(max(errors, default=0)),
        "tolerance_s": float(tolerance),
    }


def _listen(source: Path, rendered: Path, index: FrameIndex, start: int, stop: int) -> list[Heard]:
    zero = Fraction(0) if index.by_order else index.first_pts * index.time_base
    length = index.offset(stop) - index.offset(start)
    count, made = _count_sounds(source), _count_sounds(rendered)
    heard = range(min(count, made))
    return [hear(source, rendered, number, zero + index.offset(start), length) for number in heard]


def _count_sounds(path: Path) -> int:
    with open_media(path) as container:
        return len(sound_streams(container))


def _copied(source: Path, rendered: Path, index: FrameIndex, start: int, copied: Sequence[int]) -> dict[str, Any]:
    """Hash the coded pictures of the copied part on both sides, whatever wraps them."""
    first, last = copied
    packets, ours = _hash_slices(source, index, first, last)
    _, theirs = _hash_slices(rendered, make_index(rendered), first - start, last - start)
    return {"first": first, "last": last, "packets": packets, "sha256": ours, "identical": ours == theirs}


def _hash_slices(path: Path, index: FrameIndex, first: int, last: int) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    with open_media(path) as container:
        stream = require_picture(container)
        length_size = h264.parameter_sets(stream.codec_context.extradata or b"")[1]
        for packet in islice(packets_from(container, stream, index, first), last - first):
            digest.update(h264.slices_of(bytes(packet), length_size))
            count += 1
    return count, digest.hexdigest()


def _of_sound(params: dict[str, Any], source: Path, rendered: Path) -> dict[str, Any]:
    start, stop = int(params["in_point"]), int(params["out_point"])
    with open_media(source) as container:
        zero = beginning_of(sound_streams(container)[0])
    heard = hear(source, rendered, 0, zero + Fraction(start, 1000), Fraction(stop - start, 1000))
    return {
        **{"reasons": _sound_reasons([heard], 1), "expected_frames": stop - start, "frames": [], "times": None},
        "actual_frames": round(heard.samples * 1000 / heard.sample_rate),
        **{"sounds": [heard.as_dict()], "copied": None, "pictures": []},
    }


def _count_reasons(expected: int, actual: int) -> list[str]:
    return (
        []
        if expected == actual
        else [say("It has %(actual)s frames instead of %(expected)s.", actual=f"{actual:,}", expected=f"{expected:,}")]
    )


def _time_reasons(timing: Mapping[str, Any]) -> list[str]:
    if timing["largest_error_s"] <= timing["tolerance_s"]:
        return []
    return [
        say(
            "A frame is shown %(value)s ms away from its time in the source.",
            value=f"{timing['largest_error_s'] * 1000:.1f}",
        )
    ]


def _frame_reasons(checks: Sequence[Likeness], roles: Mapping[int, str]) -> list[str]:
    wrong = [check for check in checks if check.verdict == "wrong"]
    return [
        say(
            "The %(name)s is not source frame %(source)s.",
            name=_name(roles[check.rendered]),
            source=f"{check.source:,}",
        )
        for check in wrong
    ]


def _name(role: str) -> str:
    return "frame inside" if role == "inside" else f"{role} frame"


def _sound_reasons(sounds: Sequence[Heard], expected: int) -> list[str]:
    missing = expected - len(sounds)
    reasons = (
        [say("It has lost %(missing)s of %(expected)s sounds.", missing=missing, expected=expected)]
        if missing > 0
        else []
    )
    for sound in sounds:
        if sound.verdict == "shifted":
            late = "late" if sound.lag_samples > 0 else "early"
            ms = abs(sound.lag_samples) * 1000 / sound.sample_rate
            reasons.append(f"Sound {sound.stream + 1} is {ms:.1f} ms {late}.")
        elif sound.verdict == "different":
            reasons.append(say("Sound %(value)s is not the source's.", value=sound.stream + 1))
        elif sound.verdict == "wrong length":
            reasons.append(
                say(
                    "Sound %(value)s has %(samples)s samples instead of %(expected_samples)s.",
                    value=sound.stream + 1,
                    samples=f"{sound.samples:,}",
                    expected_samples=f"{sound.expected_samples:,}",
                )
            )
    return reasons


def _write_pictures(
    params: dict[str, Any], originals: Mapping[str, VideoFrame], edges: Mapping[str, VideoFrame]
) -> list[str]:
    """Write the boundary frames of both sides, upright, for people to compare."""
    written = []
    for side, frames in (("source", originals), ("rendered", edges)):
        for role, frame in frames.items():
            turned = params.get("rotation", 0) in (90, 270)
            size = (frame.height, frame.width) if turned else (frame.width, frame.height)
            shape = Shape(*fit(*size, PICTURE_SIDE, even=False), params.get("rotation", 0), "rgb24")
            name = f"{side}_{role}.jpg"
            picture = np.asarray(Shaper(shape, "AREA")(frame).to_ndarray(), np.uint8)
            Image.fromarray(picture).save(Path(params["folder"]) / name, "JPEG", quality=88)
            written.append(name)
    return sorted(written)


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
