"""What browsers are told."""

import httpx
import pytest

from mockserver.http import guard
from mockserver.http.app import App
from mockserver.http.in_process import call
from tests.conftest import sandbox_of

PREFLIGHT = {"Origin": "https://shop.example", "Access-Control-Request-Method": "PUT"}
EXPOSED = "Mock-Exchange, Mock-Assumed, Mock-Violation, Mock-Fault, Preference-Applied, Allow, Retry-After"


def test_a_preflight_is_allowed_from_anywhere_with_the_methods_of_the_contract(spoonity: httpx.Client) -> None:
    reply = spoonity.options("/customers", headers=PREFLIGHT)
    assert (reply.status_code, reply.content) == (204, b"")
    assert dict(reply.headers) == {
        "vary": "Origin",
        "access-control-allow-origin": "https://shop.example",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": EXPOSED,
        "access-control-allow-methods": "DELETE, GET, PATCH, POST, PUT",
        "access-control-allow-headers": "Authorization, Content-Type, Prefer, Mock-Sandbox",
        "access-control-max-age": "600",
    }


def test_a_preflight_into_a_private_network_is_allowed(spoonity: httpx.Client) -> None:
    reply = spoonity.options("/customers", headers=PREFLIGHT | {"Access-Control-Request-Private-Network": "true"})
    assert reply.headers["access-control-allow-private-network"] == "true"


def test_a_preflight_leaves_no_exchange_and_makes_no_sandbox(app: App, spoonity: httpx.Client) -> None:
    spoonity.options("/@new/customers", headers=PREFLIGHT)
    assert len(sandbox_of(app).journal) == 0
    assert "new" not in app.mock.sandboxes


@pytest.mark.parametrize("left_out", PREFLIGHT)
def test_options_that_is_no_preflight_is_a_wrong_method(spoonity: httpx.Client, left_out: str) -> None:
    headers = {name: value for name, value in PREFLIGHT.items() if name != left_out}
    assert spoonity.options("/customers", headers=headers).status_code == 405


@pytest.mark.parametrize("path", ["/customers", "/customers/nobody", "/nowhere", "/v1/customers"])
def test_every_reply_may_be_read_by_the_page_that_asked(spoonity: httpx.Client, path: str) -> None:
    headers = spoonity.get(path, headers={"Origin": "null"}).headers
    assert headers["vary"] == "Origin"
    assert headers["access-control-allow-origin"] == "null"
    assert headers["access-control-allow-credentials"] == "true"
    assert headers["access-control-expose-headers"] == EXPOSED


def test_without_an_origin_a_reply_only_says_that_it_depends_on_one(spoonity: httpx.Client) -> None:
    headers = spoonity.get("/customers").headers
    assert headers["vary"] == "Origin"
    assert not [name for name in headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "origin", [b"https://a.example\r\nSet-Cookie: a=b", b"a\x00b", b"a b", b"\xff", b"", b"https://" + b"a" * 600]
)
def test_an_origin_that_is_none_is_not_sent_back(app: App, origin: bytes) -> None:
    for method, more in (("GET", []), ("OPTIONS", [(b"access-control-request-method", b"PUT")])):
        reply = call(app, method, "/customers", headers=[(b"origin", origin), *more])
        assert reply.header("access-control-allow-origin") is None


def test_a_page_may_read_every_header_that_the_mock_adds(spoonity: httpx.Client) -> None:
    reply = spoonity.get("/customers", params={"limit": "2", "sort": "name", "what": "ever"})
    added = {name for name in reply.headers if name.startswith("mock-")}
    assert added == {"mock-exchange", "mock-assumed", "mock-violation"}
    assert added <= {name.strip().lower() for name in guard.EXPOSED_HEADERS.decode().split(",")}
