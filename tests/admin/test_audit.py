"""Admin › Audit log: found by filters, compared word by word, shown as it was, and taken as CSV."""

import csv
import io
import re

import pytest
from flask import Flask

from app.audit.models import AuditAction, AuditLog
from app.audit.seals import seal_settled
from app.audit.service import AuditService
from app.core.clock import now
from app.core.db import Actor, db, transaction
from app.media.models import Media
from tests.factories import make_clip, make_media
from tests.visitors import Company, Visitor, counted, own


def rename(media: Media, title: str, by: str = "Ingrid Berg") -> int:
    """Rename a recording and return the id of the entry about it."""
    with transaction(Actor(None, by, "0123456789abcdef", "192.0.2.7")) as session:
        session.get_one(Media, media.id).title = title
    newest = db.session.query(AuditLog).order_by(AuditLog.id.desc()).first()
    assert newest is not None
    return newest.id


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project, title="Keel laid in winter")


@pytest.fixture
def admin(company: Company) -> Visitor:
    return company.as_("admin")


def test_only_the_words_that_changed_are_marked(admin: Visitor, media: Media) -> None:
    rename(media, "Keel laid in spring")

    text = admin.get("/admin/audit").get_data(as_text=True)

    assert "<del>winter</del>" in text and "<ins>spring</ins>" in text
    assert "<del>Keel" not in text
    assert "0123456789abcdef" in text and "192.0.2.7" in text and "not sealed yet" in text


def test_a_sealed_entry_says_so(admin: Visitor, media: Media) -> None:
    with transaction() as session:
        seal_settled(session, now().replace(year=now().year + 1))

    text = admin.get("/admin/audit?kind=media").get_data(as_text=True)

    assert "· sealed" in text and "not sealed yet" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("who=ingrid", True),
        ("who=nobody", False),
        ("kind=media", True),
        ("kind=clip", False),
        ("action=UPDATE", True),
        ("action=DELETE", False),
        ("q=KEEL", True),
        ("q=%25", False),
        ("from=2020-01-01&to=2100-01-01", True),
        ("to=2020-01-01", False),
        ("from=2100-01-01", False),
        ("kind=nonsense&action=nonsense", True),
    ],
)
def test_the_filters_are_in_the_address(admin: Visitor, media: Media, query: str, found: bool) -> None:
    entry = rename(media, "Keel laid in spring")

    assert (f'"/admin/audit/{entry}"' in admin.get(f"/admin/audit?{query}").get_data(as_text=True)) is found


def test_a_user_name_asks_for_exactly_that_person(company: Company, admin: Visitor, media: Media) -> None:
    make_clip(company.editor, media)
    with transaction(Actor(company.editor.id, "Renamed since")) as session:
        session.get_one(Media, media.id).title = "Theirs"

    text = admin.get(f"/admin/audit?who={company.editor.username}").get_data(as_text=True)

    assert "Renamed since" in text
    assert text.count('class="ev"') == 1


def test_a_project_is_chosen_by_its_address(company: Company, admin: Visitor, media: Media) -> None:
    entry = rename(media, "Keel laid in spring")

    assert f'"/admin/audit/{entry}"' in admin.get(f"/admin/audit?project={company.project.slug}").get_data(as_text=True)
    assert admin.get("/admin/audit?project=nobody-has-this").status_code == 404


@pytest.mark.parametrize("query", ["from=yesterday", "to=2026-13-01", "after=-1", "after=x", "after=²"])
def test_a_damaged_address_is_said(admin: Visitor, query: str) -> None:
    assert admin.get(f"/admin/audit?{query}").status_code == 422


def test_older_entries_are_a_page_away(admin: Visitor, media: Media) -> None:
    ids = [rename(media, f"Title {number}") for number in range(60)]

    first = admin.get("/admin/audit?kind=media").get_data(as_text=True)
    onward = re.search(r'href="(\?[^"]*)" rel="next"', first)
    assert onward is not None
    second = admin.get("/admin/audit" + onward.group(1).replace("&amp;", "&")).get_data(as_text=True)

    assert f'"/admin/audit/{ids[-1]}"' in first and f'"/admin/audit/{ids[0]}"' not in first
    assert f'"/admin/audit/{ids[0]}"' in second and f'"/admin/audit/{ids[-1]}"' not in second


def test_the_list_asks_the_same_of_any_number(admin: Visitor, media: Media) -> None:
    rename(media, "Title")
    with counted() as few:
        admin.get("/admin/audit?who=ingrid")
    for number in range(30):
        rename(media, f"Title {number}")

    with counted() as many:
        admin.get("/admin/audit?who=ingrid")

    assert len(many) == len(few) and len(own(many)) <= 6


def test_an_entry_shows_the_thing_as_it_was_then(admin: Visitor, media: Media) -> None:
    second = rename(media, "Keel laid in spring")
    rename(media, "Keel laid in autumn")

    text = admin.get(f"/admin/audit/{second}").get_data(as_text=True)

    assert "Keel laid in spring" in text and "Keel laid in autumn" not in text
    assert ">changed</td>" in text


def test_after_its_removal_a_thing_is_said_to_be_gone(company: Company, admin: Visitor, media: Media) -> None:
    with transaction() as session:
        AuditService(session).log.log_delete("media", media.id, {"title": {"old": "Keel", "new": None}})
    newest = db.session.query(AuditLog).order_by(AuditLog.id.desc()).first()
    assert newest is not None

    assert "it was gone" in admin.get(f"/admin/audit/{newest.id}").get_data(as_text=True)


def test_an_entry_that_is_not_there_is_not_found(admin: Visitor) -> None:
    assert admin.get("/admin/audit/999999").status_code == 404
    assert admin.get("/admin/audit/99999999999999999999999").status_code == 404


def test_the_csv_holds_what_the_filter_asks_for_and_no_formula(admin: Visitor, media: Media) -> None:
    rename(media, '=HYPERLINK("http://evil.example")', by="@Eve")

    answer = admin.get("/admin/audit.csv?kind=media&action=UPDATE")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True), newline="")))

    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    assert [row["actor"] for row in rows] == ["'@Eve"]
    assert rows[0]["name"].startswith("'=") and rows[0]["request_id"] == "0123456789abcdef"


def test_the_csv_goes_on_past_one_read(admin: Visitor, media: Media) -> None:
    with transaction() as session:
        for number in range(450):
            AuditService(session).log.log_update("media", media.id, {"title": {"old": "", "new": str(number)}})

    rows = admin.get("/admin/audit.csv?kind=media&action=UPDATE").get_data(as_text=True).splitlines()

    assert len(rows) == 451


def test_that_the_log_was_taken_is_in_the_log(company: Company, admin: Visitor) -> None:
    admin.get("/admin/audit.csv?kind=media")

    entry = db.session.query(AuditLog).filter_by(action=AuditAction.EXPORT).one()
    assert entry.actor_id == company.admin.id and entry.changes == {"kind": {"old": None, "new": "media"}}


@pytest.mark.parametrize("path", ["/admin/audit", "/admin/audit/1", "/admin/audit.csv"])
def test_for_others_it_is_not_there(app: Flask, company: Company, path: str) -> None:
    assert company.as_("owner").get(path).status_code == 404
    assert app.test_client().get(path).status_code == 303
