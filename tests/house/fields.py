"""Who may send and who is told which fields: ``python -m tests.house.fields > docs/fields.md``."""

import ast
import inspect
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from flask import Flask
from wtforms.fields.core import UnboundField

from app.core.web.access import rule_of
from app.core.web.forms import Form
from app.factory import create_app
from tests.conftest import settings_in
from tests.house.asking import rules_of
from tests.house.table import who_may

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
READERS = ("form", "values", "files", "headers")
# What comes with every form, or with every request of a browser, and is nobody's value.
EVERYWHERE = frozenset({"csrf_token", "HX-Request", "Content-Type", "Authorization"})
HEAD = """# Who may send and who is told which fields

Made from the forms and answers the routes use; a test compares. Remake it with
`python -m tests.house.fields > docs/fields.md`.

A form sets the fields it has and no other, whatever is sent; each room's repository has a list of the columns it writes
(`writable`). Fields of a form that is only shown again beside the answer are named too. What is not here cannot be set
from outside: ids, counts, states, hashes, who made something and when. Pages show what the JSON of the same thing
holds; Admin pages show, beyond that, people’s addresses, sign-ins and browsers, folders on the server, and the log.
Nobody is ever shown: passwords and their hashes, hashes of tokens, links and recovery codes, sealed secrets, where
files lie in the store.

## Sent

| Address | Who | Fields |
|---|---|---|
"""
TOLD = """
## Told, as JSON

| Address | Who | Fields |
|---|---|---|
"""


def fields_table(app: Flask) -> str:
    """Return both tables, in the order of the addresses."""
    sent, told = [], []
    for rule in rules_of(app):
        if rule.endpoint == "static":
            continue
        view, who = app.view_functions[rule.endpoint], who_may(str(rule_of(app, rule.endpoint)))
        if set(UNSAFE) & (rule.methods or set()):
            sent.append(f"| `{rule.rule}` | {who} | {listed(sent_to(view))} |")
        if rule.rule.endswith(".json"):
            told.append(f"| `{rule.rule}` | {who} | {listed(told_by(view), 'numbers alone: [api.md](api.md)')} |")
    return HEAD + "\n".join(sent) + "\n" + TOLD + "\n".join(told) + "\n"


def listed(names: set[str], where_empty: str = "none") -> str:
    return ", ".join(f"`{name}`" for name in sorted(names - EVERYWHERE)) or where_empty


def sent_to(view: Callable[..., Any]) -> set[str]:
    """Return the fields a view reads: those of its forms, and those it asks the request for by name."""
    found: set[str] = set()
    for function in reached(view):
        for value in names_of(function):
            if inspect.isclass(value) and issubclass(value, Form):
                found |= {name for name in dir(value) if isinstance(getattr(value, name), UnboundField)}
        found |= set(asked_for(tree_of(function)))
    return found


def told_by(view: Callable[..., Any]) -> set[str]:
    """Return the keys of the dictionaries a view answers."""
    return {
        key.value
        for function in reached(view)
        if function is view or function.__module__.endswith(".dicts") or function.__name__.endswith("dict")
        for node in ast.walk(tree_of(function))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def asked_for(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            reader, name = node.func.value, node.args[0]
        elif isinstance(node, ast.Subscript):
            reader, name = node.value, node.slice
        else:
            continue
        is_request = (
            isinstance(reader, ast.Attribute) and reader.attr in READERS and ast.unparse(reader.value) == "request"
        )
        if is_request and isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield name.value


def reached(view: Callable[..., Any]) -> list[FunctionType]:
    """Return the view and every function of a routes, forms or dicts module it comes to."""
    found: list[FunctionType] = []
    waiting = [view]
    while waiting:
        function = waiting.pop()
        if not isinstance(function, FunctionType) or function in found:
            continue
        found.append(function)
        waiting += [value for value in names_of(function) if is_ours(value)]
    return found


def is_ours(value: object) -> bool:
    module = getattr(value, "__module__", None) or ""
    if not isinstance(value, FunctionType) or not module.startswith("app."):
        return False
    return module.endswith(("routes", "forms", "dicts", ".tus")) or value.__name__.endswith("dict")


def names_of(function: FunctionType) -> list[object]:
    """Return what the names in a function stand for; names of attributes are somebody else's."""
    names = {node.id for node in ast.walk(tree_of(function)) if isinstance(node, ast.Name)}
    return [function.__globals__[name] for name in sorted(names) if name in function.__globals__]


@cache
def tree_of(function: FunctionType) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(fields_table(create_app(settings_in(Path(folder)))), end="")
