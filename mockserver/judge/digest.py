"""One hash over what happened in a sandbox, which two equal runs share and one changed byte changes.

What says where or when a run took place is left out of it: real times, the mock's own address, the sandbox's name and the
keys that were made of it. So it takes no clock that runs with the machine to compare two runs.
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
"""What every digest begins with; another number stands for another way to make them."""

_ORIGIN = b"[origin]"
_PLACES = frozenset({b"host", b"content-length", b"date"})
"""Headers that differ with the address, or with the machine's time."""

_encode = msgspec.msgpack.Encoder().encode


def digest_of(sandbox: Sandbox) -> str:
    """Return the digest of what the sandbox remembers: its exchanges in order of number, and the deliveries as they fell due.

    What journal and log have dropped to make room is not in it, but the numbers of the exchanges that follow are.
    """
    same = _Sameness(sandbox.name)
    told = [_told_exchange(each, same) for each in sandbox.journal]
    deliveries = sorted(sandbox.outbox.deliveries, key=_turn)
    return _name(_encode([told, [_told_delivery(each, same) for each in deliveries]]))


def combined(digests: Iterable[str]) -> str:
    """Return the digest of several sandboxes, whatever they are called and in whatever order they were made."""
    return _name(_encode(sorted(digests)))


def _name(content: bytes) -> str:
    return f"sha256:{sha256(_FORM + content).hexdigest()}"


class _Sameness:
    """Puts fixed words in place of what differs between equal runs in two sandboxes, or at two addresses."""

    def __init__(self, name: str) -> None:
        self._issued = re.compile(rb"mock_%s_[0-9a-f]{16}" % re.escape(name.encode()))
        self._numbers: dict[bytes, int] = {}

    def text(self, text: bytes, origin: bytes = b"") -> bytes:
        """Return the text with the origin, and every key that was issued for the sandbox, replaced."""
        told = text.replace(origin, _ORIGIN) if origin else text
        return self._issued.sub(self._number, told) if b"mock_" in told else told

    def headers(self, headers: RawHeaders, origin: bytes = b"") -> list[tuple[bytes, bytes]]:
        """Return the headers, so replaced, without those that tell of a place."""
        return [(name, self.text(value, origin)) for name, value in headers if name.lower() not in _PLACES]

    def _number(self, issued: re.Match[bytes]) -> bytes:
        """Return which of the keys it is, counted as they turn up."""
        return b"[key %d]" % self._numbers.setdefault(issued[0], len(self._numbers) + 1)


def _told_exchange(exchange: Exchange, same: _Sameness) -> Sequence[Any]:
    request, origin = exchange.request, exchange.request.base_url.encode()
    return (
        exchange.number,
        exchange.operation,
        request.method,
        same.text(request.path.encode(), origin),
        same.text(request.query, origin),
        same.text(request.body or b"", origin),
        exchange.status,
        same.headers(exchange.headers, origin),
        same.text(exchange.body, origin),
        exchange.faults,
        [(cut.part, cut.size, cut.sha256) for cut in exchange.cuts],
    )


def _turn(delivery: Delivery) -> tuple[int, str, str, int, int]:
    """Return when it is a delivery's turn; its number tells which receiver answered first, and that is a matter of real time."""
    return delivery.due, delivery.event.id, delivery.endpoint, delivery.attempt, delivery.number


def _told_delivery(delivery: Delivery, same: _Sameness) -> Sequence[Any]:
    event = delivery.event
    return (
        (event.provider, event.type, event.id, event.object),
        delivery.endpoint,
        (delivery.attempt, delivery.due, delivery.how, delivery.replays > 0),
        delivery.status,
        same.headers(delivery.headers),
        same.text(delivery.body),
        delivery.answer,
    )
