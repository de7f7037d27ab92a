"""What is refused before anyone reads it."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from mockserver.exchange import InvalidMockRequest, Oversized, Unreadable
from mockserver.http import guard
from mockserver.http.app import App
from mockserver.http.in_process import call

HOST = [(b"host", b"mock.localhost")]


def test_the_limits_are_8_kb_of_target_100_headers_of_32_kb_and_half_a_minute_for_a_body() -> None:
    limits = (guard.MAX_TARGET_BYTES, guard.MAX_HEADERS, guard.MAX_HEADER_BYTES, guard.BODY_TIMEOUT_S)
    assert limits == (8_192, 100, 32_768, 30)


def test_a_plain_head_is_no_problem() -> None:
    assert guard.head_problem(b"/customers", b"limit=1", HOST) is None


@pytest.mark.parametrize(
    ("path", "query", "headers", "status"),
    [
        (b"/" + b"a" * guard.MAX_TARGET_BYTES, b"", HOST, 414),
        (b"/", b"a" * guard.MAX_TARGET_BYTES, HOST, 414),
        (b"/", b"", HOST + [(b"a", b"b")] * guard.MAX_HEADERS, 431),
        (b"/", b"", [*HOST, (b"a", b"b" * guard.MAX_HEADER_BYTES)], 431),
        (b"/", b"", [*HOST, (b"a" * guard.MAX_HEADER_BYTES, b"")], 431),
    ],
)
def test_a_head_beyond_a_limit_is_oversized(path: bytes, query: bytes, headers: Any, status: int) -> None:
    problem = guard.head_problem(path, query, headers)
    assert isinstance(problem, Oversized)
    assert problem.status == status


@pytest.mark.parametrize(
    ("path", "query", "headers"),
    [
        (b"/" + b"a" * (guard.MAX_TARGET_BYTES - 1), b"", HOST),
        (b"/" + b"a" * 91, b"a" * (guard.MAX_TARGET_BYTES - 92), HOST),
        (b"/", b"", HOST + [(b"a", b"b")] * (guard.MAX_HEADERS - 1)),
        (b"/", b"", [*HOST, (b"a", b"b" * (guard.MAX_HEADER_BYTES - len(b"hostmock.localhost") - 1))]),
    ],
)
def test_a_head_at_a_limit_is_no_problem(path: bytes, query: bytes, headers: Any) -> None:
    assert guard.head_problem(path, query, headers) is None


@pytest.mark.parametrize("host", [b"localhost", b"a.b-c_d:4010", b"127.0.0.1:80", b"[::1]", b"[fe80::1]:4010"])
def test_a_host_may_be_a_name_or_an_address_with_or_without_a_port(host: bytes) -> None:
    assert guard.head_problem(b"/", b"", [(b"host", host)]) is None


@pytest.mark.parametrize(
    "hosts",
    [[], [b""], [b"a", b"a"], [b"a b"], [b"a:b"], [b"a:123456"], [b"a/b"], [b"user@a"], [b"[::1"], [b"::1"], [b"a\n"], [b"\xff"]],
)
def test_a_missing_double_or_garbled_host_is_refused(hosts: list[bytes]) -> None:
    assert isinstance(guard.head_problem(b"/", b"", [(b"host", host) for host in hosts]), InvalidMockRequest)


@pytest.mark.parametrize(
    ("headers", "announced"),
    [
        ({}, False),
        ({b"content-length": b"0"}, False),
        ({b"content-length": b"1"}, True),
        ({b"content-length": b"x"}, True),
        ({b"transfer-encoding": b"chunked"}, True),
    ],
)
def test_a_body_is_announced_by_its_length_or_its_encoding(headers: MutableMapping[bytes, bytes], announced: bool) -> None:
    assert guard.has_body(headers) is announced


def receiving(*messages: dict[str, Any]) -> Callable[[], Awaitable[MutableMapping[str, Any]]]:
    """Return a connection on which these messages come, and nothing after them."""
    waiting = list(messages)

    async def receive() -> MutableMapping[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return receive


def piece(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def read(*messages: dict[str, Any], limit: int = 4, **headers: str) -> bytes:
    """Return what is read of a body that comes in these messages."""
    named = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return asyncio.run(guard.read_body({}, receiving(*messages), named, limit))


def test_a_body_is_the_sum_of_its_pieces() -> None:
    assert read(piece(b"ab", more=True), piece(b"", more=True), piece(b"cd")) == b"abcd"


def test_a_message_may_leave_out_its_body() -> None:
    assert read({"type": "http.request"}) == b""


@pytest.mark.parametrize("length", ["5", "99999999999999999999999999", "1" * 5000])
def test_a_body_that_announces_too_much_is_refused_before_it_comes(length: str) -> None:
    with pytest.raises(Oversized, match="larger than 4 bytes") as refused:
        read(content_length=length)
    assert refused.value.status == 413


def test_a_body_that_turns_out_too_large_is_refused_at_once() -> None:
    with pytest.raises(Oversized) as refused:
        read(piece(b"abc", more=True), piece(b"de", more=True))
    assert refused.value.status == 413


def test_a_body_at_the_limit_is_taken_whatever_its_announcement_looks_like() -> None:
    assert read(piece(b"abcd"), content_length="4") == b"abcd"
    assert read(piece(b"abcd"), content_length="\u00b2") == b"abcd"


def test_a_body_that_stops_coming_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_TIMEOUT_S", 0.01)
    with pytest.raises(Unreadable, match="did not come within"):
        read(piece(b"a", more=True))


def test_a_client_that_leaves_is_not_waited_for() -> None:
    with pytest.raises(guard.Disconnected):
        read(piece(b"a", more=True), {"type": "http.disconnect"})


@pytest.mark.parametrize("path", ["/customers", "/v1/customers"])
def test_a_refused_head_is_worded_by_the_provider(app: App, path: str) -> None:
    reply = call(app, "GET", f"{path}?{'a' * 9000}")
    assert reply.status == 414
    words = "The path and query are longer than 8192 bytes"
    assert reply.json() in (
        {"internal_code": None, "message": words},
        {"error": {"code": "invalid_request", "message": words, "doc_url": "https://vexutopia.com/docs/errors#invalid_request"}},
    )


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:4010",
        "a.localhost",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.9.9.9",
        "[::1]",
        "[::1]:4010",
        "::1",
        "LocalHost",
    ],
)
def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert guard.is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "example.com", "localhost.example.com", "127.0.0.1.example.com", "0.0.0.0", "[::2]", "::1:80"]
)
def test_another_machine_is_not_taken_for_this_one(host: str) -> None:
    assert not guard.is_loopback(host)
