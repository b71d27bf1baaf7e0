"""What projects, recordings and clips should do, in plain Python: no database, no session, no cleverness."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale

RANK = {"outsider": 0, "viewer": 1, "editor": 2, "owner": 3}
LENGTH = 50


@dataclass
class Project:
    id: int
    name: str
    archived: bool = False
    version: int = 1
    media_count: int = 0
    clip_count: int = 0


@dataclass
class Media:
    id: int
    project: int
    title: str
    sha: str
    deleted: bool = False
    version: int = 1
    clip_count: int = 0
    longest: int = 0


@dataclass
class Clip:
    id: int
    project: int
    media: int
    title: str
    in_point: int
    out_point: int
    order: int
    deleted: bool = False
    version: int = 1


@dataclass
class World:
    """Every row, and how many entries the log has gained since the world began."""

    projects: dict[int, Project] = field(default_factory=dict)
    media: dict[int, Media] = field(default_factory=dict)
    clips: dict[int, Clip] = field(default_factory=dict)
    entries: int = 0

    def create_project(self, id: int, name: str) -> None:
        if any(each.name == name for each in self.projects.values()):
            raise Conflict("")
        self.projects[id] = Project(id, name)
        self.entries += 1

    def edit_project(self, who: str, id: int, name: str, version: int) -> None:
        self._may(who, id, "owner", archived_too=True)
        project = self.projects[id]
        if any(each.name == name and each.id != id for each in self.projects.values()):
            raise Conflict("")
        if version != project.version and name != project.name:
            raise Stale("", {}, {}, 0)
        self._set(project, name=name)

    def archive(self, id: int, archived: bool) -> None:
        self._set(self.projects[id], archived=archived)

    def add_media(self, id: int, who: str, project: int, title: str, sha: str) -> None:
        self._may(who, project, "editor")
        self._refuse_twin(project, sha)
        self.media[id] = Media(id, project, title, sha)
        self.projects[project].media_count += 1
        self.entries += 1

    def edit_media(self, who: str, id: int, title: str, version: int, target: int | None) -> None:
        media = self._media_for(who, id)
        if version != media.version and title != media.title:
            raise Stale("", {}, {}, 0)
        self._set(media, title=title)
        if target is not None:
            self._move_media(who, media, target)

    def delete_media(self, who: str, id: int) -> None:
        media = self._media_for(who, id)
        self._set(media, deleted=True)
        self.projects[media.project].media_count -= 1
        self.projects[media.project].clip_count -= media.clip_count

    def restore_media(self, who: str, id: int) -> None:
        media = self.media[id]
        self._may(who, media.project, "editor")
        if not media.deleted:
            return
        self._refuse_twin(media.project, media.sha)
        self._set(media, deleted=False)
        self.projects[media.project].media_count += 1
        self.projects[media.project].clip_count += media.clip_count

    def mark(self, id: int, who: str, media_id: int, title: str, points: tuple[int, int]) -> None:
        media = self._media_for(who, media_id)
        self._refuse_bounds(points)
        order = max((each.order for each in self.clips.values() if each.project == media.project), default=0)
        self.clips[id] = Clip(id, media.project, media.id, title, *points, order + 1)
        self.entries += 1
        self._count(media, 1, points[1] - points[0])

    def edit_clip(self, who: str, id: int, wanted: dict[str, Any], base: dict[str, Any], version: int) -> None:
        clip = self._clip_for(who, id)
        changed = {name: value for name, value in wanted.items() if value != base[name]}
        clashes = [name for name, value in changed.items() if getattr(clip, name) not in (base[name], value)]
        if version != clip.version and clashes:
            raise Stale("", {}, {}, 0)
        points = (changed.get("in_point", clip.in_point), changed.get("out_point", clip.out_point))
        self._refuse_bounds(points)
        self._set(clip, **changed)
        self._lengthen(clip)

    def set_bounds(self, who: str, id: int, points: tuple[int, int], version: int) -> None:
        clip = self._clip_for(who, id)
        if version != clip.version and points != (clip.in_point, clip.out_point):
            raise Stale("", {}, {}, 0)
        self._refuse_bounds(points)
        self._set(clip, in_point=points[0], out_point=points[1])
        self._lengthen(clip)

    def split(self, new_id: int, who: str, id: int, at: int) -> None:
        clip = self._clip_for(who, id)
        if not clip.in_point < at < clip.out_point:
            raise Invalid("")
        out_point = clip.out_point
        self._set(clip, out_point=at)
        self._make_room(clip)
        title = f"{clip.title} (2)"[:255]
        self.clips[new_id] = Clip(new_id, clip.project, clip.media, title, at, out_point, clip.order + 1)
        self.entries += 1
        self._count(self.media[clip.media], 1, out_point - at)

    def move(self, who: str, id: int, later: bool) -> None:
        clip = self._clip_for(who, id)
        line = self._line(each for each in self.clips.values() if not each.deleted and each.project == clip.project)
        place = line.index(clip) + (1 if later else -1)
        if not 0 <= place < len(line):
            return
        other = line[place]
        self._part(*((clip, other) if later else (other, clip)))
        here, there = clip.order, other.order
        self._set(clip, order=there)
        self._set(other, order=here)

    def reorder(self, project: int, ids: list[int]) -> None:
        shown = self._line(self.clips[id] for id in ids if self.is_listed(self.clips[id], project))
        for earlier, later in pairwise(shown):
            self._part(earlier, later)
        places = [clip.order for clip in shown]
        for place, clip in zip(places, sorted(shown, key=lambda each: ids.index(each.id)), strict=True):
            self._set(clip, order=place)

    def delete_clip(self, who: str, id: int) -> None:
        clip = self._clip_for(who, id)
        self._set(clip, deleted=True)
        self._count(self.media[clip.media], -1)

    def restore_clip(self, who: str, id: int) -> None:
        clip = self.clips[id]
        if self.media[clip.media].deleted:
            raise NotFound()
        self._may(who, clip.project, "editor")
        if clip.deleted:
            self._set(clip, deleted=False)
            self._count(self.media[clip.media], 1, clip.out_point - clip.in_point)

    def is_listed(self, clip: Clip, project: int) -> bool:
        return clip.project == project and not clip.deleted and not self.media[clip.media].deleted

    def overlapping(self, media: int, start: int, end: int) -> list[int]:
        live = [each for each in self.clips.values() if each.media == media and not each.deleted]
        shared = [each for each in live if each.in_point < end and each.out_point > start]
        return [each.id for each in sorted(shared, key=lambda each: (each.in_point, each.id))]

    def _may(self, who: str, project: int, least: str, *, archived_too: bool = False) -> None:
        if RANK[who] == 0:
            raise NotFound()
        if RANK[who] < RANK[least] or (self.projects[project].archived and not archived_too):
            raise Forbidden("")

    def _media_for(self, who: str, id: int) -> Media:
        if self.media[id].deleted:
            raise NotFound()
        self._may(who, self.media[id].project, "editor")
        return self.media[id]

    def _clip_for(self, who: str, id: int) -> Clip:
        clip = self.clips[id]
        if clip.deleted or self.media[clip.media].deleted:
            raise NotFound()
        self._may(who, clip.project, "editor")
        return clip

    def _refuse_twin(self, project: int, sha: str) -> None:
        if any(each.project == project and each.sha == sha and not each.deleted for each in self.media.values()):
            raise Conflict("")

    def _refuse_bounds(self, points: tuple[int, int]) -> None:
        if not 0 <= points[0] < points[1] <= LENGTH:
            raise Invalid("")

    def _set(self, row: Any, **changes: Any) -> None:
        if any(getattr(row, name) != value for name, value in changes.items()):
            row.version += 1
            self.entries += 1
        for name, value in changes.items():
            setattr(row, name, value)

    def _count(self, media: Media, clips: int, length: int = 0) -> None:
        media.clip_count += clips
        media.longest = max(media.longest, length)
        self.projects[media.project].clip_count += clips

    def _lengthen(self, clip: Clip) -> None:
        media = self.media[clip.media]
        media.longest = max(media.longest, clip.out_point - clip.in_point)

    def _move_media(self, who: str, media: Media, target: int) -> None:
        self._may(who, target, "editor")
        if target == media.project:
            return
        self._refuse_twin(target, media.sha)
        for project, sign in ((self.projects[media.project], -1), (self.projects[target], 1)):
            project.media_count += sign
            project.clip_count += sign * media.clip_count
        self._set(media, project=target)
        for clip in self.clips.values():
            if clip.media == media.id:
                self._set(clip, project=target)

    def _line(self, clips: Iterable[Clip]) -> list[Clip]:
        return sorted(clips, key=lambda each: (each.order, each.id))

    def _part(self, earlier: Clip, later: Clip) -> None:
        if earlier.order == later.order:
            self._make_room(earlier)

    def _make_room(self, clip: Clip) -> None:
        for other in self.clips.values():
            if other.project == clip.project and (other.order, other.id) > (clip.order, clip.id):
                other.order += 1
