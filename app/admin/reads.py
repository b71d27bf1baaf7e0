"""What Admin › Database shows: real figures of this process, the database, its copies and its backups."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.backups.daily import LastBackup, last_backup
from app.core.inspection import DatabaseFacts, TableFacts, look, pool_figures, tables
from app.core.meter import Meter, Shape
from app.core.replicas import Replica, Replicas
from app.core.revision import Standing, standing
from app.index.state import IndexState, state

LAG = "SELECT CASE WHEN pg_is_in_recovery() THEN EXTRACT(EPOCH FROM now() - pg_last_xact_replay_timestamp()) END"


@dataclass(frozen=True)
class Traffic:
    """What this process asked of its databases since it started; times in milliseconds, None before any statement."""

    count: int
    per_second: float
    p50_ms: float | None
    p95_ms: float | None
    errors: list[tuple[str, int]]
    slowest: list[Shape]


@dataclass(frozen=True)
class ReplicaFacts:
    """One copy: whether it is read, since when it does not answer, and how far it is behind where it tells."""

    name: str
    answers: bool
    failures: int
    lag_s: float | None


@dataclass(frozen=True)
class DatabaseView:
    """Everything on the page."""

    facts: DatabaseFacts
    standing: Standing
    tables: list[TableFacts]
    pool: dict[str, int]
    traffic: Traffic
    replicas: list[ReplicaFacts]
    backup: LastBackup | None
    index: IndexState


def database_view(session: Session, engine: Engine, migrations: Path, meter: Meter, replicas: Replicas) -> DatabaseView:
    """Look at the primary and at each copy; nothing is changed."""
    with engine.connect() as connection:
        facts, found = look(connection), tables(connection)
    return DatabaseView(
        facts=facts,
        standing=standing(engine, migrations),
        tables=[table for table in found if table.is_ours],
        pool=pool_figures(engine),
        traffic=_traffic(meter),
        replicas=[_replica(replica) for replica in replicas.all],
        backup=last_backup(session),
        index=state(session),
    )


def _traffic(meter: Meter) -> Traffic:
    p50, p95 = meter.quantile_s(0.5), meter.quantile_s(0.95)
    return Traffic(
        count=meter.count,
        per_second=meter.per_second(),
        p50_ms=p50 * 1000 if p50 is not None else None,
        p95_ms=p95 * 1000 if p95 is not None else None,
        errors=meter.errors.most_common(),
        slowest=meter.slowest(),
    )


def _replica(replica: Replica) -> ReplicaFacts:
    lag = None
    try:
        with replica.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                found = connection.exec_driver_sql(LAG).scalar()
                lag = float(found) if found is not None else None
    except SQLAlchemyError:
        return ReplicaFacts(replica.name, False, replica.failures, None)
    return ReplicaFacts(replica.name, True, replica.failures, lag)
