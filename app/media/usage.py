"""How much room recordings and what is made of them take, as the database knows it; bytes throughout."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.texts import say
from app.media.models import Media, Rendition, RenditionKind, Upload, UploadState


@dataclass(frozen=True)
class Share:
    """One kind of file: what it is called, how many there are, and how long they are together."""

    name: str
    files: int
    size_bytes: int


def shares(session: Session) -> list[Share]:
    """Return originals kept here, those that lie in workspace folders, made files, and uploads on their way in.

    A file several projects share is counted once. Four queries.
    """
    stored = sa.select(Media.storage_key, sa.func.max(Media.file_size).label("size"))
    stored_once = stored.where(Media.storage_key.is_not(None)).group_by(Media.storage_key).subquery()
    proxies, others = _made(session)
    return [
        _share(session, say("Originals"), sa.select(sa.func.count(), sa.func.sum(stored_once.c.size))),
        _share(
            session, say("Originals left in workspace folders"), _sum(Media.file_size).where(Media.path.is_not(None))
        ),
        proxies,
        others,
        _share(
            session,
            say("Uploads on their way in"),
            _sum(Upload.offset_bytes).where(Upload.state == UploadState.RECEIVING),
        ),
    ]


def bytes_by_project(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """Return the bytes of originals of each of these projects that has any, the trash included."""
    query = sa.select(Media.project_id, sa.func.sum(Media.file_size)).where(Media.project_id.in_(list(ids)))
    return {row[0]: int(row[1] or 0) for row in session.execute(query.group_by(Media.project_id))}


def _made(session: Session) -> tuple[Share, Share]:
    query = sa.select(Rendition.kind, sa.func.count(), sa.func.sum(Rendition.file_size)).group_by(Rendition.kind)
    rows = [(kind is RenditionKind.PROXY, count, int(size or 0)) for kind, count, size in session.execute(query)]

    def total(name: str, proxy: bool) -> Share:
        of_kind = [row for row in rows if row[0] is proxy]
        return Share(name, sum(row[1] for row in of_kind), sum(row[2] for row in of_kind))

    return total(say("Copies browsers can play"), True), total(say("Pictures, waveforms and indexes"), False)


def _sum(column: Any) -> sa.Select[Any]:
    return sa.select(sa.func.count(), sa.func.sum(column))


def _share(session: Session, name: str, query: sa.Executable) -> Share:
    count, size = session.execute(query).one()
    return Share(name, count, int(size or 0))
