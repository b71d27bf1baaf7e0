"""Uploads over a real socket: by the public tus client, by two at once, and cut off in the middle."""

import io
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from app.core.db import transaction
from app.media.models import Media, Upload
from tests.live import serving
from tests.media.conftest import NOTHING, Ledger, blob_of
from tests.media.sender import CHUNK_TYPE, Sender
from tests.visitors import Visitor

CHUNK = 4096


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    with serving(app) as port:
        yield port


def headers_of(visitor: Visitor) -> dict[str, str]:
    """Return what this person's browser sends with a request from a script."""
    cookies = [visitor.client.get_cookie(name) for name in ("rushes", "rushes-form")]
    pairs = [f"{cookie.key}={cookie.value}" for cookie in cookies if cookie is not None]
    return {"Cookie": "; ".join(pairs), "X-CSRFToken": visitor.token}


def client(sender: Sender, port: int) -> TusClient:
    return TusClient(f"http://127.0.0.1:{port}/uploads", headers=headers_of(sender.visitor))


def test_the_public_client_sends_a_file_in_checked_chunks(
    sender: Sender, port: int, recording: Path, ledger: Ledger
) -> None:
    uploader = client(sender, port).uploader(
        file_stream=io.BytesIO(recording.read_bytes()),
        chunk_size=CHUNK,
        upload_checksum=True,
        metadata={"filename": "Fjord æøå.mp4", "project": sender.project},
    )

    uploader.upload()

    assert ledger.left().files == {blob_of(recording)}
    with transaction() as session:
        assert session.query(Media).one().filename == "Fjord æøå.mp4"


def test_the_public_client_goes_on_where_it_stopped(sender: Sender, port: int, recording: Path, ledger: Ledger) -> None:
    stream = io.BytesIO(recording.read_bytes())
    metadata = {"filename": "a.mp4", "project": sender.project}
    first = client(sender, port).uploader(file_stream=stream, chunk_size=CHUNK, metadata=metadata)
    first.upload(stop_at=2 * CHUNK)

    second = client(sender, port).uploader(file_stream=stream, chunk_size=CHUNK, url=first.url)
    assert second.offset == 2 * CHUNK
    second.upload()

    assert ledger.left().files == {blob_of(recording)}


def test_the_public_client_is_told_why_a_file_is_refused(sender: Sender, port: int, ledger: Ledger) -> None:
    uploader = client(sender, port).uploader(
        file_stream=io.BytesIO(b"dear diary"), metadata={"filename": "diary.mp4", "project": sender.project}
    )

    with pytest.raises(TusUploadFailed) as refused:
        uploader.upload()

    assert refused.value.status_code == 422
    assert b"This is a text file, not a recording." in refused.value.response_content
    assert ledger.left() == NOTHING


def test_the_public_client_without_a_session_is_refused(sender: Sender, port: int) -> None:
    sender.visitor.client.delete_cookie("rushes")
    uploader = client(sender, port).uploader(file_stream=io.BytesIO(b"x"), metadata={"project": sender.project})

    with pytest.raises(TusCommunicationError) as refused:
        uploader.upload()

    assert refused.value.status_code == 401


def test_of_two_who_send_the_same_chunk_at_once_one_is_taken(sender: Sender, port: int, recording: Path) -> None:
    body = recording.read_bytes()
    place = sender.created(len(body))
    statuses: list[int] = []
    gate = threading.Barrier(4)

    def send() -> None:
        connection = HTTPConnection("127.0.0.1", port)
        facts = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": CHUNK_TYPE}
        gate.wait()
        connection.request("PATCH", place, body[:CHUNK], headers_of(sender.visitor) | facts)
        statuses.append(connection.getresponse().status)
        connection.close()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()

    assert sorted(statuses) == [204, 409, 409, 409]
    assert sender.offset(place) == CHUNK
    assert sender.patch(place, CHUNK, body[CHUNK:]).status_code == 204


@pytest.mark.parametrize("share", [0, 1, 50, 99])
def test_a_chunk_cut_off_on_the_wire_promises_nothing(sender: Sender, port: int, ledger: Ledger, share: int) -> None:
    body = b"0123456789" * 100
    place = sender.created(len(body))
    lines = [f"PATCH {place} HTTP/1.1", "Host: localhost", "Tus-Resumable: 1.0.0", "Upload-Offset: 0"]
    lines += [f"Content-Type: {CHUNK_TYPE}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers_of(sender.visitor).items()]

    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode() + body[: len(body) * share // 100])
        wire.shutdown(socket.SHUT_WR)
        wire.recv(4096)

    assert sender.offset(place) == 0
    with transaction() as session:
        assert session.query(Upload).one().offset_bytes == 0
    assert all((ledger.root / name).stat().st_size == 0 for name in ledger.left().files)
