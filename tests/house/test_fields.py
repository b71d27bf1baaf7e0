"""The table of fields in docs/ is what the routes read and answer."""

from flask import Flask
from werkzeug.wrappers import Response
from wtforms import StringField

from app.admin import user_forms
from app.core.web.forms import Form
from app.core.web.htmx import as_json
from tests.house.fields import fields_table, sent_to, told_by
from tests.house.sources import ROOT


class PlantedForm(Form):
    """A form nobody wrote down."""

    role = StringField()


def planted() -> Response:
    form = PlantedForm()
    return as_json({"secret": str(form.role.data)})


def test_the_table_of_fields_says_what_the_routes_read_and_answer(app: Flask) -> None:
    assert (ROOT / "docs" / "fields.md").read_text(encoding="utf-8") == fields_table(app)


def test_a_field_that_is_new_would_be_seen() -> None:
    assert sent_to(planted) == {"role"}
    assert told_by(planted) == {"secret"}


def test_what_an_admin_sets_of_an_account_is_there(app: Flask) -> None:
    table = fields_table(app)

    assert "| `/admin/users/<uuid:person>/edit` | admins | `display_name`, `email`, `role`, `version` |" in table
    assert not hasattr(user_forms.PersonForm, "password")
