"""What every repository promises, seen closely at the projects' own, on eight backings."""

import uuid
from typing import Any

import pytest

from app.core.errors import Conflict, Invalid
from app.core.pagination import MAX_ROWS
from app.projects.models import Project
from tests.core.backings import Backing as Projects
from tests.core.backings import held


def project(name: str) -> Project:
    return Project(name=name, slug=name.lower().replace(" ", "-"))


def add(projects: Projects, name: str) -> Any:
    return projects.do(lambda rows: rows.create(project(name)))


def test_a_created_row_is_found_by_either_id(projects: Projects) -> None:
    made = add(projects, "Keel")

    assert projects.do(lambda rows: rows.get(made.id)).name == "Keel"
    assert projects.do(lambda rows: rows.get_by_public_id(made.public_id)).id == made.id


def test_what_is_not_there_is_none(projects: Projects) -> None:
    assert projects.do(lambda rows: rows.get(404)) is None
    assert projects.do(lambda rows: rows.get_by_public_id(uuid.uuid4())) is None


def test_attributes_can_be_read_after_the_unit_is_over(projects: Projects) -> None:
    made = add(projects, "Keel")

    assert (made.name, made.version, made.media_count) == ("Keel", 1, 0)
    assert made.created_at.tzinfo is not None


def test_a_taken_name_is_a_conflict_that_names_its_field(projects: Projects) -> None:
    add(projects, "Keel")

    with pytest.raises(Conflict) as taken:
        projects.do(lambda rows: rows.create(Project(name="Keel", slug="another")))

    assert taken.value.field == "name"
    assert projects.do(lambda rows: rows.count()) == 1


def test_the_next_unit_works_after_a_conflict(projects: Projects) -> None:
    add(projects, "Keel")
    with pytest.raises(Conflict):
        projects.do(lambda rows: rows.create(Project(name="Keel", slug="another")))

    assert add(projects, "Stem").name == "Stem"


def test_names_differ_by_case_and_accent(projects: Projects) -> None:
    for number, name in enumerate(("Kjøl", "KJØL", "Kjol")):
        projects.do(lambda rows, name=name, number=number: rows.create(Project(name=name, slug=f"p{number}")))

    assert projects.do(lambda rows: rows.count()) == 3


def test_many_rows_may_lack_a_unique_value(projects: Projects) -> None:
    add(projects, "Keel")
    add(projects, "Stem")

    assert projects.do(lambda rows: rows.count()) == 2


def test_update_sets_what_is_allowed_and_counts_the_version(projects: Projects) -> None:
    made = add(projects, "Keel")

    changed = projects.do(lambda rows: rows.update(held(rows, made), {"name": "Keelson"}))

    assert (changed.name, changed.version) == ("Keelson", 2)


def test_update_refuses_a_field_that_is_not_on_the_list(projects: Projects) -> None:
    made = add(projects, "Keel")

    with pytest.raises(Invalid):
        projects.do(lambda rows: rows.update(made, {"media_count": 5}))


def test_delete_says_whether_there_was_a_row(projects: Projects) -> None:
    made = add(projects, "Keel")

    assert projects.do(lambda rows: rows.delete(made.id)) is True
    assert projects.do(lambda rows: rows.delete(made.id)) is False
    assert projects.do(lambda rows: rows.exists(made.id)) is False


def test_exists_and_count_see_every_row(projects: Projects) -> None:
    ids = [add(projects, f"Rib {number}").id for number in range(3)]

    assert projects.do(lambda rows: rows.count()) == 3
    assert all(projects.do(lambda rows, id=id: rows.exists(id)) for id in ids)


def test_pages_show_every_row_once_newest_first(projects: Projects) -> None:
    made = [add(projects, f"Rib {number}").id for number in range(7)]

    seen: list[int] = []
    after = None
    while True:
        page = projects.do(lambda rows, after=after: rows.list(after=after, limit=3))
        seen += [row.id for row in page.items]
        after = page.next_after
        if after is None:
            break

    assert seen == made[::-1]


@pytest.mark.parametrize("after", ["x", "bm90IGpzb24", "WzFd", "é"])
def test_a_damaged_page_address_is_refused_in_words(projects: Projects, after: str) -> None:
    with pytest.raises(Invalid) as refused:
        projects.do(lambda rows: rows.list(after=after))

    assert "first page" in str(refused.value)


def test_a_page_never_holds_more_than_its_limit(projects: Projects) -> None:
    for number in range(3):
        add(projects, f"Rib {number}")

    assert len(projects.do(lambda rows: rows.list(limit=0)).items) == 1
    assert MAX_ROWS == 200
