"""The trash: what is in it, bringing back, and going for good with everything told."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import AuditAction, AuditLog
from app.clips.models import Clip
from app.clips.service import clip_service
from app.core.clock import now
from app.core.db import reading, transaction
from app.core.settings import remember
from app.index.models import SearchDocument
from app.media.models import Media
from app.media.purge import AT_ONCE, TRASH_DAYS_SETTING, empty
from app.media.service import media_service
from app.transcripts.models import TranscriptSegment
from tests.factories import make_clip, make_media
from tests.search.test_page import say
from tests.visitors import Company, Visitor


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


@pytest.fixture
def media(company: Company) -> Media:
    made = make_media(company.project, title="Keel")
    make_clip(company.editor, made, title="Keel laid")
    say(made, (1, "a keel", "Marit"), (5, "another", None))
    return made


def delete(media: Media) -> None:
    with transaction() as session:
        media_service(session).delete(session.get_one(Media, media.id))


def trash(company: Company) -> str:
    return f"/p/{company.project.slug}/trash"


def left(model: type[Media] | type[Clip] | type[TranscriptSegment] | type[SearchDocument]) -> int:
    with reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_an_empty_trash_says_so(company: Company, editor: Visitor) -> None:
    assert "Nothing in the trash" in editor.get(trash(company)).get_data(as_text=True)


def test_what_is_deleted_is_listed_and_brought_back(company: Company, editor: Visitor, media: Media) -> None:
    delete(media)
    assert "Keel" in editor.get(trash(company)).get_data(as_text=True)

    editor.post(f"/m/{media.public_id}/restore")

    assert "Nothing in the trash" in editor.get(trash(company)).get_data(as_text=True)
    assert editor.get(f"/m/{media.public_id}").status_code == 200


def test_a_deleted_clip_is_listed_with_its_recording(company: Company, editor: Visitor, media: Media) -> None:
    with transaction() as session:
        clip = session.scalars(sa.select(Clip)).one()
        clip_service(session).delete(clip, session.get_one(Media, media.id))

    text = editor.get(trash(company)).get_data(as_text=True)

    assert "Keel laid" in text
    assert "in Keel" in text


def test_what_hangs_below_a_deleted_recording_is_not_found(company: Company, editor: Visitor, media: Media) -> None:
    delete(media)

    assert "Nothing found" in editor.get("/search?q=keel").get_data(as_text=True)


def test_removing_for_good_takes_everything_and_tells_it(company: Company, media: Media) -> None:
    delete(media)
    owner = company.as_("owner")
    assert "1 clip" in owner.get(f"{trash(company)}/{media.public_id}/remove").get_data(as_text=True)

    answer = owner.post(f"{trash(company)}/{media.public_id}/remove")

    assert answer.status_code == 303
    assert [left(model) for model in (Media, Clip, TranscriptSegment, SearchDocument)] == [0, 0, 0, 0]
    told = sa.select(AuditLog.entity_type).where(AuditLog.action == AuditAction.DELETE)
    with reading() as session:
        assert sorted(session.scalars(told)) == ["clip", "line", "line", "media", "speaker", "transcript"]


def test_what_is_not_in_the_trash_cannot_be_removed(company: Company, media: Media) -> None:
    assert company.as_("owner").post(f"{trash(company)}/{media.public_id}/remove").status_code == 404
    assert left(Media) == 1


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("editor", 403), ("outsider", 404)])
def test_only_owners_remove_for_good(company: Company, media: Media, role: str, status: int) -> None:
    delete(media)

    assert company.as_(role).post(f"{trash(company)}/{media.public_id}/remove").status_code == status
    assert left(Media) == 1


def test_after_thirty_days_the_trash_empties_itself(company: Company, media: Media) -> None:
    fresh = make_media(company.project)
    delete(media)
    delete(fresh)
    with transaction() as session:
        late = {"deleted_at": now() - timedelta(days=30, seconds=1)}
        session.execute(sa.update(Media).where(Media.id == media.id).values(**late))

    with transaction() as session:
        assert empty(session) == 1

    with reading() as session:
        assert list(session.scalars(sa.select(Media.id))) == [fresh.id]


def test_an_admin_may_keep_things_longer(company: Company, media: Media) -> None:
    delete(media)
    with transaction() as session:
        remember(session, TRASH_DAYS_SETTING, 60)

    with transaction() as session:
        assert empty(session, now() + timedelta(days=59)) == 0
    with transaction() as session:
        assert empty(session, now() + timedelta(days=61)) == 1


def test_a_clip_goes_when_its_own_days_are_over(company: Company, media: Media) -> None:
    with transaction() as session:
        clip_service(session).delete(session.scalars(sa.select(Clip)).one(), session.get_one(Media, media.id))

    with transaction() as session:
        empty(session, now() + timedelta(days=31))

    assert (left(Clip), left(Media)) == (0, 1)


def test_a_full_trash_is_emptied_in_small_acts(company: Company) -> None:
    for _ in range(AT_ONCE + 1):
        delete(make_media(company.project))

    with transaction() as session:
        assert empty(session, now() + timedelta(days=31)) == AT_ONCE
    with transaction() as session:
        assert empty(session, now() + timedelta(days=31)) == 1
