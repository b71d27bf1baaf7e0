"""What a person types into the search box: words, phrases, words to leave out, and fields like `speaker:marit`."""

import re
from dataclasses import dataclass, field

from app.core.search_text import MOST_QUERY_TOKENS, query_tokens, tokens

FIELDS = ("in", "speaker", "project", "by", "tag", "before", "after")
PART = re.compile(r'(?P<minus>-)?(?:(?P<field>[a-z]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))', re.IGNORECASE)
KIND_NAMES = {
    "transcript": "line",
    "clips": "clip",
    "media": "media",
    "topics": "topic",
    "songs": "song",
}
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True)
class Question:
    """A search, taken apart; every token is folded. `notes` say what was not understood as it was meant."""

    text: str
    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[str, ...] = ()
    fields: dict[str, list[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Say whether there is anything to look for."""
        return bool(self.words or self.phrases or self.fields)

    @property
    def kind(self) -> str | None:
        """Return the one kind of thing `in:` names, as documents carry it."""
        named = self.fields.get("in")
        return KIND_NAMES[named[-1]] if named else None


def parse(text: str) -> Question:
    """Take a search apart; nothing is an error: what makes no sense as syntax is looked for as plain words."""
    words: list[str] = []
    phrases: list[tuple[str, ...]] = []
    without: list[str] = []
    fields: dict[str, list[str]] = {}
    notes: list[str] = []
    for part in PART.finditer(text):
        name, value = (part["field"] or "").lower(), part["phrase"] if part["phrase"] is not None else part["word"]
        fault = _fault(name, value)
        if name in FIELDS and fault is None and not part["minus"]:
            fields.setdefault(name, []).append(value.lower())
        elif part["minus"]:
            without += tokens(value)
        elif part["phrase"] is not None and name not in FIELDS:
            phrases += [tuple(found)] if len(found := tokens(value)) > 1 else []
            words += found if len(found) == 1 else []
        else:
            words += tokens(part[0].lstrip("-"))
            notes += [fault] if fault else []
    return Question(
        text.strip(), tuple(words[:MOST_QUERY_TOKENS]), tuple(phrases[:4]), tuple(without[:8]), fields, tuple(notes)
    )


def plain(text: str) -> Question:
    """Return a text as words alone, as the boxes over lists take it."""
    return Question(text, tuple(query_tokens(text)))


def _fault(name: str, value: str) -> str | None:
    """Return why a field's value is no use, in words; None where it is."""
    if name == "in" and value.lower() not in KIND_NAMES:
        return f"“in:{value}” names no kind of thing, so it was looked for as words. Use {', '.join(KIND_NAMES)}."
    if name in ("before", "after") and not DATE.fullmatch(value):
        return f"“{name}:{value}” is no date, so it was looked for as words. Write {name}:2026 or {name}:2026-11-21."
    return None
