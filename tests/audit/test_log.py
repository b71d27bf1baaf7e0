"""The audit log: one entry per changed row, in the same act, with before and after; and nothing changes it."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.audit.models import AuditAction, AuditLog
from app.audit.repository import AuditRepository
from app.auth.models import User
from app.clips.models import Clip, ClipExport
from app.core.changes import SECRET_WORDS, Tracking
from app.core.clock import now
from app.core.db import Actor, Base, db, nested, transaction
from app.media.models import Media
from app.projects.models import Project
from tests.factories import add_user, make_clip, make_media, make_user
from tests.visitors import Company

ACTOR = Actor(id=7, name="Ingrid Berg", request_id="abc123", ip="192.0.2.1")
TRACKED = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if hasattr(mapper.class_, "tracking")),
    key=lambda model: model.__name__,
)


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(company.project)


def last_id() -> int:
    with transaction() as session:
        return session.scalar(sa.select(sa.func.max(AuditLog.id))) or 0


def told(act: Callable[[Session], Any]) -> list[AuditLog]:
    """Do something in one act and return what the log tells of it."""
    before = last_id()
    with transaction(ACTOR) as session:
        act(session)
    with transaction() as session:
        return list(session.scalars(sa.select(AuditLog).where(AuditLog.id > before).order_by(AuditLog.id)))


def a_project(session: Session) -> Project:
    project = Project(slug="fresh", name="Fresh")
    session.add(project)
    return project


def a_recording(project: Project) -> Callable[[Session], Media]:
    def make(session: Session) -> Media:
        media = Media(project_id=project.id, title="Fresh", filename="fresh.mp4", duration_frames=1000, rate_num=25)
        session.add(media)
        return media

    return make


def test_the_audited_models_are_these() -> None:
    names = ["ApiToken", "Clip", "ClipExport", "ContentSegment", "Invitation", "LayoutAnalysis", "Media"]
    names += ["Project", "ProjectMember", "Song", "Speaker", "Tag", "Transcript", "TranscriptSegment", "User"]

    assert [model.__name__ for model in TRACKED] == names


def test_a_created_row_is_told_once_with_its_values(company: Company) -> None:
    entries = told(a_project)

    assert len(entries) == 1
    entry = entries[0]
    assert (entry.action, entry.verb, entry.entity_type) == (AuditAction.CREATE, "project:create", "project")
    assert entry.entity_name == "Fresh"
    assert entry.changes == {"slug": {"old": None, "new": "fresh"}, "name": {"old": None, "new": "Fresh"}}


def test_an_entry_says_who_when_and_in_which_request(company: Company) -> None:
    before = now()

    entry = told(a_project)[0]

    assert (entry.actor_id, entry.actor_name, entry.request_id, entry.ip) == (7, "Ingrid Berg", "abc123", "192.0.2.1")
    assert before <= entry.occurred_at <= now()


CHANGES: list[tuple[type[Any], dict[str, Any]]] = [
    (Project, {"name": "Other", "silence_db": -40}),
    (Media, {"title": "Other"}),
    (Clip, {"in_point": 5, "out_point": 6, "notes": "good"}),
    (User, {"display_name": "Other", "is_active": False}),
]


@pytest.mark.parametrize(("model", "changes"), CHANGES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_changed_row_is_told_once_with_before_and_after(
    company: Company, media: Media, model: type[Any], changes: dict[str, Any]
) -> None:
    rows = {Project: company.project, Media: media, Clip: make_clip(company.editor, media), User: company.viewer}
    row = rows[model]
    before = {name: getattr(row, name) for name in changes}

    def change(session: Session) -> None:
        fresh = session.get_one(model, row.id)
        for name, value in changes.items():
            setattr(fresh, name, value)

    entries = told(change)

    assert [entry.action for entry in entries] == [AuditAction.UPDATE]
    assert entries[0].changes == {name: {"old": before[name], "new": value} for name, value in changes.items()}
    assert entries[0].entity_id == row.id


@pytest.mark.parametrize("model", [Media, Clip], ids=lambda model: model.__name__)
def test_a_removed_row_is_told_once_with_what_it_was(company: Company, media: Media, model: type[Any]) -> None:
    row = media if model is Media else make_clip(company.editor, media, title="Keel")
    title, id = row.title, row.id

    entries = told(lambda session: session.delete(session.get_one(model, id)))

    mine = [entry for entry in entries if entry.entity_type == model.tracking.entity_type]
    assert [entry.action for entry in mine] == [AuditAction.DELETE]
    assert mine[0].changes["title"] == {"old": title, "new": None}
    assert mine[0].entity_id == id


def test_each_of_several_rows_has_its_own_entry(company: Company) -> None:
    def make_three(session: Session) -> None:
        for number in range(3):
            session.add(Project(slug=f"s{number}", name=f"N{number}"))

    assert [entry.entity_name for entry in told(make_three)] == ["N0", "N1", "N2"]


def test_a_row_changed_twice_in_one_act_is_told_flush_by_flush(company: Company) -> None:
    def change_twice(session: Session) -> None:
        project = session.get_one(Project, company.project.id)
        project.description = "one"
        session.flush()
        project.description = "two"

    assert [entry.changes["description"] for entry in told(change_twice)] == [
        {"old": None, "new": "one"},
        {"old": "one", "new": "two"},
    ]


def test_a_change_that_changes_nothing_is_not_told(company: Company) -> None:
    def touch(session: Session) -> None:
        project = session.get_one(Project, company.project.id)
        project.description, project.name = "x", company.project.name
        project.description = None

    assert told(touch) == []


def test_the_old_value_is_told_of_a_column_that_was_never_loaded(company: Company) -> None:
    with transaction() as session:
        session.get_one(Project, company.project.id).description = "before"
    db.session.expunge_all()

    def change(session: Session) -> None:
        project = session.get_one(Project, company.project.id, options=[sa.orm.load_only(Project.id, Project.version)])
        project.description = "after"

    assert told(change)[0].changes == {"description": {"old": "before", "new": "after"}}


def test_an_act_that_fails_is_not_told(company: Company) -> None:
    before = last_id()

    with pytest.raises(RuntimeError), transaction(ACTOR) as session:
        a_project(session)
        session.flush()
        raise RuntimeError("the disk is on fire")

    assert last_id() == before


def test_what_a_savepoint_undid_is_not_told(company: Company) -> None:
    def half(session: Session) -> None:
        with pytest.raises(RuntimeError), nested(session):
            session.add(Project(slug="lost", name="Lost"))
            session.flush()
            raise RuntimeError
        session.add(Project(slug="kept", name="Kept"))

    assert [entry.entity_name for entry in told(half)] == ["Kept"]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET actor_name = 'Nobody'", "DELETE FROM audit_log", "UPDATE audit_log SET id = id"]
)
def test_the_log_can_neither_be_changed_nor_removed(company: Company, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), db.engine.connect() as connection:
        connection.execution_options(unit="write").execute(sa.text(statement))

    assert last_id() > 0


def test_the_log_outlives_what_it_is_about(company: Company, media: Media) -> None:
    project_id = company.project.id

    with transaction(ACTOR) as session:
        session.delete(session.get_one(Project, project_id))

    with transaction() as session:
        assert session.query(Media).count() == 0
        entries = AuditRepository(session).for_project(project_id).items
    assert {entry.entity_type for entry in entries} >= {"project", "media"}


def test_no_password_is_ever_told(company: Company) -> None:
    person = make_user()

    def change(session: Session) -> None:
        session.get_one(User, person.id).password_hash = "$argon2id$another"

    entries = told(change) + told(lambda session: add_user(session, "newcomer"))

    assert [entry.changes["password_hash"]["new"] for entry in entries] == [SECRET_WORDS, SECRET_WORDS]
    with transaction() as session:
        stored = " ".join(str(row) for row in session.execute(sa.text("SELECT changes FROM audit_log")))
    assert "argon2" not in stored


def test_every_column_that_could_hold_a_secret_is_masked_or_left_out() -> None:
    for model in TRACKED:
        tracking: Tracking = model.tracking
        for column in sa.inspect(model).columns:
            if any(word in column.key for word in ("password", "token", "secret", "otp")):
                assert column.key in tracking.secret | tracking.ignored, f"{model.__name__}.{column.key}"


def test_a_file_that_was_rendered_is_told(company: Company, media: Media) -> None:
    clip = make_clip(company.editor, media)

    def render(session: Session) -> None:
        facts = {"project_id": media.project_id, "media_id": media.id, "clip_id": clip.id, "clip_version": 1}
        file = {"format": "mp4", "filename": "Keel.mp4", "path": "renders/x", "file_size": 5, "sha256": "0" * 64}
        session.add(ClipExport(**facts, **file, settings_hash="h", certificate_json={"verdict": "passed"}))

    entry = told(render)[0]

    assert (entry.verb, entry.entity_name, entry.media_id) == ("export:create", "Keel.mp4", media.id)
    assert "certificate_json" not in entry.changes


def test_moments_and_words_are_told_as_json_can_hold_them(company: Company, media: Media) -> None:
    moment = now()

    def change(session: Session) -> None:
        session.get_one(Media, media.id).deleted_at = moment

    assert told(change)[0].changes == {"deleted_at": {"old": None, "new": moment.isoformat()}}
