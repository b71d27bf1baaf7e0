"""Stream several files as one zip, without a temporary file and with flat memory."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

CHUNK = 1024 * 1024


class _Drain(io.RawIOBase):
    """A place to write to whose content is taken away again and again."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def stream_zip(files: Iterable[tuple[str, Path | bytes]]) -> Iterator[bytes]:
    """Yield the bytes of a zip of (name, file or content); nothing is compressed, since video does not shrink."""
    drain = _Drain()
    with zipfile.ZipFile(drain, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, content in files:
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as entry, _opened(content) as file:
                while chunk := file.read(CHUNK):
                    entry.write(chunk)
                    yield drain.take()
            yield drain.take()
    yield drain.take()


def _opened(content: Path | bytes) -> IO[bytes]:
    return content.open("rb") if isinstance(content, Path) else io.BytesIO(content)
