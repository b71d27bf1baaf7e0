"""The server's reading of a request's head, made stricter: how long a body is may be said in one way only."""

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError

from app.core.texts import say


class StrictParser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses what a proxy in front may read differently, and so take for two requests where we see one."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head; raises `ParsingError`, which the server answers with 400 and by closing."""
        super().parse_header(header_plus)
        # HTTP/1.0 knows no chunks; there the server would leave the header to the app.
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError(say("A body has a length or comes in chunks, not both."))


def read_strictly() -> None:
    """Let every server of this process read requests so."""
    HTTPChannel.parser_class = StrictParser
