"""A recording of 40 s that may become a song, and an editor."""

from typing import Any

import pytest

from app.core.db import session_scope, transaction
from app.media.models import Media, MediaKind, Rendition, RenditionKind
from app.projects.models import Project
from app.songs.models import Song
from app.songs.service import SongFields, song_service
from tests.factories import make_media
from tests.visitors import Company, Visitor

LRC = "[00:01.00]We laid the keel\n[00:04.50]in winter\n"


@pytest.fixture
def media(company: Company) -> Media:
    return make_media(
        company.project, title="Marit - Keel", kind=MediaKind.AUDIO, width=None, content_type="audio/mpeg"
    )


@pytest.fixture
def editor(company: Company) -> Visitor:
    return company.as_("editor")


def make_song(company: Company, media: Media | None = None, **fields: Any) -> Song:
    """Return a song as somebody wrote it down."""
    with transaction() as session:
        project = session.get_one(Project, company.project.id)
        fresh = session.get_one(Media, media.id) if media is not None else None
        return song_service(session).create_song(
            company.editor, project, SongFields(**{"title": "Keel", **fields}), fresh
        )


def make_stems(media: Media, engine: str = "centre", **columns: Any) -> None:
    """Put rows of both stems beside a recording."""
    facts = {"content_type": "audio/mp4", "file_size": 9, "details": {"engine": engine}, "source_sha256": media.sha256}
    with session_scope() as session:
        for kind in (RenditionKind.VOCALS, RenditionKind.INSTRUMENTAL):
            path = f"made/{media.public_id.hex}/{kind.value}-0123456789abcdef.m4a"
            session.add(Rendition(media_id=media.id, kind=kind, path=path, **{**facts, **columns}))


def stored(song: Song) -> Song:
    """Return the song as the database has it."""
    with transaction() as session:
        session.expire_all()
        return session.get_one(Song, song.id)
