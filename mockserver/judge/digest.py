"""Hash the traffic of a sandbox; equal runs share the digest.

Left out are real times, the mock's own address, the sandbox's name and the keys made of it.
"""

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from mockserver.exchange import Exchange, RawHeaders
from mockserver.state import Sandbox
from mockserver.webhooks import Delivery

_FORM = b"mockserver digest 1\n"
"""Version of the digest's form."""

_BASE_URL = b"[origin]"
_VARYING_HEADERS = frozenset({b"host", b"content-length", b"date"})
"""Headers that depend on the address or the machine's time."""

_encode = msgspec.msgpack.Encoder().encode


def digest_of(sandbox: Sandbox) -> str:
    """Return the digest of the sandbox's journal and deliveries, without dropped ones."""
    normal = _Normaliser(sandbox.name)
    exchanges = [_exchange(each, normal) for each in sandbox.journal]
    deliveries = sorted(sandbox.outbox.deliveries, key=_turn)
    return _name(_encode([exchanges, [_delivery(each, normal) for each in deliveries]]))


def combined(digests: Iterable[str]) -> str:
    """Return the digest of several sandboxes, independent of their names and order."""
    return _name(_encode(sorted(digests)))


def _name(content: bytes) -> str:
    return f"sha256:{sha256(_FORM + content).hexdigest()}"


class _Normaliser:
    """Replace text that differs between equal runs."""

    def __init__(self, name: str) -> None:
        self._issued = re.compile(rb"mock_%s_[0-9a-f]{16}" % re.escape(name.encode()))
        self._numbers: dict[bytes, int] = {}

    def text(self, text: bytes, base_url: bytes = b"") -> bytes:
        """Return the text with the base URL and issued keys replaced."""
        text = text.replace(base_url, _BASE_URL) if base_url else text
        return self._issued.sub(self._number, text) if b"mock_" in text else text

    def headers(self, headers: RawHeaders, base_url: bytes = b"") -> list[tuple[bytes, bytes]]:
        """Return the replaced headers, without varying ones."""
        return [(name, self.text(value, base_url)) for name, value in headers if name.lower() not in _VARYING_HEADERS]

    def _number(self, issued: re.Match[bytes]) -> bytes:
        """Return the key's number, in order of appearance."""
        return b"[key %d]" % self._numbers.setdefault(issued[0], len(self._numbers) + 1)


def _exchange(exchange: Exchange, normal: _Normaliser) -> Sequence[Any]:
    request, base_url = exchange.request, exchange.request.base_url.encode()
    return (
        exchange.number,
        exchange.operation,
        request.method,
        normal.text(request.path.encode(), base_url),
        normal.text(request.query, base_url),
        normal.text(request.body or b"", base_url),
        exchange.status,
        normal.headers(exchange.headers, base_url),
        normal.text(exchange.body, base_url),
        exchange.faults,
        [(cut.part, cut.size, cut.sha256) for cut in exchange.truncated_bodies],
    )


def _turn(delivery: Delivery) -> tuple[int, str, str, int, int]:
    """Return the sort key of a delivery: due time first, number last.

    The number depends on which receiver answered first in real time.
    """
    return delivery.due, delivery.event.id, delivery.endpoint, delivery.attempt, delivery.number


def _delivery(delivery: Delivery, normal: _Normaliser) -> Sequence[Any]:
    event = delivery.event
    return (
        (event.provider, event.type, event.id, event.object),
        delivery.endpoint,
        (delivery.attempt, delivery.due, delivery.how, delivery.replays > 0),
        delivery.status,
        normal.headers(delivery.headers),
        normal.text(delivery.body),
        delivery.answer,
    )
