"""A plain upload cut off on the wire: nothing is taken in, and nothing stays behind."""

import socket
from pathlib import Path

import pytest
from flask import Flask

from tests.live import serving
from tests.media.conftest import NOTHING, Ledger
from tests.media.test_tus_live import headers_of
from tests.visitors import Company

BOUNDARY = "a-boundary"


def multipart(token: str, recording: Path) -> bytes:
    """Return the body of the upload form with one file in it."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
    head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n'
    return head.encode() + recording.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize("share", [0, 1, 50, 99])
def test_a_form_cut_off_on_the_wire_leaves_nothing(
    app: Flask, company: Company, recording: Path, ledger: Ledger, share: int
) -> None:
    visitor = company.as_("editor")
    body = multipart(visitor.token, recording)
    lines = [f"POST /p/{company.project.slug}/upload HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    lines += [f"Content-Type: multipart/form-data; boundary={BOUNDARY}"]
    lines += [f"{name}: {value}" for name, value in headers_of(visitor).items()]

    with serving(app) as port, socket.create_connection(("127.0.0.1", port)) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode() + body[: len(body) * share // 100])
        wire.shutdown(socket.SHUT_WR)
        wire.recv(65536)

    assert ledger.left() == NOTHING


def test_the_whole_form_is_taken_in(app: Flask, company: Company, recording: Path, ledger: Ledger) -> None:
    visitor = company.as_("editor")
    answer = visitor.client.post(
        f"/p/{company.project.slug}/upload",
        data=multipart(visitor.token, recording),
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
    )

    assert answer.status_code == 303
    assert ledger.left().media == 1


@pytest.mark.parametrize(
    "body", [b"", b"--a-boundary", b"--a-boundary\r\n\r\n", b"--a-boundary--", b"\0" * 5000, b"--other\r\n"]
)
def test_a_form_that_is_none_is_refused(company: Company, ledger: Ledger, body: bytes) -> None:
    visitor = company.as_("editor")

    answer = visitor.client.post(
        f"/p/{company.project.slug}/upload",
        data=body,
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        headers={"X-CSRFToken": visitor.token},
    )

    assert answer.status_code in (400, 422)
    assert ledger.left() == NOTHING
