"""What the server is told about a proxy in front of it."""

from dataclasses import replace
from pathlib import Path

from flask import Flask, request
from waitress.proxy_headers import proxy_headers_middleware

from app.cli import proxy_options
from tests.conftest import settings_in


def seen_from(peer: str, folder: Path) -> str:
    """Return where a request seems to come from when `peer` says it is passing one on."""
    options = proxy_options(replace(settings_in(folder), trusted_proxy="127.0.0.1"))
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: str(request.remote_addr), endpoint="home")
    app.wsgi_app = proxy_headers_middleware(  # type: ignore[method-assign]
        app.wsgi_app,
        trusted_proxy=options["trusted_proxy"],
        trusted_proxy_count=options["trusted_proxy_count"],
        trusted_proxy_headers={str(options["trusted_proxy_headers"])},
        clear_untrusted=options["clear_untrusted_proxy_headers"],
    )
    headers = {"X-Forwarded-For": "203.0.113.9"}
    return app.test_client().get("/", headers=headers, environ_base={"REMOTE_ADDR": peer}).get_data(as_text=True)


def test_the_proxy_is_believed_about_where_a_request_comes_from(tmp_path: Path) -> None:
    assert seen_from("127.0.0.1", tmp_path) == "203.0.113.9"


def test_nobody_else_is(tmp_path: Path) -> None:
    assert seen_from("198.51.100.7", tmp_path) == "198.51.100.7"


def test_without_a_proxy_nobody_is(tmp_path: Path) -> None:
    assert proxy_options(settings_in(tmp_path)) == {}
