"""Whatever is sent, the answer is in the form of whoever was asked, comes soon, and leaves no trace unless it was taken."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import closing
from http.client import HTTPResponse
from typing import Any

import msgspec
import pytest

from mockserver.documents import Document
from mockserver.http.app import App
from mockserver.http.server import Address, Parser, running_server
from tests.asgi import converse, scope_of
from tests.conftest import check_headers, make_app, sandbox_of
from tests.hostile import MAX_BODY, PLACES, Hostile, Taken, refused, taken

PARSERS: tuple[Parser, ...] = ("httptools", "h11")
REFUSED = list(refused())
TAKEN = list(taken())

RAW_BYTES = {
    "id: raw text that is not UTF-8",
    "query: a raw Arabic digit",
    "query: raw text that is not UTF-8",
    "sandbox: bytes beyond ASCII",
}
UNKNOWN_METHODS = {f"method: {each}" for each in ("get", "GETT", "X" * 2_000, "!#$%&'*+-.^_`|~")}
UNPARSED = {"httptools": RAW_BYTES | UNKNOWN_METHODS, "h11": RAW_BYTES | {"host: none", "host: two"}}
"""What the parsers themselves refuse, in words of their own."""


class Reply(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture(scope="module")
def tough() -> App:
    """An application that all these requests share, since they leave no trace in it."""
    app = make_app(max_body=MAX_BODY)
    sandbox_of(app, "hostile")
    return app


def ask(app: App, request: Hostile, *, piece: int = MAX_BODY) -> Reply:
    """Send the request within the process, its body in pieces of so many bytes."""
    path, _, query = request.target.partition(b"?")
    length = ((b"content-length", b"%d" % len(request.body)),) if request.body and piece == MAX_BODY else ()
    encoding = ((b"transfer-encoding", b"chunked"),) if request.body and not length else ()
    headers = [*((b"host", host) for host in request.host), *request.headers, *length, *encoding]
    scope = scope_of(path.decode("latin-1"), raw_path=path, query_string=query, method=request.method, headers=headers)
    pieces = [request.body[start : start + piece] for start in range(0, len(request.body), piece)]
    messages = [{"type": "http.request", "body": each, "more_body": True} for each in pieces]
    start, body = converse(app, scope, *messages, {"type": "http.request", "body": b""})
    check_headers(start["headers"])
    return Reply(start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"])


def remembered(app: App) -> bytes:
    """Return all that the application knows, account by account."""
    return msgspec.json.encode({each.name: app.mock.fixtures.dump(each.state) for each in app.mock.sandboxes})


def named(requests: Sequence[Hostile | Taken]) -> list[Any]:
    """Return the requests as parameters of a test."""
    plain = [each.request if isinstance(each, Taken) else each for each in requests]
    return [pytest.param(each, id=f"{one.provider}: {one.name}") for each, one in zip(requests, plain, strict=True)]


def check_form(app: App, request: Hostile, reply: Reply) -> None:
    """Hold that a refusal has the provider's form, or the mock's own where the path is nobody's."""
    if reply.headers["content-type"] == "application/problem+json":
        assert request.name.startswith("path: ")
        assert msgspec.json.decode(reply.body)["title"] == "Not Found"
        return
    assert reply.headers["content-type"] == "application/json"
    schema = {"spoonity": "SpoonityClientError", "vexutopia": "VexutopiaError"}[request.provider]
    body = msgspec.json.decode(reply.body)
    assert app.mock.pipeline.contract.errors_of(body, f"/components/schemas/{schema}") == []


@pytest.mark.parametrize("request_", named(REFUSED))
def test_a_wrong_request_is_refused_in_the_provider_s_form_and_leaves_no_trace(tough: App, request_: Hostile) -> None:
    before = remembered(tough)
    reply = ask(tough, request_)
    assert reply.status == request_.status
    check_form(tough, request_, reply)
    assert remembered(tough) == before


@pytest.mark.parametrize("piece", [1, 7, 1000])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.provider)
def test_a_body_in_pieces_is_refused_like_one_in_one_piece(tough: App, place: Any, piece: int) -> None:
    wrong = [each for each in REFUSED if each.provider == place.provider and 0 < len(each.body) < 200]
    assert wrong
    assert [ask(tough, each, piece=piece).body for each in wrong] == [ask(tough, each).body for each in wrong]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.provider)
def test_a_body_that_never_says_how_long_it_is_is_refused_once_it_is_too_long(tough: App, place: Any) -> None:
    request = Hostile(
        name="", provider=place.provider, status=413, method="POST", target=place.customers, body=b" " * (MAX_BODY + 1)
    )
    assert ask(tough, request, piece=1000).status == 413


@pytest.mark.parametrize("strange", named(TAKEN))
def test_a_strange_request_that_is_allowed_is_taken_as_it_is_meant(tough: App, strange: Taken) -> None:
    sandbox_of(tough).reset()
    reply = ask(tough, strange.request)
    body = msgspec.json.decode(reply.body)
    assert (reply.status, {name: body[name] for name in strange.members}) == (strange.request.status, strange.members)
    assert "set-cookie" not in reply.headers
    sandbox_of(tough).reset()


@pytest.mark.parametrize("strange", named([each for each in TAKEN if each.request.method == "POST"]))
def test_what_was_taken_is_kept_as_it_was_answered_and_survives_being_written_down(tough: App, strange: Taken) -> None:
    sandbox_of(tough).reset()
    created = ask(tough, strange.request).body
    target = strange.request.target + b"/" + msgspec.json.decode(created)["id"].encode()
    request = Hostile(name="", provider=strange.request.provider, status=200, target=target, headers=strange.request.headers[:1])
    assert ask(tough, request).body == created
    written = msgspec.json.encode(tough.mock.fixtures.dump(sandbox_of(tough).state))
    state = tough.mock.fixtures.build([Document(msgspec.json.decode(written), "", "state")])
    assert msgspec.json.encode(tough.mock.fixtures.dump(state)) == written
    sandbox_of(tough).reset()


def test_names_that_the_contract_does_not_declare_are_noted_so_that_no_header_ends(tough: App) -> None:
    injected = next(each for each in TAKEN if each.request.target.startswith(b"/customers?a%0d%0a"))
    assert ask(tough, injected.request).headers["mock-violation"] == r"query.a\r\nSet-Cookie: a=b\x00\xe9: undeclared"


def test_many_violations_and_long_names_do_not_make_a_header_that_no_client_reads(tough: App) -> None:
    query = b"&".join(b"%d" % number + b"a" * 300 for number in range(25))
    request = Hostile(
        name="", provider="spoonity", status=200, target=b"/customers?" + query, headers=((b"authorization", b"Bearer a"),)
    )
    note = ask(tough, request).headers["mock-violation"]
    assert len(note) < 4_000
    assert note.count("query.") == 16


@pytest.fixture(scope="module", params=PARSERS)
def parser(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def served(parser: Parser, tough: App) -> Iterator[Address]:
    with running_server(tough, parser=parser) as address:
        yield address


def send(address: Address, request: Hostile) -> Reply:
    """Send the request over a connection of its own, and return what comes back within ten seconds."""
    host = b"".join(b"Host: %s\r\n" % each for each in request.host)
    headers = b"".join(b"%s: %s\r\n" % each for each in request.headers)
    length = b"Content-Length: %d\r\n" % len(request.body) if request.body else b""
    line = b"%s %s HTTP/1.1\r\n" % (request.method.encode(), request.target)
    with closing(socket.create_connection((address.host, address.port), timeout=10)) as connection:
        connection.sendall(line + host + headers + length + b"Connection: close\r\n\r\n" + request.body)
        with closing(HTTPResponse(connection, method=request.method)) as response:
            response.begin()
            return Reply(response.status, dict(response.getheaders()), response.read())


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.provider)
def test_over_a_socket_wrong_requests_are_refused_alike(served: Address, parser: Parser, tough: App, place: Any) -> None:
    sandbox_of(tough).reset()
    before, differing = remembered(tough), {}
    for request in (each for each in REFUSED if each.provider == place.provider):
        here, there = ask(tough, request), send(served, request)
        expected = (here.status, b"" if request.method == "HEAD" else here.body)
        if request.name in UNPARSED[parser]:
            expected = (400, b"Invalid HTTP request received.")
        if (there.status, there.body) != expected:
            differing[request.name] = (there.status, there.body[:100])
    assert differing == {}
    assert remembered(tough) == before


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.provider)
def test_over_a_socket_strange_requests_are_taken_alike(served: Address, tough: App, place: Any) -> None:
    differing = {}
    for request in (each.request for each in TAKEN if each.request.provider == place.provider):
        sandbox_of(tough).reset()
        here = ask(tough, request)
        sandbox_of(tough).reset()
        there = send(served, request)
        if (there.status, there.body) != (here.status, here.body):
            differing[request.name] = (there.status, there.body[:100])
    assert differing == {}
