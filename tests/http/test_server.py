"""The server on real sockets, under both HTTP parsers: what they let through is refused alike, and nobody holds it up."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Event
from typing import Any

import msgspec
import pytest
from starlette.types import Receive, Scope, Send

from mockserver.errors import ConfigurationError
from mockserver.http.protocol import MAX_HEAD_BYTES
from mockserver.http.server import Address, Parser, listen, running_server
from mockserver.state.clock import stopwatch_us
from tests.conftest import make_app

BEARER = b"Authorization: Bearer test\r\n"
MAX_BODY = 10_000
PARSERS: tuple[Parser, ...] = ("httptools", "h11")


class Answer(msgspec.Struct):
    """An HTTP response as a client reads it."""

    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture(params=PARSERS)
def parser(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def address(parser: Parser) -> Iterator[Address]:
    with running_server(make_app(max_body=MAX_BODY, raise_errors=False), parser=parser) as address:
        yield address


@contextmanager
def connected(address: Address) -> Iterator[socket.socket]:
    with closing(socket.create_connection((address.host, address.port), timeout=10)) as connection:
        yield connection


def read(connection: socket.socket) -> Answer:
    with closing(HTTPResponse(connection)) as response:
        response.begin()
        return Answer(response.status, dict(response.getheaders()), response.read())


def send(address: Address, request: bytes) -> Answer:
    with connected(address) as connection:
        connection.sendall(request)
        return read(connection)


def get(path: bytes = b"/customers?limit=1", headers: bytes = b"Host: mock\r\n", version: bytes = b"1.1") -> bytes:
    return b"GET %s HTTP/%s\r\n%s%s\r\n" % (path, version, headers, BEARER)


def post(headers: bytes, body: bytes = b"") -> bytes:
    head = b"POST /customers HTTP/1.1\r\nHost: mock\r\nContent-Type: application/json\r\n"
    return head + BEARER + headers + b"\r\n" + body


CUSTOMER = b'{"name": "Ada", "email": "ada@example.com"}'


def test_request_is_answered_without_headers_of_the_server(address: Address) -> None:
    answer = send(address, get())

    assert (answer.status, len(msgspec.json.decode(answer.body)["items"])) == (200, 1)
    assert list(answer.headers) == ["content-type", "content-length", "mock-exchange", "mock-assumed", "vary"]


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (get(headers=b"Host: mock\r\nHost: mock\r\n"), 400),
        (get(headers=b""), 400),
        (get(headers=b"Host: mo ck\r\n"), 400),
        (get(headers=b"", version=b"1.0"), 400),
        (get(path=b"/customers?query=" + b"x" * 70_000), 414),
        (get(path=b"/customers?query=" + b"x" * 9_000), 414),
        (get(headers=b"Host: mock\r\nX-Long: " + b"x" * 40_000 + b"\r\n"), 431),
        (get(headers=b"Host: mock\r\n" + b"".join(b"X-%d: 1\r\n" % number for number in range(150))), 431),
        (post(b"Content-Length: 10001\r\n"), 413),
        (post(b"Transfer-Encoding: chunked\r\n", b"2710\r\n" + b" " * 10_000 + b"\r\n1\r\n \r\n0\r\n\r\n"), 413),
        (post(b"Content-Length: -1\r\n"), 400),
        (b"\0\0\0\0\r\n\r\n", 400),
    ],
    ids=[
        "two hosts",
        "no host",
        "malformed host",
        "no host in 1.0",
        "url of 70 kB",
        "url of 9 kB",
        "40 kB of headers",
        "150 headers",
        "announced body over the limit",
        "chunked body over the limit",
        "negative length",
        "no request at all",
    ],
)
def test_hostile_head_is_refused_alike_under_both_parsers(address: Address, request_bytes: bytes, status: int) -> None:
    answer = send(address, request_bytes)

    assert answer.status == status
    assert send(address, get()).status == 200, "the server goes on"


@pytest.mark.parametrize(
    "request_bytes",
    [
        get(headers=b"Host: mock\r\nHost: mock\r\n"),
        get(headers=b""),
        get(path=b"/customers?query=" + b"x" * 70_000),
        get(headers=b"Host: mock\r\nX-Long: " + b"x" * 40_000 + b"\r\n"),
    ],
    ids=["two hosts", "no host", "url of 70 kB", "40 kB of headers"],
)
def test_refused_head_is_answered_in_the_provider_s_form(request_bytes: bytes) -> None:
    app = make_app()
    with running_server(app) as address:
        answer = send(address, request_bytes)

    contract = app.mock.pipeline.contract
    assert contract.reply_errors("spoonity.listCustomers", answer.status, answer.headers["content-type"], answer.body) == []
    assert contract.reply_errors("spoonity.listCustomers", answer.status, "application/json", b'{"other": 1}') != []


def test_tunnel_is_refused() -> None:
    with running_server(make_app()) as address:
        assert send(address, b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n").status == 400


def test_head_without_an_end_is_refused(address: Address) -> None:
    with connected(address) as connection:
        connection.sendall((b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEAD_BYTES)[: MAX_HEAD_BYTES + 1])
        answer = read(connection)

    assert answer.status == 400


def test_body_that_breaks_off_leaves_no_trace(parser: Parser) -> None:
    app = make_app()
    with running_server(app, parser=parser) as address:
        with connected(address) as connection:
            connection.sendall(post(b"Content-Length: 100\r\n", b'{"name": '))
        assert send(address, get()).headers["mock-exchange"] == "1"

    assert [exchange.request.method for exchange in app.mock.sandboxes.get("default").journal] == ["GET"]


def test_client_that_waits_for_100_is_told_to_go_on(address: Address) -> None:
    with connected(address) as connection:
        connection.sendall(post(b"Expect: 100-continue\r\nContent-Length: %d\r\n" % len(CUSTOMER)))
        assert connection.recv(1_000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(CUSTOMER)
        answer = read(connection)

    assert answer.status == 200
    assert msgspec.json.decode(answer.body)["name"] == "Ada"


def test_client_that_waits_for_100_is_refused_at_once_if_its_body_is_too_large(address: Address) -> None:
    with connected(address) as connection:
        connection.sendall(post(b"Expect: 100-continue\r\nContent-Length: 10001\r\n"))
        assert connection.recv(1_000).startswith(b"HTTP/1.1 413 ")


def test_http_1_0_is_answered_and_the_connection_closed(address: Address) -> None:
    with connected(address) as connection:
        connection.sendall(get(version=b"1.0"))
        answer = read(connection)
        assert connection.recv(1) == b""

    assert answer.status == 200


def test_pipelined_requests_are_answered_in_order(address: Address) -> None:
    with connected(address) as connection:
        connection.sendall(get(b"/customers?limit=1") + get(b"/customers?limit=2") + get(b"/nothing"))
        received = b""
        while received.count(b"HTTP/1.1 ") < 3 or b"No provider" not in received:
            received += connection.recv(100_000)

    statuses = [part[:3] for part in received.split(b"HTTP/1.1 ")[1:]]
    sizes = [part.count(b'"email"') for part in received.split(b"HTTP/1.1 ")[1:]]
    assert (statuses, sizes) == ([b"200", b"200", b"404"], [1, 2, 0])


UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEA\r\n"


@pytest.mark.parametrize("chunked", [False, True])
def test_body_survives_an_offer_of_http_2(address: Address, chunked: bool) -> None:
    """Java's HttpClient offers it with every first request."""
    framing, body = b"Content-Length: %d\r\n" % len(CUSTOMER), CUSTOMER
    if chunked:
        framing, body = b"Transfer-Encoding: chunked\r\n", b"%x\r\n%s\r\n0\r\n\r\n" % (len(CUSTOMER), CUSTOMER)
    with connected(address) as connection:
        connection.sendall(post(UPGRADE + framing, body[:10]))
        connection.sendall(body[10:])
        created = read(connection)
        connection.sendall(get())
        listed = read(connection)

    assert msgspec.json.decode(created.body)["email"] == "ada@example.com"
    assert listed.status == 200


def test_offer_to_upgrade_is_passed_over_in_silence(address: Address, caplog: pytest.LogCaptureFixture) -> None:
    with connected(address) as connection:
        connection.sendall(get(headers=b"Host: mock\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n") + get())
        assert [read(connection).status for _ in range(1)] == [200]

    assert caplog.records == []


def test_socket_names_its_protocol_so_that_nothing_is_held_back() -> None:
    """asyncio turns Nagle's algorithm off only for such sockets; left on, it costs 44 ms a request."""
    (made,) = listen("127.0.0.1", 0)
    with closing(made):
        assert made.proto == socket.IPPROTO_TCP


def test_hundred_requests_of_one_connection_take_no_time_worth_mentioning(address: Address) -> None:
    with closing(HTTPConnection(address.host, address.port, timeout=10)) as connection:
        started = stopwatch_us()
        for _ in range(100):
            connection.request("GET", "/customers?limit=1", headers={"Authorization": "Bearer test"})
            connection.getresponse().read()

    assert stopwatch_us() - started < 3_000_000


@pytest.mark.parametrize(("answered", "sent"), [(0, b""), (0, b"GET /customers HT"), (1, b"GET /customers HT")])
def test_connection_that_owes_a_head_is_closed_and_an_idle_one_is_not(parser: Parser, answered: int, sent: bytes) -> None:
    with running_server(make_app(), parser=parser, head_timeout_s=0.02) as address, connected(address) as idle:
        idle.sendall(get())
        assert read(idle).status == 200
        with connected(address) as silent:
            for _ in range(answered):
                silent.sendall(get())
                read(silent)
            silent.sendall(sent)
            assert silent.recv(1) == b""
        idle.sendall(get())
        assert read(idle).status == 200


def test_end_closes_idle_connections(parser: Parser) -> None:
    with running_server(make_app(), parser=parser) as address:
        idle = socket.create_connection((address.host, address.port), timeout=10)
        idle.sendall(get())
        assert read(idle).status == 200
    with closing(idle):
        assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.host, address.port), timeout=10)


class Endless:
    """An application whose answers go on until the server ends, or for ever."""

    def __init__(self, *, until: str) -> None:
        self.until = until
        self.began = Event()
        self.ended = asyncio.Event()
        self.heard = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for event in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{event}.complete"})
            self.ended.set()
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        self.began.set()
        if self.until == "disconnect":
            while (await receive())["type"] != "http.disconnect":
                pass
            self.heard = True
        else:
            await (self.ended if self.until == "end" else asyncio.Event()).wait()
            await send({"type": "http.response.body", "body": b"arrived"})


def ask_and_end(app: Endless, parser: Parser) -> socket.socket:
    """Return the connection of a client whose request was being answered when the server ended."""
    with running_server(app, parser=parser) as address:
        connection = socket.create_connection((address.host, address.port), timeout=10)
        connection.sendall(get())
        assert app.began.wait(10)
    return connection


def test_end_lets_an_answer_that_is_on_its_way_arrive(parser: Parser) -> None:
    with closing(ask_and_end(Endless(until="end"), parser)) as connection:
        assert read(connection).body == b"arrived"


@pytest.mark.parametrize("until", ["disconnect", "never"])
def test_answer_without_an_end_is_cut_off_in_silence(
    parser: Parser, until: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mockserver.http.server.GRACE_S", 0.02)
    app = Endless(until=until)
    with closing(ask_and_end(app, parser)) as connection, pytest.raises((ConnectionError, HTTPException)):
        read(connection)

    assert app.heard == (until == "disconnect")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_taken_port_is_an_error_with_place_and_remedy() -> None:
    with running_server(make_app()) as address, pytest.raises(ConfigurationError) as error:
        listen(address.host, address.port)

    place = f"127.0.0.1:{address.port}"
    assert str(error.value) == f"{place}: the port is taken; choose another with --port, or 0 for a free one"


def test_host_of_another_machine_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match=r"192\.0\.2\.1:0: this machine has no such address; .*--host"):
        listen("192.0.2.1", 0)


def test_failed_start_is_raised_where_the_server_was_started() -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ValueError("no fixture")

    with pytest.raises(RuntimeError, match="did not start"), running_server(broken):
        pass


def has_ipv6() -> bool:
    try:
        with closing(socket.socket(socket.AF_INET6)) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["::1", "::"])
def test_ipv6_host_is_served_at_a_url_in_brackets(host: str) -> None:
    with running_server(make_app(), host) as address:
        assert address.url == f"http://[::1]:{address.port}"
        with closing(HTTPConnection("::1", address.port, timeout=10)) as connection:
            connection.request("GET", "/customers?limit=1", headers={"Authorization": "Bearer test"})
            assert b"[::1]" in connection.getresponse().read()


@pytest.mark.parametrize(
    ("host", "url"), [("0.0.0.0", "http://127.0.0.1:80"), ("localhost", "http://localhost:80"), ("::1", "http://[::1]:80")]
)
def test_url_is_one_that_this_machine_can_ask(host: str, url: str) -> None:
    assert Address(host, 80).url == url


def test_name_with_several_addresses_has_one_port_at_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 0)) for host in ("192.0.2.1", "127.0.0.1", "127.0.0.2")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    sockets = listen("name", 0)
    names = [each.getsockname() for each in sockets]
    for each in sockets:
        each.close()

    assert [host for host, _ in names] == ["127.0.0.1", "127.0.0.2"]
    assert len({port for _, port in names}) == 1
