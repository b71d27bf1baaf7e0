"""People at work for a long time, and a worker with them: no error, nobody waits, and nothing grows."""

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from tests.media_factory import make_video
from tests.torture.crew import Keys, Person, Shared
from tests.torture.preparing import SEED
from tests.torture.tally import Tally
from tests.torture.web import ROOT, Web

SECONDS = int(os.environ.get("RUSHES_SOAK_SECONDS", "8"))
LARGE = 300
PEOPLE = 20 if SECONDS >= LARGE else 4
# Of a short soak the first answers are a large part, and it shares the machine with other tests.
P95_S = 0.3 if SECONDS >= LARGE else 5.0
GROWTH = 1.05 if SECONDS >= LARGE else 1.5
SEND_EVERY_S = 15 if SECONDS >= LARGE else 3
MOST_WAL_BYTES = 32 * 1024 * 1024
MOST_MORE_FILES = 12
DONE_S = 180
LEAK_S = 6
# A server that keeps a piece of memory for every request: what the watch must notice.
LEAKING = """
from wsgi import app
kept = []
app.before_request(lambda: kept.append(bytearray(b"x") * 1_500_000))
app.test_cli_runner().invoke(args=["serve"])
"""


@dataclass(frozen=True)
class Sample:
    """What one process, and the database's log, take at a moment."""

    memory_kib: int
    files: int
    wal_bytes: int


def sample(pid: int, instance: Path) -> Sample:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    memory = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    wal = instance / "rushes.db-wal"
    return Sample(memory, len(os.listdir(f"/proc/{pid}/fd")), wal.stat().st_size if wal.exists() else 0)


def grown(samples: list[Sample]) -> float:
    """Return how much more memory the last fifth takes than the second; the first is for warming up."""
    fifth = max(1, len(samples) // 5)
    early = statistics.median(each.memory_kib for each in samples[fifth : 2 * fifth] or samples[:1])
    return statistics.median(each.memory_kib for each in samples[-fifth:]) / early


def wrong_with(name: str, samples: list[Sample]) -> list[str]:
    """Return what grows that should not."""
    fifth = max(1, len(samples) // 5)
    early = max(each.files for each in samples[fifth : 2 * fifth] or samples[:1])
    late = statistics.median(each.files for each in samples[-fifth:])
    found = [f"{name} takes {grown(samples):.2f} times the memory"] if grown(samples) > GROWTH else []
    found += [f"{name} has {late} files open, before {early}"] if late > early + MOST_MORE_FILES else []
    most = max(each.wal_bytes for each in samples)
    return found + ([f"the log beside the database has {most} bytes"] if most > MOST_WAL_BYTES else [])


@contextmanager
def worker_on(web: Web) -> Iterator[subprocess.Popen[bytes]]:
    facts = {"RUSHES_INSTANCE": str(web.instance), "SECRET_KEY": "only for tests", "RUSHES_RESERVE_MIB": "1"}
    with (web.instance / "worker.log").open("ab") as log:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
        environment = {**os.environ, **facts, "RUSHES_WORKERS": "1"}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def ask_database(instance: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(instance / "rushes.db", timeout=10)) as database:
        return database.execute(question).fetchall()


def wait_for_jobs(instance: Path, sent: int) -> list[str]:
    """Wait until every recording that was sent is worked through; return those that were not, with the reason."""
    question = "SELECT status, error_message FROM jobs WHERE kind = 'ingest'"
    deadline = time.monotonic() + DONE_S
    jobs: list[tuple[object, ...]] = []
    while time.monotonic() < deadline:
        jobs = ask_database(instance, question)
        if len(jobs) >= sent and all(status in ("completed", "failed") for status, _ in jobs):
            break
        threading.Event().wait(0.2)
    return [f"a job is {status}: {why}" for status, why in jobs if status != "completed"]


def crew_of(instance: Path, count: int) -> list[Keys]:
    command = [sys.executable, "-m", "tests.torture.crew", str(instance), str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [Keys(**each) for each in json.loads(done.stdout.splitlines()[-1])]


def first_recording(shared: Shared, keys: Keys, instance: Path) -> str:
    """Send the film and wait until it can be cut; return its public id."""
    person = Person(shared, keys, "first")
    person.upload()
    assert not person.errors, person.errors
    wait_for_jobs(instance, 1)
    return public_id(instance, "filename = 'sent.mp4'")


def public_id(instance: Path, which: str) -> str:
    return str(UUID(str(ask_database(instance, f"SELECT public_id FROM media WHERE {which}")[0][0])))


@dataclass
class Soaked:
    """What a soak came to."""

    people: list[Person]
    web: list[Sample]
    worker: list[Sample]

    def errors(self) -> list[str]:
        return [error for person in self.people for error in person.errors]

    def taken(self) -> list[float]:
        return sorted(each for person in self.people for taken in person.taken.values() for each in taken)


def soak(web: Web, worker: int | None, shared: Shared, crew: list[Keys], seconds: float) -> Soaked:
    """Let everybody live for so long, and look at the processes once a second meanwhile."""
    people = [Person(shared, keys, f"{SEED} {number}") for number, keys in enumerate(crew)]
    threads = [threading.Thread(target=person.live) for person in people]
    for thread in threads:
        thread.start()
    assert web.process is not None
    soaked, start = Soaked(people, [], []), time.monotonic()
    while not shared.stop.wait(1.0 if seconds >= LARGE else 0.2) and time.monotonic() - start < seconds:
        soaked.web.append(sample(web.process.pid, web.instance))
        if worker is not None:
            soaked.worker.append(sample(worker, web.instance))
    shared.stop.set()
    for thread in threads:
        thread.join(60)
    return soaked


def left_behind(instance: Path) -> list[str]:
    """Return files that only somebody at work may have."""
    found = [path for name in ("tmp", "media/incoming") for path in (instance / name).rglob("*") if path.is_file()]
    return [str(path) for path in [*found, *instance.rglob("*.part")]]


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 2 * DONE_S + 120)
def test_people_and_worker_go_on_for_long_and_nothing_grows(prepared: Path, tmp_path: Path, tally: Tally) -> None:
    instance = tmp_path / "instance"
    shutil.copytree(prepared, instance)
    crew = crew_of(instance, PEOPLE)
    film = make_video(tmp_path / "film.mp4", seconds=2, size=(160, 96)).read_bytes()
    web = Web(instance)
    web.start()
    shared = Shared(web.port, film, 1.0 if SECONDS >= LARGE else 0.2, SEND_EVERY_S)
    try:
        with worker_on(web) as worker, tally(f"soak: requests of {PEOPLE} people, with a worker") as row:
            shared.recordings.append(first_recording(shared, crew[0], instance))
            soaked = soak(web, worker.pid, shared, crew, SECONDS)
            wrong = soaked.errors() + wait_for_jobs(instance, shared.sent)
            wrong += wrong_with("the web server", soaked.web) + wrong_with("the worker", soaked.worker)
            wrong += [f"left behind: {path}" for path in left_behind(instance)]
            taken = soaked.taken()
            p95_s = taken[int(len(taken) * 0.95)]
            row.tried, row.bad = len(taken), len(wrong)
            row.note = words(soaked, shared, p95_s)
    finally:
        web.kill()

    assert not wrong, "\n".join(wrong[:10])
    assert p95_s < P95_S, row.note


def words(soaked: Soaked, shared: Shared, p95_s: float) -> str:
    kinds = sorted({what for person in soaked.people for what in person.taken})
    memory = f"memory {100 * (grown(soaked.web) - 1):+.1f} % web, {100 * (grown(soaked.worker) - 1):+.1f} % worker"
    files, wal = soaked.web[-1].files, max(each.wal_bytes for each in soaked.web) / 1e6
    return (
        f"{SECONDS} s of {', '.join(kinds)}; {shared.sent} recordings; p95 {p95_s * 1000:.0f} ms; {memory}; "
        f"{files} files open; log at most {wal:.1f} MB"
    )


@pytest.mark.slow
def test_a_server_that_keeps_memory_is_found(prepared: Path, tmp_path: Path, tally: Tally) -> None:
    instance = tmp_path / "instance"
    shutil.copytree(prepared, instance)
    crew = crew_of(instance, 2)
    web = Web(instance)
    web.start([sys.executable, "-c", LEAKING])
    shared = Shared(web.port, b"film", 0.05, 1000)
    shared.last_sent = time.monotonic()
    shared.recordings.append(public_id(instance, "id = 1"))
    try:
        with tally("planted mistake found: a server that keeps memory for each request") as row:
            soaked = soak(web, None, shared, crew, LEAK_S)
            found = wrong_with("the web server", soaked.web)
            row.tried, row.bad = 1, int(not found)
    finally:
        web.kill()

    assert "memory" in found[0]
