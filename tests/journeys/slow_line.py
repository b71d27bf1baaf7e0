"""A line so slow that a page comes in two parts, and the second only once the first was there to be drawn."""

import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DRAWN = "/drawn"
# Two turns: what the first was given to draw is drawn when the second begins.
TELL = f"""if (window === top) {{
  requestAnimationFrame(() => requestAnimationFrame(() => fetch('{DRAWN}')));
}}"""
PATIENCE_S = 30


@contextmanager
def slow_line(address: str, share: float) -> Iterator[str]:
    """Pass everything on from `address`, pages cut after this share of their bytes; yields the line's own address."""
    drawn = threading.Event()

    class Line(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == DRAWN:
                drawn.set()
                return self._begin(204, {})
            asked = urllib.request.Request(
                address + self.path, headers={name: self.headers[name] for name in ("Cookie",) if self.headers[name]}
            )
            with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
                body = answer.read()
                self._begin(answer.status, dict(answer.headers))
            if answer.headers["Content-Type"].startswith("text/html"):
                cut = int(len(body) * share)
                self.wfile.write(body[:cut])
                self.wfile.flush()
                drawn.wait(PATIENCE_S)
                body = body[cut:]
            self.wfile.write(body)

        def _begin(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *values: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Line) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        drawn.set()
        server.shutdown()
        thread.join()
