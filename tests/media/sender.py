"""A tus client small enough to send what no good client would."""

import base64
import io
from typing import Any

from werkzeug.test import TestResponse

from tests.visitors import Visitor

CHUNK_TYPE = "application/offset+octet-stream"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class Sender:
    """One person's uploads to one project."""

    def __init__(self, visitor: Visitor, project: str) -> None:
        self.visitor = visitor
        self.project = project

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request with the protocol's version and the form token."""
        headers = {"Tus-Resumable": "1.0.0", "X-CSRFToken": self.visitor.token, **options.pop("headers", {})}
        wanted = {name: value for name, value in headers.items() if value is not None}
        return self.visitor.client.open(path, method=method, headers=wanted, **options)

    def begin(self, size: int | str, filename: str = "harbour.mp4", **headers: str | None) -> TestResponse:
        """Create an upload."""
        metadata = f"filename {encoded(filename)},project {encoded(self.project)}"
        return self.ask("POST", "/uploads", headers={"Upload-Length": str(size), "Upload-Metadata": metadata} | headers)

    def created(self, size: int, filename: str = "harbour.mp4") -> str:
        """Create an upload and return its address."""
        answer = self.begin(size, filename)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.headers["Location"]

    def patch(self, place: str, offset: int | str, body: bytes, **headers: str | None) -> TestResponse:
        """Send one chunk."""
        sent = {"Upload-Offset": str(offset), "Content-Type": CHUNK_TYPE} | headers
        return self.ask("PATCH", place, data=body, headers=sent)

    def broken(self, place: str, offset: int, body: bytes, announced: int) -> TestResponse:
        """Send a chunk that ends before its announced length."""
        headers = {"Upload-Offset": str(offset), "Content-Type": CHUNK_TYPE}
        length = {"CONTENT_LENGTH": str(announced)}
        return self.ask("PATCH", place, input_stream=io.BytesIO(body), environ_overrides=length, headers=headers)

    def offset(self, place: str) -> int:
        """Ask how many bytes are safe."""
        return int(self.ask("HEAD", place).headers["Upload-Offset"])

    def send(self, body: bytes, filename: str = "harbour.mp4", chunk: int = 1 << 20) -> TestResponse:
        """Send a whole file and return the last answer."""
        place = self.created(len(body), filename)
        for start in range(0, len(body), chunk):
            answer = self.patch(place, start, body[start : start + chunk])
        return answer
