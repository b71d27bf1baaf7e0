"""Stolen passwords are refused, by the shipped list and by the operator's, which may be of any size."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app.auth.breached import is_listed, look_at
from app.auth.passwords import STOLEN, hash_password, refuse_listed
from app.core.errors import Invalid, Unavailable
from tests.factories import PASSWORD, make_user
from tests.visitors import Visitor

TAKEN = [f"taken password {number}" for number in range(999)]


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest().upper()


def write(path: Path, texts: list[str], ending: str = "\n", counts: bool = True) -> Path:
    lines = sorted(f"{sha1(text)}{f':{number}' if counts else ''}" for number, text in enumerate(texts))
    path.write_bytes("".join(line + ending for line in lines).encode())
    return path


@pytest.fixture
def own_list(app: Flask, tmp_path: Path) -> Iterator[Path]:
    path = write(tmp_path / "pwned.txt", TAKEN)
    refuse_listed([path])
    yield path
    refuse_listed([])


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("counts", [True, False], ids=["counts", "plain"])
def test_every_password_of_a_list_is_found_and_no_other(tmp_path: Path, ending: str, counts: bool) -> None:
    path = write(tmp_path / "list", TAKEN, ending, counts)

    assert [text for text in TAKEN if not is_listed(path, text)] == []
    assert [text for text in TAKEN if is_listed(path, text + "!")] == []


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_short_lists_are_searched_to_their_ends(tmp_path: Path, size: int) -> None:
    path = write(tmp_path / "list", TAKEN[:size])

    assert [is_listed(path, text) for text in TAKEN[:4]] == [number < size for number in range(4)]


def test_a_last_line_without_an_end_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "list", TAKEN[:9])
    path.write_bytes(path.read_bytes().rstrip())

    assert all(is_listed(path, text) for text in TAKEN[:9])


def test_a_stolen_password_is_refused_in_words(own_list: Path) -> None:
    for password in ("1qaz2wsx3edc", "1QAZ2wsx3edc", TAKEN[7]):
        with pytest.raises(Invalid, match=r"known to attackers|everybody tries first"):
            hash_password(password)
    assert hash_password(PASSWORD + " of mine")


def test_the_shipped_list_is_in_order_and_as_long_as_is_said() -> None:
    lines = STOLEN.read_text().splitlines()

    assert lines == sorted(set(lines)) and len(lines) == 16_290
    assert look_at(STOLEN).well


def test_whoever_chooses_one_is_told_beside_the_field(own_list: Path, app: Flask) -> None:
    kari = Visitor(app, make_user("kari"))
    fields = {"current": PASSWORD, "password": TAKEN[0], "again": TAKEN[0]}

    answer = kari.post("/me/password", fields)

    assert answer.status_code == 422
    assert "This password was stolen somewhere" in answer.text and TAKEN[0] not in answer.text


def test_a_list_that_is_gone_lets_no_new_password_in(own_list: Path, app: Flask) -> None:
    own_list.unlink()

    with pytest.raises(Unavailable):
        hash_password("a phrase of my own")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("\n".join(sorted(sha1(text)[:32] for text in TAKEN)), "not by NTLM"),
        ("\n".join(sorted((sha1(text) for text in TAKEN), reverse=True)), "not in the order"),
        ("these are\nwords\n", "no list of SHA-1"),
        ("", "no list of SHA-1"),
        (None, "cannot be read"),
    ],
    ids=["ntlm", "backwards", "words", "empty", "missing"],
)
def test_the_doctor_says_what_is_wrong_with_a_list(app: Flask, tmp_path: Path, content: str | None, words: str) -> None:
    path = tmp_path / "list"
    if content is not None:
        path.write_text(content)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], breached_passwords=path)

    said = app.test_cli_runner().invoke(args=["doctor"]).output

    assert "MEND" in said and words in said


def test_the_doctor_says_which_list_is_used(app: Flask, own_list: Path) -> None:
    assert "by the shipped list alone" in app.test_cli_runner().invoke(args=["doctor"]).output
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], breached_passwords=own_list)

    assert f"ok    Stolen passwords are refused by {own_list}" in app.test_cli_runner().invoke(args=["doctor"]).output
