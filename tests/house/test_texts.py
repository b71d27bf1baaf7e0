"""Every text of a template goes through the catalogue, so that it can be said in another language."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from jinja2 import Environment, nodes

from tests.house.sources import texts
from tests.house.test_templates import templates

# Names and formats are the same in every language.
SAME = {"Rushes", "JSON", "LRC", "WebVTT", "SubRip"}
# Names of classes and of keys, which nobody reads as words.
CALLED = {"TextAreaField", "SelectField", "Space", "Enter", "Home End", "Ctrl+← Ctrl+→", "Ctrl+Z"}
WORDED = {"alt", "aria-label", "aria-valuetext", "data-l", "label", "placeholder", "title"}
# What is typed, pressed or drawn.
QUIET = {"code", "kbd", "script", "style", "svg"}
LOOKS_UP = {"_", "by_count", "gettext", "ngettext", "plural"}
# How a sentence begins, or how one ends that began with somebody's words.
SENTENCE = re.compile(r"^\W*[A-Z][a-z]|[a-z]{3,}[.…]$")
WORD = re.compile(r"[^\W\d_]{2,}")


class Words(HTMLParser):
    """Gathers the words of a page's text and of the attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.quiet, self.depth = "", 0

    def hear(self, text: str) -> None:
        self.words += [word for word in WORD.findall(text) if word not in SAME]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in WORDED or (name.startswith("data-") and len(WORD.findall(value or "")) > 1 and " " in value):
                self.hear(value or "")
        if tag == self.quiet:
            self.depth += 1
        elif not self.quiet and (tag in QUIET or "mono" in (dict(attrs).get("class") or "").split()):
            self.quiet, self.depth = tag, 1

    def handle_endtag(self, tag: str) -> None:
        if tag == self.quiet:
            self.depth -= 1
            self.quiet = self.quiet if self.depth else ""

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            self.hear(data)


def written(env: Environment, source: str) -> str:
    """Return what a template says by itself: no comments, nothing computed, nothing of `{% trans %}`."""
    said, tag, in_trans = [], "", False
    for _, kind, value in env.lex(source):
        if kind == "data":
            said.append(" " if in_trans else value)
        elif kind == "block_begin":
            tag = ""
        elif kind == "name" and not tag:
            tag = value
            in_trans = tag != "endtrans" and (in_trans or tag == "trans")
        elif kind in ("variable_end", "block_end"):
            said.append(" ")
    return "".join(said)


def literals(node: nodes.Node) -> Iterator[str]:
    """Yield the strings of a template's expressions that nothing looks up."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name) and child.node.name in LOOKS_UP:
            for each in child.kwargs:
                yield from literals(each)
        elif isinstance(child, nodes.Const) and isinstance(child.value, str):
            yield child.value
        else:
            yield from literals(child)


def bare(env: Environment, source: str) -> list[str]:
    """Return the words of a template that did not go through the catalogue."""
    page = Words()
    page.feed(written(env, source))
    page.close()
    sentences = [text for text in literals(env.parse(source)) if SENTENCE.search(text)]
    return page.words + [text for text in sentences if text not in SAME | CALLED]


@pytest.mark.parametrize("name", sorted(templates()))
def test_a_template_says_nothing_past_the_catalogue(app: Flask, name: str) -> None:
    assert bare(app.jinja_env, templates()[name]) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Save</p>", ["Save"]),
        ("<p>{% if it %}{{ _('Save') }}{% else %}Keep it{% endif %}</p>", ["Keep", "it"]),
        ('<a href="/x" aria-label="Back {{ name }}">←</a>', ["Back"]),
        ('<form data-confirm="Really go?"></form>', ["Really", "go"]),
        ("{{ ui.empty('clip', 'No clips yet', _('Mark one.')) }}", ["No clips yet"]),
        ("{{ _('Role of %(name)s', name='Somebody') }}", ["Somebody"]),
        ("{{ 'Remove ' ~ member.name }}", ["Remove "]),
        ("{{ '“' ~ clip.title ~ '” deleted.' }}", ["” deleted."]),
    ],
)
def test_a_word_past_the_catalogue_is_found(app: Flask, source: str, found: list[str]) -> None:
    assert bare(app.jinja_env, source) == found


@pytest.mark.parametrize(
    "source",
    [
        "{# Words about it #}<p class='btn quiet'>{{ _('Save') }} · 25 %</p>",
        "{% trans name=link.name %}<b>Hand this link to {{ name }}.</b> It works once.{% endtrans %}",
        "{% trans count=n %}{{ count }} clip{% pluralize %}{{ count }} clips{% endtrans %}",
        "{{ plural(n, 'Clip', 'Clips') }} <kbd>Esc</kbd> <code>in:clips</code> Rushes",
        '<p title="{{ _("Why") }}" data-key="g p">{{ by_count("%(count)s Clip", "%(count)s Clips", n) }}</p>',
    ],
)
def test_what_goes_through_the_catalogue_is_left_alone(app: Flask, source: str) -> None:
    assert bare(app.jinja_env, source) == []


def test_what_a_route_flashes_went_through_the_catalogue() -> None:
    past = re.compile(r"""(?:flash\(\s*|"text":\s*|said=)f?["'][“A-Za-z]""")

    assert [name for name, text in texts(".py") if name.startswith("app/") and past.search(text)] == []
