"""What may be on the disk after a power cut, from a record of everything a process did to its files.

The model is POSIX's, harsher than most disks: of bytes not yet synced any subset of 512-byte sectors may have
arrived; of a folder's names only a beginning of what was done to them since the folder was synced. What was synced is
there. A disk that lies about fsync is outside it.
"""

import hashlib
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
HEADER = struct.Struct("<BBHHHQQ")
State = dict[str, bytes | None]


@dataclass(frozen=True)
class Call:
    """One recorded call: c(reate), w(rite), t(runcate), s(ync), r(ename), l(ink), u(nlink), m(ake folder)."""

    kind: str
    path: str
    other: str
    offset: int
    data: bytes


@dataclass
class File:
    """A file's bytes: those that are durable, those a reader sees now, and what was done in between."""

    durable: bytearray = field(default_factory=bytearray)
    now: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def write(self, offset: int, data: bytes) -> None:
        place(self.now, offset, data)
        self.pending.append((offset, data))

    def cut(self, length: int) -> None:
        resize(self.now, length)
        self.pending.append((length, None))

    def sync(self) -> None:
        self.durable, self.pending = bytearray(self.now), []

    def after_cut(self, chance: random.Random) -> bytes:
        """Return what a reader may find: some sectors of some writes."""
        if not self.pending:
            return bytes(self.durable)
        left = bytearray(self.durable)
        share = chance.choice((0.0, 0.3, 0.7, 1.0))
        for offset, data in self.pending:
            if data is None:
                if chance.random() < share:
                    resize(left, offset)
                continue
            for start in range(0, len(data), SECTOR):
                if chance.random() < share:
                    place(left, offset + start, data[start : start + SECTOR])
        return bytes(left)


@dataclass
class Folder:
    """A folder's names: the durable ones, those one sees now, and what was done to them since."""

    durable: dict[str, "File | Folder"] = field(default_factory=dict)
    now: dict[str, "File | Folder"] = field(default_factory=dict)
    pending: list[tuple[str, "File | Folder | None"]] = field(default_factory=list)

    def put(self, name: str, what: "File | Folder | None") -> None:
        change(self.now, name, what)
        self.pending.append((name, what))

    def sync(self) -> None:
        self.durable, self.pending = dict(self.now), []

    def after_cut(self, chance: random.Random) -> dict[str, "File | Folder"]:
        names = dict(self.durable)
        for name, what in self.pending[: chance.randint(0, len(self.pending))]:
            change(names, name, what)
        return names


class Disk:
    """A folder as it stood, durable, before the record began, and as the calls have made it since."""

    def __init__(self, start: Path) -> None:
        self.root = read_folder(start)

    def apply(self, call: Call) -> None:
        """Do one call; raises KeyError where the record names a file it never made."""
        folder, name = self._place(call.path)
        if call.kind == "c":
            folder.put(name, File())
        elif call.kind == "m":
            folder.put(name, Folder())
        elif call.kind == "u":
            folder.put(name, None)
        elif call.kind in "rl":
            self._rename(folder, name, call)
        else:
            self._touch(folder.now[name] if name else folder, call)

    def after_cut(self, chance: random.Random) -> "State":
        """Return one of the states a power cut may leave now: what each file holds; a folder holds None."""
        return dict(_left(self.root, "", chance))

    def differences(self, path: Path) -> list[str]:
        """Return the names whose present content is not what the record says: calls nobody recorded."""
        real, told = contents(read_folder(path)), contents(self.root)
        return sorted(name for name in real.keys() | told.keys() if real.get(name) != told.get(name))

    def _rename(self, folder: Folder, name: str, call: Call) -> None:
        what = folder.now[name]
        target, new = self._place(call.other)
        if call.kind == "r" and target is folder:
            # One folder changes in one go: never both names, never neither.
            change(folder.now, name, None)
            change(folder.now, new, what)
            folder.pending.append((f"{name}\0{new}", what))
            return
        target.put(new, what)
        if call.kind == "r":
            folder.put(name, None)

    def _touch(self, what: "File | Folder", call: Call) -> None:
        if call.kind == "s":
            what.sync()
        elif isinstance(what, File) and call.kind == "w":
            what.write(call.offset, call.data)
        elif isinstance(what, File) and call.kind == "t":
            what.cut(call.offset)
        else:
            raise ValueError(f"nothing is known of {call.kind} on {call.path}")

    def _place(self, path: str) -> tuple[Folder, str]:
        *folders, name = path.split("/")
        here = self.root
        for each in folders:
            below = here.now[each]
            assert isinstance(below, Folder)
            here = below
        return here, name


def read_record(path: Path) -> Iterator[Call]:
    """Read what the recorder wrote, in order."""
    data, at = path.read_bytes(), 0
    while at < len(data):
        kind, _, first, second, _, offset, length = HEADER.unpack_from(data, at)
        at += HEADER.size
        names = data[at : at + first].decode(), data[at + first : at + first + second].decode()
        at += first + second
        yield Call(chr(kind), *names, offset, data[at : at + length])
        at += length


def read_folder(path: Path) -> Folder:
    """Read a folder as durable; SQLite's shared memory is made anew by whoever opens the database."""
    folder = Folder()
    for each in sorted(path.iterdir()):
        if each.is_dir():
            folder.now[each.name] = read_folder(each)
        elif each.is_file() and not each.name.endswith("-shm"):
            folder.now[each.name] = File(bytearray(each.read_bytes()), bytearray(each.read_bytes()))
    folder.sync()
    return folder


def contents(folder: Folder, before: str = "") -> dict[str, bytes]:
    """Return every file's present bytes by its path."""
    found: dict[str, bytes] = {}
    for name, what in folder.now.items():
        found |= contents(what, f"{before}{name}/") if isinstance(what, Folder) else {before + name: bytes(what.now)}
    return found


def change(names: dict[str, "File | Folder"], name: str, what: "File | Folder | None") -> None:
    """Put a name in a folder, take it away, or (both names, with a NUL between) move it."""
    old, _, new = name.partition("\0")
    if new or what is None:
        names.pop(old, None)
    if what is not None:
        names[new or old] = what


def place(data: bytearray, offset: int, piece: bytes) -> None:
    if offset > len(data):
        data.extend(bytes(offset - len(data)))
    data[offset : offset + len(piece)] = piece


def resize(data: bytearray, length: int) -> None:
    del data[length:]
    data.extend(bytes(length - len(data)))


def leave(state: State, target: Path) -> None:
    """Write a state to the disk."""
    target.mkdir()
    for name, content in state.items():
        if content is None:
            (target / name).mkdir()
        else:
            (target / name).write_bytes(content)


def digest_of(state: State) -> bytes:
    """Return a hash of every name and byte."""
    digest = hashlib.blake2b(digest_size=16)
    for name, content in sorted(state.items()):
        digest.update(f"{name}\0{-1 if content is None else len(content)}\0".encode())
        digest.update(content or b"")
    return digest.digest()


def _left(folder: Folder, before: str, chance: random.Random) -> Iterator[tuple[str, bytes | None]]:
    for name, what in folder.after_cut(chance).items():
        if isinstance(what, Folder):
            yield before + name, None
            yield from _left(what, f"{before}{name}/", chance)
        else:
            yield before + name, what.after_cut(chance)
