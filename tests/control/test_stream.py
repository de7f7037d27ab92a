"""`/_mock/requests/stream`: who follows hears of each exchange, resumes where it left off, and leaves nothing behind."""

import json
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from threading import Event
from typing import Any

import httpx
import msgspec
import pytest

from mockserver import journal
from mockserver.control import stream
from mockserver.exchange import Exchange
from mockserver.http.app import App
from mockserver.http.server import Address, Parser, running_server
from mockserver.state.clock import stopwatch_us
from tests.asgi import HOST, converse, scope_of
from tests.conftest import client_of, make_app, sandbox_of
from tests.control.asking import refused

CUSTOMER = "/customers/cust_175a9abec1882d12"
PARSERS: tuple[Parser, ...] = ("httptools", "h11")


class Told(msgspec.Struct):
    """One event of a stream; a comment has only its text."""

    name: str = "message"
    id: str = ""
    data: Any = None
    comment: str = ""


class Follower:
    """A client that reads a stream event by event."""

    def __init__(self, response: HTTPResponse) -> None:
        self.response = response

    def next(self) -> Told:
        """Return the next event or comment, when it has come."""
        told = Told()
        for line in iter(self.response.readline, b""):
            name, _, value = line.decode().rstrip("\n").partition(": ")
            match name:
                case "event":
                    told.name = value
                case "id":
                    told.id = value
                case "data":
                    told.data = json.loads(value)
                case "" if value:
                    told.comment = value
                case "":
                    return told
        raise EOFError

    def numbers(self, count: int) -> list[int]:
        """Return the numbers of so many exchanges that come next."""
        return [self.next().data["number"] for _ in range(count)]

    def has_ended(self) -> bool:
        """Return whether nothing comes any more, waiting for that; comments are passed over."""
        return set(iter(self.response.readline, b"")) <= {b": ping\n", b"\n"}


@contextmanager
def following(address: Address, path: str = "/_mock/requests/stream", **headers: str) -> Iterator[Follower]:
    """Follow a stream, from when it has begun."""
    with closing(HTTPConnection(address.host, address.port, timeout=10)) as connection:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        assert (response.status, response.headers["content-type"]) == (200, "text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        follower = Follower(response)
        assert follower.next() == Told(comment="ping")
        yield follower


def get(address: Address, path: str = CUSTOMER) -> None:
    httpx.get(f"{address.url}{path}", headers={"authorization": "Bearer test"}, timeout=10)


def until(holds: Callable[[], bool]) -> None:
    """Return as soon as it holds; fail after ten seconds."""
    end = stopwatch_us() + 10_000_000
    while not holds():
        assert stopwatch_us() < end


@pytest.fixture
def app() -> App:
    return make_app()


@pytest.fixture
def address(app: App) -> Iterator[Address]:
    with running_server(app) as address:
        yield address


def test_each_exchange_is_told_as_it_is_listed(address: Address) -> None:
    with following(address) as follower:
        get(address, "/customers?limit=1&what=ever")
        get(address)
        told = [follower.next() for _ in range(2)]
    rows = httpx.get(f"{address.url}/_mock/requests").json()["exchanges"]
    assert told == [Told(id="1", data=rows[0]), Told(id="2", data=rows[1])]


def test_only_what_comes_is_told_unless_the_beginning_is_asked_for(address: Address) -> None:
    for _ in range(3):
        get(address)
    with (
        following(address) as news,
        following(address, "/_mock/requests/stream?since=0") as all_of_it,
        following(address, "/_mock/requests/stream?since=2") as the_rest,
    ):
        get(address)
        assert news.numbers(1) == [4]
        assert all_of_it.numbers(4) == [1, 2, 3, 4]
        assert the_rest.numbers(2) == [3, 4]


def test_a_client_goes_on_from_the_last_event_that_it_names(address: Address) -> None:
    for _ in range(3):
        get(address)
    with following(address, "/_mock/requests/stream?since=0", Last_Event_ID="2") as follower:
        assert follower.numbers(1) == [3]
    with following(address, "/_mock/requests/stream?since=1", Last_Event_ID="nonsense") as follower:
        assert follower.numbers(2) == [2, 3]


def test_a_client_from_before_a_reset_is_told_all_that_came_since(address: Address) -> None:
    get(address)
    with following(address, Last_Event_ID="7") as follower:
        assert follower.numbers(1) == [1]


def test_what_the_journal_has_no_more_is_told_as_dropped() -> None:
    with running_server(make_app(journal_limit=2)) as address:
        for _ in range(5):
            get(address)
        with following(address, "/_mock/requests/stream?since=1") as follower:
            assert follower.next() == Told("dropped", data={"exchanges": 2})
            assert follower.numbers(2) == [4, 5]


def test_what_was_forgotten_on_request_is_not_told_as_dropped(address: Address) -> None:
    for _ in range(3):
        get(address)
    httpx.delete(f"{address.url}/_mock/requests")
    get(address)
    with following(address, "/_mock/requests/stream?since=0") as follower:
        assert follower.numbers(1) == [4]
    httpx.delete(f"{address.url}/_mock/requests")
    with following(address, "/_mock/requests/stream?since=0") as follower:
        get(address)
        assert follower.numbers(1) == [5]


def test_a_journal_that_keeps_nothing_is_followed_all_the_same() -> None:
    with running_server(make_app(journal_limit=0)) as address:
        get(address)
        with following(address, "/_mock/requests/stream?since=0") as follower:
            assert follower.next() == Told("dropped", data={"exchanges": 1})
            get(address)
            assert follower.numbers(1) == [2]


def test_a_follower_that_is_too_slow_is_told_how_many_it_missed(monkeypatch: pytest.MonkeyPatch, app: App) -> None:
    monkeypatch.setattr(journal, "MAX_UNSEEN", 3)
    with running_server(app) as address, following(address) as follower:
        held = sandbox_of(app).journal
        (listener,) = held._listeners
        take, has_taken_all = listener.take, Event()

        def noting() -> Exchange | None:
            taken = take()
            if taken is None:
                has_taken_all.set()
            return taken

        monkeypatch.setattr(listener, "take", noting)
        get(address)
        exchange = next(iter(held))
        assert follower.numbers(1) == [1]
        assert has_taken_all.wait(10)
        with monkeypatch.context() as asleep:
            asleep.setattr(listener, "_wake", lambda: None)
            for _ in range(5):
                held.record(exchange)
        get(address)
        assert follower.next() == Told("dropped", data={"exchanges": 3})
        assert follower.numbers(3) == [1, 1, 2]


@pytest.mark.parametrize(("method", "path", "number"), [("POST", "reset", 0), ("DELETE", "requests", 1)])
def test_a_follower_is_told_that_the_journal_was_cleared_and_hears_what_comes_then(
    address: Address, method: str, path: str, number: int
) -> None:
    with following(address) as follower:
        get(address)
        assert follower.numbers(1) == [1]
        httpx.request(method, f"{address.url}/_mock/{path}")
        assert follower.next() == Told("cleared", data={"number": number})
        get(address)
        assert follower.numbers(1) == [number + 1]


def test_a_restore_leaves_the_stream_as_it_is(address: Address) -> None:
    with following(address) as follower:
        get(address)
        httpx.put(f"{address.url}/_mock/snapshots/a")
        httpx.post(f"{address.url}/_mock/snapshots/a/restore")
        get(address)
        assert follower.numbers(2) == [1, 2]


def test_the_stream_of_a_dropped_sandbox_ends_and_a_new_one_has_its_own(app: App, address: Address) -> None:
    with following(address, "/@mine/_mock/requests/stream") as follower:
        get(address, f"/@mine{CUSTOMER}")
        assert follower.numbers(1) == [1]
        dropped = sandbox_of(app, "mine").journal
        httpx.delete(f"{address.url}/_mock/sandboxes/mine")
        assert follower.has_ended()
        until(lambda: dropped.listeners == 0)
    with following(address, "/@mine/_mock/requests/stream", Last_Event_ID="1") as follower:
        get(address, f"/@mine{CUSTOMER}")
        assert follower.numbers(1) == [1]


def test_sandboxes_are_followed_one_by_one(address: Address) -> None:
    with following(address, "/@mine/_mock/requests/stream") as follower:
        get(address)
        get(address, f"/@mine{CUSTOMER}")
        assert follower.next().data["reply"]["headers"]["mock-exchange"] == "1"


def test_silence_is_broken_by_comments(monkeypatch: pytest.MonkeyPatch, address: Address) -> None:
    monkeypatch.setattr(stream, "PING_S", 0.01)
    with following(address) as follower:
        assert [follower.next() for _ in range(3)] == [Told(comment="ping")] * 3


@pytest.mark.parametrize("learned", [1, 2, stream.MAX_LEARNED])
def test_a_credential_of_an_earlier_exchange_is_hidden_in_a_later_one(
    learned: int, monkeypatch: pytest.MonkeyPatch, address: Address
) -> None:
    monkeypatch.setattr(stream, "MAX_LEARNED", learned)
    with following(address) as follower:
        httpx.get(f"{address.url}/customers", headers={"authorization": "Bearer a-token-of-mine"})
        for _ in range(3):
            get(address, "/customers/a-token-of-mine")
        told = [follower.next().data["request"]["path"] for _ in range(4)]
    assert told == ["/customers", "/customers/[key]", "/customers/[key]", "/customers/[key]"]


@pytest.mark.parametrize("parser", PARSERS)
def test_a_client_that_leaves_is_forgotten(parser: Parser) -> None:
    app = make_app()
    with running_server(app, parser=parser) as address:
        held = sandbox_of(app).journal
        with following(address), following(address):
            assert held.listeners == 2
        until(lambda: held.listeners == 0)
        assert app.shutdown_callbacks == set()
        get(address)


@pytest.mark.parametrize("parser", PARSERS)
def test_the_server_ends_at_once_and_the_streams_with_it(
    parser: Parser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mockserver.http.server.GRACE_S", 60)  # nobody waits for that
    app = make_app()
    with running_server(app, parser=parser) as address:
        connections = [socket.create_connection((address.host, address.port), timeout=10) for _ in range(3)]
        for each in connections:
            each.sendall(b"GET /_mock/requests/stream HTTP/1.1\r\nHost: mock.localhost\r\n\r\n")
            assert each.recv(12) == b"HTTP/1.1 200"
        until(lambda: sandbox_of(app).journal.listeners == 3)
        started = stopwatch_us()
    took_us = stopwatch_us() - started
    for each in connections:
        received = b"".join(iter(lambda each=each: each.recv(10_000), b""))  # type: ignore[misc]
        assert received.endswith(b"0\r\n\r\n")
        each.close()
    assert took_us < 5_000_000
    assert (sandbox_of(app).journal.listeners, app.shutdown_callbacks) == (0, set())
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_client_that_does_not_read_holds_nobody_up(app: App, address: Address) -> None:
    with following(address, "/_mock/requests/stream?since=0"), client_of(app) as client:
        for _ in range(300):
            assert client.get("/customers?limit=100").status_code == 200
        held = sandbox_of(app).journal
        assert held.listeners == 1


def test_more_clients_than_may_are_refused(monkeypatch: pytest.MonkeyPatch, address: Address) -> None:
    monkeypatch.setattr(journal, "MAX_LISTENERS", 1)
    with following(address):
        reply = httpx.get(f"{address.url}/_mock/requests/stream")
        refused(reply, 503, "1 clients follow this journal; end one of their streams")


def test_head_is_answered_without_a_stream(app: App, address: Address) -> None:
    reply = httpx.head(f"{address.url}/_mock/requests/stream")
    assert (reply.status_code, reply.headers["content-type"], reply.content) == (200, "text/event-stream", b"")
    sent = converse(app, scope_of("/_mock/requests/stream", method="HEAD"))
    assert [message.get("body") for message in sent] == [None, b""]


def test_within_the_process_there_is_what_there_is_and_then_an_end(app: App) -> None:
    with client_of(app) as client:
        client.get(CUSTOMER)
        assert client.get("/_mock/requests/stream").text == ": ping\n\n"
        told = client.get("/_mock/requests/stream?since=0").text
        row = client.get("/_mock/requests/1").text
    assert told == f": ping\n\nid: 1\ndata: {row}\n\n"
    assert sandbox_of(app).journal.listeners == 0


def test_a_failure_while_streaming_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("nobody foresaw this")

    app = make_app(raise_errors=False)
    with client_of(app) as client:
        client.get(CUSTOMER)
    monkeypatch.setattr(stream, "row", fail)
    scope = scope_of("/_mock/requests/stream", query_string=b"since=0", headers=[HOST])
    with pytest.raises(RuntimeError) as caught:  # Starlette's own, as the reply has begun
        converse(app, scope, {"type": "http.request"}, {"type": "http.request"})
    assert str(caught.value.__cause__) == "nobody foresaw this"
    assert (sandbox_of(app).journal.listeners, app.shutdown_callbacks) == (0, set())
