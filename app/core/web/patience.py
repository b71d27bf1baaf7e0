"""How the server bears with slow clients: none of them keeps a thread, and none keeps its place for ever."""

import threading
import time
from typing import Any

from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from werkzeug.wrappers import Response

# So long a request may take to come, or an answer to be taken, and longer by its size at this rate.
PATIENCE_S = 60
LEAST_BYTES_PER_S = 4096
# When most places are taken, whoever dawdles makes room for those who wait outside.
CROWDED = 0.95
HURRIED_S = 5
LOOK_EVERY_S = 5
ACCEPTED_AT_ONCE = 100

accept_one = BaseWSGIServer.handle_accept


class PatientChannel(HTTPChannel):  # type: ignore[misc]
    """One connection: a further request waits, without a thread, until the answer before is taken."""

    requests: list[Any]

    def __init__(self, *given: Any, **named: Any) -> None:
        self._later: list[Any] = []
        self._begin()
        super().__init__(*given, **named)
        # Taken by `received` around what takes it there again.
        self.requests_lock = threading.RLock()

    def received(self, data: bytes) -> bool:
        """Take in bytes; the first of a request begins its time, and of several only one is to be answered now."""
        if self.request is None:
            self._begin()
        self._moved += len(data)
        with self.requests_lock:
            taken = bool(super().received(data))
            self._later += self.requests[1:]
            del self.requests[1:]
        return taken

    def readable(self) -> bool:
        """Say whether to read on; where another request waits and all before it is done, that one is begun instead."""
        if not self.connected:
            # Let go while the server asks all what they wait for: asked for too, the number would be the next one's.
            return False
        if not self._later:
            return bool(super().readable())
        if super().readable():
            self.requests.append(self._later.pop(0))
            self.server.add_task(self)
        return False

    def writable(self) -> bool:
        """Say whether there is something to send; nothing to somebody who was let go."""
        return self.connected and bool(super().writable())

    def write_soon(self, data: Any) -> int:
        """Let bytes wait to be sent; the first of an answer begin its time."""
        if not self.total_outbufs_len:
            self._begin()
        return int(super().write_soon(data))

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send what the client takes now."""
        sent = int(super().send(data, do_close=do_close))
        self._moved += sent
        return sent

    def handle_close(self) -> None:
        """Close, and let go of what nobody will answer any more."""
        super().handle_close()
        for request in self._later:
            request.close()
        self._later.clear()

    def is_too_slow(self, moment: float, patience_s: float) -> bool:
        """Say whether the client has sent or taken too little; while we work on its request it is not the slow one."""
        if self.requests and not self.total_outbufs_len:
            return False
        return moment - self._since > patience_s + self._moved / LEAST_BYTES_PER_S

    def _begin(self) -> None:
        self._since, self._moved = time.time(), 0


def be_patient() -> None:
    """Let every server of this process treat slow clients so."""
    BaseWSGIServer.channel_class = PatientChannel
    BaseWSGIServer.maintenance = let_go
    BaseWSGIServer.handle_accept = accept_those_who_wait


def accept_those_who_wait(server: Any) -> None:
    """Let in everybody who has connected, in one go: between two looks at all connections one alone is slow."""
    for _ in range(ACCEPTED_AT_ONCE):
        before = len(server.active_channels)
        if len(server._map) >= server.adj.connection_limit:
            return
        accept_one(server)
        if len(server.active_channels) == before:
            return


def let_go(server: Any, moment: float) -> None:
    """Close the connections of clients that are too slow, whether or not they can still be written to."""
    is_crowded = len(server._map) > CROWDED * server.adj.connection_limit
    patience_s = HURRIED_S if is_crowded else PATIENCE_S
    for channel in list(server.active_channels.values()):
        if channel.is_too_slow(moment, patience_s):
            channel.handle_close()


def hand_over(answer: Response) -> None:
    """Give the server a piece of a file as the file itself, at its first byte, to be sent without a thread.

    As an iterable it would be read by a thread, which waits as long as a player that is paused.
    """
    piece: Any = answer.response
    source = getattr(piece, "iterable", None)
    if isinstance(source, ReadOnlyFileBasedBuffer):
        source.seek(piece.start_byte)
        answer.response = source
