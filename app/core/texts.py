"""One catalogue of texts: every sentence on screen is looked up here, in the language of whoever reads."""

import gettext
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

DOMAIN = "rushes"
# The language the texts are written in; its catalogue is the code itself.
WRITTEN = "en"

Catalogue = gettext.NullTranslations

ENGLISH = Catalogue()

_reading: ContextVar[Catalogue | None] = ContextVar("reading", default=None)
# What is looked up in where nobody asks for a language: by jobs and commands.
_usual: list[Catalogue] = [ENGLISH]


def say(message: str, **values: object) -> str:
    """Return a text in the reader's language; `%(name)s` in it takes `values`. Without values, % is only a sign."""
    found = _here().gettext(message) if message else message
    return found % values if values else found


def plural(count: int, one: str, many: str) -> str:
    """Return "1 clip" or "3 clips" in the reader's language; `one` and `many` are the nouns alone."""
    return f"{count:,} {either(one, many, count)}"


def either(one: str, many: str, count: int) -> str:
    """Return the one of two sentences that fits the count, in the reader's language and as it is written."""
    return _here().ngettext(one, many, count)


def by_count(one: str, many: str, count: int, **values: object) -> str:
    """Return the sentence that fits the count; both may hold `%(count)s` and `values`."""
    return either(one, many, count) % {"count": f"{count:,}", **values}


class later(str):
    """A text named at import, looked up each time it is shown; compared and stored it is the English one."""

    __slots__ = ()

    def __str__(self) -> str:
        return say(str.__str__(self))

    def __html__(self) -> Markup:
        # Without this, a template would take the English letters as they are.
        return escape(str(self))

    def __format__(self, form: str) -> str:
        return format(str(self), form)

    def __mod__(self, values: Any) -> str:
        said: str = str(self) % values
        return said

    def __add__(self, more: str) -> str:
        return str(self) + more

    def __radd__(self, before: str) -> str:
        return before + str(self)

    def format(self, *values: object, **named: object) -> str:
        return str(self).format(*values, **named)

    def lower(self) -> str:
        return str(self).lower()


def read_catalogues(folder: Path | None) -> dict[str, Catalogue]:
    """Return the catalogues by language: English, and `<language>/LC_MESSAGES/rushes.mo` of the operator's folder.

    Raises OSError for a catalogue that is none.
    """
    catalogues: dict[str, Catalogue] = {WRITTEN: ENGLISH}
    for file in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")) if folder else ():
        with file.open("rb") as stream:
            catalogues[file.parent.parent.name] = gettext.GNUTranslations(stream)
    return catalogues


def read_in(catalogue: Catalogue | None) -> None:
    """Look texts up in this catalogue from here on, in this thread of work; None is the usual one again."""
    _reading.set(catalogue)


def read_usually_in(catalogue: Catalogue) -> None:
    """Look texts up in this catalogue wherever in this process nobody asks for another."""
    _usual[:] = [catalogue]


def _here() -> Catalogue:
    return _reading.get() or _usual[0]
