"""The picture of a card, alone."""

from types import SimpleNamespace

import pytest
from flask import Flask

NOTHING = {"poster_url": None, "scrub_url": None, "title": "Fog horn", "failure": None}


@pytest.mark.parametrize(("wave", "plain"), [("M0 0", False), (None, True)])
def test_what_is_being_made_is_readable_on_a_waveform_too(app: Flask, wave: str | None, plain: bool) -> None:
    going = {"kind": "audio", "state": "processing", "progress": 40, "stage_text": "Separating voice and instruments"}
    item = SimpleNamespace(**NOTHING, **going, wave_path=wave)

    with app.test_request_context():
        piece = app.jinja_env.get_template("library/_thumb.html").render(item=item)

    assert ("state plain" in piece) is plain
