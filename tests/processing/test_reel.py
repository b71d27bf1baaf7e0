"""A reel holds exactly the frames of its clips, in their order, with their sound in step."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from app.processing.errors import ProcessingFailed
from app.processing.probe import probe
from app.processing.reel import reel
from app.processing.sandbox import run_sync
from tests.media_factory import frame_number, make_video
from tests.processing.conftest import silently


def order(source: Path, work: Path, *ranges: tuple[int, int]) -> dict[str, Any]:
    facts = probe({"path": str(source), "index": str(work / "frame_index.npz")}, silently)
    kept = {name: facts[name] for name in ("rate_num", "rate_den", "width", "height", "rotation")}
    places = {"path": str(source), "index": str(work / "frame_index.npz"), "output": str(work / "reel.mp4")}
    return {**kept, **places, "ranges": [list(each) for each in ranges]}


def frames_of(path: Path) -> tuple[list[int], list[float]]:
    """Return the barcodes of a film's frames and the seconds they are shown at."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return [frame_number(frame.to_ndarray(format="rgb24")) for frame in frames], [frame.time or 0.0 for frame in frames]


def test_the_clips_follow_each_other_frame_for_frame(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=4)

    made = reel(order(source, tmp_path, (60, 75), (3, 20), (18, 19)), silently)

    numbers, times = frames_of(tmp_path / "reel.mp4")
    assert numbers == [*range(60, 75), *range(3, 20), 18]
    assert (made["frames"], made["repeated"]) == (33, 0)
    assert np.allclose(np.diff(times), 0.04, atol=1e-6)


def test_frames_of_a_variable_rate_stay_as_long_as_they_are(tmp_path: Path) -> None:
    pts = [0, 40, 100, 110, 200, 260, 280, 400, 440, 500, 520, 600]
    source = make_video(tmp_path / "a.mp4", pts=pts, time_base=(1, 1000), sound=None)

    reel(order(source, tmp_path, (4, 7), (1, 3)), silently)

    numbers, times = frames_of(tmp_path / "reel.mp4")
    assert numbers == [4, 5, 6, 1, 2]
    assert np.allclose(times, [0, 0.06, 0.08, 0.2, 0.26], atol=2e-3)


def test_the_sound_is_that_of_the_clips(tmp_path: Path) -> None:
    def beeps(seconds: Any) -> Any:
        return np.where((seconds >= 2) & (seconds < 3), 0.5 * np.sin(2 * np.pi * 440 * seconds), 0.0)

    source = make_video(tmp_path / "a.mp4", seconds=4, sound=beeps)

    reel(order(source, tmp_path, (50, 75), (0, 25)), silently)

    with av.open(str(tmp_path / "reel.mp4")) as container:
        blocks = [frame.to_ndarray().mean(axis=0) for frame in container.decode(audio=0)]
    sound = np.concatenate(blocks)[: 2 * 48_000]
    assert np.abs(sound[2400:45_600]).mean() > 0.2
    assert np.abs(sound[50_400:93_600]).mean() < 0.01


@pytest.mark.parametrize("ranges", [[], [(0, 101)], [(5, 5)], [(-1, 3)]])
def test_what_lies_outside_the_recording_is_refused(tmp_path: Path, ranges: list[tuple[int, int]]) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=4)

    with pytest.raises(ProcessingFailed, match="within the 100 frames"):
        reel(order(source, tmp_path, *ranges), silently)


def test_a_reel_is_rendered_in_a_confined_child(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=2)
    params = order(source, tmp_path, (10, 20), (0, 5))

    made = run_sync("reel", params, reads=[source, tmp_path / "frame_index.npz"], work_dir=tmp_path)

    assert made["frames"] == 15
