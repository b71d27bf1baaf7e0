"""Speech is written down by the real model inside the box, and chunks fall where it is quiet."""

import asyncio
import wave
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.processing import sandbox
from app.processing.errors import ProcessingFailed
from app.processing.speech import RATE, chunks, joined, quietest, sentences
from app.processing.word_times import pauses, snap
from tests.speech import LECTURE, model_folder, plain, read_aloud, word_errors

Part = dict[str, Any]


def write_wav(path: Path, samples: NDArray[np.float32]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def samples_of(path: Path) -> NDArray[np.float32]:
    parts = list(chunks({"path": str(path)}))
    return np.concatenate([chunk.samples for chunk in parts])


@pytest.fixture(scope="module")
def lecture(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """Return the whole lecture with a second of silence after each part, and where each part begins in ms."""
    folder = tmp_path_factory.mktemp("lecture")
    pieces, begins, at = [np.zeros(RATE, np.float32)], [], RATE
    for number, text in enumerate(LECTURE):
        said = samples_of(read_aloud(text, folder / f"{number}.wav"))
        loud = np.flatnonzero(np.abs(said) > 0.02)
        said = said[loud[0] : loud[-1] + 1]
        begins.append(at * 1000 // RATE)
        pieces += [said, np.zeros(RATE, np.float32)]
        at += len(said) + RATE
    return write_wav(folder / "lecture.wav", np.concatenate(pieces)), begins


def recognise(path: Path, work: Path, **params: Any) -> tuple[list[Part], dict[str, Any]]:
    """Run the task in its box; return its parts and its result."""
    model, parts = model_folder(), []

    async def keep(part: Part) -> None:
        parts.append(part)

    async def run() -> dict[str, Any]:
        wanted = {"path": str(path), "model": str(model), "language": "en", **params}
        return await sandbox.run("speech", wanted, reads=[path, model], work_dir=work, on_part=keep)

    return parts, asyncio.run(run())


def words_of(parts: list[Part]) -> list[Any]:
    return [word for part in parts for segment in part["segments"] for word in segment["words"]]


@pytest.mark.slow
def test_speech_is_written_down_with_few_mistakes(lecture: tuple[Path, list[int]], tmp_path: Path) -> None:
    parts, result = recognise(lecture[0], tmp_path)

    wanted, heard = plain(" ".join(LECTURE)), plain(" ".join(word[2] for word in words_of(parts)))
    assert word_errors(wanted, heard) <= len(wanted) * 0.08
    assert result["usage"]["layers"]["complete"] or not sandbox.status()["complete"]
    assert result["usage"]["peak_memory_bytes"] < 1 << 30


@pytest.mark.slow
def test_lines_begin_where_the_sound_does(lecture: tuple[Path, list[int]], tmp_path: Path) -> None:
    parts, _ = recognise(lecture[0], tmp_path)

    starts = [word[0] for word in words_of(parts)]
    off = [min(abs(start - begin) for start in starts) for begin in lecture[1]]
    assert sorted(off)[len(off) // 2] <= 30
    assert max(off) <= 150


@pytest.mark.slow
def test_words_rise_and_keep_inside_their_chunk(lecture: tuple[Path, list[int]], tmp_path: Path) -> None:
    parts, result = recognise(lecture[0], tmp_path, chunk_s=12)

    words = words_of(parts)
    assert len(parts) >= 3
    assert [part["start_ms"] for part in parts[1:]] == [part["end_ms"] for part in parts[:-1]]
    assert all(one[1] <= other[0] for one, other in pairwise(words))
    assert result["end_ms"] == parts[-1]["end_ms"]


@pytest.mark.slow
def test_a_run_that_goes_on_hears_the_same_as_one_that_never_stopped(
    lecture: tuple[Path, list[int]], tmp_path: Path
) -> None:
    whole, _ = recognise(lecture[0], tmp_path, chunk_s=12)

    rest, _ = recognise(lecture[0], tmp_path, chunk_s=12, from_ms=whole[0]["end_ms"])

    assert rest == whole[1:]


@pytest.mark.slow
def test_silence_holds_no_words(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "silence.wav", np.zeros(5 * RATE, np.float32))

    parts, _ = recognise(path, tmp_path)

    assert words_of(parts) == []


@pytest.mark.slow
def test_a_hum_holds_no_words_either(tmp_path: Path) -> None:
    seconds = np.arange(12 * RATE) / RATE
    hum = 0.2 * np.sin(2 * np.pi * 110 * seconds) * (1 + np.sin(2 * np.pi * 3 * seconds))
    path = write_wav(tmp_path / "hum.wav", hum.astype(np.float32))

    parts, _ = recognise(path, tmp_path)

    assert words_of(parts) == []


def test_a_model_that_is_gone_is_a_failure_in_words(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "silence.wav", np.zeros(RATE, np.float32))

    with pytest.raises(ProcessingFailed, match="speech model"):
        sandbox.run_sync("speech", {"path": str(path), "model": str(tmp_path)}, reads=[path], work_dir=tmp_path)


def test_the_child_reads_the_model_and_nothing_beside_it(tmp_path: Path) -> None:
    path, other = write_wav(tmp_path / "a.wav", np.zeros(RATE, np.float32)), tmp_path / "models"
    other.mkdir()
    (other / "model.bin").write_bytes(b"x")
    work = tmp_path / "work"
    work.mkdir()

    with pytest.raises(ProcessingFailed):
        sandbox.run_sync("speech", {"path": str(path), "model": str(other)}, reads=[path], work_dir=work)


def test_chunks_are_cut_in_the_quiet_and_lose_no_sample(tmp_path: Path) -> None:
    tone = 0.4 * np.sin(np.arange(40 * RATE) / 7).astype(np.float32)
    tone[18 * RATE : 19 * RATE] = 0
    path = write_wav(tmp_path / "tone.wav", tone)

    parts = list(chunks({"path": str(path), "chunk_s": 22}))

    assert 18_000 <= parts[0].end_ms <= 19_000
    assert sum(len(part.samples) for part in parts) == 40 * RATE
    assert [part.start_ms for part in parts[1:]] == [part.end_ms for part in parts[:-1]]


def test_the_quietest_place_lies_on_a_hundredth_of_a_second() -> None:
    noise = np.random.default_rng(5).normal(0, 0.1, 30 * RATE).astype(np.float32)

    assert quietest(noise) % 160 == 0
    assert quietest(noise) > 9 * RATE


def test_word_edges_move_to_the_pause_beside_them() -> None:
    words = [(100, 900, "one", 0.9), (900, 1900, "two", 0.9), (2500, 3000, "three", 0.9)]

    placed = snap(words, [(0, 250), (1700, 2320)])

    assert [(word[0], word[1]) for word in placed] == [(250, 900), (900, 1700), (2320, 3000)]


def test_pauses_are_found_to_ten_milliseconds() -> None:
    tone = 0.4 * np.sin(np.arange(3 * RATE) / 7).astype(np.float32)
    tone[RATE : RATE + RATE // 2] = 0

    found = pauses(tone, RATE)

    assert len(found) == 1
    assert abs(found[0][0] - 1000) <= 20 and abs(found[0][1] - 1500) <= 20


def test_pieces_of_a_word_are_one_word() -> None:
    assert [word[2] for word in joined([(0, 1, " steam", 0.9), (1, 2, "-box", 0.5), (2, 3, " froze", 1)])] == [
        "steam-box",
        "froze",
    ]


def test_lines_end_with_sentences_pauses_and_before_they_grow_too_long() -> None:
    said = [(n * 100, n * 100 + 90, text, 0.9) for n, text in enumerate("we laid it. He went. so".split())]
    long = [(n * 100, n * 100 + 90, "word", 0.9) for n in range(90)]

    assert [len(line) for line in sentences(said)] == [3, 3]
    assert max(len(line) for line in sentences(long)) == 40
    assert [len(line) for line in sentences([(0, 90, "one", 0.9), (5000, 5090, "two", 0.9)])] == [1, 1]
