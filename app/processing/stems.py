"""Part the voices of a recording from its instruments.

Two engines behind one interface, a change of spectra: "centre" takes for voice what comes equally from left and
right; "spleeter" is a learned network whose weights may be installed. What is not voice is instrument: the two
stems together are the recording.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from app.core.texts import say
from app.processing.errors import MediaRefused
from app.processing.film import MP4
from app.processing.opening import open_media, picture_stream, sound_streams
from app.processing.sound import SoundCut, SoundTrack, batches, beginning_of, cut_sound
from app.processing.spectrum import BLOCK, WINDOW, Change, Spectra, changed
from app.processing.spleeter import Spleeter

Report = Callable[[float, str], None]
Sound = NDArray[np.float32]

RATE = 44_100
SOUND_BITS = 192_000
# Set with tests/bench/stems.py on seeds that are not reported: more would gain there, where voices have no echo.
SHARPNESS = 8.0
# Below it stand basses and drums, which are mixed to the middle as voices are.
LOWEST_VOICE_HZ = 120
# Less difference between left and right than this is one sound from both sides.
LEAST_DIFFERENCE = 1e-4
TINY = 1e-12
FOR_EVER = Fraction(1 << 40)


def stems(params: dict[str, Any], report: Report) -> dict[str, Any]:
    """Part ``params["path"]`` into ``params["vocals"]`` and ``params["instrumental"]``, two M4A files.

    ``params``: ``model`` (the folder of Spleeter's weights; None for the engine without a model), ``index`` (for
    video), ``length_ms`` (for progress). Gives ``engine``, ``seconds``, ``content_type`` and ``one_sided``: left and
    right are the same, so that without a model nothing can be told apart and the files are worth nothing.
    """
    model = params.get("model")
    change: Change = Spleeter(Path(model)) if model else centre
    outputs = [Path(params[name]) for name in ("vocals", "instrumental")]
    with ExitStack() as stack:
        tracks = [_Output(stack.enter_context(av.open(str(path), "w", format="ipod", options=MP4))) for path in outputs]
        parted = Parted(_blocks(stack, params), change)
        for voice, rest in parted:
            for track, sound in zip(tracks, (voice, rest), strict=True):
                track.write(sound)
            at = parted.samples // RATE
            length = int(params.get("length_ms") or 0) / 1000
            report(
                at / length if length else 0.5,
                say(
                    "Separating voice and instruments: %(minutes)s min %(seconds)s s", minutes=at // 60, seconds=at % 60
                ),
            )
        for track in tracks:
            track.finish()
    if not parted.samples:
        raise MediaRefused(say("Not one moment of this sound can be decoded."))
    facts = {"engine": "spleeter" if model else "centre", "content_type": "audio/mp4"}
    return {**facts, "seconds": parted.samples / RATE, "one_sided": parted.one_sided}


def centre(spectra: Spectra) -> Spectra:
    """Give what comes alike from left and right, and is not too low to be a voice."""
    left, right = spectra
    power = np.square(np.abs(left)) + np.square(np.abs(right))
    alike = 2 * (left * np.conj(right)).real / (power + TINY)
    mask = np.clip(alike, 0, 1) ** SHARPNESS
    mask[:, : round(LOWEST_VOICE_HZ * WINDOW / RATE)] = 0
    voice = mask * (left + right) / 2
    return np.stack([voice, voice])


class Parted:
    """Walk through (voice, rest) of a stereo sound at 44.1 kHz; afterwards it knows how long it was."""

    def __init__(self, blocks: Iterator[Sound], change: Change) -> None:
        self.samples = 0
        self._waiting: deque[Sound] = deque()
        self._blocks = blocks
        self._change = change
        self._difference = self._sum = 0.0

    @property
    def one_sided(self) -> bool:
        return self._difference <= LEAST_DIFFERENCE * self._sum

    def __iter__(self) -> Iterator[tuple[Sound, Sound]]:
        for voice in changed(self._kept(), self._change):
            whole = self._take(voice.shape[1])
            self.samples += whole.shape[1]
            yield voice, whole - voice

    def _kept(self) -> Iterator[Sound]:
        for block in self._blocks:
            self._waiting.append(block)
            self._difference += float(np.square(block[0] - block[1]).sum())
            self._sum += float(np.square(block[0] + block[1]).sum())
            yield block

    def _take(self, count: int) -> Sound:
        """Return the next samples of the sound itself."""
        pieces = []
        while count:
            block = self._waiting.popleft()
            pieces.append(block[:, :count])
            if block.shape[1] > count:
                self._waiting.appendleft(block[:, count:])
            count -= pieces[-1].shape[1]
        return np.concatenate(pieces, axis=1) if pieces else np.zeros((2, 0), np.float32)


class _Output:
    """One encoded file, written to piece by piece."""

    def __init__(self, container: Any) -> None:
        self._pending: deque[Sound] = deque()
        self._track = SoundTrack(container, self, SoundCut(Fraction(0), None, RATE, "stereo"), SOUND_BITS)

    def __iter__(self) -> Iterator[Sound]:
        return self

    def __next__(self) -> Sound:
        # More may come: whoever asks is not told that it is over for good.
        if not self._pending:
            raise StopIteration
        return self._pending.popleft()

    def write(self, sound: Sound) -> None:
        if sound.shape[1]:
            self._pending.append(sound)
            self._track.until(FOR_EVER)

    def finish(self) -> None:
        self._track.finish()


def _blocks(stack: ExitStack, params: dict[str, Any]) -> Iterator[Sound]:
    container = stack.enter_context(open_media(Path(params["path"])))
    stream = sound_streams(container)[0]
    start = beginning_of(stream, params.get("index") if picture_stream(container) else None)
    return batches(cut_sound(container, stream, SoundCut(start, None, RATE, "stereo")), BLOCK)
