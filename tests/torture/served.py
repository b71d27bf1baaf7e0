"""`flask serve`, as a process that was forked begins it."""

from app.sqlite import use_safe_sqlite

use_safe_sqlite()

from flask.cli import ScriptInfo  # noqa: E402 - the safe SQLite must be in place first

from app.cli import serve  # noqa: E402
from app.factory import create_app  # noqa: E402


def serve_pages() -> None:
    """Serve the pages of the instance the environment names, until killed."""
    serve.main([], obj=ScriptInfo(create_app=create_app))
