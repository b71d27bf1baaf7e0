"""The web server may be killed in any commit and in any upload: nothing it answered for is lost or doubled."""

import hashlib
import os
import random
import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from tests.torture.clients import Clients
from tests.torture.preparing import SEED
from tests.torture.tally import Tally
from tests.torture.web import Web

# Each begins processes of its own, some many.
pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("RUSHES_KILLS", "3"))
SHORTEST_S, LONGEST_S = 0.05, 0.35
PATIENCE_S = 5


def lost(instance: Path, clients: Clients) -> list[str]:
    """Return what was promised and is not there, and what is there and cannot be."""
    database = sqlite3.connect(instance / "rushes.db")
    names = [row[0] for row in database.execute("SELECT name FROM projects WHERE name LIKE 'Made %'")]
    digests = {row[0] for row in database.execute("SELECT sha256 FROM media")}
    found = [f"project {name} is lost" for name in clients.made if name not in names]
    found += ["a project is there twice"] if len(set(names)) != len(names) else []
    found += [f"recording {digest} is lost" for digest in clients.sent if digest not in digests]
    found += clients.given_up
    for key, digest in database.execute("SELECT storage_key, sha256 FROM media"):
        path = instance / "media" / key
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            found.append(f"the row of {key} has no such file")
    told = "SELECT COUNT(*) FROM audit_log WHERE entity_type = 'project' AND entity_name LIKE 'Made %'"
    if database.execute(told).fetchone()[0] != len(names):
        found.append("the log does not tell each project once")
    found += [] if database.execute("PRAGMA integrity_check").fetchall() == [("ok",)] else ["the database is damaged"]
    database.close()
    return found


def wait_for_one_more(clients: Clients) -> None:
    before, deadline = len(clients.made), time.monotonic() + PATIENCE_S
    while len(clients.made) == before and time.monotonic() < deadline:
        clients.stop.wait(0.01)


@pytest.mark.timeout(120 + 15 * KILLS)
def test_a_killed_web_server_loses_nothing_it_answered_for(prepared: Path, tmp_path: Path, tally: Tally) -> None:
    instance, chance = tmp_path / "instance", random.Random(SEED)
    shutil.copytree(prepared, instance)
    web = Web(instance)
    clients = Clients(web, (instance / "recording.mp4").read_bytes())

    with tally("web servers killed in commits and uploads") as row:
        with clients.busy():
            for _ in range(KILLS):
                web.fork()
                # The moment of death must be any moment; every other time it comes only after something was made.
                if chance.random() < 0.5:
                    wait_for_one_more(clients)
                clients.stop.wait(chance.uniform(SHORTEST_S, LONGEST_S))
                web.kill()
            web.fork()
            while not (clients.made and clients.sent):
                clients.stop.wait(0.1)
        web.kill()
        wrong = lost(instance, clients)
        row.tried, row.bad = KILLS, len(wrong)
        row.note = f"{len(clients.made)} projects, {len(clients.sent)} recordings, {clients.resent} bytes sent twice"

    assert not wrong, "\n".join(wrong[:10])
    assert len(clients.made) > KILLS // 3
    # A sender that is broken off goes on: none begins anew at each death and is whole at none.
    assert len(clients.sent) > KILLS // 10
