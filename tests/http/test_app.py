"""The ASGI application: connections, paths and prefixes, failures of the mock itself."""

import logging
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from mockserver.exchange import Call, Reply
from mockserver.http.app import App
from mockserver.http.in_process import call
from mockserver.providers import PROVIDERS
from mockserver.state import Sandbox
from tests.asgi import HOST, converse, scope_of
from tests.conftest import NOW, client_of, make_app, sandbox_of

BEARER = (b"authorization", b"Bearer any")
PROBLEM = "application/problem+json"


def test_lifespan_is_acknowledged_until_the_server_stops(app: App) -> None:
    sent = converse(app, {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    assert sent == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]


def test_a_websocket_is_closed(app: App) -> None:
    assert converse(app, {"type": "websocket"}) == [{"type": "websocket.close", "code": 1000}]


def test_a_server_that_gives_no_raw_path_is_served(app: App) -> None:
    start, body = converse(app, scope_of("/customers/ä b", headers=[HOST, BEARER]))
    assert start["status"] == 404
    assert body["body"] == b'{"internal_code":null,"message":"Customer not found"}'
    assert next(iter(sandbox_of(app).journal)).request.path == "/customers/%C3%A4%20b"


def test_a_raw_path_with_a_query_is_cut_off_there(app: App) -> None:
    start, _ = converse(app, scope_of("/customers", raw_path=b"/customers?limit=1", headers=[HOST, BEARER]))
    assert start["status"] == 200


def test_a_client_that_leaves_within_its_body_gets_no_answer_and_leaves_no_exchange(app: App) -> None:
    scope = scope_of("/customers", method="POST", headers=[HOST, (b"content-length", b"9")])
    assert converse(app, scope, {"type": "http.disconnect"}) == []
    assert len(sandbox_of(app).journal) == 0


def test_a_body_beyond_the_limit_is_refused_in_the_provider_s_form() -> None:
    app = make_app(max_body=10)
    reply = client_of(app, "vex_test_a").post("/v1/customers", json={"email": "a@example.com"})
    assert reply.status_code == 413
    assert reply.json()["error"]["message"] == "The body is larger than 10 bytes"


def test_a_delay_takes_its_time_before_the_work() -> None:
    app, paused = make_app(latency_ms=250, raise_errors=False), []

    async def pause(seconds: float) -> None:
        paused.append((seconds, len(sandbox_of(app).journal)))

    call(app, "GET", "/customers", headers=[BEARER], pause=pause)
    assert paused == [(0.25, 0)]


def test_links_start_with_the_public_address_if_there_is_one() -> None:
    app = make_app(public_url="https://mock.example")
    page = client_of(app).get("/@blue/customers", params={"limit": 1}).json()
    assert page["next"] == "https://mock.example/@blue/customers?limit=1&page=2"


def test_mounted_below_a_path_links_and_sandboxes_still_work(app: App) -> None:
    outer = Starlette(routes=[Mount("/apis", app=app)])
    with httpx.Client(transport=httpx.MockTransport(through(outer)), base_url="http://mock.localhost/apis") as client:
        client.headers["Authorization"] = "Bearer any"
        for sandbox, headers in (("/@blue", {}), ("", {"Mock-Sandbox": "blue"}), ("", {})):
            reply = client.get(f"{sandbox}/customers?limit=1", headers=headers)
            assert reply.json()["next"] == f"http://mock.localhost/apis{sandbox}/customers?limit=1&page=2"
    assert [len(sandbox_of(app, name).journal) for name in ("blue", "default")] == [2, 1]


def through(app: Any) -> Any:
    """Return what answers httpx's requests with any ASGI application."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.partition(b"?")[0]
        headers = [(name.lower(), value) for name, value in request.headers.raw]
        scope = scope_of(request.url.path, raw_path=path, query_string=request.url.query, root_path="", headers=headers)
        start, body = converse(app, scope)
        return httpx.Response(start["status"], headers=start["headers"], content=body["body"])

    return answer


def test_the_control_application_is_made_once_and_told_the_sandbox(app: App) -> None:
    made: list[App] = []
    seen = []

    async def control(scope: Any, _receive: Any, send: Any) -> None:
        seen.append({name: scope[name] for name in ("path", "raw_path", "root_path", "mock.prefix", "mock.sandbox")})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    def make_control(owner: App) -> Any:
        made.append(owner)
        return control

    controlled = App(app.mock, make_control)
    for path in (b"/_mock", b"/_mock/a%20b", b"/_mock/\xff", b"/@blue/_mock/"):
        assert converse(controlled, scope_of("", raw_path=path))[1]["body"] == b"ok"
    assert made == [controlled]
    assert seen == [
        {"path": "/_mock", "raw_path": b"/_mock", "root_path": "", "mock.prefix": "", "mock.sandbox": ""},
        {"path": "/_mock/a b", "raw_path": b"/_mock/a%20b", "root_path": "", "mock.prefix": "", "mock.sandbox": ""},
        {"path": "/_mock/ÿ", "raw_path": b"/_mock/\xff", "root_path": "", "mock.prefix": "", "mock.sandbox": ""},
        {"path": "/_mock/", "raw_path": b"/_mock/", "root_path": "", "mock.prefix": "/@blue", "mock.sandbox": "blue"},
    ]


@pytest.mark.parametrize(
    "path", ["/", "/_mockery", "/nowhere", "/v2/customers", "/@", "/@/customers", "//customers", "/Customers"]
)
def test_a_path_of_no_provider_is_answered_in_the_mock_s_own_name(app: App, path: str) -> None:
    reply = call(app, "GET", path)
    assert (reply.status, reply.header("content-type")) == (404, PROBLEM)
    paths = "/customers, /customers/{id}, /oauth/access_token, /v1/customers, /v1/customers/{id}, /v1/payments, /v1/payments/{id}"
    assert reply.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": f"No provider has {path}. The paths are {paths}, and /_mock/ for the mock itself.",
    }


def test_a_path_of_no_provider_is_quoted_in_part_only(app: App) -> None:
    assert f"No provider has /{'x' * 199}. The paths" in call(app, "GET", "/" + "x" * 8000).json()["detail"]


def list_customers(_sandbox: Sandbox, _call: Call) -> Reply:
    """Stand in for the handler of both providers' lists, and fail."""
    raise ZeroDivisionError("by design")


def broken_app(*, raise_errors: bool = False) -> App:
    """Return an application in which every list of customers fails."""
    broken = [
        replace(each, handlers=[list_customers, *(one for one in each.handlers if one.__name__ != "list_customers")])
        for each in PROVIDERS
    ]
    return make_app(providers=broken, raise_errors=raise_errors)


def test_a_failure_of_the_mock_itself_is_a_500_of_the_provider_and_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    app = broken_app()
    with caplog.at_level(logging.ERROR, logger="mockserver"):
        spoonity = client_of(app).get("/customers")
        vexutopia = client_of(app, "vex_test_a").get("/v1/customers")
    assert (spoonity.status_code, spoonity.json()["message"]) == (500, "An unexpected error occurred.")
    assert (vexutopia.status_code, vexutopia.json()["error"]["code"]) == (500, "internal_error")
    assert "GET /v1/customers failed in the mock itself" in caplog.text
    assert "ZeroDivisionError: by design" in caplog.text


def test_a_failure_of_the_mock_itself_ends_a_test() -> None:
    with pytest.raises(ZeroDivisionError):
        client_of(broken_app(raise_errors=True)).get("/customers")


def test_after_a_failure_of_the_mock_itself_time_goes_on() -> None:
    app = broken_app()
    client_of(app).get("/customers")
    sandbox = sandbox_of(app)
    sandbox.state.clock = sandbox.state.clock.advanced(1_000)
    assert sandbox.now == NOW + 1_000


def test_an_exchange_in_which_the_mock_fails_is_recorded_under_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(raise_errors=False)
    client = client_of(app)
    monkeypatch.setattr(app.mock.pipeline, "_handle", lambda *_: 1 // 0)

    answer = client.get("/customers")
    (exchange,) = app.mock.sandboxes.get("default").journal

    assert (answer.status_code, answer.headers["mock-exchange"]) == (500, "1")
    assert (exchange.number, exchange.status, exchange.operation) == (1, 500, "spoonity.listCustomers")
