"""`create_app()` is a Starlette application: routes, lifespan, middleware, mounts, TestClient."""

import asyncio
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from msgspec import json
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from mockserver.app import asgi_app, create_app
from mockserver.errors import ConfigurationError, DocumentError
from mockserver.http.app import App
from mockserver.http.in_process import call
from mockserver.http.routes import starlette_app
from mockserver.http.server import running_server
from mockserver.webhooks import Endpoint
from tests.conftest import SPOONITY_TOKEN, VEXUTOPIA_KEY, client_of

# The TestClient of older Starlettes leaves streams of anyio open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

TOKEN = {"Authorization": f"Bearer {SPOONITY_TOKEN}"}
KEY = {"Authorization": f"Bearer {VEXUTOPIA_KEY}"}


async def hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


def asked_by(app: ASGIApp, peer: tuple[str, int] | None) -> ASGIApp:
    """Return the application as a client at that address meets it."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": peer}, receive, send)

    return asked


@pytest.fixture
def app() -> Starlette:
    return create_app(clock="frozen", raise_errors=True)


@pytest.fixture
def client(app: Starlette) -> Iterator[TestClient]:
    with TestClient(app, headers=TOKEN) as client:
        yield client


def journal(app: Starlette) -> list[Any]:
    return list(app.state.mock.sandboxes.get("default").journal)


def test_it_is_a_starlette_application(app: Starlette) -> None:
    assert isinstance(app, Starlette)


def test_its_routes_list_each_operation_and_the_control_api(app: Starlette) -> None:
    operations = app.state.mock.pipeline.contract.operations.values()
    listed = {(each.path, each.name, *(each.methods or ())) for each in app.routes if isinstance(each, Route)}

    assert {(each.path, each.id) for each in operations} == {each[:2] for each in listed}
    assert all(each.method in row for each in operations for row in listed if row[1] == each.id)
    assert [each.path for each in app.routes if isinstance(each, Mount)] == ["/_mock"]
    assert [(each.path, each.name) for each in app.routes if not isinstance(each, Route | Mount)] == [("", "mockserver-paths")]  # type: ignore[attr-defined]


def test_operations_have_urls_by_name(app: Starlette) -> None:
    assert app.url_path_for("spoonity.listCustomers") == "/customers"


def test_requests_reach_providers_and_control_api(client: TestClient, app: Starlette) -> None:
    assert client.get("/customers").status_code == 200
    assert client.get("/@blue/customers?limit=1").status_code == 200
    assert len(client.get("/_mock/requests").json()["exchanges"]) == 1
    assert len(client.get("/@blue/_mock/requests").json()["exchanges"]) == 1
    assert len(journal(app)) == 1


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/customers"), ("GET", "/nowhere"), ("GET", "/customers/"), ("GET", "/")])
def test_refusals_are_those_of_the_bare_application(client: TestClient, method: str, path: str) -> None:
    bare = call(asgi_app(clock="frozen"), method, path, headers=[(b"authorization", TOKEN["Authorization"].encode())])
    answer = client.request(method, path)

    assert (answer.status_code, answer.content) == (bare.status, bare.body)


def test_answers_in_process_too(app: Starlette) -> None:
    assert call(app, "GET", "/customers", headers=[(b"authorization", b"Bearer x")]).status == 200


def test_preflight_is_answered(client: TestClient) -> None:
    answer = client.options("/customers", headers={"Origin": "http://x.example", "Access-Control-Request-Method": "GET"})

    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "http://x.example")


def test_control_api_refuses_testserver_to_others_than_the_test_client(app: Starlette) -> None:
    for peer in (("192.0.2.1", 1), ("127.0.0.1", 1), None):
        with TestClient(asked_by(app, peer)) as client:
            assert client.get("/_mock/health").status_code == 403


def test_control_api_refuses_other_hosts_to_the_test_client(app: Starlette) -> None:
    with TestClient(app, base_url="http://elsewhere") as client:
        assert client.get("/_mock/health").status_code == 403


def test_takes_middleware(app: Starlette) -> None:
    app.add_middleware(GZipMiddleware, minimum_size=1)
    with TestClient(app) as client, client.stream("GET", "/customers", headers=TOKEN) as answer:
        raw = b"".join(answer.iter_raw())

    assert answer.headers["content-encoding"] == "gzip"
    assert json.decode(gzip.decompress(raw))["items"]


def test_route_put_before_the_others_wins_without_an_exchange(app: Starlette, client: TestClient) -> None:
    app.routes.insert(0, Route("/customers", hello))

    assert client.get("/customers").text == "hello"
    assert journal(app) == []


def test_appended_route_is_asked_where_no_provider_has_the_path(app: Starlette, client: TestClient) -> None:
    for path in ("/customers", "/v1/more", "/more"):
        app.router.routes.append(Route(path, hello))

    assert client.get("/customers").json()["items"]
    assert [client.get(path).text for path in ("/v1/more", "/more")] == ["hello"] * 2
    assert len(journal(app)) == 1


def test_mounted_application_links_below_its_mount() -> None:
    whole = Starlette(routes=[Mount("/apis", create_app(clock="frozen"))])
    with TestClient(whole, headers=TOKEN) as client:
        for base in ("/apis", "/apis/@blue"):
            first = client.get(f"{base}/customers?limit=2").json()
            assert first["next"].startswith(f"http://testserver{base}/customers?")
            assert client.get(first["next"]).status_code == 200
        made = client.post("/apis/_mock/sandboxes", json={}).json()

    assert made["url"].startswith("http://testserver/apis/@")


def test_path_that_only_begins_like_the_mount_is_kept_whole() -> None:
    whole = Starlette(routes=[Mount("/cust", create_app(clock="frozen"))])
    with TestClient(whole, headers=TOKEN) as client:
        assert client.get("/cust/customers").status_code == 200


@pytest.mark.parametrize("path", ["/customers", "/_mock/x", "/nowhere"])
def test_websockets_are_refused(client: TestClient, path: str) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(path):
        pass


def test_faults_are_armed_in_every_sandbox_that_begins() -> None:
    app = create_app(faults=["offline", {"kind": "status", "status": 418, "operations": ["spoonity.listCustomers"]}])
    with TestClient(app) as client:
        for name in ("default", "blue"):
            kinds = [each["kind"] for each in client.get(f"/@{name}/_mock/faults").json()]
            assert kinds == ["drop", "status"]
        client.delete("/_mock/faults")
        client.post("/_mock/reset")
        assert len(client.get("/_mock/faults").json()) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"faults": ["flakey"]}, r'faults\[0\].preset: must be flaky, .* got "flakey"'),
        (
            {"faults": [{"kind": "drop", "operations": ["spoonity.no"]}]},
            r"faults\[0\].operations\[0\]: unknown operation 'spoonity.no'",
        ),
        ({"faults": [3]}, "3 is not a fault"),
        ({"mode": "frozen"}, "unknown keyword 'mode'"),
        ({"clock": "slow"}, '^clock: must be real, frozen or step, got "slow"; write'),
        ({"now": "soon"}, "now"),
        ({"seed": "7"}, '^seed: must be an integer from .*, got "7"; write seed=7$'),
        ({"providers": 5}, "^providers: must be names or providers, got 5; name one of spoonity, vexutopia$"),
        ({"contract": 5}, '^contract: must be a path, got 5; write contract="openapi.yaml"$'),
        ({"endpoints": ["x"]}, r'^endpoints\[0\]: must be an object, got "x"; write endpoints=\(\)$'),
        ({"latency_ms": "a"}, '^latency_ms: must be a number from 0 to 1000000000, got "a"; write latency_ms=0$'),
        ({"latency_ms": -1}, "^latency_ms: must be a number from 0 to 1000000000, got -1; write latency_ms=0$"),
        ({"max_body": -1}, "^max_body: must be an integer from 1 to 2147483648, got -1; write max_body=1000000$"),
        ({"max_sandboxes": 0}, "^max_sandboxes: must be an integer from 1 to 1000000000, got 0; write max_sandboxes=1000$"),
        (
            {"public_url": "nope"},
            '^public_url: must be text that matches .*, got "nope"; write public_url="https://mock.example"$',
        ),
        ({"allow_hosts": "a.example"}, r'^allow_hosts: must be a list, got "a.example"; write allow_hosts=\(\)$'),
        ({"raise_errors": 1}, "^raise_errors: must be true or false, got 1; write raise_errors=False$"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        create_app(**options)


def test_contract_is_a_path_or_its_text(tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text("{openapi: 3.1.0, info: {title: One, version: '1'}, paths: {}, x: [}")
    for contract in (file, str(file)):
        with pytest.raises(DocumentError, match=r"one\.yaml"):
            create_app(contract=contract)


def test_words_are_those_of_running(tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text("vexutopia: {customers: [{email: one@example.com}]}")
    app = create_app(fixture=["empty", file], clock="step", now="2026-03-01T00:00:00Z", seed=9, journal_limit=1)
    with TestClient(app, headers=KEY) as client:
        assert client.get("/v1/customers").json()["data"][0]["email"] == "one@example.com"
        client.get("/v1/customers")
        assert client.get("/_mock/clock").json() == {"mode": "step", "now": "2026-03-01T00:00:02.000Z"}
        assert [each["number"] for each in client.get("/_mock/requests").json()["exchanges"]] == [2]


def waiting_app() -> App:
    """Return an application with a sandbox in which a payment settles by itself, seconds from now."""
    app = asgi_app(clock="real", fixture="empty")
    sandbox = app.mock.sandboxes.get("mine")
    sandbox.state.endpoints = (Endpoint("box", "", "whsec_x"),)
    client_of(app, VEXUTOPIA_KEY).post("/@mine/v1/payments", json={"amount": 500, "currency": "usd"})
    return app


def test_without_a_lifespan_timers_begin_with_the_first_request() -> None:
    app = waiting_app()
    transport = httpx.ASGITransport(Starlette(routes=[Mount("/apis", starlette_app(app))]))

    async def ask() -> list[str]:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            await client.get("/apis/customers")
        await asyncio.sleep(0)
        return list(app.webhook_sender._timers)

    assert asyncio.run(ask()) == ["mine"]


def test_it_may_be_started_again_after_its_end() -> None:
    app = waiting_app()
    started = starlette_app(app)

    async def live() -> list[list[str]]:
        async with started.router.lifespan_context(started):
            await asyncio.sleep(0)
            during = list(app.webhook_sender._timers)
        return [during, list(app.webhook_sender._timers)]

    assert [asyncio.run(live()) for _ in range(2)] == [[["mine"], []]] * 2
    with TestClient(started, headers=TOKEN) as client:
        assert client.get("/customers").status_code == 200


def test_bare_application_may_be_started_again_too() -> None:
    app = waiting_app()
    for _ in range(2):
        with running_server(app) as address:
            assert httpx.get(f"{address.url}/customers", headers=TOKEN).status_code == 200
        assert app.webhook_sender._timers == {}


def test_our_server_serves_it_too() -> None:
    with running_server(create_app()) as address:
        assert httpx.get(f"{address.url}/_mock/health").json()["ready"] is True


def test_uvicorn_makes_it_by_its_factory() -> None:
    config = uvicorn.Config("mockserver.app:create_app", factory=True, log_config=None, proxy_headers=False)
    config.load()

    assert isinstance(config.loaded_app, Starlette)
