"""A rendered clip holds exactly its frames at exactly their times, and its certificate proves it."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from app.processing.errors import ProcessingFailed
from app.processing.frame_index import FrameIndex
from app.processing.sandbox import run_sync
from tests.media_factory import frame_numbers, make_audio, make_video
from tests.processing.clips import certified, order, rendered
from tests.processing.conftest import Make
from tests.processing.sounds import lag_of, sound_of

CODECS: dict[str, dict[str, Any]] = {
    "h264.mp4": {},
    "h264.mkv": {},
    "h264.ts": {},
    "h264.avi": {},
    "hevc.mp4": {"codec": "libx265"},
    "vp9.webm": {"codec": "libvpx-vp9"},
    "av1.mp4": {"codec": "libsvtav1", "sound_codec": "libopus"},
    "prores.mov": {"codec": "prores_ks"},
    "mpeg2.ts": {"codec": "mpeg2video"},
    "mpeg2.mxf": {"codec": "mpeg2video"},
}
RATES = {
    "23.976": {"rate": (24000, 1001)},
    "24": {"rate": (24, 1)},
    "25": {"rate": (25, 1)},
    "29.97": {"rate": (30000, 1001)},
    "29.97 drop": {"rate": (30000, 1001), "timecode": "01:00:00;00"},
    "30": {"rate": (30, 1)},
    "50": {"rate": (50, 1)},
    "59.94": {"rate": (60000, 1001)},
    "60": {"rate": (60, 1)},
}
VARIABLE = [0, 40, 90, 110, 200, 240, 290, 400, 410, 480, 500, 590, 640, 700, 720, 810, 850, 900, 990, 1000]


def assert_exact(params: dict[str, Any], start: int, stop: int) -> dict[str, Any]:
    assert frame_numbers(Path(params["output"])) == list(range(start, stop))
    proof = certified(params)
    assert proof["verdict"] == "passed", proof["reasons"]
    assert proof["actual_frames"] == stop - start
    assert {frame["verdict"] for frame in proof["frames"]} == {"matched"}
    return proof


@pytest.mark.parametrize("name", CODECS)
def test_every_codec_is_cut_to_the_frame(name: str, shelf: Make, tmp_path: Path) -> None:
    source = shelf(name, **CODECS[name])

    params = rendered(order(source, tmp_path, 7, 43))

    proof = assert_exact(params, 7, 43)
    assert {sound["verdict"] for sound in proof["sounds"]} == {"matched"}


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("mode", ["exact", "smart"])
def test_every_rate_is_cut_to_the_frame(mode: str, rate: str, shelf: Make, tmp_path: Path) -> None:
    source = shelf("rates.mov", **RATES[rate])

    params = rendered(order(source, tmp_path, 5, 41, mode=mode))

    assert params["mode"] == mode, params["reason"]
    assert_exact(params, 5, 41)


@pytest.mark.parametrize("mode", ["exact", "smart"])
def test_a_variable_rate_keeps_the_time_of_each_frame(mode: str, tmp_path: Path) -> None:
    source = make_video(tmp_path / "vfr.mp4", pts=VARIABLE, time_base=(1, 1000), options={"g": "4"})

    params = rendered(order(source, tmp_path, 3, 17, mode=mode))

    assert_exact(params, 3, 17)
    with av.open(params["output"]) as container:
        times = [round(frame.time * 1000) for frame in container.decode(video=0)]
    assert times == [time - VARIABLE[3] for time in VARIABLE[3:17]]


@pytest.mark.parametrize("mode", ["exact", "smart"])
@pytest.mark.parametrize(("start", "stop"), [(0, 50), (0, 1), (49, 50), (12, 24), (11, 25), (1, 49), (23, 37)])
def test_any_points_are_cut_to_the_frame(mode: str, start: int, stop: int, shelf: Make, tmp_path: Path) -> None:
    params = rendered(order(shelf("h264.mp4"), tmp_path, start, stop, mode=mode))

    assert_exact(params, start, stop)


@pytest.mark.parametrize("name", ["h264.mp4", "h264.mkv", "h264.ts"])
def test_a_smart_cut_copies_from_the_first_key_frame_on_and_proves_it(name: str, shelf: Make, tmp_path: Path) -> None:
    params = rendered(order(shelf(name, **CODECS[name]), tmp_path, 7, 43, mode="smart"))

    proof = assert_exact(params, 7, 43)
    assert (params["mode"], params["reason"], params["copied"]) == ("smart", None, [12, 43])
    assert (proof["copied"]["packets"], proof["copied"]["identical"]) == (31, True)


def test_a_smart_cut_ends_between_frames_that_lean_on_later_ones(tmp_path: Path) -> None:
    options = {"g": "25", "bf": "3", "x264-params": "scenecut=0:b-adapt=0"}
    source = make_video(tmp_path / "deep.mp4", seconds=4, options=options)

    ends = [rendered(order(source, tmp_path, 7, stop, mode="smart")) for stop in range(55, 61)]

    for params, stop in zip(ends, range(55, 61), strict=True):
        assert params["copied"][0] == 25 and stop - 4 < params["copied"][1] <= stop
    assert {params["copied"][1] for params in ends} != set(range(55, 61))
    assert_exact(ends[-1], 7, 60)


@pytest.mark.parametrize(
    ("name", "settings", "reason"),
    [
        ("hevc.mp4", {"codec": "libx265"}, "Only H.264"),
        ("long.mp4", {"options": {"g": "250"}}, "No whole group"),
        ("open.mp4", {"options": {"g": "12", "x264-params": "open-gop=1:scenecut=0"}}, "open GOP"),
        ("deep.mp4", {"pixels": "yuv422p"}, "8 bits and 4:2:0"),
    ],
)
def test_where_copying_is_not_possible_all_is_encoded_and_said(
    name: str, settings: dict[str, Any], reason: str, shelf: Make, tmp_path: Path
) -> None:
    params = rendered(order(shelf(name, **settings), tmp_path, 7, 43, mode="smart"))

    assert params["mode"] == "exact"
    assert reason in params["reason"]
    assert_exact(params, 7, 43)


@pytest.mark.parametrize("mode", ["exact", "smart"])
def test_sound_begins_at_the_very_sample(mode: str, shelf: Make, tmp_path: Path) -> None:
    source = shelf("h264.mp4")

    params = rendered(order(source, tmp_path, 7, 43, mode=mode))

    heard, wanted = sound_of(Path(params["output"]), 0), sound_of(source, 7 / 25)
    length = round(36 / 25 * 48_000)
    assert lag_of(heard[:length], wanted[:length]) == 0
    with av.open(params["output"]) as container:
        assert container.streams.audio[0].duration == length


@pytest.mark.parametrize("mode", ["exact", "smart"])
def test_a_turn_and_a_timecode_are_kept(mode: str, tmp_path: Path) -> None:
    source = make_video(tmp_path / "turned.mp4", size=(320, 160), rotation=90)

    params = rendered(order(source, tmp_path, 7, 43, mode=mode, timecode="10:00:00:07"))

    assert_exact(params, 7, 43)
    with av.open(params["output"]) as container:
        assert container.streams.video[0].metadata["timecode"] == "10:00:00:07"
        assert next(container.decode(video=0)).rotation == 90


def test_colours_are_kept(tmp_path: Path) -> None:
    for pixels in ("yuv420p", "yuvj420p"):
        source = make_video(tmp_path / f"{pixels}.mp4", pixels=pixels)
        params = rendered(order(source, tmp_path, 0, 10))

        proof = certified(params)

        with av.open(str(source)) as one, av.open(params["output"]) as other:
            assert one.streams.video[0].color_range == other.streams.video[0].color_range
            first, again = next(one.decode(video=0)), next(other.decode(video=0))
            assert np.abs(first.to_ndarray(format="rgb24").astype(int) - again.to_ndarray(format="rgb24")).mean() < 4
        assert proof["verdict"] == "passed"


def test_every_sound_of_the_recording_is_kept(tmp_path: Path) -> None:
    source = tmp_path / "two.mkv"
    one, other = make_video(tmp_path / "a.mp4"), make_audio(tmp_path / "b.wav", sound=lambda t: np.sin(3000 * t**2))
    with av.open(str(one)) as a, av.open(str(other)) as b, av.open(str(source), "w") as target:
        streams = [*a.streams, *b.streams]
        copies = [target.add_stream_from_template(stream) for stream in streams]
        for container, numbers in ((a, (0, 1)), (b, (2,))):
            for packet in container.demux(*[streams[number] for number in numbers]):
                if packet.dts is not None:
                    packet.stream = copies[streams.index(packet.stream)]
                    target.mux(packet)

    params = rendered(order(source, tmp_path, 7, 43))

    proof = assert_exact(params, 7, 43)
    assert [sound["verdict"] for sound in proof["sounds"]] == ["matched", "matched"]


def test_odd_sizes_are_made_even(tmp_path: Path) -> None:
    source = make_video(tmp_path / "odd.mkv", codec="ffv1", size=(161, 91), seconds=1)

    params = rendered(order(source, tmp_path, 3, 20))

    assert_exact(params, 3, 20)


@pytest.mark.parametrize("points", [(-1, 5), (5, 5), (9, 3), (0, 51)])
def test_points_outside_the_recording_are_refused(points: tuple[int, int], shelf: Make, tmp_path: Path) -> None:
    with pytest.raises(ProcessingFailed, match="within the 50 frames"):
        rendered(order(shelf("h264.mp4"), tmp_path, *points))


@pytest.mark.parametrize("wanted", ["wav", "flac", "m4a"])
@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.m4a"])
def test_sound_alone_is_cut_to_the_sample(wanted: str, name: str, tmp_path: Path) -> None:
    source = make_audio(tmp_path / name, seconds=4)
    params = order(source, tmp_path, 1234, 3001, format=wanted) | {"output": str(tmp_path / f"clip.{wanted}")}

    made = rendered(params)

    proof = certified(made)
    assert proof["verdict"] == "passed", proof["reasons"]
    assert proof["sounds"][0]["samples"] == round(1.767 * 48_000)
    assert lag_of(sound_of(Path(made["output"])), sound_of(source)[59_232:144_048]) == 0


def test_a_wav_keeps_every_bit(tmp_path: Path) -> None:
    source = make_audio(tmp_path / "a.wav", seconds=3)
    params = order(source, tmp_path, 500, 2500) | {"output": str(tmp_path / "clip.wav")}

    made = rendered(params)

    assert np.array_equal(sound_of(Path(made["output"])), sound_of(source)[24_000:120_000])


def test_a_clip_is_rendered_and_certified_inside_the_box(shelf: Make, tmp_path: Path) -> None:
    source = shelf("h264.mp4")
    params = order(source, tmp_path, 7, 43, mode="smart")

    made = run_sync("render", params, reads=[source], work_dir=tmp_path)
    asked = {**params, "rendered": params["output"], "folder": str(tmp_path), "copied": made["copied"]}
    proof = run_sync("certificate", asked, reads=[source], work_dir=tmp_path)

    assert proof["verdict"] == "passed", proof["reasons"]
    assert len(proof["pictures"]) == 4
    assert all((tmp_path / name).stat().st_size > 500 for name in proof["pictures"])


def test_the_rendered_frames_last_as_long_as_the_sources(shelf: Make, tmp_path: Path) -> None:
    params = rendered(order(shelf("rates.mov", rate=(30000, 1001)), tmp_path, 5, 41))

    with av.open(params["output"]) as container:
        stream = container.streams.video[0]
        assert stream.duration * stream.time_base == 36 * Fraction(1001, 30000)
    assert len(FrameIndex.load(tmp_path / "frame_index.npz")) == 60
