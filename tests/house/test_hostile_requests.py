"""Whatever stands in a form or an address: no server error, nothing echoed that could run, nothing slow."""

import os
import random
import re
import time

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.house.asking import Cell, address, case_of, rules_of
from tests.house.naming import filled, metadata
from tests.house.sources import texts
from tests.house.test_markers import MARKER, runs
from tests.house.world import World
from tests.torture.preparing import SEED
from tests.torture.tally import tally
from tests.visitors import Visitor

REQUESTS = int(os.environ.get("RUSHES_REQUESTS", "400"))
# Nobody sees least: what answers is behind the sign-in.
SHARES = {"owner": 2, "admin": 4, "signed out": 4}
PUT_BACK_EVERY = 100
# Of the processor; by the clock a machine that does other work is slow by itself.
SLOWEST_S = 2.0
LONGEST_S = 30.0
# How often a field keeps a value that would pass, so that what lies behind it is reached.
SHARE_KEPT = 0.6
READ_ELSEWHERE = {"q", "after", "page", "state", "status", "type", "sort", "view", "by", "in", "tag", "project"}
READ_ELSEWHERE |= {"speaker", "before", "from", "to", "t", "f", "z", "clip", "export", "next", "artist", "kind"}
ASKED = re.compile(r"""args(?:\.get|\.getlist|\.to_dict)?[\[(]["'](\w+)["']""")
HOSTILE = [
    *("", " ", "0", "-1", "1", "99999999999999999999", "-99999999999999999999", "1e309", "NaN", "0x10", "1.5", "١٢٣"),
    *("true", "null", "[]", "{}", "[object Object]", "undefined", "\x00", "a\x00b", "\r\nX-Evil: 1", "\u202eabc"),
    *("\U0001f3ac" * 20, "é" * 300, "x" * 10_000, "'", '"', "\\", "%", "%%", "%s", "%00", "' OR 1=1 --", "a;b", "*"),
    *("../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1/", "//evil.example", "javascript:1"),
    *("00:00:00:99", "99:99:99:99", "00:00:00;00", "-00:00:01:00", "2026-13-45", "2026-11-21T00:00", "0000-00-00"),
    *("00000000-0000-4000-8000-000000000000", "{{7*7}}", "${7*7}", "=1+1", "AND", '"open', "speaker:", "-", MARKER),
]


class Sender:
    """Sends requests whose every value may be anything, each other by the seed."""

    def __init__(self, world: World, visitor: Visitor, seed: str) -> None:
        self.world, self.visitor, self.chance = world, visitor, random.Random(seed)
        self.cells = [
            Cell(rule, method, "owner", project)
            for rule in rules_of(world.app)
            for method in ("GET", "POST", "PATCH")
            if method in (rule.methods or ()) and rule.endpoint != "static"
            for project in ("own", "own", "foreign")
        ]
        found = {name for path, text in texts(".py") if path.startswith("app/") for name in ASKED.findall(text)}
        self.names = sorted(found | READ_ELSEWHERE)

    def value(self, usual: str | None = None) -> str:
        """Return a value: the usual one often, else anything."""
        if usual is not None and self.chance.random() < SHARE_KEPT:
            return usual
        text = self.chance.choice(HOSTILE)
        return text if self.chance.random() < 0.8 else text + self.chance.choice(HOSTILE)

    def send(self) -> tuple[str, TestResponse, float]:
        """Send one request; returns what was asked, the answer, and how long it worked (or a fifteenth of its time)."""
        cell = self.chance.choice(self.cells)
        case, things = case_of(cell), self.world.projects[cell.project]
        fields: MultiDict[str, str] = MultiDict()
        for name, usual in (filled(case.data, things) or {}).items():
            for each in usual if isinstance(usual, list) else [usual]:
                if self.chance.random() < 0.9:
                    fields.add(name, self.value(str(each)))
        extra = {self.chance.choice(self.names): self.value() for _ in range(self.chance.randint(0, 3))}
        headers = {**case.headers, "X-CSRFToken": self.visitor.token, **self.htmx()}
        if cell.rule.endpoint == "tus.create":
            headers["Upload-Metadata"] = metadata(things)
        body = case.body if case.body is not None else fields
        start, worked = time.perf_counter(), time.process_time()
        answer = self.visitor.client.open(
            address(self.world, cell),
            method=cell.method,
            query_string=extra,
            data=None if cell.method == "GET" else body,
            headers=headers,
        )
        took = max(time.process_time() - worked, (time.perf_counter() - start) * SLOWEST_S / LONGEST_S)
        return f"{cell} ?{extra} {dict(fields)}", answer, took

    def htmx(self) -> dict[str, str]:
        return {"HX-Request": "true"} if self.chance.random() < 0.3 else {}


@pytest.mark.timeout(120 + REQUESTS)
@pytest.mark.parametrize("role", SHARES)
def test_no_value_breaks_an_answer(world: World, role: str) -> None:
    visitor = world.visitor(role)
    world.save()
    cookies, sender, wrong = visitor.cookies, Sender(world, visitor, f"{SEED} {role}"), []

    with tally(f"hostile forms and addresses, {role}") as row:
        for number in range(1, max(1, REQUESTS // SHARES[role]) + 1):
            asked, answer, took = sender.send()
            if answer.status_code >= 500 or runs(answer) or took > SLOWEST_S:
                wrong.append(f"{number}: {answer.status_code} in {took:.1f} s: {asked[:400]}")
            if number % PUT_BACK_EVERY == 0:
                world.put_back()
            visitor.cookies = cookies
        row.tried, row.bad = number, len(wrong)

    assert not wrong, "\n".join(wrong[:20])
