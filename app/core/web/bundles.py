"""Scripts and style sheets as they are sent: without what only their readers need, imports put into one file."""

import re
from collections.abc import Mapping

# Scripts that pages and other scripts load by name; what they import is sent inside them, once.
ENTRIES = frozenset({"app", "workbench"})

IMPORT = re.compile(r'^import (?:\{ ([\w, ]+) \} from )?"\./([\w-]+)\.js";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:async |)(?:class|function|const|let) )", re.M)
NAMES = re.compile(r"^export (?:async |)(?:class|function|const|let) (\w+)", re.M)


def slim_script(text: str) -> str:
    """Return a script without comments, indentation and empty lines; no literal of ours goes over a line."""
    text = re.sub(r"^[ \t]*/\*\*.*?\*/[ \t]*\n", "", text, flags=re.M | re.S)
    text = re.sub(r"^[ \t]*//.*\n", "", text, flags=re.M)
    text = re.sub(r"(?<=[;{]) +// [^\n\"'`]*$", "", text, flags=re.M)
    return re.sub(r"^[ \t]+|^\n", "", text, flags=re.M)


def slim_sheet(text: str) -> str:
    """Return a style sheet without comments, indentation and empty lines."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"^[ \t]+|[ \t]+$|^\n", "", text, flags=re.M)


def bundled(name: str, scripts: Mapping[str, str]) -> str:
    """Return an entry with every module it imports before it, each in a scope of its own.

    `scripts` maps names without their ending to source; raises KeyError for one missing. Imports of other
    entries stay imports.
    """
    placed: dict[str, str] = {}
    _place(name, scripts, placed)
    kept = "".join(found.group() for found in IMPORT.finditer(scripts[name]) if _stays(found.group(2), name))
    scopes = [f"const {_scope(each)} = (() => {{\n{text}}})();\n" for each, text in placed.items()]
    return kept + "".join(scopes) + _with_names(name, scripts[name])


def _place(name: str, scripts: Mapping[str, str], placed: dict[str, str]) -> None:
    """Put what a module imports into `placed`, what is needed first before what needs it."""
    for found in IMPORT.finditer(scripts[name]):
        needed = found.group(2)
        if needed in placed or _stays(needed, name):
            continue
        _place(needed, scripts, placed)
        given = ", ".join(NAMES.findall(scripts[needed]))
        placed[needed] = EXPORT.sub("", _with_names(needed, scripts[needed])) + f"return {{ {given} }};\n"


def _with_names(name: str, text: str) -> str:
    """Return a module whose imports take their names from the scopes before it."""

    def taken(found: re.Match[str]) -> str:
        if _stays(found.group(2), name) or not found.group(1):
            return ""
        return f"const {{ {found.group(1)} }} = {_scope(found.group(2))};\n"

    return IMPORT.sub(taken, text)


def _stays(needed: str, name: str) -> bool:
    return needed in ENTRIES and needed != name


def _scope(name: str) -> str:
    return f"from_{name.replace('-', '_')}"
