"""What other rooms read of the library in one go."""

from sqlalchemy.orm import Session

from app.core.clock import now
from app.library.reads import get_with_media
from tests.factories import make_media
from tests.visitors import Company


def test_a_project_comes_with_its_live_recordings_newest_first(company: Company, session: Session) -> None:
    first, second = make_media(company.project), make_media(company.project)
    make_media(company.project, deleted_at=now(), sha256_live=None)

    found = get_with_media(session, company.project.id)

    assert found is not None
    project, media = found
    assert project.id == company.project.id
    assert [each.id for each in media] == [second.id, first.id]


def test_a_project_that_is_not_there_is_none(session: Session) -> None:
    assert get_with_media(session, 404) is None
