"""Lines of the log reach another system too, whole and one by one."""

import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.core.web.log_lines import SystemLog


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)
        yield listening


def record(words: str, **facts: object) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "rushes.x", "levelno": 40, "levelname": "ERROR", "msg": words, **facts})


def test_every_line_arrives_at_another_machine_as_a_message_of_its_own(listener: socket.socket) -> None:
    handler = SystemLog(f"127.0.0.1:{listener.getsockname()[1]}")
    try:
        raise ValueError("no\nsuch\nthing")
    except ValueError:
        handler.handle(record("it broke\nforged line", exc_info=sys.exc_info()))
    handler.close()

    lines = [listener.recv(4096).decode() for _ in range(3)]
    assert all(line.startswith("<11>rushes: ") and "\n" not in line and "\0" not in line for line in lines)
    assert "ERROR rushes.x - it broke\\nforged line" in lines[0]
    assert "| Traceback" in lines[1]


def test_the_machines_own_log_takes_them_by_its_socket(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "log"))
        handler = SystemLog(str(tmp_path / "log"))
        handler.handle(record("all is well"))
        handler.close()

        assert listening.recv(4096).decode().endswith("ERROR rushes.x - all is well")


def test_a_log_that_is_not_there_stops_the_start(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(OSError):
        SystemLog(str(tmp_path / "nothing"))
