"""Exact frames as pictures, made on demand in a confined child and kept; and small ones cut from the filmstrip."""

import io
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from app.core.errors import NotFound, Unavailable
from app.core.storage import LocalStorage
from app.core.texts import say
from app.media.models import Media, Rendition
from app.processing import sandbox
from app.processing.errors import ProcessingFailed

LONGEST_SIDE = 640
# Two children at once are plenty for people who pick frames; the others wait their turn.
_turns = threading.BoundedSemaphore(2)
PATIENCE_S = 20


def frame_key(media: Media, number: int) -> str:
    """Return where the picture of an exact frame is kept."""
    return still_key(media.public_id.hex, number)


def still_key(folder: str, number: int) -> str:
    """Return the same for the folder a recording's files lie in."""
    return f"made/{folder}/frames/{number}.jpg"


def make_frames(storage: LocalStorage, media: Media, source: Path, index: Path, numbers: list[int]) -> list[int]:
    """Make the pictures that are not there yet; return the numbers that now have one.

    Raises `Unavailable` where the machine is too busy, `NotFound` where no frame can be decoded.
    """
    missing = [number for number in numbers if not storage.path_of(frame_key(media, number)).is_file()]
    if missing:
        if not _turns.acquire(timeout=PATIENCE_S):
            raise Unavailable(say("Too many people are picking frames just now. Try again in a moment."))
        try:
            _decode(storage, media, source, index, missing)
        except ProcessingFailed as failure:
            raise NotFound(failure.reason) from failure
        finally:
            _turns.release()
    return [number for number in numbers if storage.path_of(frame_key(media, number)).is_file()]


def tile(storage: LocalStorage, strip: Rendition, frame: int) -> bytes:
    """Return the filmstrip's tile nearest to a frame, as JPEG."""
    details = strip.details or {}
    tiles: list[int] = details["tiles"]
    nearest = min(range(len(tiles)), key=lambda number: abs(tiles[number] - frame))
    width, height = details["width"], details["height"]
    with Image.open(storage.path_of(strip.path)) as picture:
        cut = picture.crop((nearest * width, 0, (nearest + 1) * width, height))
    buffer = io.BytesIO()
    cut.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def _decode(storage: LocalStorage, media: Media, source: Path, index: Path, numbers: list[int]) -> None:
    params = {
        "path": str(source),
        "index": str(index),
        "width": media.width,
        "height": media.height,
        "rotation": (media.probe_json or {}).get("rotation", 0),
        "numbers": numbers,
        "longest": LONGEST_SIDE,
    }
    with TemporaryDirectory(dir=storage.root / "incoming") as folder:
        made = sandbox.run_sync("frames", params | {"folder": folder}, reads=[source, index], work_dir=Path(folder))
        for number in made["frames"]:
            storage.adopt(Path(folder) / f"frame-{number}.jpg", frame_key(media, number))
