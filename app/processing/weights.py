"""The models this installation may use: listed in `models.toml`, installed by hash, found by name.

Weights are data: each file is taken out of a folder or a package, compared with its SHA-256, and only then given its
name. Nothing here reaches for a network; `flask models install` brings the packages.
"""

import hashlib
import os
import shutil
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

CATALOGUE = Path(__file__).with_name("models.toml")
BLOCK = 1 << 20

Told = Callable[[str], None]


class WrongHash(Exception):
    """A file is not the one its publisher made; its text says which."""


class NotFoundThere(Exception):
    """The folder or package does not hold the file; its text says which."""


@dataclass(frozen=True)
class ModelFile:
    """One file: its name here, its hash and size, and where in the packages it lies (parts are joined)."""

    name: str
    sha256: str
    size: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """One set of weights. ``languages``: two letters each; empty for a model of many languages."""

    name: str
    purpose: str
    title: str
    languages: tuple[str, ...]
    publisher: str
    licence: str
    packages: tuple[str, ...]
    files: tuple[ModelFile, ...]
    default: bool = False

    @property
    def size_bytes(self) -> int:
        return sum(file.size for file in self.files)

    def folder(self, root: Path) -> Path:
        return root / self.name


def catalogue(path: Path = CATALOGUE) -> dict[str, Model]:
    """Return every model by name, in the order of the file."""
    with path.open("rb") as file:
        listed = tomllib.load(file)
    return {name: _model(name, facts) for name, facts in listed.items()}


def is_installed(model: Model, root: Path) -> bool:
    """Say whether every file is there at its size; `verify` reads them too."""
    paths = [(model.folder(root) / file.name, file.size) for file in model.files]
    return all(path.is_file() and path.stat().st_size == size for path, size in paths)


def verify(model: Model, root: Path) -> list[str]:
    """Read every file and return a sentence for each that is missing or not the publisher's."""
    wrong = []
    for file in model.files:
        path = model.folder(root) / file.name
        if not path.is_file():
            wrong.append(f"{path} is missing.")
        elif sha256_of(path) != file.sha256:
            wrong.append(f"{path} is not the file its publisher made.")
    return wrong


def install(model: Model, root: Path, sources: Sequence[Path], told: Told) -> None:
    """Copy the model's files out of folders, packages (zip) or plain files; calling it again is harmless.

    Raises `NotFoundThere` or `WrongHash` and leaves what was installed before as it was.
    """
    folder = model.folder(root)
    folder.mkdir(parents=True, exist_ok=True)
    for file in model.files:
        told(f"{file.name}, {file.size / 1e6:.1f} MB")
        part = folder / f"{file.name}.part"
        try:
            _write(part, _pieces(file, sources))
            if sha256_of(part) != file.sha256:
                raise WrongHash(f"{file.name} is not the file its publisher made. It was not installed.")
            os.replace(part, folder / file.name)
        finally:
            part.unlink(missing_ok=True)


def free_bytes(root: Path) -> int:
    """Return how much room there is where models are kept."""
    return shutil.disk_usage(root).free


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _model(name: str, facts: dict[str, object]) -> Model:
    files = facts.pop("files")
    assert isinstance(files, list)
    held = tuple(ModelFile(**{**file, "members": tuple(file["members"])}) for file in files)
    plain = {key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()}
    return Model(name=name, files=held, **plain)  # type: ignore[arg-type]


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _pieces(file: ModelFile, sources: Sequence[Path]) -> Iterator[bytes]:
    """Yield the file's bytes: whole under its own name, or its members one after the other."""
    whole = _find(file.name, sources)
    if whole is not None:
        yield from whole
        return
    for member in file.members:
        found = _find(member, sources)
        if found is None:
            raise NotFoundThere(f"{file.name} is not there.")
        yield from found


def _find(name: str, sources: Sequence[Path]) -> Iterator[bytes] | None:
    for source in sources:
        if source.is_dir():
            for path in (source / name, source / Path(name).name):
                if path.is_file():
                    return _blocks(path.open("rb"))
        elif source.name == Path(name).name:
            return _blocks(source.open("rb"))
        elif zipfile.is_zipfile(source):
            found = _member(source, name)
            if found is not None:
                return found
    return None


def _member(source: Path, name: str) -> Iterator[bytes] | None:
    archive = zipfile.ZipFile(source)
    if name in archive.namelist():
        return _blocks(archive.open(name), archive)
    archive.close()
    return None


def _blocks(file: IO[bytes], archive: zipfile.ZipFile | None = None) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block
    if archive is not None:
        archive.close()
