"""`/_mock/requests/stream`: each exchange as it is recorded, as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from mockserver.control.route import ControlCall, ControlRoute, Stream
from mockserver.exchange import Exchange
from mockserver.journal import Journal, JournalListener
from mockserver.judge.redaction import Redaction
from mockserver.judge.rows import row

EVENTS = "text/event-stream"
PING = b": ping\n\n"
PING_S = 15.0
"""Seconds of silence before a comment keeps proxies from closing the connection."""

MAX_LEARNED = 1_000
"""Exchanges after which unused credentials are forgotten."""

_encode = msgspec.json.Encoder().encode


class StreamQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Options of the stream."""

    since: Annotated[int, Meta(ge=0, description="Begin after this number. Default: with the next exchange.")] | None = None


def stream_requests(call: ControlCall) -> Stream:
    """Stream the journal as server-sent events, one per exchange, with the same row as the list.

    `conduct` is always empty here.

    An event's id is the exchange's number. A client that sends `Last-Event-ID` continues after it, or from the beginning if
    the journal counts anew. The event `dropped` says how many exchanges are missing, and `cleared` that the journal was
    cleared. The stream ends when the sandbox is dropped.
    """
    journal = call.sandbox().journal
    journal.check_room()
    exchanges = _ExchangeStream(call, journal)
    last = call.headers.get(b"last-event-id", b"")
    start = int(last) if last.isdigit() else call.query.since
    return Stream(exchanges.follow(start) if call.can_wait else exchanges.replay(start), EVENTS)


class _ExchangeStream:
    """Server-sent events of one journal for one client."""

    def __init__(self, call: ControlCall, journal: Journal) -> None:
        self._providers = tuple(call.mock.pipeline.providers.values())
        self._journal = journal
        self._redaction = Redaction(self._providers, list(journal))
        self._learned = 0

    async def replay(self, start: int | None) -> AsyncGenerator[bytes]:
        """Yield events of the recorded exchanges after the number."""
        yield PING
        for event in self._backlog(start):
            yield event

    async def follow(self, start: int | None) -> AsyncGenerator[bytes]:
        """Yield events of recorded and new exchanges until the sandbox is gone."""
        news = asyncio.Event()
        wake = partial(asyncio.get_running_loop().call_soon_threadsafe, news.set)
        with self._journal.listening(wake) as listener:
            backlog = self._backlog(start)
            yield PING
            for event in backlog:
                yield event
            while not listener.is_over:
                try:
                    async with asyncio.timeout(PING_S):
                        await news.wait()
                except TimeoutError:
                    yield PING
                news.clear()
                for event in self._news(listener):
                    yield event

    def _backlog(self, start: int | None) -> Iterator[bytes]:
        """Return events of the recorded exchanges after the number."""
        journal = self._journal
        if start is None:
            return iter(())
        start = start if start <= journal.number else 0
        known = [each for each in list(journal) if each.number > start]  # other threads may record meanwhile
        first = known[0].number if known else journal.number + 1
        return self._events(known, first - max(start, journal.forgotten) - 1)

    def _events(self, exchanges: list[Exchange], dropped: int) -> Iterator[bytes]:
        if dropped > 0:
            yield _event("dropped", {"exchanges": dropped})
        yield from map(self._row, exchanges)

    def _news(self, listener: JournalListener) -> Iterator[bytes]:
        while True:
            if listener.take_cleared():
                yield _event("cleared", {"number": self._journal.number})
            missed = listener.take_missed()
            if missed:
                yield _event("dropped", {"exchanges": missed})
            exchange = listener.take()
            if exchange is None:
                return
            yield self._row(exchange)

    def _row(self, exchange: Exchange) -> bytes:
        self._learned += 1
        if self._learned % MAX_LEARNED == 0:
            self._redaction = Redaction(self._providers, list(self._journal))
        self._redaction.learn(exchange)
        return b"id: %d\ndata: %s\n\n" % (exchange.number, _encode(row(exchange, self._redaction)))


def _event(name: str, data: dict[str, int]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), _encode(data))


_FULL = {503: "The limit of clients on this stream is reached."}

ROUTE = ControlRoute(
    "GET", "/_mock/requests/stream", stream_requests, {200: None}, also=(EVENTS,), query=StreamQuery, errors=_FULL
)
