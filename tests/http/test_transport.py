"""Calls within the process: mockserver.http.in_process, and the httpx transport on top of it."""

import asyncio
from typing import Any

import httpx
import pytest

from mockserver.client.transport import MockTransport
from mockserver.http.app import App
from mockserver.http.in_process import Response, call
from tests.conftest import BASE, MakeApp

BEARER = (b"Authorization", b"Bearer any")


def test_a_path_is_asked_of_a_host_of_its_own(app: App) -> None:
    page = call(app, "GET", "/customers?limit=1", headers=[BEARER]).json()
    assert page["next"] == "http://mock.localhost/customers?limit=1&page=2"


def test_a_url_names_scheme_and_host(app: App) -> None:
    page = call(app, "GET", "https://shop.example:444/customers?limit=1", headers=[BEARER]).json()
    assert page["next"] == "https://shop.example:444/customers?limit=1&page=2"


def test_a_host_header_wins_over_the_url(app: App) -> None:
    page = call(app, "GET", "/customers?limit=1", headers=[BEARER, (b"Host", b"other.example")]).json()
    assert page["next"] == "http://other.example/customers?limit=1&page=2"


def test_a_url_without_a_path_means_the_root(app: App) -> None:
    assert "No provider has /." in call(app, "GET", BASE).json()["detail"]


def test_a_path_of_two_slashes_is_a_path(app: App) -> None:
    assert "No provider has //customers." in call(app, "GET", "//customers").json()["detail"]


def test_a_body_comes_with_its_length_unless_one_is_given(app: App) -> None:
    json = (b"content-type", b"application/json")
    for more in ([], [(b"Content-Length", b"12")]):
        reply = call(app, "POST", "/customers", headers=[BEARER, json, *more], body=b'{"name":"A"}')
        assert reply.json()["name"] == "A"


def test_a_response_gives_headers_in_any_case_and_none_for_those_it_lacks() -> None:
    reply = Response(200, [(b"allow", b"GET")], b"{}")
    assert (reply.header("Allow"), reply.header("retry-after")) == ("GET", None)


def test_head_has_the_headers_of_an_answer_and_no_body(app: App) -> None:
    reply = call(app, "HEAD", "/customers", headers=[BEARER])
    assert (reply.status, reply.body) == (405, b"")
    assert int(reply.header("content-length") or 0) > 0


def test_an_application_that_waits_for_a_server_says_so(app: App) -> None:
    async def waits(_scope: Any, _receive: Any, _send: Any) -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="/_mock/x waits for something that only a server has"):
        call(App(app.mock, lambda _app: waits), "GET", "/_mock/x")


def test_an_error_of_the_application_reaches_the_caller(app: App) -> None:
    async def fails(_scope: Any, _receive: Any, _send: Any) -> None:
        raise KeyError("broken")

    with pytest.raises(KeyError):
        call(App(app.mock, lambda _app: fails), "GET", "/_mock")


def test_a_pause_is_the_caller_s_own(make_app: MakeApp) -> None:
    app, pauses = make_app(latency_ms=1500, raise_errors=False), []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    assert call(app, "GET", "/customers", headers=[BEARER], pause=pause).status == 200
    assert call(app, "GET", "/customers", headers=[BEARER]).status == 200
    assert pauses == [1.5]


def test_nothing_waits_unless_it_was_told_to(app: App) -> None:
    async def pause(seconds: float) -> None:
        raise AssertionError(seconds)

    assert call(app, "GET", "/customers", headers=[BEARER], pause=pause).status == 200


def test_httpx_reaches_the_application_sync_and_async(app: App) -> None:
    transport, url, headers = MockTransport(app), f"{BASE}/customers?limit=1", {"Authorization": "Bearer any"}

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get(url, headers=headers)

    with httpx.Client(transport=transport) as client:
        replies = [client.get(url, headers=headers), asyncio.run(ask())]
    assert [(reply.status_code, len(reply.json()["items"])) for reply in replies] == [(200, 1), (200, 1)]


def test_httpx_sends_a_streamed_body(app: App) -> None:
    with httpx.Client(transport=MockTransport(app), base_url=BASE) as client:
        pieces = iter([b'{"name":', b'"A"}'])
        headers = {"Authorization": "Bearer any", "Content-Type": "application/json"}
        assert client.post("/customers", content=pieces, headers=headers).json()["name"] == "A"


@pytest.mark.parametrize(("limit", "is_late"), [(1.5, True), (1.0, True), (2.0, False), (None, False)])
def test_a_delay_as_long_as_the_client_s_patience_is_a_time_out(make_app: MakeApp, limit: float | None, is_late: bool) -> None:
    app = make_app(latency_ms=1500, raise_errors=False)
    with httpx.Client(transport=MockTransport(app), base_url=BASE, timeout=limit) as client:
        if is_late:
            with pytest.raises(httpx.ReadTimeout, match=r"the mock waits 1\.5 s"):
                client.get("/customers")
        else:
            assert client.get("/customers").status_code == 401


def test_a_request_without_extensions_never_times_out(make_app: MakeApp) -> None:
    transport = MockTransport(make_app(latency_ms=1500, raise_errors=False))
    assert transport.handle_request(httpx.Request("GET", f"{BASE}/customers")).status_code == 401
