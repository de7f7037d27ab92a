"""The latest exchanges of a sandbox, bounded in number and bytes, and their listeners."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import chain

from msgspec.structs import replace

from mockserver.errors import LimitError
from mockserver.exchange import Cut, Exchange

MAX_BYTES = 64 * 1024 * 1024

MAX_BODY_BYTES = 64 * 1024
"""What is kept of a body; of a longer one the beginning."""

EACH_BYTES = 400
"""About what an exchange, and each violation in it, takes beside its texts."""

MAX_WATCHERS = 32
MAX_UNSEEN = 256
"""Exchanges that wait for a watcher; past them the oldest go first."""


class JournalListener:
    """Listener to new exchanges.

    Other threads may record while this one takes.

    Attributes:
        is_over: whether nothing more will come, since the sandbox is gone.
    """

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake
        self._unseen: deque[Exchange] = deque()
        self._missed = 0
        self._is_cleared = False
        self.is_over = False

    def tell(self, exchange: Exchange) -> None:
        """Have the exchange wait to be taken."""
        if len(self._unseen) >= MAX_UNSEEN:
            self._unseen.popleft()
            self._missed += 1
        self._unseen.append(exchange)
        self._wake()

    def tell_cleared(self) -> None:
        """Note that the journal was cleared, and drop what waits."""
        self._unseen.clear()
        self._missed = 0
        self._is_cleared = True
        self._wake()

    def tell_over(self) -> None:
        """Note that nothing more will come."""
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
        """Return the oldest exchange that waits; None if there is none."""
        return self._unseen.popleft() if self._unseen else None


class Journal:
    """Exchanges of one sandbox, numbered from 1; the oldest are dropped at a limit.

    Attributes:
        number: the number of the latest exchange; 0 if there was none.
        dropped: how many exchanges went to make room.
        forgotten: the number of the latest exchange that was forgotten on request; 0: none.
    """

    def __init__(self, limit: int, max_bytes: int = MAX_BYTES) -> None:
        self._limit = limit
        self._max_bytes = max_bytes
        self._exchanges: deque[Exchange] = deque()
        self._sizes: deque[int] = deque()
        self._bytes = 0
        self._watchers: list[JournalListener] = []
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
        """The exchange that was recorded last; None if there is none."""
        return self._exchanges[-1] if self._exchanges else None

    def next_number(self) -> int:
        """Return the number of the exchange that begins now."""
        self.number += 1
        return self.number

    def record(self, exchange: Exchange) -> None:
        """Record the exchange, and drop the oldest at a limit.

        Of a body that is too long the beginning is kept.
        """
        bodies = len(exchange.body) + len(exchange.request.body or b"")
        if bodies > MAX_BODY_BYTES:
            exchange = _cut(exchange)
            bodies = len(exchange.body) + len(exchange.request.body or b"")
        size = bodies + _size_of_head(exchange)
        self._exchanges.append(exchange)
        self._sizes.append(size)
        self._bytes += size
        while self._exchanges and (len(self._exchanges) > self._limit or self._bytes > self._max_bytes):
            self._exchanges.popleft()
            self._bytes -= self._sizes.popleft()
            self.dropped += 1
        if self._watchers:
            for watcher in self._watchers:
                watcher.tell(exchange)

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
        for watcher in self._watchers:
            watcher.tell_cleared()

    def end(self) -> None:
        """Tell the watchers that the sandbox is gone."""
        for watcher in self._watchers:
            watcher.tell_over()

    @property
    def watchers(self) -> int:
        """Number of listeners."""
        return len(self._watchers)

    def check_room(self) -> None:
        """Raise LimitError if there are as many watchers as there may be."""
        if len(self._watchers) >= MAX_WATCHERS:
            raise LimitError(f"{MAX_WATCHERS} clients follow this journal", hint="end one of their streams")

    @contextmanager
    def watched(self, wake: Callable[[], object]) -> Iterator[JournalListener]:
        """Listen to each exchange within the context.

        wake: called in the thread that records, each time that there is something new.
        Raises: LimitError.
        """
        self.check_room()
        watcher = JournalListener(wake)
        self._watchers = [*self._watchers, watcher]
        try:
            yield watcher
        finally:
            self._watchers = [each for each in self._watchers if each is not watcher]


def _size_of_head(exchange: Exchange) -> int:
    """Return about how many bytes the exchange takes beside its bodies."""
    request = exchange.request
    head = sum(map(len, chain.from_iterable(request.raw_headers))) + len(request.path) + len(request.query)
    return head + EACH_BYTES * (1 + len(exchange.violations))


def _cut(exchange: Exchange) -> Exchange:
    """Return the exchange with long bodies cut, and their sizes and hashes."""
    sent, answered = exchange.request.body or b"", exchange.body
    bodies = {"request": sent, "reply": answered}
    cuts = tuple(Cut(part, len(body), sha256(body).hexdigest()) for part, body in bodies.items() if len(body) > MAX_BODY_BYTES)
    if not cuts:
        return exchange
    return replace(
        exchange,
        request=replace(exchange.request, body=sent[:MAX_BODY_BYTES]) if len(sent) > MAX_BODY_BYTES else exchange.request,
        body=answered[:MAX_BODY_BYTES],
        partial=exchange.partial | {cut.part for cut in cuts},
        cuts=cuts,
    )
