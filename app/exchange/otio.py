"""Write and read cut lists as OpenTimelineIO's JSON.

The schema: https://opentimelineio.readthedocs.io/en/stable/tutorials/otio-serialized-schema.html. A clip's range is in
its media's own time, which begins at the media's start timecode.
"""

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from app.core.errors import Invalid
from app.core.texts import say
from app.core.timecode import SNAP_TOLERANCE, Rate
from app.exchange.cut_list import Cut, CutList
from app.exchange.marks import Found, Mark, Target, checked, fit_notes, fit_title

USED_MEDIA = "DEFAULT_MEDIA"
# Stacks in tracks in stacks: no program nests them deeper.
DEEPEST = 32


def write_otio(cuts: CutList) -> str:
    """Return the list as a timeline with one track; titles, notes and tags come along."""
    track = {
        **_item("Track.1", "Clips"),
        "kind": "Video",
        "source_range": None,
        "children": [_clip(cuts.rate, cut) for cut in cuts.cuts],
    }
    timeline = {
        "OTIO_SCHEMA": "Timeline.1",
        "name": cuts.name,
        "metadata": {},
        "global_start_time": _time(cuts.rate, cuts.start),
        "tracks": {**_item("Stack.1", "tracks"), "source_range": None, "children": [track]},
    }
    return json.dumps(timeline, ensure_ascii=False, indent=2)


def _clip(rate: Rate, cut: Cut) -> dict[str, Any]:
    source = cut.source
    media = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "name": source.title,
        "metadata": {},
        "target_url": source.url,
        "available_range": _range(rate, source.start, source.duration),
    }
    return {
        **_item("Clip.2", cut.title),
        "metadata": {"rushes": {"notes": cut.notes, "tags": list(cut.tags)}},
        "source_range": _range(rate, source.start + cut.in_point, cut.length),
        "media_references": {USED_MEDIA: media},
        "active_media_reference_key": USED_MEDIA,
    }


def _item(schema: str, name: str) -> dict[str, Any]:
    return {"OTIO_SCHEMA": schema, "name": name, "metadata": {}, "effects": [], "markers": [], "enabled": True}


def _range(rate: Rate, start: int, duration: int) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": _time(rate, start),
        "duration": _time(rate, duration),
    }


def _time(rate: Rate, frames: int) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate.num / rate.den, "value": float(frames)}


def read_otio(text: str, target: Target) -> Found:
    """Return the stretches a timeline takes from the recording, wherever they stand in it.

    Where clips name one of several files, only this recording's are taken. Raises `Invalid` where it is no timeline,
    or where a clip counts at another rate than the recording.
    """
    try:
        clips = list(_clips(json.loads(text), 0))
        ours = [clip for clip in clips if target.is_named(_file_of(clip))]
        marks = [_mark(clip, target) for clip in ours or clips]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise Invalid(say("This is no OpenTimelineIO file, or a damaged one."), "file") from error
    return Found(checked(marks, target), len(clips) - len(ours or clips))


def _clips(item: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """Walk through a timeline; gaps, transitions and what is switched off mark nothing."""
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    schema = str(item["OTIO_SCHEMA"]).partition(".")[0]
    if schema == "Clip" and item.get("enabled", True) and item.get("source_range"):
        yield item
    children = [item["tracks"]] if schema == "Timeline" else item.get("children") or []
    for child in children:
        yield from _clips(child, depth + 1)


def _file_of(clip: dict[str, Any]) -> str:
    references = clip.get("media_references") or {}
    # Before Clip.2 a clip had one reference.
    media = references.get(clip.get("active_media_reference_key")) or clip.get("media_reference") or {}
    return str(media.get("target_url") or media.get("name") or clip.get("name") or "")


def _mark(clip: dict[str, Any], target: Target) -> Mark:
    start, length = (clip["source_range"][name] for name in ("start_time", "duration"))
    in_point = _frames(start, target) - target.clock.start
    extra = (clip.get("metadata") or {}).get("rushes") or {}
    notes = fit_notes(str(extra.get("notes") or ""))
    return Mark(fit_title(str(clip.get("name") or "")), in_point, in_point + _frames(length, target), notes)


def _frames(time: dict[str, Any], target: Target) -> int:
    rate, ours = _number(time["rate"]), Fraction(target.clock.num, target.clock.den)
    if abs(rate - ours) > SNAP_TOLERANCE * ours:
        theirs, own = (f"{float(each):.3f}".rstrip("0").rstrip(".") for each in (rate, ours))
        words = say("A clip counts %(theirs)s frames a second, this recording %(own)s.", theirs=theirs, own=own)
        raise Invalid(words, "file")
    return round(_number(time["value"]))


def _number(value: object) -> Fraction:
    if not isinstance(value, int | float):
        raise TypeError("a time is a number")
    return Fraction(value)
