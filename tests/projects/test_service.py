"""The rules of projects: names and addresses, who may what, two who save at once, the archive."""

import pytest

from app.core.db import transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.projects.forms import _bytes
from app.projects.models import MemberRole, Project
from app.projects.policy import IN_ARCHIVE, LEAST_ROLE, allows, refusal
from app.projects.service import ProjectFields, project_service, slug_of
from tests.factories import join, make_project, make_user
from tests.visitors import Company


def edit(company: Company, fields: ProjectFields, version: int = 1) -> Project:
    with transaction() as session:
        project = session.get_one(Project, company.project.id)
        return project_service(session).edit(company.owner, project, fields, version)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Harbour Voices", "harbour-voices"),
        ("  Fjord & Fjell!  ", "fjord-fjell"),
        ("Ærø Überfahrt", "r-uberfahrt"),
        ("日本語", "project"),
        ("...", "project"),
        ("x" * 200, "x" * 72),
        ("Éà ç", "ea-c"),
    ],
)
def test_an_address_is_made_of_the_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_two_names_that_look_alike_get_two_addresses(company: Company) -> None:
    one, other = make_project(company.owner, "Harbour 1"), make_project(company.owner, "Harbour-1")

    assert (one.slug, other.slug) == ("harbour-1", "harbour-1-2")


@pytest.mark.parametrize("name", ["New", "Upload", "Settings"])
def test_an_address_is_never_one_of_our_pages(company: Company, name: str) -> None:
    assert make_project(company.owner, name).slug == f"{name.lower()}-2"


def test_the_old_address_leads_to_a_renamed_project(company: Company) -> None:
    old = company.project.slug
    edit(company, ProjectFields("Harbour Voices"))

    with transaction() as session:
        seat = project_service(session).get_for(company.owner, old, "project:view")
    assert seat.project.slug == "harbour-voices"


def test_an_address_somebody_once_had_is_not_given_to_another(company: Company) -> None:
    old_name, old = company.project.name, company.project.slug
    edit(company, ProjectFields("Harbour Voices"))

    assert make_project(company.owner, old_name).slug == f"{old}-2"


def test_a_project_gets_its_own_old_address_back(company: Company) -> None:
    old_name, old = company.project.name, company.project.slug
    edit(company, ProjectFields("Harbour Voices"))

    assert edit(company, ProjectFields(old_name), version=2).slug == old


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_name_of_no_or_too_many_letters_is_refused(company: Company, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        edit(company, ProjectFields(name))

    assert refused.value.field == "name"


def test_a_name_is_used_once(company: Company) -> None:
    make_project(company.outsider, "Harbour Voices")

    with pytest.raises(Conflict) as taken:
        edit(company, ProjectFields("Harbour Voices"))

    assert taken.value.field == "name"


@pytest.mark.parametrize("level", [-81, -19, 0, 40])
def test_a_silence_level_nobody_hears_is_refused(company: Company, level: int) -> None:
    with pytest.raises(Invalid) as refused:
        edit(company, ProjectFields(company.project.name, silence_db=level))

    assert refused.value.field == "silence_db"


def test_who_makes_a_project_owns_it(company: Company) -> None:
    project = make_project(company.outsider)

    with transaction() as session:
        assert project_service(session).seat_for(company.outsider, project, "project:edit").role is MemberRole.OWNER


def test_a_clash_tells_both_values_and_only_what_differs(company: Company) -> None:
    edit(company, ProjectFields(company.project.name, description="Theirs", silence_db=-40))

    with pytest.raises(Stale) as stale:
        edit(company, ProjectFields(company.project.name, description="Mine", silence_db=-40), version=1)

    assert stale.value.mine == {"description": "Mine"}
    assert stale.value.theirs == {"description": "Theirs"}


ROLES = {"outsider": 0, "viewer": 1, "editor": 2, "owner": 3, "admin": 3}


@pytest.mark.parametrize("permission", sorted(LEAST_ROLE))
@pytest.mark.parametrize("role", list(ROLES))
def test_each_permission_belongs_to_the_roles_of_the_table(company: Company, role: str, permission: str) -> None:
    rank = {MemberRole.VIEWER: 1, MemberRole.EDITOR: 2, MemberRole.OWNER: 3}[LEAST_ROLE[permission]]
    expected = None if ROLES[role] >= rank else NotFound if role == "outsider" else Forbidden

    with transaction() as session:
        service = project_service(session)
        if expected is None:
            assert service.get_for(getattr(company, role), company.project.slug, permission).may(permission)
        else:
            with pytest.raises(expected):
                service.get_for(getattr(company, role), company.project.slug, permission)


@pytest.mark.parametrize("permission", sorted(LEAST_ROLE))
def test_an_archived_project_can_be_looked_at_and_nothing_more(company: Company, permission: str) -> None:
    with transaction() as session:
        service = project_service(session)
        service.archive(session.get_one(Project, company.project.id))

        if permission in IN_ARCHIVE:
            service.get_for(company.owner, company.project.slug, permission)
        else:
            with pytest.raises(Forbidden, match="archived"):
                service.get_for(company.owner, company.project.slug, permission)


def test_a_permission_nobody_wrote_down_opens_nothing() -> None:
    with pytest.raises(KeyError):
        allows(MemberRole.OWNER, "media:nonsense")


def test_a_refusal_names_the_role_that_would_do() -> None:
    assert "Editor role" in refusal("clip:edit")
    assert "Owner role" in refusal("project:edit")


def test_a_person_sees_their_projects_and_an_admin_sees_all(company: Company) -> None:
    other = make_project(make_user())
    join(other, company.viewer, MemberRole.VIEWER)

    with transaction() as session:
        service = project_service(session)
        seen = {row.slug for row in service.list_for(company.viewer, archived=False, after=None).items}
        assert seen == {company.project.slug, other.slug}
        assert service.list_for(company.outsider, archived=False, after=None).items == []
        assert len(service.list_for(company.admin, archived=False, after=None).items) == 2
        assert service.visible_ids(company.admin) is None
        assert service.editable_ids(company.viewer) == set()


def test_archiving_hides_a_project_and_bringing_it_back_shows_it(company: Company) -> None:
    with transaction() as session:
        service, project = project_service(session), session.get_one(Project, company.project.id)
        service.archive(project)
        assert service.list_for(company.owner, archived=False, after=None).items == []
        assert len(service.list_for(company.owner, archived=True, after=None).items) == 1
        service.unarchive(project)
        assert len(service.list_for(company.owner, archived=False, after=None).items) == 1


def test_choices_are_the_live_projects_a_person_may_put_things_into(company: Company) -> None:
    archived = make_project(company.editor, "Old")
    mine = make_project(company.editor, "Mine")
    with transaction() as session:
        project_service(session).archive(session.get_one(Project, archived.id))

    with transaction() as session:
        service = project_service(session)
        assert {slug for slug, _ in service.choices_for(company.editor)} == {company.project.slug, mine.slug}
        assert service.choices_for(company.viewer) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2000 GB", 2000 * 10**9),
        ("1.5 TB", 1_500_000_000_000),
        ("1,000", 1000),
        ("12 kB", 12_000),
        ("", None),
        (None, None),
    ],
)
def test_a_size_is_read_as_people_write_it(text: str | None, count: int | None) -> None:
    assert _bytes(text) == count


@pytest.mark.parametrize("text", ["much", "GB", "10 parsecs", "nan GB", "inf GB", "1e400", "-5 GB", "1e30 PB", "0x10"])
def test_a_size_nobody_can_have_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        _bytes(text)

    assert refused.value.field == "quota_bytes"
