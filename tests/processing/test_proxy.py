"""A proxy shows frame n of the source as its own frame n, at the same moment."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from app.processing.frame_index import FrameIndex
from app.processing.proxy import proxy
from app.processing.sandbox import run_sync
from tests.media_factory import frame_numbers, make_audio, make_video
from tests.processing.conftest import Make, look_at, silently
from tests.processing.sounds import lag_of, sound_of

KEPT = ("width", "height", "rotation", "rate_num", "rate_den")
SOURCES: dict[str, dict[str, Any]] = {
    "h264.mp4": {},
    "h264.ts": {},
    "hevc.mkv": {"codec": "libx265", "rate": (24000, 1001)},
    "prores.mov": {"codec": "prores_ks", "rate": (60000, 1001)},
    "mpeg2.mxf": {"codec": "mpeg2video"},
    "h264.avi": {},
}


def make_proxy(source: Path, work: Path) -> tuple[dict[str, Any], Path]:
    facts, _ = look_at(source, work)
    params = {"path": str(source), "index": str(work / "frame_index.npz"), "output": str(work / "proxy.mp4")}
    params |= {"output_index": str(work / "proxy_index.npz")} | {name: facts[name] for name in KEPT}
    return proxy(params, silently), work / "proxy.mp4"


@pytest.mark.parametrize("name", SOURCES)
def test_every_frame_keeps_its_number_and_its_moment(name: str, shelf: Make, tmp_path: Path) -> None:
    source = shelf(name, **SOURCES[name])

    facts, made = make_proxy(source, tmp_path)

    index, own = FrameIndex.load(tmp_path / "frame_index.npz"), FrameIndex.load(tmp_path / "proxy_index.npz")
    assert frame_numbers(made) == list(range(len(index))) == list(range(facts["frames"]))
    assert [own.seconds(n) for n in range(len(own))] == pytest.approx(
        [index.seconds(n) for n in range(len(index))], abs=0.0006
    )


def test_a_variable_rate_is_kept(tmp_path: Path) -> None:
    times = [0, 40, 90, 110, 200, 240, 290, 400, 410, 480]
    source = make_video(tmp_path / "vfr.mp4", pts=times, time_base=(1, 1000))

    _, made = make_proxy(source, tmp_path)

    own = FrameIndex.load(tmp_path / "proxy_index.npz")
    assert frame_numbers(made) == list(range(10))
    assert [round(own.seconds(n) * 1000) for n in range(10)] == times


@pytest.mark.parametrize("name", ["h264.mp4", "h264.ts", "hevc.mkv"])
def test_sound_stays_with_the_picture(name: str, shelf: Make, tmp_path: Path) -> None:
    source = shelf(name, **SOURCES[name])

    _, made = make_proxy(source, tmp_path)

    _, index = look_at(source, tmp_path)
    begins = float(index.first_pts * index.time_base)
    assert abs(lag_of(sound_of(made), sound_of(source, begins))) <= 2


def test_a_turned_picture_comes_out_upright(tmp_path: Path) -> None:
    source = make_video(tmp_path / "turned.mp4", size=(320, 160), rotation=90)

    facts, made = make_proxy(source, tmp_path)

    with av.open(str(made)) as container:
        picture = next(container.decode(video=0))
        upright = np.rot90(picture.to_ndarray(format="gray"), -1)
    assert (facts["width"], facts["height"]) == (160, 320) == (picture.width, picture.height)
    assert picture.rotation == 0
    assert upright[10:30, 4:16].mean() < 60


def test_key_frames_come_every_second(shelf: Make, tmp_path: Path) -> None:
    make_proxy(shelf("long.mp4", seconds=4), tmp_path)

    own = FrameIndex.load(tmp_path / "proxy_index.npz")
    assert list(np.flatnonzero(own.keys)) == [0, 25, 50, 75]


def test_a_small_picture_is_not_blown_up_and_a_large_one_shrinks(tmp_path: Path, shelf: Make) -> None:
    small, _ = make_proxy(shelf("h264.mp4"), tmp_path)
    large, _ = make_proxy(make_video(tmp_path / "large.mp4", seconds=0.2, size=(1920, 1080)), tmp_path)

    assert (small["width"], small["height"]) == (160, 90)
    assert (large["width"], large["height"]) == (1280, 720)


def test_a_damaged_frame_is_stood_in_for_and_counted(shelf: Make, tmp_path: Path) -> None:
    whole = bytearray(shelf("all-keys.mp4", options={"g": "1", "bf": "0"}, sound=None).read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 3000] = bytes(3000)
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(whole)

    facts, made = make_proxy(damaged, tmp_path)

    assert len(frame_numbers(made)) == 50
    assert 0 < facts["repeated"] < 10


def test_sound_alone_becomes_an_m4a(tmp_path: Path) -> None:
    source = make_audio(tmp_path / "a.wav", seconds=3)

    facts = proxy({"path": str(source), "output": str(tmp_path / "proxy.m4a")}, silently)

    assert (facts["kind"], facts["content_type"]) == ("audio", "audio/mp4")
    assert abs(lag_of(sound_of(tmp_path / "proxy.m4a"), sound_of(source))) <= 1
    assert len(sound_of(tmp_path / "proxy.m4a")) == pytest.approx(3 * 48_000, abs=1024)


def test_a_proxy_is_made_inside_the_box(shelf: Make, tmp_path: Path) -> None:
    source = shelf("h264.mp4")
    facts, _ = look_at(source, tmp_path)
    params = {"path": str(source), "index": str(tmp_path / "frame_index.npz"), "output": str(tmp_path / "p.mp4")}
    params |= {"output_index": str(tmp_path / "p.npz")} | {name: facts[name] for name in KEPT}

    result = run_sync("proxy", params, reads=[source], work_dir=tmp_path)

    assert result["frames"] == 50
    assert result["usage"]["layers"]["complete"]
