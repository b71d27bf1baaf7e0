"""What somebody typed into a form that was refused, to be shown again: nothing secret, nothing a page fills in."""

import re

from flask import request
from werkzeug.exceptions import HTTPException

from app.core.texts import say
from app.core.web.htmx import wants_piece

FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
# Secrets, and what a page fills in unseen.
UNTOLD = re.compile(r"password|secret|token|^code$|^current$|^(version|once|next|id|seen|kept_name)$")
MOST_TYPED = 30


def typed() -> list[tuple[str, str]]:
    """Return (field as words, text) of the form this request sent; nothing for a piece, or for what is no form."""
    if request.method != "POST" or wants_piece() or request.mimetype not in FORM_TYPES:
        return []
    try:
        fields = list(request.form.items(multi=True))
    except HTTPException:
        # What could not be taken in cannot be shown either.
        return []
    return [(words_of(name), text) for name, text in fields if text.strip() and not UNTOLD.search(name)][:MOST_TYPED]


def kept() -> list[tuple[str, str]]:
    """Return what `typed` gave to a page that sends it along unseen, so that a second refusal loses nothing of it."""
    pairs = zip(request.form.getlist("kept_name"), request.form.getlist("kept_text"), strict=False)
    return list(pairs)[:MOST_TYPED]


def words_of(name: str) -> str:
    """Return a field's name as words: as its label has them, where they are the same."""
    return say(name.replace("_", " ").capitalize())
