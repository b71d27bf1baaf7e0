"""Look a password up among stolen ones: a list of SHA-1 hashes in order, searched where it lies on the disk."""

import hashlib
from pathlib import Path
from typing import BinaryIO, NamedTuple

# A hash, a count and an end of line are much shorter; a file of something else is not read into memory.
LONGEST_LINE = 200
HASH_LETTERS = 40
# A shipped list keeps the first 48 bits: enough that of a million passwords none is refused by accident.
FEWEST_LETTERS = 12
HEX = frozenset("0123456789ABCDEF")
# How many places of a list are compared when it is looked at.
SAMPLES = 200


class Look(NamedTuple):
    """What a look at a list found: whether it can be used, and a sentence about it."""

    well: bool
    words: str


def is_listed(path: Path, password: str) -> bool:
    """Say whether the list holds this password; some twenty to forty short reads. Raises OSError."""
    wanted = hashlib.sha1(password.encode("utf-8", "replace"), usedforsecurity=False).hexdigest().upper()
    with path.open("rb") as file:
        found = _line_from(file, path.stat().st_size, wanted)
    return len(found) >= FEWEST_LETTERS and wanted.startswith(found)


def look_at(path: Path) -> Look:
    """Say whether a list can be read, holds SHA-1 hashes, and is in their order; reads a few hundred lines."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            lines = [_key_at(file, size * number // SAMPLES) for number in range(SAMPLES)]
    except OSError as error:
        return Look(False, f"The list of stolen passwords {path} cannot be read ({error.strerror}).")
    found = [line for line in lines if line]
    if not found or any(len(line) != len(found[0]) or not _is_hash(line) for line in found):
        return Look(False, f"{path} is no list of SHA-1 hashes, one a line. Get the list by SHA-1, not by NTLM.")
    if found != sorted(found):
        return Look(False, f"{path} is not in the order of its hashes. Get the list ordered by hash.")
    return Look(True, f"Stolen passwords are refused by {path}.")


def _line_from(file: BinaryIO, size: int, wanted: str) -> str:
    """Return the first hash of the list that is not before `wanted`, compared as far as the list's hashes go."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        key = _key_at(file, middle)
        if key and key < wanted[: len(key)]:
            low = file.tell()
        else:
            high = middle
    return _key_at(file, low)


def _key_at(file: BinaryIO, place: int) -> str:
    """Return the hash of the first line that begins at this place or after; empty at the end."""
    file.seek(max(place - 1, 0))
    if place:
        file.readline(LONGEST_LINE)
    return file.readline(LONGEST_LINE).split(b":")[0].strip().decode("ascii", "replace").upper()


def _is_hash(text: str) -> bool:
    return FEWEST_LETTERS <= len(text) <= HASH_LETTERS and len(text) != 32 and set(text) <= HEX
