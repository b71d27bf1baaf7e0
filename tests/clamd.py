"""A scanner that speaks clamd's protocol on loopback and knows one signature: as much of it as proves ours right."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The standard's harmless test file, in two parts so that no scanner on the way minds this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FOUND = "Eicar-Signature"
MOST = 25 * 1024 * 1024


class Clamd(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Counts what it was sent; `answer` says something else than clamd would, None nothing at all."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), Line)
        self.path = str(path)
        self.answer: bytes | None = b""
        self.most = MOST
        self.streams: list[int] = []
        self.released = threading.Event()


class Line(socketserver.StreamRequestHandler):
    """One connection: one command."""

    server: Clamd

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        told = self._stream() if command == b"zINSTREAM\0" else b"ClamAV 1.4.3/27800/Tue Nov 24 08:25:00 2026"
        if self.server.answer is None:
            # Held, and never answered, until whoever asks has hung up.
            self.server.released.wait(30)
            return
        self.wfile.write(self.server.answer or told + b"\0")

    def _stream(self) -> bytes:
        body = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            body += self.rfile.read(size)
            if len(body) > self.server.most:
                return b"INSTREAM size limit exceeded. ERROR"
        self.server.streams.append(len(body))
        return f"stream: {FOUND} FOUND".encode() if EICAR in body else b"stream: OK"


@contextmanager
def running_clamd(folder: Path) -> Iterator[Clamd]:
    """Yield a scanner that listens at a path in the folder."""
    with Clamd(folder / "clamd.ctl") as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join()
