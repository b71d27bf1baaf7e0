"""Files of ours: read once, slimmed, compressed, and sent under an address that changes with them.

The address holds a hash of the whole folder, so modules and sheets that name each other by relative paths
stay together, and a browser may keep each for ever.
"""

import hashlib
import mimetypes
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, abort, request
from werkzeug.wrappers import Response

from app.core.web.bundles import ENTRIES, bundled, slim_script, slim_sheet

FOR_EVER = "public, max-age=31536000, immutable"
# A page that was open while the installation was renewed asks under the old address.
ASK_AGAIN = "no-cache"
COMPRESSED = frozenset({".js", ".css", ".svg", ".json", ".txt"})
# The same on every machine, whatever its own table of types says.
TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class StaticFile:
    """One file as it is sent; `packed` is it compressed by gzip, None where that gains nothing."""

    body: bytes
    packed: bytes | None
    content_type: str
    etag: str


@dataclass(frozen=True)
class StaticFolder:
    """Every file by its path in the folder, and the hash of them all."""

    files: dict[str, StaticFile]
    version: str


@cache
def read_folder(folder: Path) -> StaticFolder:
    """Read every file below a folder; what was read stays until the process ends."""
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    scripts = {path.stem: path.read_text("utf-8") for name, path in found.items() if _is_ours(name)}
    files = {name: _file(path, _body(name, path, scripts)) for name, path in found.items()}
    whole = hashlib.sha256("".join(f"{name} {file.etag}\n" for name, file in files.items()).encode())
    return StaticFolder(files, whole.hexdigest()[:12])


def serve_static(app: Flask, folder: Path) -> None:
    """Answer `/static/<version>/<file>`; `url_for("static", filename=…)` knows the version."""
    kept = read_folder(folder)

    @app.url_defaults
    def name_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("version", kept.version)

    def static(version: str, filename: str) -> Response:
        file = kept.files.get(filename)
        if file is None:
            abort(404)
        packed = file.packed if file.packed is not None and request.accept_encodings["gzip"] else None
        answer = Response(packed or file.body, content_type=file.content_type)
        if packed:
            answer.content_encoding = "gzip"
        answer.vary.add("Accept-Encoding")
        answer.headers["Cache-Control"] = FOR_EVER if version == kept.version else ASK_AGAIN
        answer.set_etag(f"{file.etag}{'-gzip' if packed else ''}")
        return answer.make_conditional(request)

    app.add_url_rule("/static/<version>/<path:filename>", "static", static)


def _body(name: str, path: Path, scripts: dict[str, str]) -> bytes:
    if name.endswith(".css"):
        return slim_sheet(path.read_text("utf-8")).encode()
    if not _is_ours(name):
        return path.read_bytes()
    return slim_script(bundled(path.stem, scripts) if path.stem in ENTRIES else scripts[path.stem]).encode()


def _is_ours(name: str) -> bool:
    return name.startswith("js/") and name.endswith(".js")


def _file(path: Path, body: bytes) -> StaticFile:
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = _packed(body) if path.suffix in COMPRESSED else None
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    return StaticFile(body, packed, f"{kind}{charset}", hashlib.sha256(body).hexdigest()[:20])


def _packed(body: bytes) -> bytes:
    """Return the body as gzip, as small as it gets: it is done once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL + 1)
    return packer.compress(body) + packer.flush()
