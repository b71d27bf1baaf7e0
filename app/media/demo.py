"""A project with a recording made here, so that a newcomer sees the workbench alive within a minute."""

from itertools import count

from sqlalchemy.orm import Session

from app.auth.models import User
from app.core.texts import later, say
from app.media.models import MediaKind, MediaSource
from app.media.registration import NewMedia
from app.media.service import media_service
from app.projects.models import Project
from app.projects.service import ProjectFields, ProjectService

NAME = later("Sample project")
DESCRIPTION = later("A recording made by Rushes itself, to try things on. Delete it whenever you like.")
FILENAME = "Sample recording.mp4"


def make_demo(session: Session, person: User) -> Project:
    """Make the sample project and the job that makes its recording; an existing one is returned as it is."""
    service = media_service(session)
    name = _free_name(service.projects, person)
    known = service.projects.projects.find_by_name(name)
    if known is not None:
        return known
    project = service.projects.create(person, ProjectFields(name=name, description=DESCRIPTION))
    new = NewMedia(
        filename=FILENAME,
        file_size=0,
        sha256=None,
        content_type="video/mp4",
        kind=MediaKind.VIDEO,
        source=MediaSource.LOCAL,
    )
    service.register(project, new, person.id, kind="demo")
    return project


def _free_name(projects: ProjectService, person: User) -> str:
    """Return the name of this person's sample project; others who are called the same have theirs."""
    stem = NAME if person.is_admin else say("%(project)s of %(person)s", project=NAME, person=person.display_name)
    for number in count(1):
        name = stem if number == 1 else f"{stem} {number}"
        known = projects.projects.find_by_name(name)
        if known is None or projects.seat_or_none(person, known) is not None:
            return name
    raise AssertionError("unreachable")
