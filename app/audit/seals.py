"""Seal the audit log: batches of entries hashed into a chain, so that a change behind its back shows."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import AuditLog, AuditSeal
from app.audit.service import plain
from app.core.clock import now

# What the first seal follows.
GENESIS = "0" * 64
MOST_ENTRIES = 1000
# Longer than any unit of work: an entry with a lower id that is still uncommitted would be missed.
SETTLED_AFTER = timedelta(minutes=5)

_columns = AuditLog.__table__.columns


@dataclass(frozen=True)
class Verdict:
    """What checking the chain came to; `words` name the first seal that does not hold."""

    holds: bool
    words: str
    seals: int
    sealed: int
    unsealed: int
    head: str


def seal_settled(session: Session, moment: datetime | None = None, *, settled_after: timedelta = SETTLED_AFTER) -> int:
    """Seal the next batch of at most 1,000 entries older than `settled_after`; return how many, 0 at the end."""
    last = _newest(session)
    rows = _rows(session, last.last_id if last else 0, limit=MOST_ENTRIES)
    oldest_open = (moment or now()) - settled_after
    batch = _settled(rows, oldest_open)
    if not batch:
        return 0
    previous = last.hash if last else GENESIS
    seal = AuditSeal(
        first_id=batch[0].id,
        last_id=batch[-1].id,
        entries=len(batch),
        previous_hash=previous,
        hash=_chained(previous, batch),
        sealed_at=moment or now(),
    )
    session.add(seal)
    return len(batch)


def sealed_until(session: Session) -> int:
    """Return the id of the last sealed entry; 0 before the first seal."""
    last = _newest(session)
    return last.last_id if last else 0


def verify(session: Session, expected_head: str | None = None) -> Verdict:
    """Check every seal against the entries it closed, in order; reads the whole log once.

    `expected_head` is a hash noted earlier, outside the database: a chain made anew would not contain it.
    """
    previous, after_id, sealed, count = GENESIS, 0, 0, 0
    known = {GENESIS}
    for seal in session.scalars(sa.select(AuditSeal).order_by(AuditSeal.id).execution_options(yield_per=100)):
        wrong = _mismatch(session, seal, previous, after_id)
        if wrong:
            return Verdict(False, wrong, count, sealed, 0, previous)
        previous, after_id = seal.hash, seal.last_id
        known.add(seal.hash)
        sealed, count = sealed + seal.entries, count + 1
    unsealed = session.scalar(sa.select(sa.func.count()).where(AuditLog.id > after_id)) or 0
    if expected_head is not None and expected_head not in known:
        words = "The chain does not contain the hash you gave: it was made anew, or belongs to another installation."
        return Verdict(False, words, count, sealed, unsealed, previous)
    return Verdict(True, "Every seal holds.", count, sealed, unsealed, previous)


def _mismatch(session: Session, seal: AuditSeal, previous: str, after_id: int) -> str | None:
    """Return what is wrong with one seal, or None."""
    span = f"Entries {seal.first_id} to {seal.last_id}"
    if seal.previous_hash != previous:
        return f"{span}: their seal does not follow the one before. A seal was removed, added or changed."
    rows = _rows(session, after_id, until=seal.last_id)
    if len(rows) != seal.entries or not rows or rows[0].id != seal.first_id:
        return f"{span}: {seal.entries} were sealed and {len(rows)} are there. Some were removed or added."
    if _chained(previous, rows) != seal.hash:
        return f"{span}: at least one of them is not what was sealed. Something changed it."
    return None


def _newest(session: Session) -> AuditSeal | None:
    return session.scalar(sa.select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))


def _rows(session: Session, after_id: int, *, until: int | None = None, limit: int | None = None) -> list[Any]:
    query = sa.select(*_columns).where(AuditLog.id > after_id).order_by(AuditLog.id).limit(limit)
    if until is not None:
        query = query.where(AuditLog.id <= until)
    return list(session.execute(query))


def _settled(rows: list[Any], oldest_open: datetime) -> list[Any]:
    """Return the rows up to the first one that is too young."""
    return list(_until_young(rows, oldest_open))


def _until_young(rows: list[Any], oldest_open: datetime) -> Iterator[Any]:
    for row in rows:
        if row.occurred_at > oldest_open:
            return
        yield row


def _chained(previous: str, rows: list[Any]) -> str:
    """Return the SHA-256, in hex, of the hash before and every column of every row, one JSON line each."""
    digest = hashlib.sha256(previous.encode())
    for row in rows:
        told = {column.name: plain(value) for column, value in zip(_columns, row, strict=True)}
        line = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        digest.update(b"\n" + line.encode())
    return digest.hexdigest()
