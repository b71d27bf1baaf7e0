"""What each page is asked with, and what it answers to somebody who may: one row for every route and method."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.factories import PASSWORD
from tests.house.world import Things

TUS = {"Tus-Resumable": "1.0.0"}
TIMES = {"in_timecode": "00:00:00:05", "out_timecode": "00:00:00:09"}


@dataclass(frozen=True)
class Case:
    """The answer to somebody who may, and what is sent; `archived` is the answer in an archived project."""

    status: int
    data: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    archived: int | None = None


def page(status: int = 200) -> Case:
    return Case(status)


def form(status: int = 303, **data: Any) -> Case:
    return Case(status, data)


# Keyed by endpoint and method; HEAD is asked as GET is, and OPTIONS is answered to everybody who may come in.
CASES: dict[tuple[str, str], Case] = {
    ("activity.clip", "GET"): page(),
    ("activity.clip_json", "GET"): page(),
    ("activity.index", "GET"): page(),
    ("activity.index_json", "GET"): page(),
    ("activity.media", "GET"): page(),
    ("activity.media_json", "GET"): page(),
    ("activity.project", "GET"): page(),
    ("activity.project_json", "GET"): page(),
    ("admin.database", "GET"): page(),
    ("admin.index", "GET"): page(303),
    ("admin_audit.export", "GET"): page(),
    ("admin_audit.index", "GET"): page(),
    ("admin_audit.show", "GET"): page(),
    ("admin_processing.first", "POST"): form(),
    ("admin_processing.index", "GET"): page(),
    ("admin_processing.pause", "POST"): form(),
    ("admin_processing.prove_box", "POST"): form(200),
    ("admin_processing.resume", "POST"): form(),
    ("admin_projects.archive", "POST"): form(),
    ("admin_projects.index", "GET"): page(),
    ("admin_projects.unarchive", "POST"): form(),
    ("admin_settings.index", "GET"): page(),
    ("admin_settings.index", "POST"): form(
        name="Boats", language="", silence_db="", session_days="7", trash_days="7", version="0"
    ),
    ("admin_storage.check", "GET"): page(),
    ("admin_storage.index", "GET"): page(),
    ("admin_storage.sweep", "POST"): form(),
    ("admin_users.disable", "POST"): form(),
    ("admin_users.edit", "GET"): page(),
    ("admin_users.edit", "POST"): form(display_name="Another", email="", role="member", version="1"),
    ("admin_users.enable", "POST"): form(),
    ("admin_users.end_sessions", "POST"): form(),
    ("admin_users.index", "GET"): page(),
    ("admin_users.invite", "POST"): form(200, invited="Kari", grants="member"),
    ("admin_users.new", "GET"): page(),
    ("admin_users.new", "POST"): form(username="kari", display_name="Kari", password=PASSWORD, role="member"),
    ("admin_users.reset", "POST"): form(200),
    ("admin_users.take_back", "POST"): form(404),
    ("auth.reset", "GET"): page(404),
    ("auth.reset", "POST"): form(404, password="a new phrase"),
    ("auth.second_step", "GET"): page(303),
    ("auth.second_step", "POST"): form(code="000000"),
    ("auth.setup", "GET"): page(404),
    ("auth.setup", "POST"): form(404),
    ("auth.sign_in", "GET"): page(),
    ("auth.sign_in", "POST"): form(303, username="owner", password=PASSWORD),
    ("auth.sign_out", "POST"): form(),
    ("bulk.delete", "POST"): form(),
    ("bulk.tags", "POST"): form(tags="boats", act="add"),
    ("clips.edit", "GET"): page(),
    ("clips.edit", "POST"): form(title="Hull", version="1", **TIMES),
    ("clips.index", "GET"): page(),
    ("clips.index_json", "GET"): page(),
    ("clips.move", "POST"): form(to="later"),
    ("clips.split", "GET"): page(),
    ("clips.split", "POST"): form(at_timecode="00:00:00:08"),
    ("earlier.restore", "POST"): form(field="title", version="1"),
    ("earlier.show", "GET"): page(),
    ("files.file", "GET"): page(),
    ("files.rendition", "GET"): page(),
    ("frames.picture", "GET"): page(),
    ("frames.show", "GET"): page(404),
    ("frames.small", "GET"): page(),
    ("health.healthz", "GET"): page(),
    ("highlights.accept", "POST"): form(404),
    ("highlights.accept_all", "POST"): form(),
    ("highlights.refuse", "POST"): form(),
    ("highlights.refuse_all", "POST"): form(),
    ("highlights.show", "GET"): page(),
    ("highlights.show_json", "GET"): page(),
    ("invitations.accept", "GET"): page(404),
    ("invitations.accept", "POST"): form(404),
    ("invitations.join", "POST"): form(404),
    ("jobs.cancel", "POST"): form(),
    ("jobs.dismiss", "POST"): form(),
    ("jobs.index", "GET"): page(),
    ("jobs.index_json", "GET"): page(),
    ("jobs.mine", "GET"): page(),
    ("jobs.retry", "POST"): form(),
    ("jobs.show", "GET"): page(),
    ("jobs.show_json", "GET"): page(),
    ("jobs.status", "GET"): page(),
    ("library.jobs_strip", "GET"): page(),
    ("library.show", "GET"): page(),
    ("library.show_json", "GET"): page(),
    ("lines.edit", "GET"): page(),
    ("lines.edit", "POST"): form(text="Said anew", version="1"),
    ("lines.join", "POST"): form(text="Said here", version="1"),
    ("lines.revert", "POST"): form(404, to="7", version="1"),
    ("lines.show", "GET"): page(303),
    ("lines.show_json", "GET"): page(),
    ("lines.split", "POST"): form(text="Said here", version="1", at="1"),
    ("me.end_others", "POST"): form(),
    ("me.end_session", "POST"): form(404),
    ("me.index", "GET"): page(),
    ("me.index", "POST"): form(display_name="Renamed", time_zone="UTC", theme="dark", version="1"),
    ("me.keyboard", "GET"): page(),
    ("me.keyboard", "POST"): form(keys="off"),
    ("me.password", "GET"): page(),
    ("me.password", "POST"): form(422, current="not mine", password="a new phrase of mine"),
    ("me.sessions", "GET"): page(),
    ("me.theme", "POST"): form(theme="dark"),
    ("media.delete", "GET"): page(),
    ("media.delete", "POST"): form(),
    ("media.demo", "POST"): form(),
    ("media.edit", "GET"): page(),
    ("media.edit", "POST"): form(title="Hull", project="{slug}", version="1"),
    ("media.restore", "POST"): form(409),
    ("media.scan_folder", "GET"): page(),
    ("media.scan_folder", "POST"): form(422),
    ("media.upload", "GET"): page(),
    ("media.upload", "POST"): form(422),
    ("members.add", "POST"): form(422, username="nobody-has-this", role="viewer"),
    ("members.change", "POST"): form(404, role="viewer"),
    ("members.index", "GET"): page(),
    ("members.index_json", "GET"): page(),
    ("members.invite", "POST"): form(200, invited="Kari", grants="viewer"),
    ("members.leave", "POST"): form(404, slug="nobody-has-this"),
    ("members.remove", "POST"): form(404),
    ("members.take_back", "POST"): form(404),
    ("metrics.metrics", "GET"): page(),
    ("projects.archive", "POST"): form(),
    ("projects.edit", "GET"): page(),
    ("projects.edit", "POST"): form(409, name="Renamed", language="", version="99"),
    ("projects.home", "GET"): page(303),
    ("projects.index", "GET"): page(),
    ("projects.index_json", "GET"): page(),
    ("projects.new", "GET"): page(),
    ("projects.new", "POST"): form(name="Another"),
    ("projects.unarchive", "POST"): form(),
    ("renders.archive", "POST"): form(200, clip="{clip}"),
    ("renders.boundary", "GET"): page(),
    ("renders.certificate", "GET"): page(),
    ("renders.certificate_json", "GET"): page(),
    ("renders.download", "GET"): page(),
    ("renders.render_many", "POST"): form(200, clip="{clip}"),
    ("renders.request_render", "GET"): page(),
    ("renders.tag_many", "POST"): form(tags="boats", act="add"),
    ("renders.request_render", "POST"): form(mode="exact", container="mp4"),
    ("search.index", "GET"): page(),
    ("search.index_json", "GET"): page(),
    ("second_factor.codes", "POST"): form(422, password="not mine"),
    ("second_factor.confirm", "POST"): form(422, code="000000"),
    ("second_factor.picture", "GET"): page(404),
    ("second_factor.show", "GET"): page(),
    ("second_factor.start", "POST"): form(password=PASSWORD),
    ("second_factor.switch_off", "POST"): form(422, password="not mine"),
    ("silence.listen", "POST"): form(threshold_db="-40", min_ms="350"),
    ("silence.show", "GET"): page(),
    ("silence.show_json", "GET"): page(),
    ("speakers.edit", "POST"): form(name="Somebody else"),
    ("speakers.index", "GET"): page(),
    ("speakers.index_json", "GET"): page(),
    ("speakers.merge", "POST"): form(404, into="nobody"),
    ("static", "GET"): page(),
    ("tags.delete", "POST"): form(404),
    ("tags.edit", "GET"): page(404),
    ("tags.edit", "POST"): form(404, name="Boats", color="1"),
    ("tags.index", "GET"): page(),
    ("tags.index_json", "GET"): page(),
    ("tags.merge", "POST"): form(404),
    ("tokens.create", "POST"): form(200, name="Nightly", scope="read", lasts="30"),
    ("tokens.index", "GET"): page(),
    ("tokens.revoke", "POST"): form(404),
    ("topics.delete", "POST"): form(),
    ("topics.edit", "GET"): page(),
    ("topics.edit", "POST"): form(topic="Hull", description="", version="1"),
    ("topics.export", "GET"): page(),
    ("topics.find", "POST"): form(),
    ("topics.index", "GET"): page(),
    ("topics.index_json", "GET"): page(),
    ("topics.show", "GET"): page(303),
    ("topics.show_json", "GET"): page(),
    ("transcripts.bring_in", "GET"): page(),
    ("transcripts.bring_in", "POST"): form(422, language="en"),
    ("transcripts.delete", "GET"): page(),
    ("transcripts.delete", "POST"): form(),
    ("transcripts.export", "GET"): page(),
    ("transcripts.recognise", "POST"): form(),
    ("transcripts.show", "GET"): page(),
    ("transcripts.show_json", "GET"): page(),
    ("trash.index", "GET"): page(),
    ("trash.remove", "GET"): page(),
    ("trash.remove", "POST"): form(),
    ("tus.capabilities", "OPTIONS"): page(204),
    ("tus.create", "POST"): Case(201, headers={**TUS, "Upload-Length": "10"}),
    ("tus.offset", "HEAD"): Case(200, headers=TUS),
    ("tus.receive", "PATCH"): Case(
        204, headers={**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}, body=b"abc"
    ),
    ("tus.terminate", "DELETE"): Case(204, headers=TUS),
    ("workbench.check", "POST"): form(200, **TIMES),
    ("workbench.create", "POST"): form(title="New", **TIMES),
    ("workbench.frame_times", "GET"): page(404),
    ("workbench.playhead", "POST"): form(204, f="3"),
    ("workbench.show", "GET"): page(),
    ("workbench.show_json", "GET"): page(),
    ("workbench.status", "GET"): page(),
    ("workbench_words.create", "POST"): form(line="{line}", word="0", last_word="1"),
    ("workbench_clips.bounds", "POST"): form(version="1", **TIMES),
    ("workbench_clips.delete", "GET"): page(),
    ("workbench_clips.delete", "POST"): form(),
    ("workbench_clips.exports", "GET"): page(),
    ("workbench_clips.keep_overlap", "POST"): form(),
    ("workbench_clips.restore", "POST"): form(),
    ("workbench_clips.show", "GET"): page(303),
    ("workbench_clips.show_json", "GET"): page(),
}

# An id nothing has.
NOBODYS = UUID(int=0)
NAMES: dict[str, Any] = {
    "filename": "css/tokens.css",
    "token": "nobody-has-this",
    "kind": "poster",
    "number": 0,
    "name": "source_first",
    "form": "vtt",
    "person": NOBODYS,
    # The first thing that ever happened.
    "entry": 1,
}
GONE = {"media.restore": "gone_media", "trash.remove": "gone_media", "workbench_clips.restore": "gone_clip"}
FAILED_JOBS = frozenset({"jobs.retry", "jobs.dismiss"})


def names_for(endpoint: str, rule: str, things: Things, upload: UUID | None) -> dict[str, Any]:
    """Return what stands in an address's places, from this project."""
    owner = rule.split("/")[1]
    ids = {"m": things.media, "clips": things.clip, "jobs": things.job, "uploads": upload}
    ids |= {"lines": things.line, "speakers": things.speaker, "topics": things.topic}
    id = getattr(things, GONE[endpoint]) if endpoint in GONE else ids.get(owner)
    if endpoint in FAILED_JOBS:
        id = things.failed_job
    about = {"person": things.person} if endpoint.startswith("admin_users.") else {}
    if endpoint.startswith("earlier."):
        about = {"entry": things.entry}
    if endpoint == "admin_processing.first":
        id = things.job
    return {
        **NAMES,
        **about,
        "slug": things.slug,
        "id": id or NOBODYS,
        "other": things.other,
        "export": things.export,
        "topic": things.topic,
    }


def filled(data: Mapping[str, Any], things: Things) -> dict[str, Any]:
    """Return form fields with this project's names in them."""
    return {
        name: str(value).format(slug=things.slug, clip=things.clip, line=things.line) for name, value in data.items()
    }


def metadata(things: Things) -> str:
    """Return the tus header that names the project."""
    return f"project {base64.b64encode(things.slug.encode()).decode()}"
