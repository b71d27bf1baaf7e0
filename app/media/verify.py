"""Hold what the database says of files against the disk: each is there, as long as it was, the same to the bit."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.storage import LocalStorage, sha256_of
from app.core.texts import say
from app.media.models import Media, MediaState, Rendition

BATCH = 200


@dataclass(frozen=True)
class Checked:
    """One file that was looked at; `fault` says what is wrong with it, None where nothing is."""

    name: str
    fault: str | None


def verify(session: Session, storage: LocalStorage, *, whole: bool = True) -> Iterator[Checked]:
    """Look at every original and every made file, by id; `whole` reads originals to the end and compares their hash.

    Only reads. What is in the trash is looked at too: it can still be brought back.
    """
    for media in _in_batches(session, Media):
        if media.state is not MediaState.UPLOADING and (media.path or media.storage_key):
            yield Checked(f"{media.title} ({media.public_id})", _fault_of(media, storage, whole))
    for made in _in_batches(session, Rendition):
        there = storage.path_of(made.path).is_file()
        yield Checked(
            f"{made.kind.value} {made.path}", None if there else say("It is gone; process the recording again.")
        )


def _fault_of(media: Media, storage: LocalStorage, whole: bool) -> str | None:
    path = Path(media.path) if media.path else storage.path_of(media.storage_key or "")
    if not path.is_file():
        return say("It is not at %(path)s.", path=path)
    size = path.stat().st_size
    if size != media.file_size:
        return say(
            "It is %(size)s bytes long and was %(file_size)s.", size=f"{size:,}", file_size=f"{media.file_size:,}"
        )
    if whole and media.sha256 and sha256_of(path) != media.sha256:
        return say("Its content is not what it was.")
    return None


def _in_batches(session: Session, model: Any) -> Iterator[Any]:
    after_id = 0
    while True:
        query = sa.select(model).where(model.id > after_id).order_by(model.id).limit(BATCH)
        rows = session.scalars(query).all()
        yield from rows
        if len(rows) < BATCH:
            return
        after_id = rows[-1].id
        # A large library must not stay in memory row by row.
        session.expunge_all()
