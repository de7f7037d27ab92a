"""Cross-origin headers, so that a browser page at any origin can call the providers, and a trusted one the mock itself.

Nobody documents the providers' own cross-origin rules. Any origin is let in, with credentials, and may read every
header that the mock adds.
"""

import re
from collections.abc import Mapping

from mockserver.exchange import RawHeaders

ALLOWED_HEADERS = b"Authorization, Content-Type, Prefer, Mock-Sandbox"
EXPOSED_HEADERS = b"Mock-Exchange, Mock-Assumed, Mock-Violation, Mock-Fault, Preference-Applied, Allow, Retry-After"
PREFLIGHT_SECONDS = 600

_ORIGIN = re.compile(rb"[!-~]{1,512}")
"""Visible ASCII: what is sent back must not be able to begin another header."""


def is_preflight(method: str, headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a browser only asks whether it may send the real request."""
    return method == "OPTIONS" and b"origin" in headers and b"access-control-request-method" in headers


def reply_headers(headers: Mapping[bytes, bytes]) -> RawHeaders:
    """Return what every reply to a request with these headers carries."""
    origin = headers.get(b"origin")
    if origin is None or not _ORIGIN.fullmatch(origin):
        return [(b"vary", b"Origin")]
    return [
        (b"vary", b"Origin"),
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", EXPOSED_HEADERS),
    ]


def preflight_headers(headers: Mapping[bytes, bytes], methods: str) -> RawHeaders:
    """Return what the reply to a preflight carries; `methods` are those that may be sent."""
    allowed = [
        *reply_headers(headers),
        (b"access-control-allow-methods", methods.encode()),
        (b"access-control-allow-headers", ALLOWED_HEADERS),
        (b"access-control-max-age", b"%d" % PREFLIGHT_SECONDS),
    ]
    if headers.get(b"access-control-request-private-network") == b"true":
        allowed.append((b"access-control-allow-private-network", b"true"))
    return allowed
