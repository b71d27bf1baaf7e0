"""Mistakes in the order of things, planted before a work runs, which the power cuts must find."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core.db import Actor, db
from app.core.storage import LocalStorage, blob_key
from app.media import tus, uploads
from app.media.models import Upload


def lazy_commits() -> None:
    """Commit without waiting for the disk."""
    event.listen(db.engine, "connect", lambda connection, record: connection.execute("PRAGMA synchronous=NORMAL"))


def no_file_sync() -> None:
    """Never wait for a file's bytes."""
    real = os.fsync
    os.fdatasync = lambda descriptor: None
    os.fsync = lambda descriptor: real(descriptor) if _is_folder(descriptor) else None


def no_folder_sync() -> None:
    """Never wait for a folder's names."""
    real = os.fsync
    os.fsync = lambda descriptor: None if _is_folder(descriptor) else real(descriptor)


def row_first() -> None:
    """Let a row name a file before the file is there."""

    late: list[tuple[LocalStorage, uploads.Received]] = []
    transaction = tus.transaction

    def later(files: LocalStorage, received: uploads.Received) -> tuple[uploads.Received, bool]:
        late.append((files, received))
        return received, True

    @contextmanager
    def and_then_the_file(actor: Actor) -> Iterator[Session]:
        with transaction(actor) as session:
            yield session
        while late:
            files, received = late.pop()
            files.adopt(received.path, blob_key(received.sha256))

    tus.put_in_place, tus.transaction = later, and_then_the_file


def whole_too_early() -> None:
    """Tell the sender that a file is whole before it is a recording."""
    finish = tus._finish

    def and_then_the_recording(upload: Upload, chunk: uploads.Chunk) -> str:
        with tus.transaction(tus.actor()) as session:
            service = tus.uploads_in(session)
            service.promise(service.get_for(tus.viewer(), upload.public_id), chunk)
        return finish(upload, uploads.Chunk(chunk.end, 0))

    tus._finish = and_then_the_recording


MISTAKES: dict[str, Callable[[], None]] = {
    "lazy commits": lazy_commits,
    "no file sync": no_file_sync,
    "no folder sync": no_folder_sync,
    "row first": row_first,
    "whole too early": whole_too_early,
}


def _is_folder(descriptor: int) -> bool:
    return stat.S_ISDIR(os.fstat(descriptor).st_mode)
