"""The web application, for `flask` and for any WSGI server."""

from app.sqlite import use_safe_sqlite

use_safe_sqlite()

from app.factory import create_app  # noqa: E402 - the safe SQLite must be in place first

app = create_app()
