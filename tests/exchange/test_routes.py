"""Taking clips along and bringing them in, as people and programs do."""

import json
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.models import AuditAction, AuditLog
from app.clips.models import Clip
from app.core.db import reading
from app.media.models import Media, MediaKind
from tests.exchange.test_cut_lists import PAL, read
from tests.factories import make_clip, make_media
from tests.visitors import Company, Visitor, counted, own

EDL = "TITLE: x\nFCM: NON-DROP FRAME\n\n001  AX V C 00:00:01:00 00:00:02:00 00:00:00:00 00:00:01:00\n* COMMENT: Keel\n"
BAD = EDL.replace("00:00:02:00", "00:59:02:00")


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project, title="Walk", filename="Harbour walk 1.mp4", audio_channels=2)


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


def sent(text: str = EDL, name: str = "list.edl", **fields: Any) -> dict[str, Any]:
    return {"file": (BytesIO(text.encode()), name), **fields}


def clips_of(media: Media) -> list[tuple[str, int, int]]:
    with reading() as session:
        query = sa.select(Clip.title, Clip.in_point, Clip.out_point).where(Clip.media_id == media.id)
        return [tuple(row) for row in session.execute(query.order_by(Clip.id))]


def mark_of(page: str) -> str:
    return page.partition('name="marks" type="hidden" value="')[2].partition('"')[0].replace("&#34;", '"')


def test_a_viewer_takes_a_recordings_clips_along(company: Company, media: Media) -> None:
    make_clip(company.editor, media, 100, 200, "Keel")
    viewer = company.as_("viewer")

    page = viewer.get(f"/m/{media.public_id}/clips/export")
    answer = viewer.get(f"/m/{media.public_id}/clips.edl")

    assert all(f"/clips.{ending}?rate=25" in page.text for ending in ("fcpxml", "xml", "edl", "otio"))
    assert read(answer.text, "cmx_3600", PAL) == [("Harbour walk 1.mp4", 100, 100)]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Walk 25 fps.edl"'


def test_what_is_taken_along_is_in_the_log(company: Company, media: Media) -> None:
    make_clip(company.editor, media)
    company.as_("viewer").get(f"/p/{company.project.slug}/clips.csv")
    with reading() as session:
        entry = session.scalar(sa.select(AuditLog).where(AuditLog.action == AuditAction.EXPORT))

    assert entry is not None
    assert (entry.verb, entry.entity_name) == ("clip:download", f"{company.project.name}.csv")
    assert (entry.actor_id, entry.project_id) == (company.viewer.id, company.project.id)


def test_a_project_of_several_rates_is_taken_along_rate_by_rate(company: Company, media: Media) -> None:
    other = make_media(company.project, rate_num=30000, rate_den=1001)
    horn = make_media(company.project, kind=MediaKind.AUDIO, rate_num=1000, rate_den=1, video_codec=None)
    uneven = make_media(company.project, variable_rate=True)
    for each in (media, media, other, horn, uneven):
        make_clip(company.editor, each)
    viewer, at = company.as_("viewer"), f"/p/{company.project.slug}/clips"

    page = viewer.get(f"{at}/export").text
    unclear, chosen = viewer.get(f"{at}.edl"), viewer.get(f"{at}.edl?rate=25")

    assert page.index("25 fps") < page.index("29.97 fps") < page.index("25 fps, variable")
    assert f"{at}.otio?rate=1000" in page and f"{at}.edl?rate=1000" not in page
    assert unclear.status_code == 422 and "25, 30000/1001" in unclear.text
    assert chosen.text.count("FROM CLIP NAME") == 2
    assert viewer.get(f"{at}.edl?rate=1000").status_code == 422
    assert viewer.get(f"{at}.csv").text.count("\r\n") == 6


def test_the_lists_filters_hold_for_what_is_taken_along(company: Company, media: Media) -> None:
    for title in ("Keel", "Mast"):
        make_clip(company.editor, media, title=title)

    text = company.as_("viewer").get(f"/p/{company.project.slug}/clips.edl?q=mast").text

    assert "COMMENT: Mast" in text and "Keel" not in text


def test_where_there_is_no_clip_the_page_says_so(company: Company, media: Media) -> None:
    viewer = company.as_("viewer")

    assert "No clips yet" in viewer.get(f"/m/{media.public_id}/clips/export").text
    assert viewer.get(f"/m/{media.public_id}/clips.edl").status_code == 404


def test_a_programs_list_of_a_recordings_clips(company: Company, media: Media) -> None:
    clip = make_clip(company.editor, media, 100, 200)

    answer = company.as_("viewer").get(f"/m/{media.public_id}/clips.json").get_json()

    assert [(each["public_id"], each["in_point"], each["out_point"]) for each in answer["items"]] == [
        (str(clip.public_id), 100, 200)
    ]


def test_a_files_clips_are_shown_before_they_are_made(editor: Visitor, media: Media) -> None:
    at = f"/m/{media.public_id}/clips/import"

    seen = editor.post(at, sent())

    assert seen.status_code == 200 and "Keel" in seen.text and "Nothing is saved yet." in seen.text
    assert clips_of(media) == []
    made = editor.post(at, {"marks": mark_of(seen.text), "act": "save"})
    assert made.status_code == 303 and made.location.endswith(f"/m/{media.public_id}#clips")
    assert clips_of(media) == [("Keel", 25, 50)]
    assert "1 clip imported." in editor.get(f"/m/{media.public_id}").text


def test_htmx_is_led_to_the_recording(editor: Visitor, media: Media) -> None:
    answer = editor.swap(f"/m/{media.public_id}/clips/import", sent(act="save"))

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/m/{media.public_id}#clips")


def test_a_form_sent_twice_makes_the_clips_once(editor: Visitor, media: Media) -> None:
    for _ in range(2):
        editor.post(f"/m/{media.public_id}/clips/import", sent(act="save", once="the same"))

    assert len(clips_of(media)) == 1


@pytest.mark.parametrize("act", ["", "save"])
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"file": (BytesIO(BAD.encode()), "list.edl")}, "Line 4: Out lies after the last frame of the recording."),
        ({"file": (BytesIO(b"x"), "list.pdf")}, "Choose an EDL"),
        ({"marks": "[[1,2]]"}, "The page was damaged."),
        ({"marks": "[[0,1001,'x',null]]".replace("'", '"')}, "Out lies after the last frame"),
        ({}, "Choose a file."),
    ],
    ids=["outside", "other file", "damaged", "forged", "nothing"],
)
def test_what_cannot_be_brought_is_refused_whole(
    editor: Visitor, media: Media, fields: dict[str, Any], words: str, act: str
) -> None:
    fresh = {
        name: (BytesIO(value[0].getvalue()), value[1]) if name == "file" else value for name, value in fields.items()
    }

    answer = editor.post(f"/m/{media.public_id}/clips/import", {**fresh, "act": act})

    assert answer.status_code == 422 and words in answer.text
    assert clips_of(media) == []


@pytest.mark.parametrize(("role", "code"), [("viewer", 403), ("outsider", 404)])
def test_who_may_not_mark_clips_may_not_bring_them(company: Company, media: Media, role: str, code: int) -> None:
    answer = company.as_(role).post(f"/m/{media.public_id}/clips/import", sent(act="save"))

    assert answer.status_code == code and clips_of(media) == []


def test_who_is_signed_out_is_led_to_sign_in(company: Company, media: Media) -> None:
    answer = Visitor(company.app).post(f"/m/{media.public_id}/clips/import", sent(act="save"))

    assert "/sign-in" in answer.text and clips_of(media) == []


def test_a_table_goes_out_and_comes_in_to_the_frame(company: Company, editor: Visitor, media: Media) -> None:
    make_clip(company.editor, media, 100, 200, "=SUM(1)")
    table = editor.get(f"/m/{media.public_id}/clips.csv").text

    editor.post(f"/m/{media.public_id}/clips/import", sent(table.replace("(1)", "(2)"), "clips.csv", act="save"))

    assert clips_of(media) == [("=SUM(1)", 100, 200), ("=SUM(2)", 100, 200)]


def test_what_is_here_already_is_not_made_again(company: Company, editor: Visitor, media: Media) -> None:
    make_clip(company.editor, media, 25, 50, "Keel")
    at = f"/m/{media.public_id}/clips/import"
    unnamed = "start,end,title\n1,2,\n3,4,Mast\n"

    whole, part = editor.post(at, sent()).text, editor.post(at, sent(unnamed, "clips.csv")).text
    editor.post(at, sent(act="save"))

    assert "Every clip in this file is here already." in whole and 'value="save"' not in whole
    assert "The file marks 1 clip." in part and "One more is here already, and is left out." in part
    assert clips_of(media) == [("Keel", 25, 50)]


@pytest.mark.parametrize("title", ["Ke\0el", "Ke\ud800el", "Ke\nel", " Ke\u2028el "])
def test_what_no_database_takes_is_taken_off(editor: Visitor, media: Media, title: str) -> None:
    marks = json.dumps([[25, 50, title, f"One\n{title}"]])

    answer = editor.post(f"/m/{media.public_id}/clips/import", {"marks": marks, "act": "save"})

    assert answer.status_code == 303 and clips_of(media) == [("Ke el", 25, 50)]


def test_the_pages_ask_the_database_no_more_for_many_clips(company: Company, media: Media) -> None:
    viewer = company.as_("viewer")
    for number in range(3):
        make_clip(company.editor, media, title=str(number))
    with counted() as statements:
        viewer.get(f"/p/{company.project.slug}/clips/export")

    assert len(own(statements)) <= 4
