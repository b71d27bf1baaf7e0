"""Editing a song: what is typed is kept, and where two people save both values are shown."""

import json

import pytest

from app.songs.service import fields_of, marks_of
from tests.songs.conftest import make_song, stored
from tests.visitors import Company, Visitor


def test_an_edit_saves_and_a_bad_one_keeps_what_was_typed(company: Company, editor: Visitor) -> None:
    song = make_song(company)
    url = f"/songs/{song.public_id}/edit"
    typed = {"title": "Oak", "lyrics": "We\r\nlaid", "synced_lyrics": "[00:01.00]We", "version": "1"}

    bad = editor.post(url, {**typed, "synced_lyrics": "[00:01.00]We\nlaid", "year": "87"})
    worse = editor.swap(url, {**typed, "synced_lyrics": "[00:01.00]We\nlaid"})
    good = editor.post(url, typed)

    assert (bad.status_code, worse.status_code, good.status_code) == (422, 422, 303)
    assert "Write a year of four digits" in bad.get_data(as_text=True)
    assert "Line 2: it has no time." in worse.get_data(as_text=True) and 'value="Oak"' in worse.get_data(as_text=True)
    assert (stored(song).title, stored(song).lyrics) == ("Oak", "We\nlaid")


def test_a_clash_shows_both_values_and_is_settled_from_there(company: Company, editor: Visitor) -> None:
    song = make_song(company, artist="Marit", lyrics="One\nTwo")
    url, seen = f"/songs/{song.public_id}/edit", json.dumps(marks_of(fields_of(song)))
    mine = {"title": "Keel", "artist": "Kari", "lyrics": "One\nTwo", "version": "1", "seen": seen}
    editor.post(url, {**mine, "artist": "Jonas", "album": "Boats"})

    clash = editor.post(url, mine)
    text = clash.get_data(as_text=True)
    settled = editor.post(url, {**mine, "album": "Boats", "version": "2", "seen": "", "keep_artist": "mine"})

    assert (clash.status_code, settled.status_code) == (409, 303)
    assert "Jonas" in text and "Yours: Kari" in text and "the saved version" in text
    assert (stored(song).artist, stored(song).album, stored(song).lyrics) == ("Kari", "Boats", "One\nTwo")


@pytest.mark.parametrize("seen", ["[]", "{", "[" * 2000])
def test_a_damaged_page_is_said_to_be_so(company: Company, editor: Visitor, seen: str) -> None:
    song = make_song(company)

    answer = editor.post(f"/songs/{song.public_id}/edit", {"title": "Oak", "version": "1", "seen": seen})

    assert answer.status_code == 422
    assert "The page was damaged" in answer.get_data(as_text=True)
