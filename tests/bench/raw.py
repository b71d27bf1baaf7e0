"""The acts of the floor: what each piece of work is at least, by the plain driver."""

import random
from collections.abc import Callable
from typing import Any

from app.audit.models import AuditLog
from app.clips.models import Clip
from app.core.bulk import _filled
from app.core.clock import now
from app.index.models import SearchDocument
from tests.bench.floor import Floor, log_entry, new_recordings
from tests.bench.shelf import NAME, SEED, recording

PAGE = 50
LIVE = "project_id = ? AND deleted_at IS NULL"


class FloorActs:
    """The same by the plain driver; rows are made before the clock starts."""

    def __init__(self, floor: Floor, crowd: int = 1) -> None:
        self.floor, self.shelf, self.crowd = floor, floor.shelf, crowd
        self.chance = random.Random(SEED + 2 + crowd)
        away = 0 if crowd == 1 else 100_000_000
        self.number = self.shelf.rows * 20 + away
        # Ids nobody else gives out.
        self.id = -1_000_000 - away
        self.ready: list[Callable[[], None]] = []

    def prepare(self) -> None:
        """Make what the next act needs, outside the clock."""
        rows = []
        for _ in range(self.crowd):
            self.number += 1
            rows.append(recording(self.shelf.project_id, self.number, self.chance))
        self.id -= self.crowd
        self.ready.append(new_recordings(self.floor, rows, self.id))

    def add_one(self) -> None:
        self.ready.pop()()

    def update(self) -> None:
        self.number += 1
        moment = now()
        old, version = self.floor.query("SELECT title, version FROM media WHERE id = ?", [self.shelf.cut_id])[0]
        title = f"Renamed {self.number}"
        changes = {"title": {"old": old, "new": title}}
        entry = log_entry("UPDATE", "media", self.shelf.cut_id, self.shelf.project_id, changes, moment)
        words = [(title.lower(), self.shelf.cut_id)]
        self.floor.act(
            [
                (
                    "UPDATE media SET title = ?, version = ?, updated_at = ? WHERE id = ? AND version = ?",
                    [(title, version + 1, self.floor.value(moment), self.shelf.cut_id, version)],
                ),
                self.floor.insert(AuditLog.__table__, [entry]),
                ("UPDATE search_documents SET title = ? WHERE entity_type = 'media' AND entity_id = ?", words),
            ]
        )

    def add_clip(self) -> None:
        start, moment = self.chance.randrange(self.shelf.clips * 40), now()
        media = self.shelf.cut_id
        self.floor.query("SELECT duration_frames, longest_clip FROM media WHERE id = ?", [media])
        self._overlaps(start)
        last = self.floor.query("SELECT max(clip_order) FROM clips WHERE project_id = ?", [self.shelf.project_id])[0][0]
        self.id -= 1
        columns = {"project_id": self.shelf.project_id, "media_id": media, "title": "Keel", "clip_order": last + 1}
        row = {"id": self.id, **_filled(Clip.__table__, {**columns, "in_point": start, "out_point": start + 50})}
        changes = {name: {"old": None, "new": row[name]} for name in ("title", "in_point", "out_point", "clip_order")}
        entry = log_entry("CREATE", "clip", self.id, self.shelf.project_id, changes, moment)
        words = {"project_id": self.shelf.project_id, "entity_type": "clip", "entity_id": self.id, "media_id": media}
        words |= {
            "place": self.id * 16 + 2,
            "scope": f"p{self.shelf.project_id}kclip",
            "title": "keel",
            "body": "",
            "tags": "",
        }
        counts = "SET clip_count = clip_count + 1"
        self.floor.act(
            [
                self.floor.insert(Clip.__table__, [row]),
                self.floor.insert(AuditLog.__table__, [entry]),
                self.floor.insert(SearchDocument.__table__, [words]),
                (f"UPDATE media {counts} WHERE id = ?", [(media,)]),
                (f"UPDATE projects {counts} WHERE id = ?", [(self.shelf.project_id,)]),
            ]
        )

    def overlapping(self) -> None:
        self._overlaps(self.chance.randrange(self.shelf.clips * 40))

    def _overlaps(self, start: int) -> None:
        self.floor.query(
            "SELECT * FROM clips WHERE media_id = ? AND deleted_at IS NULL AND in_point < ? AND in_point > ?"
            " AND out_point > ? ORDER BY in_point",
            [self.shelf.cut_id, start + 50, start - 50, start],
        )

    def projects(self) -> None:
        self.floor.query(
            "SELECT slug, name, description, media_count, clip_count, updated_at FROM projects"
            " WHERE archived_at IS NULL ORDER BY updated_at DESC, id DESC LIMIT 201"
        )

    def songs(self) -> None:
        latest = "SELECT MAX(id) FROM jobs WHERE jobs.media_id = songs.media_id AND jobs.clip_id IS NULL"
        self.floor.query(
            f"SELECT songs.*, jobs.* FROM songs LEFT JOIN jobs ON jobs.id = ({latest})"
            " JOIN media ON media.id = songs.media_id"
            " WHERE songs.project_id = ? AND songs.deleted_at IS NULL AND media.deleted_at IS NULL"
            f" ORDER BY songs.date_added DESC, songs.id DESC LIMIT {PAGE + 1}",
            [self.shelf.project_id],
        )

    def write_progress(self) -> None:
        percent, moment = self.chance.randrange(100), self.floor.value(now())
        held = (percent, "Measuring", moment, moment, self.shelf.job_id, self.shelf.token)
        stage = (percent, "Measuring", self.shelf.job_id, "probe")
        job = "UPDATE jobs SET progress = ?, message = ?, heartbeat_at = ?, updated_at = ?"
        self.floor.act(
            [
                (f"{job} WHERE id = ? AND claim_token = ?", [held]),
                ("UPDATE job_stages SET progress = ?, message = ? WHERE job_id = ? AND name = ?", [stage]),
            ]
        )

    def read_progress(self) -> None:
        self.floor.query(
            "SELECT * FROM jobs WHERE media_id = ? AND clip_id IS NULL ORDER BY created_at DESC, id DESC LIMIT 1",
            [self.shelf.cut_id],
        )


def raw_page(floor: Floor, place: tuple[Any, int] | None = None) -> None:
    """Read one page of the list, from the start or from behind a row."""
    behind = " AND (created_at, id) < (?, ?)" if place else ""
    values = [floor.shelf.project_id, *([floor.value(place[0]), place[1]] if place else [])]
    floor.query(f"SELECT * FROM media WHERE {LIVE}{behind} ORDER BY created_at DESC, id DESC LIMIT {PAGE + 1}", values)


def raw_search(floor: Floor, text: str) -> None:
    """Ask the database's own full text for the newest documents and read their recordings."""
    words = text.split()
    if floor.sqlite and len(words) == 1:
        return _raw_word(floor, text)
    values: list[Any] = [floor.shelf.project_id]
    if floor.sqlite:
        values.insert(0, f'"{text}"' if text == NAME[3:9] else " ".join(f'"{word}"' for word in words) + "*")
        table = "search_names" if text == NAME[3:9] else "search_fts"
        found = f"{table} f JOIN search_documents d ON d.place = f.rowid WHERE {table} MATCH ?"
    elif floor.shelf.database == "postgresql":
        values.insert(0, " & ".join(words) + ":*")
        found = "search_documents d WHERE d.words @@ to_tsquery('simple', ?)"
        if text == NAME[3:9]:
            values[0] = f"%{text}%"
            found = "search_documents d WHERE d.title LIKE ?"
    else:
        values.insert(0, " ".join(f"+xx{word}" for word in words) + "*")
        found = "search_documents d WHERE MATCH(d.title, d.body, d.tags) AGAINST (? IN BOOLEAN MODE)"
        if text == NAME[3:9]:
            values[0] = f"%{text}%"
            found = "search_documents d WHERE d.title LIKE ?"
    order = "f.rowid" if floor.sqlite else "d.place"
    floor.query(
        f"SELECT m.* FROM media m JOIN (SELECT d.entity_id FROM {found} AND d.project_id = ?"
        f" AND d.entity_type = 'media' ORDER BY {order} DESC LIMIT {PAGE + 1}) x ON x.entity_id = m.id",
        values,
    )


def _raw_word(floor: Floor, word: str) -> None:
    """Ask for one word as ours does: as a beginning of words, and as a piece of names."""
    scope = f"p{floor.shelf.project_id}kmedia"
    whole = "SELECT rowid AS place FROM search_fts WHERE search_fts MATCH ? ORDER BY rowid DESC LIMIT ?"
    piece = (
        "SELECT n.rowid AS place FROM search_names n JOIN search_documents d ON d.place = n.rowid"
        " WHERE search_names MATCH ? AND d.scope = ? ORDER BY n.rowid DESC LIMIT ?"
    )
    floor.query(
        "SELECT * FROM media WHERE id IN (SELECT place >> 4 FROM"
        f" (SELECT * FROM ({whole}) UNION SELECT * FROM ({piece}) ORDER BY place DESC LIMIT ?)) ORDER BY id DESC",
        [
            f'{{scope}} : "{scope}" AND {{title body tags}} : "{word}"*',
            PAGE + 1,
            f'"{word}"',
            scope,
            PAGE + 1,
            PAGE + 1,
        ],
    )
