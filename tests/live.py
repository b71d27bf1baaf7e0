"""The app behind its real server, on a port of its own, for what only a socket shows."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from waitress import create_server, wasyncore

from app.core.web.one_length import read_strictly


@contextmanager
def serving(app: Flask, threads: int = 4) -> Iterator[int]:
    """Yield the port of a server on this machine's own address that lives as long as the block."""
    read_strictly()
    server = create_server(
        app,
        host="127.0.0.1",
        port=0,
        threads=threads,
        asyncore_use_poll=True,
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"],
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.effective_port
    finally:
        # Closed by its own thread: nothing else may touch what it waits for.
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join(10)
        server.task_dispatcher.shutdown()
