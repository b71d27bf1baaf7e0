"""The pages of songs: lists, the song with its player, lyrics in and out."""

import io
from typing import Any

import pytest

from app.core.db import session_scope, transaction
from app.jobs.models import Job, JobStatus
from app.media.models import Media
from tests.factories import make_media, make_project
from tests.songs.conftest import LRC, make_song, make_stems, stored
from tests.sung import tune, write
from tests.visitors import Company, Visitor, counted, own


def shown(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_the_list_shows_each_song_once_with_its_latest_job_in_a_few_queries(company: Company) -> None:
    visitor = company.as_("viewer")
    for number in range(12):
        media = make_media(company.project)
        make_song(company, media, title=f"Song {number}", artist="Marit")
        with session_scope() as session:
            for kind in ("ingest", "stems"):
                session.add(
                    Job(
                        kind=kind,
                        project_id=company.project.id,
                        media_id=media.id,
                        name="x",
                        status=JobStatus.COMPLETED,
                    )
                )

    with counted() as statements:
        text = shown(visitor, f"/p/{company.project.slug}/songs")
    with counted() as across:
        everywhere = shown(visitor, "/songs")

    assert text.count("<tr id=") == everywhere.count("<tr id=") == 12
    assert "12 of 12" in text and company.project.name in everywhere
    assert len(own(statements)) <= 6, "\n".join(own(statements))
    assert len(own(across)) <= 6, "\n".join(own(across))


def test_songs_are_found_by_title_or_artist_and_paged_in_either_order(company: Company, editor: Visitor) -> None:
    for number in range(51):
        make_song(company, title=f"Song {number:02}", artist="Åse" if number % 2 else "Zoë")
    base = f"/p/{company.project.slug}/songs"

    found = editor.get(f"{base}.json?q=ase+07").get_json()
    first = editor.get(f"{base}.json?sort=artist").get_json()
    rest = editor.get(first["next"]).get_json()

    assert [song["title"] for song in found["items"]] == ["Song 07"]
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (50, 1, None)
    assert (first["items"][0]["artist"], rest["items"][0]["title"]) == ("Åse", "Song 50")
    assert "No song matches" in shown(editor, f"{base}?q=nothing")
    assert editor.get(f"{base}?after=x").status_code == 422


def test_without_songs_the_lists_say_what_to_do(company: Company) -> None:
    assert "No songs yet" in shown(company.as_("editor"), f"/p/{company.project.slug}/songs")
    assert f"/p/{company.project.slug}/songs/new" not in shown(
        company.as_("viewer"), f"/p/{company.project.slug}/songs"
    )
    assert "To the projects" in shown(company.as_("outsider"), "/songs")


def test_songs_of_others_projects_are_in_nobody_elses_list(company: Company) -> None:
    make_song(company)

    assert company.as_("outsider").get("/songs.json").get_json()["items"] == []
    assert len(company.as_("viewer").get("/songs.json").get_json()["items"]) == 1


def test_the_song_plays_both_stems_and_its_lines_lead_to_their_moment(
    company: Company, editor: Visitor, media: Media
) -> None:
    song = make_song(company, media, synced_lyrics=LRC)
    make_stems(media)

    with counted() as statements:
        text = shown(editor, f"/songs/{song.public_id}?t=4.5")

    assert text.count("<audio controls") == 3
    assert 'data-stem="vocals"' in text and f"/m/{media.public_id}/renditions/vocals?v=" in text and "#t=4.5" in text
    assert f'<li data-ms="4500"><a href="/songs/{song.public_id}?t=4.500#song-player">' in text
    assert "made by place: what comes from the middle" in text and "Of an earlier file" not in text
    assert 'download="Unknown Artist - Keel (vocals).m4a"' in text
    assert len(own(statements)) <= 6, "\n".join(own(statements))


def test_stems_of_an_earlier_file_say_so(company: Company, editor: Visitor, media: Media) -> None:
    song = make_song(company, media)
    make_stems(media, source_sha256="0" * 64)

    assert "Of an earlier file" in shown(editor, f"/songs/{song.public_id}")


@pytest.mark.parametrize("at", ["x", "-1", "99999999", "1e5", "٣"])
def test_a_place_that_makes_no_sense_begins_somewhere_in_the_song(
    company: Company, editor: Visitor, media: Media, at: str
) -> None:
    song = make_song(company, media)

    assert editor.get(f"/songs/{song.public_id}", query_string={"t": at}).status_code == 200


def test_a_song_without_sound_has_a_page_all_the_same(company: Company, editor: Visitor) -> None:
    song = make_song(company, lyrics="We laid\nthe <keel>")

    text = shown(editor, f"/songs/{song.public_id}")

    assert "There is no sound of this song here yet." in text
    assert "the &lt;keel&gt;" in text
    assert editor.post(f"/songs/{song.public_id}/stems").status_code == 409


def test_a_program_reads_a_song_with_its_stems_and_times(company: Company, editor: Visitor, media: Media) -> None:
    song = make_song(company, media, synced_lyrics=LRC, year=1987)
    make_stems(media)

    told = editor.get(f"/songs/{song.public_id}.json").get_json()

    assert (told["title"], told["year"], told["source"]) == ("Keel", 1987, "upload")
    assert told["synced_lyrics"][1] == {"ms": 4500, "text": "in winter"}
    assert [stem["kind"] for stem in told["stems"]] == ["vocals", "instrumental"]


def test_a_recording_becomes_a_song_named_after_it_and_its_stems_are_asked_for(
    company: Company, editor: Visitor, media: Media
) -> None:
    url = f"/p/{company.project.slug}/songs/new"
    assert editor.get(f"/m/{media.public_id}/song").location == f"{url}?media={media.public_id}"
    assert f'<option selected value="{media.public_id}">' in shown(editor, f"{url}?media={media.public_id}")

    answer = editor.post(url, {"media": str(media.public_id), "title": "", "artist": ""})

    told = editor.get(f"{answer.location}.json").get_json()
    assert (told["artist"], told["title"], told["job"]["kind"]) == ("Marit", "Keel", "stems")
    assert editor.get(f"/m/{media.public_id}/song").location == answer.location
    assert str(media.public_id) not in shown(editor, url)


def test_a_file_becomes_a_recording_and_a_song_by_one_job(company: Company, editor: Visitor, tmp_path: Any) -> None:
    data = write(tmp_path / "a.wav", sum(tune(1, 0.2, width=1.0))).read_bytes()
    url = f"/p/{company.project.slug}/songs/new"

    answer = editor.swap(url, {"file": (io.BytesIO(data), "Åse - Oak.wav"), "media": ""})
    again = editor.post(url, {"file": (io.BytesIO(data), "Åse - Oak.wav"), "media": ""})

    told = editor.get(f"{answer.headers['HX-Redirect']}.json").get_json()
    assert (answer.status_code, told["artist"], told["title"], told["job"]["kind"]) == (204, "Åse", "Oak", "song")
    assert again.status_code == 422
    assert "This is the same recording as" in again.get_data(as_text=True)


def test_a_song_sent_twice_is_made_once(company: Company, editor: Visitor, media: Media) -> None:
    url, data = f"/p/{company.project.slug}/songs/new", {"media": str(media.public_id), "once": "the same mark"}

    places = {editor.post(url, data).location for _ in range(2)}

    assert len(places) == 1
    assert len(editor.get("/songs.json").get_json()["items"]) == 1


@pytest.mark.parametrize("data", [{}, {"file": (io.BytesIO(b"not sound"), "a.wav")}, {"media": "nonsense"}])
def test_what_is_no_song_is_refused_in_words(company: Company, editor: Visitor, data: dict[str, Any]) -> None:
    answer = editor.post(f"/p/{company.project.slug}/songs/new", {"media": "", "title": "Keel", **data})

    assert answer.status_code == 422
    assert 'value="Keel"' in answer.get_data(as_text=True)


def test_lyrics_are_brought_and_taken_as_lrc(company: Company, editor: Visitor) -> None:
    song = make_song(company, artist="Marit")
    url = f"/songs/{song.public_id}/lyrics/import"
    assert editor.get(f"/songs/{song.public_id}/lyrics.lrc").status_code == 404

    bad = editor.post(url, {"file": (io.BytesIO(b"[00:01.00]Keel\nOak"), "a.lrc")})
    good = editor.post(url, {"file": (io.BytesIO("[00:01.00]Kjøl".encode("cp1252")), "a.lrc")})
    sent = editor.get(f"/songs/{song.public_id}/lyrics.lrc")

    assert (bad.status_code, good.status_code) == (422, 303)
    assert "Line 2: it has no time." in bad.get_data(as_text=True)
    assert sent.get_data(as_text=True) == "[ti:Keel]\n[ar:Marit]\n[00:01.00]Kjøl\n"
    assert "attachment" in sent.headers["Content-Disposition"]


def test_a_deleted_song_waits_in_the_trash_and_comes_back(company: Company, editor: Visitor, media: Media) -> None:
    song = make_song(company, media)
    place = f"/songs/{song.public_id}"
    assert "Its recording and the stems stay." in shown(editor, f"{place}/delete")

    gone = editor.post(f"{place}/delete")
    trash = shown(editor, f"/p/{company.project.slug}/trash")
    missing = editor.get(place).status_code
    back = editor.post(f"{place}/restore")

    assert (gone.location, missing, back.location) == (f"/p/{company.project.slug}/songs", 404, place)
    assert f'action="{place}/restore"' in trash


def test_the_history_of_a_song_and_the_search_lead_to_it(company: Company, editor: Visitor, media: Media) -> None:
    song = make_song(company, media, artist="Marit", lyrics="We laid the keelson")

    assert "added the song" in shown(editor, f"/songs/{song.public_id}/history")
    found = editor.get("/search.json?q=keelson+in:songs").get_json()["items"]
    assert [hit["url"] for group in found for hit in group["hits"]] == [f"/songs/{song.public_id}"]


def test_the_line_about_the_job_ends_with_the_page_anew(company: Company, editor: Visitor, media: Media) -> None:
    song = make_song(company, media)
    editor.post(f"/songs/{song.public_id}/stems")
    waiting = shown(editor, f"/songs/{song.public_id}/status")
    with session_scope() as session:
        session.query(Job).one().status = JobStatus.COMPLETED

    done = shown(editor, f"/songs/{song.public_id}/status")

    assert 'hx-trigger="jobs-tick from:body"' in waiting and "data-reload" not in waiting
    assert "data-reload" in done and "hx-trigger" not in done


def test_who_may_not_changes_nothing(company: Company, media: Media) -> None:
    song = make_song(company, media)
    place = f"/songs/{song.public_id}"
    asked: list[tuple[str, dict[str, Any]]] = [
        (f"{place}/edit", {"title": "x", "version": "1"}),
        (f"{place}/delete", {}),
        (f"{place}/stems", {}),
        (f"{place}/restore", {}),
        (f"{place}/lyrics/import", {}),
        (f"/p/{company.project.slug}/songs/new", {"media": ""}),
    ]
    answers = {
        role: [Visitor(company.app) if role == "nobody" else company.as_(role)][0]
        for role in ("viewer", "outsider", "nobody")
    }

    got = {role: {visitor.post(path, data).status_code for path, data in asked} for role, visitor in answers.items()}

    assert got == {"viewer": {403}, "outsider": {404}, "nobody": {303}}
    with transaction() as session:
        assert session.query(Job).count() == 0
    assert stored(song).title == "Keel"


def test_a_recording_of_another_project_becomes_no_song_here(company: Company, editor: Visitor) -> None:
    elsewhere = make_media(make_project(company.editor, "Elsewhere"))

    answer = editor.post(f"/p/{company.project.slug}/songs/new", {"media": str(elsewhere.public_id)})

    assert answer.status_code == 422
