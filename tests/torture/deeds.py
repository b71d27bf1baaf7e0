"""Five more pieces of the app's own work for the recorder: captions, clips, songs, projects removed, whole backups."""

import json
import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.auth.models import User
from app.backups.whole import back_up_whole
from app.clips.service import ClipFields, clip_service
from app.core.db import session_scope
from app.media.models import Media
from app.projects.models import Project
from app.projects.service import ProjectFields, project_service
from app.projects.trash import purge_project
from app.songs.service import SongFields, song_service
from app.transcripts import reading
from app.transcripts.imports import Brought, bring

PROMISES = "promises"
LINES = 12
CAPTIONS = "\n\n".join(f"{at + 1}\n00:00:{at:02},000 --> 00:00:{at:02},900\nLine {at} of keel" for at in range(LINES))
LYRICS = "[00:01.20]We laid the keel\n[00:02.00]in winter\n"


def promise(folder: Path, **facts: Any) -> None:
    """Note what somebody has been told; the recorder sees when."""
    descriptor = os.open(folder / PROMISES, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, json.dumps(facts).encode() + b"\n")
    os.close(descriptor)


def person() -> User:
    with session_scope() as session:
        return session.scalars(sa.select(User).where(User.username == "owner")).one()


def recording(number: int) -> Media:
    with session_scope() as session:
        return session.scalars(sa.select(Media).where(Media.title == f"Recording {number}")).one()


def bring_captions(app: Flask, folder: Path) -> None:
    """Bring captions to recordings, then others in their place."""
    for number in (*range(4), *range(4)):
        media = recording(number)
        cues = reading.read("a.srt", CAPTIONS.encode(), 60_000)
        with session_scope() as session:
            bring(session, session.get_one(Media, media.id), Brought(cues, "en", "a.srt", None))
        promise(folder, media=media.id)


def cut_clips(app: Flask, folder: Path) -> None:
    """Cut clips, each changed once."""
    owner = person()
    for number in range(10):
        media = recording(number % 3)
        with session_scope() as session:
            editor, fresh = session.merge(owner), session.get_one(Media, media.id)
            clip = clip_service(session).create(
                editor, fresh, ClipFields(f"Cut {number}", number * 10, number * 10 + 9)
            )
            id = clip.id
        promise(folder, clip=id)


def write_songs(app: Flask, folder: Path) -> None:
    """Write down songs with their lyrics."""
    owner = person()
    for number in range(8):
        with session_scope() as session:
            project = session.scalars(sa.select(Project).where(Project.slug == "own")).one()
            fields = SongFields(f"Song {number}", artist="Ann", synced_lyrics=LYRICS)
            song_service(session).create_song(session.merge(owner), project, fields)
        promise(folder, song=f"Song {number}")


def remove_projects(app: Flask, folder: Path) -> None:
    """Make projects, and remove each for good."""
    owner = person()
    for number in range(8):
        with session_scope() as session:
            project_service(session).create(session.merge(owner), ProjectFields(f"Gone {number}"))
        with session_scope() as session:
            purge_project(session, session.scalars(sa.select(Project).where(Project.name == f"Gone {number}")).one())
        promise(folder, gone=f"Gone {number}")


def back_up_all(app: Flask, folder: Path) -> None:
    """Copy database and media together, twice."""
    settings = app.config["SETTINGS"]
    for number in range(2):
        made = back_up_whole(settings.database_url, settings.media_root, folder / "kept" / str(number))
        assert not made.faults
        promise(folder, whole=str(number))
