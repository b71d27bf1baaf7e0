"""Tagging: set, add and remove on many things at once, rename, merge; told to the history and found by search."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import AuditService
from app.core.errors import Conflict, Invalid, NotFound
from app.core.search_text import folded
from app.core.texts import say
from app.index.writer import rewrite_tags
from app.projects.models import Project
from app.tags.links import Link, link, links, names_of
from app.tags.models import Tag
from app.tags.repository import TagRepository, TagRow

LONGEST_NAME = 64
MOST_TAGS = 50
COLORS = 6


@dataclass(frozen=True)
class Carrier:
    """A thing that carries tags, as the history names it."""

    kind: str
    id: int
    public_id: UUID
    name: str
    project_id: int
    media_id: int


class TagService:
    """The rules of tags; the caller has checked that the actor may edit the project."""

    def __init__(self, session: Session, tags: TagRepository, audit: AuditService) -> None:
        self.session = session
        self.tags = tags
        self.audit = audit

    def rows(self, project: Project) -> list[TagRow]:
        """Return a project's tags with what carries them, by name."""
        return self.tags.list_with_counts(project.id)

    def names(self, project_id: int) -> list[str]:
        """Return the names of a project's tags, by name."""
        return [tag.name for tag in self.tags.find_by_project(project_id)]

    def set_tags(self, carrier: Carrier, names: Iterable[str], person_id: int | None) -> None:
        """Let a thing carry exactly these tags; new ones are made. Raises `Invalid` at `tags`."""
        wanted = self.made(carrier.project_id, names)
        each, before = link(carrier.kind), self.tags.tags_on(link(carrier.kind), [carrier.id])[carrier.id]
        after = {tag.id for tag in wanted}
        self.tags.take(each, [carrier.id], before - after)
        self.tags.put(each, [(carrier.id, id) for id in after - before], person_id)
        self._tell(each, [carrier], {carrier.id: before})

    def edit_on(self, carrier: Carrier, typed: str | None, seen: str | None, person_id: int | None) -> None:
        """Do to a thing's tags what a person did to the list they saw; what others did meanwhile stays.

        None for `typed` is a form without tags: nothing changes. Raises `Invalid` at `tags`.
        """
        if typed is None:
            return
        wanted, known = split_names(typed), {folded(name) for name in split_names(seen or "")}
        keys = {folded(name) for name in wanted}
        self.add([carrier], [name for name in wanted if folded(name) not in known], person_id)
        self.remove([carrier], known - keys)

    def add(self, carriers: Sequence[Carrier], names: Iterable[str], person_id: int | None) -> None:
        """Add tags to many things of one kind and project at once; raises `Invalid` at `tags`."""
        if not carriers:
            return
        wanted = self.made(carriers[0].project_id, names)
        each, ids = link(carriers[0].kind), [carrier.id for carrier in carriers]
        before = self.tags.tags_on(each, ids)
        self.tags.put(each, [(id, tag.id) for id in ids for tag in wanted if tag.id not in before[id]], person_id)
        self._tell(each, carriers, before)

    def remove(self, carriers: Sequence[Carrier], names: Iterable[str]) -> None:
        """Take tags off many things of one kind and project at once; one that is not on them is no error."""
        if not carriers:
            return
        known = self.tags.find_by_names(carriers[0].project_id, names)
        each, ids = link(carriers[0].kind), [carrier.id for carrier in carriers]
        before = self.tags.tags_on(each, ids)
        self.tags.take(each, ids, [tag.id for tag in known.values()])
        self._tell(each, carriers, before)

    def edit(self, project: Project, public_id: UUID, name: str, color: int) -> Tag:
        """Rename and recolour a tag; raises `Invalid`, or `Conflict` where another has that name: merge them."""
        tag = self.require(project, public_id)
        clean, key = _checked(name)
        other = self.tags.find_by_names(project.id, [clean]).get(key)
        if other is not None and other.id != tag.id:
            raise Conflict(say("There is a tag “%(name)s” already. Merge the two instead.", name=other.name), "name")
        if not 1 <= color <= COLORS:
            raise Invalid(say("Choose one of the six colours."), "color")
        self.tags.update(tag, {"name": clean, "normalized_name": key, "color": color})
        self._find_again([tag.id])
        return tag

    def merge(self, project: Project, public_id: UUID, into: UUID) -> Tag:
        """Let everything that carries one tag carry the other; the one is gone afterwards."""
        tag, kept = self.require(project, public_id), self.require(project, into)
        if tag.id == kept.id:
            raise Invalid(say("Choose another tag to merge it into."), "into")
        for each in links():
            ids = self.tags.carriers(each, [tag.id])
            there = self.tags.tags_on(each, ids)
            self.tags.put(each, [(id, kept.id) for id in ids if kept.id not in there[id]], None)
            self.tags.take(each, ids, [tag.id])
        self.tags.delete(tag.id)
        self._find_again([kept.id])
        return kept

    def delete(self, project: Project, public_id: UUID) -> Tag:
        """Remove a tag from everything."""
        tag = self.require(project, public_id)
        carried = {each.kind: self.tags.carriers(each, [tag.id]) for each in links()}
        for each in links():
            self.tags.take(each, carried[each.kind], [tag.id])
        self.tags.delete(tag.id)
        for kind, ids in carried.items():
            rewrite_tags(self.session, kind, ids)
        return tag

    def require(self, project: Project, public_id: UUID) -> Tag:
        """Return a tag of this project; raises `NotFound`."""
        tag = self.tags.get_by_public_id(public_id)
        if tag is None or tag.project_id != project.id:
            raise NotFound(say("This tag is not here any more."))
        return tag

    def made(self, project_id: int, names: Iterable[str]) -> list[Tag]:
        """Return the tags of these names, made where they are new."""
        wanted = {key: clean for clean, key in (_checked(name) for name in names)}
        if len(wanted) > MOST_TAGS:
            raise Invalid(say("Use at most %(most_tags)s tags.", most_tags=MOST_TAGS), "tags")
        known = self.tags.find_by_names(project_id, wanted)
        for key in wanted.keys() - known.keys():
            # A colour that stays the same for the same word.
            color = sum(key.encode()) % COLORS + 1
            known[key] = self.tags.create(
                Tag(project_id=project_id, name=wanted[key], normalized_name=key, color=color)
            )
        return list(known.values())

    def _tell(self, each: Link, carriers: Sequence[Carrier], before: dict[int, set[int]]) -> None:
        """Write what changed to the history and the index."""
        after = self.tags.tags_on(each, [carrier.id for carrier in carriers])
        changed = [carrier for carrier in carriers if before[carrier.id] != after[carrier.id]]
        ids = {id for carrier in changed for id in before[carrier.id] | after[carrier.id]}
        names = {tag.id: tag.name for tag in self.tags.by_ids(ids)}
        for carrier in changed:
            old, new = (sorted(names[id] for id in side[carrier.id]) for side in (before, after))
            self.audit.log.log_update(
                carrier.kind,
                carrier.id,
                {"tags": {"old": ", ".join(old) or None, "new": ", ".join(new) or None}},
                entity_public_id=carrier.public_id,
                entity_name=carrier.name[:255],
                project_id=carrier.project_id,
                media_id=carrier.media_id,
            )
        rewrite_tags(self.session, each.kind, [carrier.id for carrier in changed])

    def _find_again(self, tag_ids: Sequence[int]) -> None:
        for each in links():
            rewrite_tags(self.session, each.kind, self.tags.carriers(each, tag_ids))


def retag(session: Session, kind: str, ids: Sequence[int], project_id: int) -> None:
    """Give things that changed their project tags of the same names there; no change of theirs, so not told."""
    service, each = tag_service(session), link(kind)
    carried = names_of(session, kind, ids)
    service.tags.drop(each, ids)
    names = {name for tags in carried.values() for name, _ in tags}
    made = {tag.normalized_name: tag.id for tag in service.made(project_id, names)}
    pairs = [(id, made[folded(name)[:LONGEST_NAME]]) for id, tags in carried.items() for name, _ in tags]
    service.tags.put(each, pairs, None)
    rewrite_tags(session, kind, ids)


def split_names(text: str) -> list[str]:
    """Return the tags of a field where commas part them."""
    return [name for part in text.split(",") if (name := " ".join(part.split()))]


def _checked(name: str) -> tuple[str, str]:
    """Return a tag's name and what it folds to; raises `Invalid` at `tags`."""
    clean = " ".join(name.split())
    key = folded(clean)
    if not key:
        raise Invalid(say("“%(clean)s” has no letter or digit. Write a word.", clean=clean), "tags")
    if len(clean) > LONGEST_NAME or len(key) > LONGEST_NAME:
        raise Invalid(
            say(
                "“%(value)s…” is longer than %(longest_name)s characters.", value=clean[:20], longest_name=LONGEST_NAME
            ),
            "tags",
        )
    return clean, key


def tag_service(session: Session) -> TagService:
    """Build the service on this session."""
    return TagService(session, TagRepository(session), AuditService(session))
