"""The language of an answer, the one the browser asks for if there is a catalogue, and how templates say things."""

from flask import Flask, g, request
from werkzeug.wrappers import Response

from app.core.texts import WRITTEN, Catalogue, by_count, either, plural, read_in, read_usually_in, say


def speak(app: Flask, catalogues: dict[str, Catalogue], fallback: str) -> None:
    """Answer each request in the language its browser asks for, else in `fallback`; English where that is not there."""
    usual = fallback if fallback in catalogues else WRITTEN
    read_usually_in(catalogues[usual])
    app.extensions["texts"] = catalogues
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # Old style: what `_` (`say`) returns is escaped like any other value; only `{% trans %}` may hold tags.
    app.jinja_env.install_gettext_callables(say, either, newstyle=False)  # type: ignore[attr-defined]
    app.jinja_env.globals.update({"_": say, "plural": plural, "by_count": by_count})

    @app.before_request
    def listen() -> None:
        wanted = request.accept_languages.best_match(list(catalogues)) if len(catalogues) > 1 else None
        g.language = wanted or usual
        read_in(catalogues[g.language])

    @app.teardown_request
    def forget(error: BaseException | None) -> None:
        # The thread's next request may be refused before it is listened to.
        read_in(None)

    @app.after_request
    def say_so(response: Response) -> Response:
        if len(catalogues) > 1:
            response.vary.add("Accept-Language")
        return response
