"""The base of every form: trimmed text, and domain errors laid beside the field they are about."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import reduce
from operator import add
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectChoice  # type: ignore[attr-defined]
from wtforms.fields import Field
from wtforms.validators import ValidationError
from wtforms.widgets import HiddenInput

from app.core.errors import Conflict, Invalid, Stale
from app.core.texts import say

LONGEST_VERSION = 9


def trim(value: Any) -> Any:
    """Take surrounding space off text; anything else passes as it is."""
    # A NUL ends the text for SQLite, and PostgreSQL takes none.
    return value.replace("\0", "").strip() if isinstance(value, str) else value


def trim_or_none(value: Any) -> Any:
    """Take surrounding space off text and make empty text None."""
    return trim(value) or None


def options(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    """Return (value, words) pairs as what a field of choices takes."""
    return [SelectChoice(value, words) for value, words in pairs]


class VersionField(HiddenField):
    """The version a form was filled from, sent back unseen; anything but a number is refused."""

    def pre_validate(self, form: Any) -> None:
        if not (self.data or "").isdecimal() or len(self.data or "") > LONGEST_VERSION:
            raise ValidationError(say("This page was damaged. Reload it and try again."))


def new_mark() -> str:
    """Return a mark for one form: what is sent with it twice has its effect once."""
    return secrets.token_urlsafe(16)


def sent_mark() -> str | None:
    """Return the mark the request was sent with: the form's hidden field, or a program's `Idempotency-Key`."""
    return request.form.get("once") or request.headers.get("Idempotency-Key")


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose fields keep what was typed and show what is wrong with it."""

    @contextmanager
    def blame(self) -> Iterator[None]:
        """Turn `Invalid` and `Conflict` from below into an error at their field, or at the form."""
        try:
            yield
        except (Invalid, Conflict) as error:
            field = self._fields.get(error.field or "")
            if field is None:
                self.form_errors.append(str(error))
            else:
                add_error(field, str(error))

    def hidden_tag(self, *fields: Any) -> Any:
        """Return the unseen fields, without ids: two forms on one page would share them."""
        unseen = [field for field in self if isinstance(field.widget, HiddenInput)]
        return reduce(add, (field(id=False) for field in unseen))

    @property
    def has_errors(self) -> bool:
        return bool(self.form_errors) or any(field.errors for field in self)


class OnceForm(Form):
    """A form that makes something: sent twice, by a double click or a bad line, it makes it once."""

    # A subclass that edits sets it to None, which takes the field away.
    once: Any = HiddenField(default=new_mark)


def add_error(field: Field, words: str) -> None:
    """Add one sentence to a field's errors."""
    field.errors = [*field.errors, words]


def show_theirs(form: Form, stale: Stale) -> None:
    """Keep what was typed, say beside each field what is saved now, and let the next save win."""
    form.form_errors.append(say("%(stale)s What you typed is below; save again to replace theirs.", stale=stale))
    for name, value in stale.theirs.items():
        if name in form._fields:
            add_error(
                form._fields[name], say("Saved meanwhile: %(value)s.", value=value if value is not None else "nothing")
            )
    form._fields["version"].data = str(stale.version)
