"""The headers every answer carries; media and user files carry stricter ones of their own."""

from flask import Flask, Response, g

# style-src-attr allows the timeline's numeric custom properties; scripts and style sheets stay ours alone.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
FILE_POLICY = "sandbox; default-src 'none'"

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), payment=()",
    "X-Frame-Options": "DENY",
}
TWO_YEARS_S = 63_072_000


def send_headers(app: Flask, *, https: bool) -> None:
    """Add the headers to every answer, errors included."""

    @app.after_request
    def add(answer: Response) -> Response:
        for name, value in ALWAYS.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        if https:
            answer.headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS_S}; includeSubDomains"
        answer.headers.setdefault("Cache-Control", "no-store")
        if g.get("request_id"):
            answer.headers["X-Request-Id"] = g.request_id
        return answer
