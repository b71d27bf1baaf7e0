"""One line for each proof: how much was tried, how much was bad, how long it took."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass

Tally = Callable[[str], AbstractContextManager["Row"]]


@dataclass
class Row:
    """What a proof came to; one that did not end has nothing tried."""

    name: str
    tried: int = 0
    bad: int = 0
    seconds: float = 0
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name} tried={self.tried} bad={self.bad} seconds={self.seconds:.1f} {self.note}".rstrip()


@contextmanager
def tally(name: str) -> Iterator[Row]:
    """Time a proof, print its line, and add it to the file RUSHES_TORTURE names."""
    row, start = Row(name), time.monotonic()
    try:
        yield row
    finally:
        row.seconds = round(time.monotonic() - start, 1)
        print(row)
        if path := os.environ.get("RUSHES_TORTURE"):
            with open(path, "a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(row)) + "\n")
