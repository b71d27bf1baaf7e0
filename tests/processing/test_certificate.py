"""A certificate fails for every planted mistake, and says what is wrong."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.media_factory import make_video, numbered_picture, silent_between
from tests.processing.clips import certified, order, rendered
from tests.processing.conftest import Make


@pytest.fixture
def clip(shelf: Make, tmp_path: Path) -> dict[str, Any]:
    """A correct clip [7, 43) of a recording of fifty frames."""
    return rendered(order(shelf("h264.mp4"), tmp_path, 7, 43))


def test_a_correct_clip_passes(clip: dict[str, Any]) -> None:
    proof = certified(clip)

    assert (proof["verdict"], proof["reasons"]) == ("passed", [])
    assert proof["times"]["largest_error_s"] == 0
    assert [frame["best_offset"] for frame in proof["frames"]] == [0] * len(proof["frames"])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"in_point": 6}, "has 36 frames instead of 37"),
        ({"in_point": 8}, "has 36 frames instead of 35"),
        ({"out_point": 42}, "has 36 frames instead of 35"),
        ({"out_point": 44}, "has 36 frames instead of 37"),
        ({"in_point": 6, "out_point": 42}, "first frame is not source frame 6"),
        ({"in_point": 8, "out_point": 44}, "last frame is not source frame 43"),
    ],
)
def test_a_boundary_off_by_one_is_caught(asked: dict[str, int], words: str, clip: dict[str, Any]) -> None:
    proof = certified(clip, **asked)

    assert proof["verdict"] == "failed"
    assert any(words in reason for reason in proof["reasons"]), proof["reasons"]


@pytest.mark.parametrize("mode", ["exact", "smart"])
def test_a_smart_clip_off_by_one_is_caught(mode: str, shelf: Make, tmp_path: Path) -> None:
    clip = rendered(order(shelf("h264.mp4"), tmp_path, 7, 43, mode=mode))

    proof = certified(clip, in_point=8, out_point=44)

    assert proof["verdict"] == "failed"


def rewritten(clip: dict[str, Any], **how: Any) -> dict[str, Any]:
    """Write the clip again with a mistake in it: its packets changed by ``how``."""
    place = Path(clip["output"]).with_name("mistake.mp4")
    with av.open(clip["output"]) as source, av.open(str(place), "w") as target:
        copies = {stream.index: target.add_stream_from_template(stream) for stream in list(source.streams)[:2]}
        for packet in source.demux(*list(source.streams)[:2]):
            if packet.dts is None:
                continue
            change = how.get(packet.stream.type)
            packet.stream = copies[packet.stream_index]
            if change is None or change(packet):
                target.mux(packet)
    return {**clip, "output": str(place)}


def later_by(seconds: Fraction) -> Any:
    def change(packet: Any) -> bool:
        ticks = round(seconds / packet.time_base)
        packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks
        return True

    return change


@pytest.mark.parametrize("samples", [-1024, -96, 96, 1024, 4800])
def test_shifted_sound_is_caught(samples: int, clip: dict[str, Any]) -> None:
    shifted = rewritten(clip, audio=later_by(Fraction(samples, 48_000)))

    proof = certified(shifted)

    assert proof["verdict"] == "failed"
    assert proof["sounds"][0]["verdict"] in ("shifted", "wrong length")


@pytest.mark.parametrize("gap", [(0.28, 0.30), (1.70, 1.72)])
def test_sound_missing_at_an_edge_is_caught(gap: tuple[float, float], clip: dict[str, Any], tmp_path: Path) -> None:
    holed = make_video(tmp_path / "holed.mp4", sound=silent_between(*gap))
    wrong = rendered(order(holed, tmp_path, 7, 43) | {"output": str(tmp_path / "holed-clip.mp4")})

    proof = certified({**clip, "output": wrong["output"]})

    assert proof["reasons"] == ["Sound 1 is not the source's."]


def test_sound_late_by_a_packet_is_named(clip: dict[str, Any]) -> None:
    proof = certified({**clip, "output": clip["output"]}, path=clip["path"])
    late = certified(rewritten(clip, audio=later_by(Fraction(1024, 48_000))))

    assert proof["sounds"][0]["lag_samples"] == 0
    assert abs(late["sounds"][0]["lag_samples"] - 1024) <= 1 or late["sounds"][0]["verdict"] == "wrong length"


def test_a_dropped_frame_is_caught(shelf: Make, tmp_path: Path) -> None:
    source = shelf("all-keys.mp4", options={"g": "1", "bf": "0"})
    clip = rendered(order(source, tmp_path, 7, 43, mode="smart"))
    seen: list[int] = []

    def drop_the_tenth(packet: Any) -> bool:
        seen.append(packet.pts)
        return len(seen) != 10

    proof = certified(rewritten(clip, video=drop_the_tenth))

    assert proof["verdict"] == "failed"
    assert "It has 35 frames instead of 36." in proof["reasons"]


def test_a_frame_at_another_time_is_caught(clip: dict[str, Any]) -> None:
    seen: list[int] = []

    def delay_one(packet: Any) -> bool:
        seen.append(packet.pts)
        if len(seen) == 20:
            packet.pts += round(Fraction(1, 100) / packet.time_base)
        return True

    proof = certified(rewritten(clip, video=delay_one))

    assert proof["verdict"] == "failed"
    assert any("ms away from its time" in reason for reason in proof["reasons"])


def test_a_picture_late_against_the_sound_is_caught(clip: dict[str, Any]) -> None:
    proof = certified(rewritten(clip, video=later_by(Fraction(1, 25))))

    assert proof["verdict"] == "failed"


def test_another_recordings_clip_is_caught(clip: dict[str, Any], tmp_path: Path) -> None:
    other = make_video(tmp_path / "other.mp4", draw=lambda n, size: 255 - numbered_picture(n, size), sound=None)
    wrong = rendered(order(other, tmp_path, 7, 43) | {"output": str(tmp_path / "other-clip.mp4")})

    proof = certified({**clip, "output": wrong["output"]})

    assert proof["verdict"] == "failed"
    assert {frame["verdict"] for frame in proof["frames"]} == {"wrong"}
    assert "It has lost 1 of 1 sounds." in proof["reasons"]


def test_a_changed_copy_is_caught(shelf: Make, tmp_path: Path) -> None:
    clip = rendered(order(shelf("h264.mp4"), tmp_path, 7, 43, mode="smart"))
    exact = rendered(order(shelf("h264.mp4"), tmp_path, 7, 43) | {"output": str(tmp_path / "exact.mp4")})

    proof = certified({**clip, "output": exact["output"]}, copied=clip["copied"])

    assert proof["verdict"] == "failed"
    assert "The copied pictures are not the source's own." in proof["reasons"]


def test_a_still_picture_rests_on_times(tmp_path: Path) -> None:
    def still(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
        return numbered_picture(5, size)

    source = make_video(tmp_path / "still.mp4", draw=still)
    clip = rendered(order(source, tmp_path, 7, 43))

    proof = certified(clip)

    assert proof["verdict"] == "passed"
    assert {frame["verdict"] for frame in proof["frames"]} == {"indistinguishable"}


def test_silence_is_said_not_proved(tmp_path: Path) -> None:
    source = make_video(tmp_path / "mute.mp4", sound=lambda t: 0.0 * t)

    proof = certified(rendered(order(source, tmp_path, 7, 43)))

    assert proof["verdict"] == "passed"
    assert proof["sounds"][0]["verdict"] == "silent"


def test_a_clip_without_the_sound_of_its_source_is_caught(clip: dict[str, Any]) -> None:
    place = Path(clip["output"]).with_name("mute.mp4")
    with av.open(clip["output"]) as source, av.open(str(place), "w") as target:
        copy = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)

    proof = certified({**clip, "output": str(place)})

    assert proof["verdict"] == "failed"
    assert any("sound" in reason for reason in proof["reasons"])
