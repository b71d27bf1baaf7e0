"""No script of ours takes over the properties of an object that came from elsewhere."""

import re

import pytest

from tests.house.sources import ROOT

SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
# What prototypes are polluted with: merging an object that is not written out on the spot, writing under two names
# that are computed, walking the names of an object, reaching for a prototype by name.
ASSIGN = re.compile(r"\bObject\.assign\(")
MERGES = {
    "writes under two computed names": re.compile(r"\]\s*\[[^=;\n]*\]\s*(?:=(?![=>])|\?\?=|\|\|=)"),
    "walks the names of an object": re.compile(r"\bfor\s*\(\s*(?:const|let|var)\s+\w+\s+in\b"),
    "reaches for a prototype": re.compile(r"__proto__|\.prototype\b|setPrototypeOf|\[[\"']constructor[\"']\]"),
    "copies deep": re.compile(r"\b(?:deepMerge|mergeDeep|defaultsDeep|extend|merge)\s*\("),
}


def troubles(script: str) -> list[str]:
    """Return what a script does that could change what all objects inherit."""
    found = [what for what, pattern in MERGES.items() if pattern.search(script)]
    foreign = [source for call in ASSIGN.finditer(script) for source in sources_from(script[call.end() :])]
    return found + [f"merges {each}" for each in foreign if not each.startswith("{") or "JSON.parse" in each]


def sources_from(rest: str) -> list[str]:
    """Return what a call copies from: its arguments but the first, read up to the bracket that ends the call."""
    parts, depth = [""], 0
    for letter in rest:
        depth += (letter in "([{") - (letter in ")]}")
        if depth < 0:
            break
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts[1:]]


def test_no_script_merges_foreign_objects() -> None:
    assert len(SCRIPTS) > 10
    assert {path.name: found for path in SCRIPTS if (found := troubles(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    "script",
    [
        "Object.assign(this, answer);",
        "Object.assign({}, defaults, await answer.json());",
        "Object.assign(options, { ...JSON.parse(text) });",
        "settings[group][name] = value;",
        "settings[parts[0]][parts[1]] ??= {};",
        "for (const name in answer) settings[name] = answer[name];",
        'options["__proto__"].safe = true;',
        "Array.prototype.last = function () {};",
        "const all = mergeDeep(defaults, answer);",
    ],
)
def test_a_script_that_did_would_be_seen(script: str) -> None:
    assert troubles(script)


@pytest.mark.parametrize(
    "script",
    [
        "Object.assign(this, { root, clock });",
        'Object.assign(document.createElement("span"), { className: "grow" });',
        "rows[0][column] === 1;",
        "const next = { ...drag.from };",
    ],
)
def test_what_is_written_out_on_the_spot_is_allowed(script: str) -> None:
    assert troubles(script) == []
