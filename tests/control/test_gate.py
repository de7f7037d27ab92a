"""Who may use the control API, and from which pages."""

import httpx
import pytest

from mockserver.http.app import App
from tests.conftest import MakeApp
from tests.control.asking import refused
from tests.control.conftest import ControlOf

LOOPBACK = ["localhost", "localhost:4010", "127.0.0.1:4010", "127.1.2.3", "[::1]:4010", "mock.localhost", "LOCALHOST:80"]
PAGE = "http://localhost:5173"
CONTROL_METHODS = "DELETE, GET, PATCH, POST, PUT"


@pytest.mark.parametrize("host", LOOPBACK)
def test_this_machine_may_ask_by_any_of_its_names(control: httpx.Client, host: str) -> None:
    assert control.get("/_mock/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:4010", "127.0.0.1.evil.example", "localhost.evil.example"])
def test_foreign_host_is_refused(control: httpx.Client, host: str) -> None:
    name = host.partition(":")[0]
    reply = control.get("/_mock/state", headers={"host": host})
    refused(reply, 403, f"Host {name} is not allowed on /_mock; start the mock with --allow-host {name}")


@pytest.mark.parametrize("allowed", ["mock.example", "Mock.Example", "mock.example:4010"])
def test_allowed_host_may_ask(make_app: MakeApp, control_of: ControlOf, allowed: str) -> None:
    control = control_of(make_app(allow_hosts=frozenset({allowed}), raise_errors=False))
    assert control.get("/_mock/health", headers={"host": "mock.example:4010"}).status_code == 200
    assert control.get("/_mock/health", headers={"host": "other.example:4010"}).status_code == 403


@pytest.mark.parametrize("host", ["", "two words", "a/b"])
def test_malformed_host_is_refused(control: httpx.Client, host: str) -> None:
    refused(control.get("/_mock/health", headers={"host": host}), 400, "The request needs exactly one well-formed Host header")


def test_page_of_this_machine_may_ask_and_read(control: httpx.Client) -> None:
    reply = control.get("/_mock/health", headers={"origin": PAGE})
    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == PAGE
    assert reply.headers["vary"] == "Origin"


def test_page_of_this_machine_may_read_a_refusal(control: httpx.Client) -> None:
    for path in ("/_mock/reset", "/_mock/nowhere"):
        assert control.get(path, headers={"origin": PAGE}).headers["access-control-allow-origin"] == PAGE


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost.evil.example", "chrome-extension://localhost"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_foreign_page_is_refused_and_may_not_read_it(control: httpx.Client, method: str, origin: str) -> None:
    headers = {"origin": origin, "access-control-request-method": "POST"}
    reply = control.request(method, "/_mock/reset", headers=headers)
    refused(reply, 403, f"Origin {origin} is not allowed on /_mock; start the mock with --allow-origin {origin}")
    assert not [name for name in reply.headers if name.startswith("access-control")]
    assert reply.headers["vary"] == "Origin"


def test_foreign_page_changes_nothing(control: httpx.Client) -> None:
    control.patch("/_mock/clock", json={"advance": "1d"})
    control.post("/_mock/reset", headers={"origin": "https://evil.example"})
    assert control.get("/_mock/clock").json()["now"] == "2026-02-03T13:48:05.683Z"


def test_page_without_an_origin_is_foreign_even_if_allowed(make_app: MakeApp, control_of: ControlOf) -> None:
    control = control_of(make_app(allow_origins=frozenset({"null"}), raise_errors=False))
    reply = control.get("/_mock/state", headers={"origin": "null"})
    refused(reply, 403, "Origin null is not allowed on /_mock; serve the page over HTTP")


@pytest.mark.parametrize("allowed", ["https://app.example", "https://APP.example"])
def test_allowed_page_may_ask_and_read(make_app: MakeApp, control_of: ControlOf, allowed: str) -> None:
    control = control_of(make_app(allow_origins=frozenset({allowed}), raise_errors=False))
    reply = control.get("/_mock/health", headers={"origin": "https://app.example"})
    assert reply.headers["access-control-allow-origin"] == "https://app.example"
    assert control.get("/_mock/health", headers={"origin": "https://app.example:444"}).status_code == 403


def test_page_that_an_allowed_host_serves_may_ask(make_app: MakeApp, control_of: ControlOf) -> None:
    control = control_of(make_app(allow_hosts=frozenset({"mock.example"}), raise_errors=False))
    headers = {"host": "mock.example:4010", "origin": "https://mock.example:4010"}
    assert control.post("/_mock/reset", headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_preflight_of_this_machines_page_is_answered(control: httpx.Client, method: str) -> None:
    asked = {"access-control-request-method": method, "access-control-request-headers": "content-type, mock-sandbox"}
    reply = control.options("/_mock/clock", headers={"origin": PAGE, **asked})
    assert reply.status_code == 204
    assert reply.content == b""
    assert reply.headers["access-control-allow-origin"] == PAGE
    assert reply.headers["access-control-allow-methods"] == CONTROL_METHODS
    assert reply.headers["access-control-allow-headers"] == "Authorization, Content-Type, Prefer, Mock-Sandbox"


def test_preflight_makes_no_sandbox(app: App, control: httpx.Client) -> None:
    control.options("/@new/_mock/clock", headers={"origin": PAGE, "access-control-request-method": "PATCH"})
    assert "new" not in app.mock.sandboxes


def test_oversized_heads_are_refused(control: httpx.Client) -> None:
    reply = control.get(f"/_mock/health?{'x' * 9000}")
    refused(reply, 414, "The path and query are longer than 8192 bytes")
    refused(control.get("/_mock/health", headers={"x": "y" * 40_000}), 431, "The headers are longer than 32768 bytes")
