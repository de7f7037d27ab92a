"""What happened in a sandbox: its latest exchanges, bounded in number and in bytes."""

from collections import deque
from collections.abc import Iterator
from itertools import chain

from mockserver.exchange import Exchange

MAX_BYTES = 64 * 1024 * 1024

EACH_BYTES = 400
"""About what an exchange, and each violation in it, takes beside its texts."""


class Journal:
    """The exchanges of one sandbox, numbered from 1; past a limit the oldest go first.

    Attributes:
        number: the number of the latest exchange; 0 if there was none.
        dropped: how many exchanges went to make room.
    """

    def __init__(self, limit: int, max_bytes: int = MAX_BYTES) -> None:
        self._limit = limit
        self._max_bytes = max_bytes
        self._exchanges: deque[Exchange] = deque()
        self._sizes: deque[int] = deque()
        self._bytes = 0
        self.number = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._exchanges)

    def __iter__(self) -> Iterator[Exchange]:
        """Go through the exchanges, the oldest first."""
        return iter(self._exchanges)

    def next_number(self) -> int:
        """Return the number of the exchange that begins now."""
        self.number += 1
        return self.number

    def record(self, exchange: Exchange) -> None:
        """Keep the exchange, and let the oldest go if that is one, or some bytes, too many."""
        size = _size(exchange)
        self._exchanges.append(exchange)
        self._sizes.append(size)
        self._bytes += size
        while self._exchanges and (len(self._exchanges) > self._limit or self._bytes > self._max_bytes):
            self._exchanges.popleft()
            self._bytes -= self._sizes.popleft()
            self.dropped += 1

    def clear(self) -> None:
        """Forget all exchanges and count from 1 again."""
        self._exchanges.clear()
        self._sizes.clear()
        self._bytes = self.number = self.dropped = 0


def _size(exchange: Exchange) -> int:
    """Return about how many bytes the exchange takes."""
    request = exchange.request
    head = sum(map(len, chain.from_iterable(request.raw_headers))) + len(request.path) + len(request.query)
    return len(exchange.body) + len(request.body or b"") + head + EACH_BYTES * (1 + len(exchange.violations))
