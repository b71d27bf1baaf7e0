"""What browsers hold of ours is signed with HMAC-SHA-256: the form cookie, and the mark in every form."""

import hashlib

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer


class CookieSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, by a hash of this century."""

    digest_method = staticmethod(hashlib.sha256)


def sign_well(app: Flask) -> None:
    """Sign with SHA-256 from here on; what was signed otherwise counts as not signed."""
    app.session_interface = CookieSessions()
    # The marks of forms are signed by a signer Flask-WTF makes itself; this is where it asks which hash.
    Signer.default_digest_method = staticmethod(hashlib.sha256)
