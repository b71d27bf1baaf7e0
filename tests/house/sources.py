"""Our own files: what is tracked, and the syntax tree of every module."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = ("static/vendor/", "static/fonts/")
PASSED_OVER = {".git", ".venv", "instance", "__pycache__", ".hypothesis", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


@cache
def tracked() -> tuple[str, ...]:
    """Return the paths of the files that belong to the project, from git where it is a checkout."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
        return tuple(name for name in listed.split("\0") if name and (ROOT / name).is_file())
    found = (path for path in ROOT.rglob("*") if path.is_file() and not PASSED_OVER & set(path.parts))
    return tuple(str(path.relative_to(ROOT)) for path in found)


def texts(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of tracked text files of our own, of these endings or of all."""
    for name in tracked():
        if name.startswith(NOT_OURS) or (suffixes and not name.endswith(suffixes)):
            continue
        text = _text_of(name)
        if text is not None:
            yield name, text


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield (path, syntax tree) of the Python files in these folders; the trees are everybody's, to look at alone."""
    for name, _ in texts(".py"):
        if name.startswith(folders):
            yield name, _tree_of(name)


@cache
def _text_of(name: str) -> str | None:
    content = (ROOT / name).read_bytes()
    return None if b"\0" in content else content.decode()


@cache
def _tree_of(name: str) -> ast.Module:
    return ast.parse(_text_of(name) or "")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
