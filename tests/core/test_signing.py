"""What browsers hold is signed with SHA-256, and nothing signed with less counts."""

import hashlib
import hmac

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode

from tests.factories import csrf_of

SHA_256_BYTES = 32


def signature(signed: str) -> bytes:
    return base64_decode(signed.rpartition(".")[2])


def test_the_cookie_and_the_mark_of_a_form_are_signed_with_sha_256(app: Flask) -> None:
    client = app.test_client()
    mark = csrf_of(client, "/sign-in")
    cookie = client.get_cookie("rushes-form")

    assert cookie is not None
    assert len(signature(cookie.value)) == len(signature(mark)) == SHA_256_BYTES
    key = hmac.digest(app.config["SECRET_KEY"].encode(), b"cookie-session", "sha256")
    body = cookie.value.rpartition(".")[0].encode()
    assert hmac.compare_digest(hmac.digest(key, body, "sha256"), signature(cookie.value))


@pytest.mark.parametrize(("digest", "status"), [(hashlib.sha1, 400), (hashlib.sha256, 422)], ids=["sha1", "sha256"])
def test_a_mark_signed_with_less_is_none(app: Flask, digest: object, status: int) -> None:
    client = app.test_client()
    csrf_of(client, "/sign-in")
    with client.session_transaction() as held:
        raw = held["csrf_token"]
    signer = URLSafeTimedSerializer(
        app.config["SECRET_KEY"], salt="wtf-csrf-token", signer_kwargs={"digest_method": digest}
    )

    fields = {"username": "nobody", "password": "nothing at all", "csrf_token": signer.dumps(raw)}
    assert client.post("/sign-in", data=fields).status_code == status


def test_a_cookie_signed_with_less_is_empty(app: Flask) -> None:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    client = app.test_client()
    client.set_cookie("rushes-form", serializer.dumps({"second-step": "anything"}))

    with client.session_transaction() as held:
        assert dict(held) == {}
