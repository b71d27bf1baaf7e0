"""The pages of projects: the list, making one, its settings and the archive."""

import base64
from typing import Any

import pytest

from app.core.db import transaction
from app.projects.models import Project
from tests.factories import make_project, make_user
from tests.visitors import Company, Visitor, counted


@pytest.fixture
def owner(company: Company) -> Visitor:
    return company.as_("owner")


def settings(company: Company, **changes: Any) -> dict[str, Any]:
    """Return the settings form as the page gave it out, with what the person changed."""
    return {"name": company.project.name, "description": "", "language": "", "version": "1", **changes}


def stored(company: Company) -> Project:
    with transaction() as session:
        return session.get_one(Project, company.project.id, populate_existing=True)


def test_home_leads_to_the_projects(owner: Visitor) -> None:
    assert owner.get("/").location == "/projects"


def test_a_new_project_is_shown_at_once(owner: Visitor) -> None:
    answer = owner.post("/projects/new", {"name": "Harbour Voices", "description": "Oral history"})

    assert (answer.status_code, answer.location) == (303, "/p/harbour-voices")
    assert "Oral history" in owner.get(answer.location).get_data(as_text=True)


def test_a_new_project_by_htmx_leaves_the_page(owner: Visitor) -> None:
    answer = owner.swap("/projects/new", {"name": "Harbour Voices"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/p/harbour-voices")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Give the project a name."),
        ({"name": "x" * 201}, "Use 1 to 200 characters."),
        ({"name": "Taken"}, "is already used by another project."),
        ({"name": "A", "description": "x" * 4001}, "Use at most 4,000 characters."),
    ],
)
def test_a_new_project_that_breaks_a_rule_comes_back_with_what_was_typed(
    owner: Visitor, fields: dict[str, str], words: str
) -> None:
    make_project(make_user(), "Taken")

    answer = owner.post("/projects/new", fields)

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in text
    assert f'value="{fields["name"]}"' in text
    assert 'aria-describedby="' in text


def test_settings_are_saved(owner: Visitor, company: Company) -> None:
    changes = {"description": "Oral history", "language": "no", "silence_db": "-40", "quota_bytes": "2 GB"}

    answer = owner.post(f"/p/{company.project.slug}/settings", settings(company, **changes))

    project = stored(company)
    assert answer.status_code == 303
    assert (project.description, project.language) == ("Oral history", "no")
    assert (project.silence_db, project.quota_bytes) == (-40, 2_000_000_000)


def test_the_settings_page_shows_what_is_stored(owner: Visitor, company: Company) -> None:
    with transaction() as session:
        session.merge(company.project).quota_bytes = 1_500_000_000

    text = owner.get(f"/p/{company.project.slug}/settings").get_data(as_text=True)

    assert 'value="1.5 GB"' in text
    assert "Version 2" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Give the project a name."),
        ({"silence_db": "-200"}, "Silence level must be between"),
        ({"silence_db": "quiet"}, ""),
        ({"quota_bytes": "much"}, "Write a size like 2000 GB"),
        ({"quota_bytes": "1e30 PB"}, "Write a size like 2000 GB"),
        ({"language": "tlh"}, "Not a valid choice"),
        ({"version": "x"}, "This page was damaged."),
        ({"version": ""}, "This page was damaged."),
    ],
)
def test_settings_that_break_a_rule_come_back(
    owner: Visitor, company: Company, changes: dict[str, str], words: str
) -> None:
    answer = owner.post(f"/p/{company.project.slug}/settings", settings(company, **changes))

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert stored(company).version == 1


def test_settings_somebody_saved_meanwhile_show_both_values_and_the_next_save_wins(
    owner: Visitor, company: Company
) -> None:
    address = f"/p/{company.project.slug}/settings"
    company.as_("admin").post(address, settings(company, description="Theirs"))

    answer = owner.post(address, settings(company, description="Mine"))

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Saved meanwhile: Theirs." in text
    assert ">Mine</textarea>" in text.replace("\r\n", "")
    assert 'name="version" type="hidden" value="2"' in text
    assert owner.post(address, settings(company, description="Mine", version="2")).status_code == 303
    assert stored(company).description == "Mine"


def test_archiving_and_bringing_back(owner: Visitor, company: Company) -> None:
    name = company.project.name
    owner.post(f"/p/{company.project.slug}/archive")

    assert f'href="/p/{company.project.slug}"' not in owner.get("/projects").get_data(as_text=True)
    assert name in owner.get("/projects?archived=1").get_data(as_text=True)
    text = owner.get(f"/p/{company.project.slug}").get_data(as_text=True)
    assert "Upload media" not in text

    assert owner.post(f"/p/{company.project.slug}/unarchive").status_code == 303
    assert f'href="/p/{company.project.slug}"' in owner.get("/projects").get_data(as_text=True)


def test_an_archived_project_says_so_and_offers_to_come_back(owner: Visitor, company: Company) -> None:
    owner.post(f"/p/{company.project.slug}/archive")

    assert "Archived" in owner.get(f"/p/{company.project.slug}").get_data(as_text=True)
    assert "Bring back project" in owner.get(f"/p/{company.project.slug}/settings").get_data(as_text=True)


@pytest.mark.parametrize(("role", "manages"), [("owner", True), ("admin", True), ("editor", False), ("viewer", False)])
def test_who_may_change_a_project_finds_its_settings_archived_or_not(
    company: Company, role: str, manages: bool
) -> None:
    visitor, slug = company.as_(role), company.project.slug
    pages = [f"/p/{slug}", f"/p/{slug}/clips", f"/p/{slug}/activity"]

    for _ in range(2):
        for page in pages:
            assert (f'href="/p/{slug}/settings"' in visitor.get(page).get_data(as_text=True)) is manages, page
        company.as_("owner").post(f"/p/{slug}/archive")


def test_the_list_is_paged_and_nothing_is_lost_or_doubled(company: Company) -> None:
    person = make_user()
    names = {make_project(person, f"Paged {number:03}").name for number in range(50)}
    visitor, address, seen = Visitor(company.app, person), "/projects", []

    for _ in range(3):
        text = visitor.get(address).get_data(as_text=True)
        seen += [part.split("<")[0] for part in text.split('class="name" href="')[1:]]
        if 'rel="next"' not in text:
            break
        address = "/projects" + text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]

    shown = [line.split(">", 1)[1] for line in seen]
    assert len(shown) == 50
    assert set(shown) == names


def test_the_list_costs_the_same_whatever_its_length(company: Company) -> None:
    person = make_user()
    visitor = Visitor(company.app, person)

    def cost() -> int:
        with counted() as statements:
            visitor.get("/projects")
        return len(statements)

    make_project(person)
    one = cost()
    for _ in range(20):
        make_project(person)

    assert cost() == one <= 6


MOMENT = '{"t":"2026-01-01T00:00:00+00:00"}'
NAIVE = '{"t":"2026-01-01T00:00:00"}'


@pytest.mark.parametrize(
    "plain",
    [
        "{}",
        "null",
        "[1]",
        '["a","b"]',
        "[1,2]",
        '[{"t":"x"},1]',
        f"[{NAIVE},1]",
        f'[{MOMENT},"1"]',
        f"[{MOMENT},NaN]",
        f"[{MOMENT},1.5]",
        f"[{MOMENT},true]",
        f"[{MOMENT},{1 << 63}]",
        f"[{MOMENT},1,1]",
        "[" * 20_000,
        "]",
    ],
)
def test_a_damaged_page_address_is_told_in_words(owner: Visitor, plain: str) -> None:
    answer = owner.get(f"/projects?after={base64.urlsafe_b64encode(plain.encode()).decode()}")

    assert answer.status_code == 422
    assert "This page address is damaged." in answer.get_data(as_text=True)


@pytest.mark.parametrize("after", ["x", "!!!", "é", "%00", "e30=e30"])
def test_what_is_no_page_address_at_all_is_told_as_well(owner: Visitor, after: str) -> None:
    assert owner.get(f"/projects?after={after}").status_code == 422


def test_the_sample_project_is_made_once_for_each_person(company: Company) -> None:
    one, other = make_user(), make_user()
    with transaction() as session:
        session.merge(one).display_name = session.merge(other).display_name = "Kari Nordmann"

    for person in (one, other, one):
        visitor = Visitor(company.app, person)
        answer = visitor.post("/demo")
        assert answer.status_code == 303
        assert visitor.get(answer.location).status_code == 200


def test_what_ends_a_text_for_a_database_is_left_out_of_a_name(company: Company) -> None:
    answer = company.as_("owner").post("/projects/new", {"name": "\x00Hull\x00"})

    assert answer.status_code == 303
    assert "Hull" in company.as_("owner").get("/projects").text
