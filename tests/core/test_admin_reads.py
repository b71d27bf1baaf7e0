"""What the admin's pages ask, with the same answers on all three databases."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.admin.projects import project_uses
from app.audit.models import AuditAction
from app.audit.service import AuditFilter, AuditService
from app.auth.models import Role
from app.auth.people import PersonFields, people_filter, people_service
from app.clips.reads import exports_size
from app.core.choices import Choices, choices, choose, version_of
from app.core.chores import Done, _keep, all_done
from app.core.clock import now
from app.core.db import unit_of_work
from app.core.settings import Setting
from app.jobs.models import Job
from app.jobs.repository import JobRepository
from app.media.usage import bytes_by_project, shares
from tests.core.planted import a_person, a_project


def test_people_are_found_locked_and_changed(engine: sa.Engine) -> None:
    with Session(engine, expire_on_commit=False) as session, unit_of_work(session):
        made = a_person(display_name="Zoë Ångström 100%", role=Role.ADMIN)
        session.add(made)
        session.flush()
        service = people_service(session)

        for text in (made.username.upper(), "100%"):
            assert made in service.find(people_filter(text, "admin", "active"), None).items
        assert made not in service.find(people_filter("", "", "disabled"), None).items
        assert made.id in service.users.lock_admins()
        assert service.edit(made.public_id, PersonFields("Zoë", None, Role.ADMIN), 1).version == 2


def test_the_log_is_narrowed_by_everything_at_once(engine: sa.Engine) -> None:
    moment = now()
    with Session(engine) as session, unit_of_work(session):
        log = AuditService(session).log
        log.log_update("clip", 77, {}, entity_name="Keel 100%", actor_id=5, actor_name="Ingrid", project_id=9)
        wanted = AuditFilter(
            actor_id=5,
            actor_name="INGRID",
            kind="clip",
            action=AuditAction.UPDATE,
            project_id=9,
            since=moment - timedelta(minutes=1),
            until=moment + timedelta(minutes=1),
            name="KEEL 100%",
        )

        assert [row.entity_id for row in log.search(wanted, limit=1).items] == [77]
        assert log.search(AuditFilter(kind="clip", until=moment - timedelta(days=9)), limit=1).items == []


def test_the_line_of_jobs_is_told_in_its_order(engine: sa.Engine) -> None:
    with Session(engine) as session, unit_of_work(session):
        later, first = Job(kind="demo", name="later", priority=60), Job(kind="demo", name="first", priority=1)
        session.add_all([later, first])
        session.flush()
        jobs = JobRepository(session)

        line = [job.id for job in jobs.in_line().items]
        assert line.index(first.id) < line.index(later.id)
        assert jobs.least_priority() == 1


def test_choices_are_kept_and_taken_back(engine: sa.Engine) -> None:
    with Session(engine) as session, unit_of_work(session):
        session.execute(sa.delete(Setting))
        choose(session, Choices(name="Havn æøå", silence_db=-45), 0)
        assert choices(session) == Choices(name="Havn æøå", silence_db=-45)
        choose(session, Choices(), 1)
        assert choices(session) == Choices() and version_of(session) == 2


def test_chores_are_told_by_name(engine: sa.Engine) -> None:
    with Session(engine) as session, unit_of_work(session):
        _keep(session, "sweep files", Done(now(), "Done.", True))
        assert all_done(session)["sweep files"].words == "Done."


def test_room_is_added_up(engine: sa.Engine) -> None:
    with Session(engine) as session, unit_of_work(session):
        project = a_project()
        session.add(project)
        session.flush()

        assert bytes_by_project(session, [project.id]) == {}
        assert len(shares(session)) == 5 and exports_size(session)[0] >= 0
        assert project in [row.project for row in project_uses(session, project.name.upper(), "live", None).items]
