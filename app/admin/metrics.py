"""What this process and its database do, as Prometheus reads it; for admins, and programs with the token."""

from collections.abc import Iterator

from flask import Blueprint, Flask, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app.backups.daily import last_backup
from app.core.db import db, reading
from app.core.errors import DomainError
from app.core.inspection import pool_figures
from app.core.meter import BOUNDS_S, Meter
from app.core.replicas import Replicas
from app.core.web.access import OPERATOR, access
from app.jobs.reads import count_jobs, count_workers

# Two bounds to a decade are enough for a graph.
EVERY = 4

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
@access(OPERATOR)
def metrics() -> Response:
    """Answer every figure of this process; what the database cannot tell just now is left out."""
    registry: CollectorRegistry = current_app.extensions["metrics"]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def publish(app: Flask) -> None:
    """Add the figures below to the app's registry."""
    app.extensions["metrics"].register(Figures(app.extensions["meter"], app.extensions["replicas"]))


class Figures(Collector):
    """Reads the meter, the pools and the ledger of jobs when asked."""

    def __init__(self, meter: Meter, replicas: Replicas) -> None:
        self.meter = meter
        self.replicas = replicas

    def collect(self) -> Iterator[Metric]:
        yield from self._statements()
        yield from self._pools()
        try:
            found = list(_of_the_database())
        except (SQLAlchemyError, DomainError):
            found = [GaugeMetricFamily("rushes_database_up", "Whether the database answers.", value=0)]
        yield from found

    def _statements(self) -> Iterator[Metric]:
        seen, buckets = 0, []
        for number, (bound, count) in enumerate(zip(BOUNDS_S, self.meter.buckets, strict=False)):
            seen += count
            if number % EVERY == 0:
                buckets.append((f"{bound:.3g}", seen))
        buckets.append(("+Inf", self.meter.count))
        yield HistogramMetricFamily(
            "rushes_statement_seconds", "Time of each statement.", buckets=buckets, sum_value=self.meter.seconds
        )
        sent = CounterMetricFamily("rushes_statements", "Statements sent, by where to.", labels=["role"])
        for role, count in sorted(self.meter.by_role.items()):
            sent.add_metric([role], count)
        yield sent
        failed = CounterMetricFamily("rushes_database_errors", "Errors of the database, by kind.", labels=["kind"])
        for kind, count in sorted(self.meter.errors.items()):
            failed.add_metric([kind], count)
        yield failed

    def _pools(self) -> Iterator[Metric]:
        pool = GaugeMetricFamily("rushes_pool_connections", "Connections of this process.", labels=["pool", "state"])
        for state, count in pool_figures(db.engine).items():
            pool.add_metric(["primary", state], count)
        up = GaugeMetricFamily("rushes_replica_up", "Whether a replica is being read.", labels=["replica"])
        for replica in self.replicas.all:
            up.add_metric([replica.name], 0 if self.replicas.is_resting(replica) else 1)
            for state, count in pool_figures(replica.engine).items():
                pool.add_metric([replica.name, state], count)
        yield pool
        yield up


def _of_the_database() -> Iterator[Metric]:
    with reading() as session:
        by_state, workers, last = count_jobs(session), count_workers(session), last_backup(session)
    yield GaugeMetricFamily("rushes_database_up", "Whether the database answers.", value=1)
    jobs = GaugeMetricFamily("rushes_jobs", "Jobs in the ledger, by state.", labels=["state"])
    for state, count in by_state.items():
        jobs.add_metric([state], count)
    yield jobs
    yield GaugeMetricFamily("rushes_workers_alive", "Workers that gave a sign of life lately.", value=workers)
    if last is not None:
        yield GaugeMetricFamily("rushes_backup_well", "Whether the last daily backup is sound.", value=last.well)
        at = last.moment.timestamp()
        yield GaugeMetricFamily("rushes_backup_timestamp_seconds", "When it was begun.", value=at)
