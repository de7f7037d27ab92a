"""Check sizes and hosts, and answer preflights, under every HTTP parser."""

import asyncio
import re
from collections.abc import Collection, Mapping
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mockserver.errors import ConfigurationError
from mockserver.exchange import InvalidMockRequest, Oversized, Problem, RawHeaders, Unreadable

if TYPE_CHECKING:
    from starlette.types import Receive, Scope

MAX_TARGET_BYTES = 8_192
MAX_HEADERS = 100
MAX_HEADER_BYTES = 32_768
BODY_TIMEOUT_S = 30

_HOST = re.compile(rb"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_LOOPBACK = re.compile(r"localhost|.+\.localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]|::1", re.IGNORECASE)
_PORT = re.compile(r":[0-9]+$")


class Disconnected(Exception):  # noqa: N818 - no client is left to be answered
    """The client went away while it was sending its body."""


def head_problem(path: bytes | str, query: bytes, raw_headers: RawHeaders) -> Problem | None:
    """Return the problem of a request's head; None if there is none."""
    if len(path) + len(query) > MAX_TARGET_BYTES:
        return Oversized(414, f"The path and query are longer than {MAX_TARGET_BYTES} bytes")
    if len(raw_headers) > MAX_HEADERS:
        return Oversized(431, f"There are more than {MAX_HEADERS} headers")
    if sum(map(len, chain.from_iterable(raw_headers))) > MAX_HEADER_BYTES:
        return Oversized(431, f"The headers are longer than {MAX_HEADER_BYTES} bytes")
    hosts = [value for name, value in raw_headers if name == b"host"]
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        return InvalidMockRequest("The request needs exactly one well-formed Host header")
    return None


def has_body(headers: Mapping[bytes, bytes]) -> bool:
    """Return whether the request announces a body."""
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


async def read_body(scope: "Scope", receive: "Receive", headers: Mapping[bytes, bytes], limit: int) -> bytes:
    """Return the whole body.

    Raises: Oversized above `limit` bytes, announced or received; Unreadable after a timeout; Disconnected.
    """
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced[:20]) > limit:
        raise Oversized(413, f"The body is larger than {limit} bytes")
    if "mock.body" in scope:
        return await _collect(receive, limit)
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await _collect(receive, limit)
    except TimeoutError:
        raise Unreadable(f"The body did not come within {BODY_TIMEOUT_S} seconds") from None


async def _collect(receive: "Receive", limit: int) -> bytes:
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise Oversized(413, f"The body is larger than {limit} bytes")
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def is_loopback(host: str) -> bool:
    """Return whether the host is a loopback name; a port is ignored."""
    is_bare_ipv6 = host.count(":") > 1 and not host.startswith("[")
    return _LOOPBACK.fullmatch(host if is_bare_ipv6 else _PORT.sub("", host)) is not None


def check_target(url: str, allowed_hosts: Collection[str], *, where: str) -> None:
    """Raise ConfigurationError unless webhooks may be sent to the URL."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.port != 0 else None
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise ConfigurationError(f"{url!r} is not a URL to send to", where=where, hint="write http://127.0.0.1:9000/hook")
    if not is_loopback(host) and host not in allowed_hosts:
        hint = f"allow it with --allow-webhook-host {host}"
        raise ConfigurationError(f"{host} is not this machine, so no webhooks go there", where=where, hint=hint)
    if parts.username is not None:
        what, hint = "the URL names a user, which would show in the log", "leave out `user:password@`"
        raise ConfigurationError(what, where=where, hint=hint)


ALLOWED_HEADERS = b"Authorization, Content-Type, Prefer, Mock-Sandbox"
EXPOSED_HEADERS = b"Mock-Exchange, Mock-Assumed, Mock-Violation, Mock-Fault, Preference-Applied, Allow, Retry-After"
PREFLIGHT_SECONDS = 600

_ORIGIN = re.compile(rb"[!-~]{1,512}")
"""Visible ASCII; nothing else may be echoed in a header."""


def is_preflight(method: str, headers: Mapping[bytes, bytes]) -> bool:
    """Return whether the request is a CORS preflight."""
    return method == "OPTIONS" and b"origin" in headers and b"access-control-request-method" in headers


def reply_headers(headers: Mapping[bytes, bytes]) -> RawHeaders:
    """Return the CORS headers of the reply."""
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
    """Return the headers of a preflight's reply."""
    allowed = [
        *reply_headers(headers),
        (b"access-control-allow-methods", methods.encode()),
        (b"access-control-allow-headers", ALLOWED_HEADERS),
        (b"access-control-max-age", b"%d" % PREFLIGHT_SECONDS),
    ]
    if headers.get(b"access-control-request-private-network") == b"true":
        allowed.append((b"access-control-allow-private-network", b"true"))
    return allowed
