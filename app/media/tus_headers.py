"""What clients of the tus protocol say in headers; what cannot be read is refused in words."""

import base64
import binascii
import hashlib

from flask import request

from app.core.errors import Invalid
from app.core.texts import say
from app.media.uploads import Checksum

ALGORITHMS = ("sha1", "sha256")


def number_in(header: str) -> int:
    """Read a whole number of this request; raises `Invalid` for anything else."""
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise Invalid(say("%(header)s must be a whole number.", header=header), "files")
    return int(text)


def metadata_in(header: str) -> dict[str, str]:
    """Read `Upload-Metadata`: comma-separated pairs of a key and its base64 value."""
    facts = {}
    for pair in filter(None, header.split(",")):
        key, _, value = pair.strip().partition(" ")
        try:
            facts[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Invalid(say("Upload-Metadata is damaged."), "files") from error
    return facts


def checksum_in(header: str | None) -> Checksum | None:
    """Read `Upload-Checksum`: an algorithm and its digest in base64; None where nothing is announced."""
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise Invalid(say("Upload-Checksum is damaged."), "files") from error
    if algorithm not in ALGORITHMS or len(digest) != hashlib.new(algorithm).digest_size:
        raise Invalid(say("Upload-Checksum takes sha1 or sha256."), "files")
    return Checksum(algorithm, digest)
