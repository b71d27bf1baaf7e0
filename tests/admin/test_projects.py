"""Admin › Projects: every project with its owners and what it uses; put away and brought back."""

import re

import pytest

from app.core.db import db, transaction
from app.projects.models import MemberRole, Project
from tests.factories import join, make_media, make_project
from tests.visitors import Company, Visitor, counted, own


@pytest.fixture
def admin(company: Company) -> Visitor:
    return company.as_("admin")


def test_every_project_is_listed_with_owners_counts_and_bytes(company: Company, admin: Visitor) -> None:
    join(company.project, company.outsider, MemberRole.OWNER)
    make_media(company.project, file_size=2_000_000)
    with transaction() as session:
        session.get_one(Project, company.project.id).quota_bytes = 8_000_000

    text = admin.get("/admin/projects").get_data(as_text=True)

    assert f"{company.owner.display_name}, {company.outsider.display_name}" in text
    assert "2.0 MB of 8.0 MB" in text and 'value="25"' in text
    assert f'href="/p/{company.project.slug}/members"' in text


@pytest.mark.parametrize(
    ("query", "found"), [("", True), ("state=archived", True), ("state=live", False), ("q=%", False)]
)
def test_archived_ones_are_there_and_can_be_asked_for(
    company: Company, admin: Visitor, query: str, found: bool
) -> None:
    admin.post(f"/admin/projects/{company.project.slug}/archive")

    assert (
        f'href="/p/{company.project.slug}"' in admin.get(f"/admin/projects?{query}").get_data(as_text=True)
    ) is found


def test_a_project_is_archived_and_brought_back(company: Company, admin: Visitor) -> None:
    path = f"/admin/projects/{company.project.slug}"

    assert admin.post(f"{path}/archive").status_code == 303
    assert db.session.get_one(Project, company.project.id).archived
    assert admin.swap(f"{path}/bring-back").status_code == 204
    assert not db.session.get_one(Project, company.project.id).archived


def test_a_project_that_is_not_there_is_not_found(admin: Visitor) -> None:
    assert admin.post("/admin/projects/nobody-has-this/archive").status_code == 404


def test_the_list_goes_on_by_name_and_asks_the_same_of_any_number(company: Company, admin: Visitor) -> None:
    with counted() as few:
        admin.get("/admin/projects")
    for number in range(55):
        make_project(company.owner, f"Many {number:02d}")

    with counted() as many:
        first = admin.get("/admin/projects?q=many").get_data(as_text=True)
    onward = re.search(r'href="(\?[^"]*)" rel="next"', first)
    assert onward is not None
    second = admin.get("/admin/projects" + onward.group(1).replace("&amp;", "&")).get_data(as_text=True)

    assert len(many) == len(few) and len(own(many)) <= 3
    assert "Many 49" in first and "Many 50" not in first
    assert "Many 50" in second and "Many 49" not in second


@pytest.mark.parametrize("act", ["archive", "bring-back"])
def test_for_others_it_is_not_there(company: Company, act: str) -> None:
    path = f"/admin/projects/{company.project.slug}/{act}"

    assert company.as_("owner").post(path).status_code == 404
    assert company.as_("owner").get("/admin/projects").status_code == 404
    assert Visitor(company.app).post(path).status_code == 303
