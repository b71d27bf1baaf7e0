"""Renaming, moving, deleting and restoring a recording, and the counts that follow."""

import pytest

from app.clips.models import Clip
from app.core.db import transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.jobs.models import Job, JobStatus
from app.jobs.service import job_service
from app.media.models import Media, MediaSource, MediaState
from app.media.service import media_service
from app.projects.models import MemberRole, Project
from app.projects.repository import path_hash
from tests.factories import join, make_clip, make_media, make_project
from tests.visitors import Company


def counts(project: Project) -> tuple[int, int]:
    with transaction() as session:
        fresh = session.get_one(Project, project.id, populate_existing=True)
        return fresh.media_count, fresh.clip_count


def edit(company: Company, media: Media, title: str, project: Project | None = None, version: int = 1) -> Media:
    with transaction() as session:
        fresh = session.get_one(Media, media.id)
        return media_service(session).edit(company.editor, fresh, title, project.slug if project else None, version)


def delete(media: Media) -> None:
    with transaction() as session:
        media_service(session).delete(session.get_one(Media, media.id))


def restore(company: Company, media: Media) -> Media:
    with transaction() as session:
        return media_service(session).restore(company.editor, media.public_id)


def start(media: Media) -> Job:
    with transaction() as session:
        return media_service(session).start(session.get_one(Media, media.id), "ingest", None)


def test_a_new_title_is_trimmed_and_kept(company: Company) -> None:
    assert edit(company, make_media(company.project), "  Storm of ’87 ").title == "Storm of ’87"


@pytest.mark.parametrize("title", ["", "   ", "x" * 256])
def test_a_title_that_is_empty_or_too_long_is_refused(company: Company, title: str) -> None:
    with pytest.raises(Invalid) as refused:
        edit(company, make_media(company.project), title)

    assert refused.value.field == "title"


def test_a_title_somebody_changed_meanwhile_is_stale_with_theirs(company: Company) -> None:
    media = make_media(company.project)
    edit(company, media, "Theirs")

    with pytest.raises(Stale) as stale:
        edit(company, media, "Mine", version=1)

    assert (stale.value.mine, stale.value.theirs) == ({"title": "Mine"}, {"title": "Theirs"})


def test_a_move_takes_clips_jobs_and_counts_along(company: Company) -> None:
    media, target = make_media(company.project), make_project(company.editor)
    clip, job = make_clip(company.editor, media), start(media)

    edit(company, media, media.title, target)

    assert (counts(company.project), counts(target)) == ((0, 0), (1, 1))
    with transaction() as session:
        assert session.get_one(Clip, clip.id, populate_existing=True).project_id == target.id
        assert session.get_one(Job, job.id, populate_existing=True).project_id == target.id


def test_a_move_needs_the_editor_role_in_the_other_project(company: Company) -> None:
    media = make_media(company.project)
    watched, unseen = make_project(company.owner), make_project(company.outsider)
    join(watched, company.editor, MemberRole.VIEWER)

    with pytest.raises(Forbidden):
        edit(company, media, media.title, watched)
    with pytest.raises(NotFound):
        edit(company, media, media.title, unseen)
    assert counts(company.project) == (1, 0)


def test_a_move_to_where_the_same_bytes_are_is_refused_at_the_project(company: Company) -> None:
    media, target = make_media(company.project), make_project(company.editor)
    make_media(target, sha256=media.sha256, sha256_live=media.sha256, title="Twin")

    with pytest.raises(Conflict, match="“Twin”") as refused:
        edit(company, media, media.title, target)

    assert refused.value.field == "project"


def test_a_recording_in_a_folder_stays_with_its_project(company: Company) -> None:
    media = make_media(company.project, source=MediaSource.SCAN)

    with pytest.raises(Invalid, match="stays with it"):
        edit(company, media, media.title, make_project(company.editor))


def test_a_deleted_recording_is_not_found_and_not_counted(company: Company) -> None:
    media = make_media(company.project)
    make_clip(company.editor, media)

    delete(media)

    assert counts(company.project) == (0, 0)
    with pytest.raises(NotFound), transaction() as session:
        media_service(session).get_for(company.editor, media.public_id, "media:view")


def test_deleting_a_recording_cancels_its_jobs(company: Company) -> None:
    media = make_media(company.project)
    job = start(media)

    delete(media)

    with transaction() as session:
        assert session.get_one(Job, job.id, populate_existing=True).status is JobStatus.CANCELLED


def test_the_same_bytes_may_come_again_after_a_deletion(company: Company) -> None:
    media = make_media(company.project)
    delete(media)

    make_media(company.project, sha256=media.sha256, sha256_live=media.sha256)

    assert counts(company.project) == (1, 0)


def test_a_restored_recording_is_there_with_its_clips(company: Company) -> None:
    media = make_media(company.project)
    make_clip(company.editor, media)
    delete(media)

    back = restore(company, media)

    assert back.sha256_live == media.sha256
    assert counts(company.project) == (1, 1)


def test_restoring_what_is_there_changes_nothing(company: Company) -> None:
    media = make_media(company.project)

    restore(company, media)

    assert counts(company.project) == (1, 0)


def test_a_recording_whose_bytes_came_again_is_not_restored_beside_them(company: Company) -> None:
    media = make_media(company.project)
    delete(media)
    make_media(company.project, sha256=media.sha256, sha256_live=media.sha256)

    with pytest.raises(Conflict, match="already here"):
        restore(company, media)

    assert counts(company.project) == (1, 0)


def test_a_recording_whose_path_was_scanned_again_is_not_restored_beside_it(company: Company) -> None:
    path = "harbour/a.mp4"
    facts = {"sha256": None, "sha256_live": None, "source": MediaSource.SCAN, "path": path}
    media = make_media(company.project, **facts, path_hash=path_hash(path))
    delete(media)
    make_media(company.project, **facts, path_hash=path_hash(path))

    with pytest.raises(Conflict):
        restore(company, media)


def test_restoring_a_recording_that_was_never_measured_starts_its_job_anew(company: Company) -> None:
    media = make_media(company.project, state=MediaState.PROCESSING, duration_frames=0)
    start(media)
    delete(media)

    restore(company, media)

    with transaction() as session:
        assert [job.media_id for job in job_service(session).jobs.find_active()] == [media.id]


@pytest.mark.parametrize(("role", "error"), [("viewer", Forbidden), ("outsider", NotFound)])
def test_who_may_not_delete_may_not_restore(company: Company, role: str, error: type[Exception]) -> None:
    media = make_media(company.project)
    delete(media)

    with pytest.raises(error), transaction() as session:
        media_service(session).restore(getattr(company, role), media.public_id)


def test_asking_twice_for_a_job_gives_the_active_one(company: Company) -> None:
    media = make_media(company.project)

    assert start(media).id == start(media).id
