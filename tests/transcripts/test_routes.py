"""The transcript's pages: lines corrected in place, by plain forms and by htmx, files out and in."""

import io

import pytest
from flask import Flask

from app.core.db import transaction
from app.jobs.models import Job
from app.media.models import Media
from app.transcripts.models import TranscriptSegment
from tests.factories import Told, make_media, make_transcript
from tests.transcripts.conftest import TEXTS, texts
from tests.visitors import Company, Visitor, counted, own


def form(**changes: str) -> dict[str, str]:
    return {"text": "We laid the keelson", "speaker": "", "version": "1", **changes}


def test_the_page_links_every_line_to_its_frame(editor: Visitor, media: Media, told: Told) -> None:
    text = editor.get(f"/m/{media.public_id}/transcript").get_data(as_text=True)

    assert all(each in text for each in TEXTS)
    assert f'href="/m/{media.public_id}?f=50#at"' in text


def test_the_page_costs_few_queries(company: Company, media: Media, told: Told) -> None:
    visitor, address = company.as_("viewer"), f"/m/{media.public_id}/transcript"

    with counted() as statements:
        assert visitor.get(address).status_code == 200

    assert len(own(statements)) <= 3, "\n".join(own(statements))


def test_htmx_gets_the_lines_alone(editor: Visitor, media: Media, told: Told) -> None:
    text = editor.piece(f"/m/{media.public_id}/transcript").get_data(as_text=True)

    assert TEXTS[0] in text
    assert "<main" not in text


@pytest.mark.parametrize("after", ["x", "WyJhIl0", "WzEuNV0", "é"])
def test_a_damaged_place_is_refused_in_words(editor: Visitor, media: Media, told: Told, after: str) -> None:
    assert editor.get(f"/m/{media.public_id}/transcript?after={after}").status_code == 422


def test_a_correction_leads_back_to_the_line(editor: Visitor, media: Media, told: Told) -> None:
    line = told.lines[0]

    answer = editor.post(f"/lines/{line.public_id}/edit", form())

    assert answer.status_code == 303
    assert answer.location == f"/m/{media.public_id}/transcript?at=0#line-{line.public_id}"
    assert texts(told)[0] == "We laid the keelson"


def test_a_correction_by_htmx_answers_the_line(editor: Visitor, told: Told) -> None:
    line = told.lines[0]

    answer = editor.swap(f"/lines/{line.public_id}/edit", form(speaker="Marit"))

    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert f'id="line-{line.public_id}"' in text and "We laid the keelson" in text and "Marit" in text
    assert "<main" not in text


@pytest.mark.parametrize("how", ["post", "swap"])
@pytest.mark.parametrize("typed", [{"text": ""}, {"text": "x " * 3000}, {"speaker": "x" * 81}])
def test_a_bad_correction_is_told_and_kept(editor: Visitor, told: Told, how: str, typed: dict[str, str]) -> None:
    answer = getattr(editor, how)(f"/lines/{told.lines[0].public_id}/edit", form(**typed))

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'class="error"' in text
    assert ("<main" in text) is (how == "post")
    assert texts(told)[0] == TEXTS[0]


@pytest.mark.parametrize("how", ["post", "swap"])
def test_a_stale_correction_shows_both_and_keeps_mine(company: Company, editor: Visitor, told: Told, how: str) -> None:
    address = f"/lines/{told.lines[0].public_id}/edit"
    company.as_("owner").post(address, form(text="Theirs"))

    answer = getattr(editor, how)(address, form(text="Mine"))

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert ">Mine</textarea>" in text.replace("\r\n", "").replace("\n", "")
    assert "“Theirs”" in text and f"{company.owner.display_name} saved this line" in text
    assert 'name="version" type="hidden" value="2"' in text


def test_saving_from_the_clash_puts_mine_in_place(company: Company, editor: Visitor, told: Told) -> None:
    address = f"/lines/{told.lines[0].public_id}/edit"
    company.as_("owner").post(address, form(text="Theirs"))

    assert editor.post(address, form(text="Mine", version="2")).status_code == 303
    assert texts(told)[0] == "Mine"


@pytest.mark.parametrize("act", ["edit", "split", "join", "revert"])
def test_a_viewer_and_an_outsider_change_no_line(company: Company, told: Told, act: str) -> None:
    address = f"/lines/{told.lines[0].public_id}/{act}"

    assert company.as_("viewer").post(address, form(at="1", to="1")).status_code == 403
    assert company.as_("outsider").post(address, form(at="1", to="1")).status_code == 404
    assert Visitor(company.app).post(address, form(at="1", to="1")).status_code == 303
    assert texts(told) == list(TEXTS)


def test_a_split_saves_what_was_typed_first(editor: Visitor, told: Told) -> None:
    answer = editor.swap(f"/lines/{told.lines[0].public_id}/split", form(at="2"))

    assert answer.get_data(as_text=True).count('class="turn"') == 2
    assert texts(told)[:2] == ["We laid", "the keelson"]


def test_a_split_at_nothing_is_refused_with_what_was_typed(editor: Visitor, told: Told) -> None:
    answer = editor.swap(f"/lines/{told.lines[0].public_id}/split", form(at="99"))

    assert answer.status_code == 422
    assert "We laid the keelson" in answer.get_data(as_text=True)
    assert texts(told) == list(TEXTS)


def test_joining_takes_the_next_line_off_the_page(editor: Visitor, told: Told) -> None:
    following = told.lines[1].public_id

    answer = editor.swap(f"/lines/{told.lines[0].public_id}/join", form(text=TEXTS[0]))

    assert f'hx-target="#line-{following}" hx-swap="delete"' in answer.get_data(as_text=True)
    assert len(texts(told)) == 2


def test_an_earlier_wording_comes_back_by_a_plain_form(editor: Visitor, told: Told) -> None:
    address = f"/lines/{told.lines[0].public_id}"
    editor.post(f"{address}/edit", form())

    page = editor.get(f"{address}/edit").get_data(as_text=True)
    answer = editor.post(f"{address}/revert", {"to": "1", "version": "2"})

    assert TEXTS[0] in page and "Bring back version 1" in page
    assert answer.status_code == 303
    assert texts(told)[0] == TEXTS[0]


def test_a_line_leads_to_its_place_and_answers_as_json(editor: Visitor, media: Media, line: TranscriptSegment) -> None:
    assert editor.get(f"/lines/{line.public_id}").location.startswith(f"/m/{media.public_id}/transcript?at=0")

    told = editor.get(f"/lines/{line.public_id}.json").get_json()

    assert told["public_id"] == str(line.public_id)
    assert [word["text"] for word in told["words"]] == TEXTS[0].split()
    assert not {"transcript_id", "media_id", "seq"} & set(told)


def test_the_transcript_answers_as_json_by_public_ids(editor: Visitor, media: Media, told: Told) -> None:
    answer = editor.get(f"/m/{media.public_id}/transcript.json").get_json()

    assert answer["public_id"] == str(told.transcript.public_id)
    assert [line["text"] for line in answer["lines"]] == list(TEXTS)


def test_captions_come_as_webvtt_and_as_a_file_with_a_name(editor: Visitor, media: Media, told: Told) -> None:
    shown = editor.get(f"/m/{media.public_id}/transcript.vtt")
    taken = editor.get(f"/m/{media.public_id}/transcript.srt?download=1")

    assert shown.mimetype == "text/vtt" and "Content-Disposition" not in shown.headers
    assert taken.headers["Content-Disposition"] == "attachment; filename=Harbour.en.srt"


def test_no_file_comes_of_no_transcript(editor: Visitor, media: Media) -> None:
    assert editor.get(f"/m/{media.public_id}/transcript.vtt").status_code == 404
    assert "There is no transcript yet." in editor.get(f"/m/{media.public_id}/transcript").get_data(as_text=True)


def bring(editor: Visitor, media: Media, name: str, data: bytes, **fields: str) -> int:
    file = (io.BytesIO(data), name)
    return editor.post(
        f"/m/{media.public_id}/transcript/import", {"file": file, "language": "en", **fields}
    ).status_code


VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Marit>Brought in\n\n00:03.000 --> 00:04.000\nand more"


def test_a_file_brought_in_is_read_first_and_leaves_the_other(editor: Visitor, media: Media, told: Told) -> None:
    assert bring(editor, media, "a.vtt", VTT) == 303

    first = editor.get(f"/m/{media.public_id}/transcript").get_data(as_text=True)
    other = editor.get(f"/m/{media.public_id}/transcript?transcript={told.transcript.public_id}").get_data(as_text=True)
    assert "Brought in" in first and "Marit" in first and TEXTS[0] not in first
    assert TEXTS[0] in other


def test_a_file_brought_again_replaces_the_one_before(editor: Visitor, media: Media) -> None:
    bring(editor, media, "a.vtt", VTT)
    bring(editor, media, "a.txt", b"Only this")

    answer = editor.get(f"/m/{media.public_id}/transcript.json").get_json()
    assert [line["text"] for line in answer["lines"]] == ["Only this"]


@pytest.mark.parametrize(("name", "data"), [("a.exe", b"x"), ("a.vtt", b"x"), ("a.srt", b"\0")])
def test_a_bad_file_is_refused_beside_its_field(editor: Visitor, media: Media, name: str, data: bytes) -> None:
    assert bring(editor, media, name, data) == 422
    assert editor.get(f"/m/{media.public_id}/transcript.vtt").status_code == 404


def test_a_viewer_brings_nothing_in(company: Company, media: Media) -> None:
    assert bring(company.as_("viewer"), media, "a.vtt", VTT) == 403
    assert bring(company.as_("outsider"), media, "a.vtt", VTT) == 404


def test_asking_twice_for_recognition_makes_one_job(app: Flask, editor: Visitor, media: Media) -> None:
    for _ in range(2):
        assert editor.post(f"/m/{media.public_id}/transcript/recognition").status_code == 303

    with transaction() as session:
        assert [job.kind for job in session.query(Job)] == ["transcript"]


def test_without_a_model_the_page_says_how_to_get_one(editor: Visitor, media: Media) -> None:
    for path in (f"/m/{media.public_id}", f"/m/{media.public_id}/transcript"):
        assert "flask models install" in editor.get(path).get_data(as_text=True)


def test_a_recording_without_sound_says_so_and_offers_nothing(company: Company, editor: Visitor) -> None:
    silent = make_media(company.project, audio_codec=None)

    text = editor.get(f"/m/{silent.public_id}/transcript").get_data(as_text=True)

    assert "There is no sound in this recording." in text
    assert "Transcribe" not in text
    assert editor.post(f"/m/{silent.public_id}/transcript/recognition").status_code == 409


def test_a_transcript_is_deleted_after_being_asked(editor: Visitor, media: Media, told: Told) -> None:
    address = f"/m/{media.public_id}/transcript/delete?transcript={told.transcript.public_id}"

    assert "3 lines" in editor.get(address).get_data(as_text=True)
    assert editor.post(address).status_code == 303
    assert editor.get(f"/m/{media.public_id}/transcript.json").status_code == 404


def test_text_made_to_run_is_only_text(editor: Visitor, media: Media) -> None:
    evil = "</script><img src=x onerror=alert(1)> {{ 7*7 }}"
    told = make_transcript(media, [evil])
    editor.post(f"/lines/{told.lines[0].public_id}/edit", form(text=evil + " more", speaker="<b>Eve</b>"))

    for path in (f"/m/{media.public_id}", f"/m/{media.public_id}/transcript", f"/m/{media.public_id}/speakers"):
        text = editor.get(path).get_data(as_text=True)
        assert "<img src=x" not in text and "<b>Eve" not in text and "49 more" not in text
