"""Text made to run is only text, on every page, wherever it was stored or sent."""

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.auth.models import User
from app.clips.models import Clip, ClipExport
from app.core.db import transaction
from app.jobs.models import Job
from app.media.models import Media
from app.projects.models import Project
from tests.house.asking import Cell, ask, rules_of
from tests.house.world import World

MARKER = "\"'><svg onload=1>{{7*7}}</script><!--"
STORED: dict[type, tuple[str, ...]] = {
    Project: ("name", "description", "language"),
    Media: ("title", "filename", "video_codec", "audio_codec"),
    Clip: ("title", "notes"),
    ClipExport: ("filename",),
    Job: ("name", "message", "error_message", "worker_id"),
    User: ("display_name",),
}


def mark(world: World) -> None:
    """Put the marker into every field that people or files fill."""
    with transaction() as session:
        for model, names in STORED.items():
            for row in session.scalars(sa.select(model)):
                for name in names:
                    setattr(row, name, f"{MARKER}{row.id}" if model is Project and name == "name" else MARKER)


def runs(answer: TestResponse) -> bool:
    """Say whether the marker came out of its place."""
    return answer.mimetype == "text/html" and ("<svg onload" in answer.text or "49</script>" in answer.text)


def test_stored_text_never_runs(world: World) -> None:
    mark(world)
    visitor, found, seen = world.visitor("owner"), [], 0

    for rule in rules_of(world.app):
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            cell = Cell(rule, "GET", "owner", "own")
            answer = ask(world, visitor, cell)
            if answer.status_code == 500 or runs(answer):
                found.append(f"{cell}: {answer.status_code}")
            seen += b"&lt;svg onload" in answer.data

    assert found == []
    assert seen > 20


@pytest.mark.slow
def test_sent_text_never_runs(world: World) -> None:
    visitor, found = world.visitor("owner"), []

    for rule in rules_of(world.app):
        for name in ("q", "next", "after", "state", "f", "clip", "in_timecode", "around_timecode", "export", "type"):
            if "GET" in (rule.methods or ()) and rule.endpoint not in ("static", "files.file"):
                answer = ask(world, visitor, Cell(rule, "GET", "owner", "own"), query={name: MARKER})
                if answer.status_code == 500 or runs(answer):
                    found.append(f"{rule.rule}?{name}: {answer.status_code}")

    assert found == []


def test_a_refused_form_gives_text_back_as_text(world: World) -> None:
    visitor, things, found = world.visitor("owner"), world.projects["own"], []
    fields = dict.fromkeys(
        ("name", "title", "description", "notes", "in_timecode", "out_timecode", "at_timecode", "quota_bytes"), MARKER
    )
    fields |= dict.fromkeys(("version", "seen_in", "seen_title", "mode", "language", "project", "silence_db"), MARKER)

    for path in (
        "/projects/new",
        f"/p/{things.slug}/settings",
        f"/m/{things.media}/edit",
        f"/m/{things.media}/clips",
        f"/m/{things.media}/clips/check",
        f"/clips/{things.clip}/edit",
        f"/clips/{things.clip}/split",
        f"/clips/{things.clip}/bounds",
        f"/clips/{things.clip}/render",
    ):
        for answer in (visitor.post(path, fields), visitor.swap(path, fields)):
            if answer.status_code >= 500 or runs(answer):
                found.append(f"{path}: {answer.status_code}")

    assert found == []
