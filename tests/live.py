"""The app behind its real server, on a port of its own, for what only a socket shows."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore

from app.core.web.one_length import read_strictly
from app.core.web.patience import be_patient


@contextmanager
def serving(app: Flask, threads: int = 4, look_every_s: int = 30) -> Iterator[int]:
    """Yield the port of a server on this machine's own address that lives as long as the block."""
    read_strictly()
    be_patient()
    server = create_server(
        app,
        host="127.0.0.1",
        port=0,
        threads=threads,
        asyncore_use_poll=True,
        cleanup_interval=look_every_s,
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"],
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        # Closed by its own thread: nothing else may touch what it waits for.
        server.trigger.pull_trigger(lambda: close_all(server))
        thread.join(10)
        server.task_dispatcher.shutdown()


def close_all(server: Any) -> None:
    """Close the connections, with the files they were sending, and then the server."""
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    wasyncore.close_all(server._map)
