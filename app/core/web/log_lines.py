"""One shape for every line of the log: when in UTC, how bad, who says it, in which request; nobody can forge a line."""

import logging
import re
from datetime import UTC, datetime
from logging.handlers import SysLogHandler
from pathlib import Path

from flask import g, has_app_context

# Whatever begins a line, moves the cursor or turns the direction of reading, in any terminal.
UNPRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
NO_REQUEST = "-"


class LineFormatter(logging.Formatter):
    """`2026-11-21T22:47:03.120Z ERROR rushes.errors 9f2c… words`; each line of a traceback begins alike, then `| `."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, and its traceback as lines that say where they belong."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        start = f"{moment} {record.levelname} {record.name} {request_id()} "
        lines = [f"{start}{printable(record.getMessage())}"]
        if record.exc_info:
            lines += [f"{start}| {printable(line)}" for line in self.formatException(record.exc_info).split("\n")]
        return "\n".join(lines)


class SystemLog(SysLogHandler):
    """Sends the same lines to the machine's own log, or to another machine's; each line is a message of its own."""

    ident = "rushes: "
    append_nul = False

    def __init__(self, place: str) -> None:
        """Take a socket's path, or `host:port` for datagrams; raises OSError where nothing listens at the path."""
        if place.startswith("/") and not Path(place).is_socket():
            raise FileNotFoundError(place)
        host, _, port = place.rpartition(":")
        super().__init__(address=place if place.startswith("/") else (host, int(port)))
        self._lines = LineFormatter()

    def emit(self, record: logging.LogRecord) -> None:
        """Send the record, and each line of its traceback."""
        for line in self._lines.format(record).split("\n"):
            told = {"name": record.name, "levelno": record.levelno, "levelname": record.levelname, "msg": line}
            super().emit(logging.makeLogRecord(told))


def printable(text: str) -> str:
    """Return the text with what is no letter to the eye written out, `\\n` for an end of line."""
    return UNPRINTED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def request_id() -> str:
    """Return the number of the request that is answered just now; `-` where there is none."""
    return str(g.get("request_id") or NO_REQUEST) if has_app_context() else NO_REQUEST
