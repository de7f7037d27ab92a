"""Keep the latest exchanges of a sandbox, and notify listeners."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import chain

from msgspec.structs import replace

from mockserver.errors import LimitError
from mockserver.exchange import Exchange, TruncatedBody

MAX_BYTES = 64 * 1024 * 1024

MAX_BODY_BYTES = 64 * 1024
"""Bytes kept of a body; a longer one is cut."""

EACH_BYTES = 400
"""Approximate size of an exchange, and of each violation, without text."""

MAX_LISTENERS = 32
MAX_UNSEEN = 256
"""Maximum of exchanges that wait for a listener."""


class JournalListener:
    """Thread-safe queue of new exchanges for one client.

    Attributes:
        is_over: whether the sandbox is gone.
    """

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake
        self._unseen: deque[Exchange] = deque()
        self._missed = 0
        self._is_cleared = False
        self.is_over = False

    def add(self, exchange: Exchange) -> None:
        """Add an exchange; past the limit the oldest is dropped."""
        if len(self._unseen) >= MAX_UNSEEN:
            self._unseen.popleft()
            self._missed += 1
        self._unseen.append(exchange)
        self._wake()

    def note_cleared(self) -> None:
        """Note that the journal was cleared, and drop waiting exchanges."""
        self._unseen.clear()
        self._missed = 0
        self._is_cleared = True
        self._wake()

    def note_end(self) -> None:
        """Note that the sandbox is gone."""
        self.is_over = True
        self._wake()

    def take_cleared(self) -> bool:
        """Return whether the journal was cleared since the last call."""
        was_cleared, self._is_cleared = self._is_cleared, False
        return was_cleared

    def take_missed(self) -> int:
        """Return how many exchanges were dropped since the last call."""
        missed, self._missed = self._missed, 0
        return missed

    def take(self) -> Exchange | None:
        """Return the oldest waiting exchange, or None."""
        return self._unseen.popleft() if self._unseen else None


class Journal:
    """Exchanges of one sandbox, limited in number and bytes.

    Attributes:
        number: the number of the latest exchange, from 1; or 0.
        dropped: number of exchanges removed at a limit.
        forgotten: the number of the latest exchange that was forgotten on request; 0: none.
    """

    def __init__(self, limit: int, max_bytes: int = MAX_BYTES) -> None:
        self.limit = limit
        self._max_bytes = max_bytes
        self._exchanges: deque[Exchange] = deque()
        self._sizes: deque[int] = deque()
        self._bytes = 0
        self._listeners: list[JournalListener] = []
        self.number = 0
        self.dropped = 0
        self.forgotten = 0

    def __len__(self) -> int:
        return len(self._exchanges)

    def __iter__(self) -> Iterator[Exchange]:
        """Yield the exchanges, oldest first."""
        return iter(self._exchanges)

    @property
    def latest(self) -> Exchange | None:
        """The latest exchange, or None."""
        return self._exchanges[-1] if self._exchanges else None

    def next_number(self) -> int:
        """Return the number of the exchange that begins now."""
        self.number += 1
        return self.number

    def record(self, exchange: Exchange) -> None:
        """Record the exchange, its bodies cut; drop the oldest at a limit."""
        bodies = len(exchange.body) + len(exchange.request.body or b"")
        if bodies > MAX_BODY_BYTES:
            exchange = _cut(exchange)
            bodies = len(exchange.body) + len(exchange.request.body or b"")
        size = bodies + _size_of_head(exchange)
        self._exchanges.append(exchange)
        self._sizes.append(size)
        self._bytes += size
        while self._exchanges and (len(self._exchanges) > self.limit or self._bytes > self._max_bytes):
            self._exchanges.popleft()
            self._bytes -= self._sizes.popleft()
            self.dropped += 1
        if self._listeners:
            for listener in self._listeners:
                listener.add(exchange)

    def clear(self) -> None:
        """Forget all exchanges and count from 1 again."""
        self.number = 0
        self.forget()
        self.forgotten = 0

    def forget(self) -> None:
        """Forget all exchanges; numbers go on."""
        self._exchanges.clear()
        self._sizes.clear()
        self._bytes = self.dropped = 0
        self.forgotten = self.number
        for listener in self._listeners:
            listener.note_cleared()

    def end(self) -> None:
        """Tell listeners that the sandbox is gone."""
        for listener in self._listeners:
            listener.note_end()

    @property
    def listeners(self) -> int:
        """Number of listeners."""
        return len(self._listeners)

    def check_room(self) -> None:
        """Raise LimitError at the maximum of listeners."""
        if len(self._listeners) >= MAX_LISTENERS:
            raise LimitError(f"{MAX_LISTENERS} clients follow this journal", hint="end one of their streams")

    @contextmanager
    def listening(self, wake: Callable[[], object]) -> Iterator[JournalListener]:
        """Listen to each exchange within the context.

        wake: called after each change, in the thread that records.
        Raises: LimitError.
        """
        self.check_room()
        listener = JournalListener(wake)
        self._listeners = [*self._listeners, listener]
        try:
            yield listener
        finally:
            self._listeners = [each for each in self._listeners if each is not listener]


def _size_of_head(exchange: Exchange) -> int:
    """Return the approximate bytes of the exchange without its bodies."""
    request = exchange.request
    head = sum(map(len, chain.from_iterable(request.raw_headers))) + len(request.path) + len(request.query)
    return head + EACH_BYTES * (1 + len(exchange.violations))


def _cut(exchange: Exchange) -> Exchange:
    """Return the exchange with long bodies cut, and their sizes and hashes."""
    sent, answered = exchange.request.body or b"", exchange.body
    long = {part: body for part, body in (("request", sent), ("reply", answered)) if len(body) > MAX_BODY_BYTES}
    if not long:
        return exchange
    return replace(
        exchange,
        request=replace(exchange.request, body=sent[:MAX_BODY_BYTES]) if len(sent) > MAX_BODY_BYTES else exchange.request,
        body=answered[:MAX_BODY_BYTES],
        incomplete_parts=exchange.incomplete_parts.union(long),
        truncated_bodies=tuple(TruncatedBody(part, len(body), sha256(body).hexdigest()) for part, body in long.items()),
    )
