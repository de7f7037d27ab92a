"""Sandboxes over HTTP: which one answers, and that none sees another."""

from typing import Any

import httpx
import msgspec
import pytest

from mockserver.http.app import App
from tests.conftest import VEXUTOPIA_KEY, client_of, make_app, sandbox_of

CUSTOMERS = ("/customers", "/v1/customers")


def journals(app: App) -> dict[str, int]:
    """Return how many exchanges each sandbox has had."""
    return {sandbox.name: len(sandbox.journal) for sandbox in app.mock.sandboxes}


def dump(app: App, name: str = "default") -> bytes:
    return msgspec.json.encode(app.mock.fixtures.dump(sandbox_of(app, name).state))


@pytest.mark.parametrize("path", CUSTOMERS)
@pytest.mark.parametrize(
    ("in_path", "in_header", "in_key", "answers"),
    [
        ("red", "green", "blue", "red"),
        ("red", "green", "", "red"),
        ("red", "", "blue", "red"),
        ("", "green", "blue", "green"),
        ("", "", "blue", "blue"),
        ("red", "", "", "red"),
        ("", "green", "", "green"),
        ("", "", "", "default"),
        ("default", "green", "blue", "default"),
        ("", "default", "blue", "default"),
    ],
)
def test_path_beats_header_beats_key(app: App, path: str, in_path: str, in_header: str, in_key: str, answers: str) -> None:
    label = "vexutopia" if path.startswith("/v1") else "spoonity"
    blue = app.mock.sandboxes.create("blue").keys[label]
    headers = {"Authorization": f"Bearer {blue if in_key else VEXUTOPIA_KEY}"} | (
        {"Mock-Sandbox": in_header} if in_header else {}
    )
    client_of(app).get(f"/@{in_path}{path}" if in_path else path, headers=headers)
    assert {name for name, count in journals(app).items() if count} == {answers}


@pytest.mark.parametrize("label", ["vexutopia", "vexutopia_live"])
def test_every_key_of_a_sandbox_selects_it(app: App, label: str) -> None:
    blue = app.mock.sandboxes.create("blue")
    client_of(app, blue.keys[label]).get("/v1/customers")
    assert journals(app) == {"default": 0, "blue": 1}


def test_a_token_selects_the_sandbox_that_issued_it(app: App) -> None:
    form = {"client_secret": "a", "client_id": "b", "grant_type": "authorization_code", "code": "c"}
    token = client_of(app).post("/@blue/oauth/access_token", data=form).json()["access_token"]
    client_of(app, token).get("/customers")
    assert journals(app) == {"default": 0, "blue": 2}


def test_a_client_secret_selects_the_sandbox_of_the_key(app: App) -> None:
    blue = app.mock.sandboxes.create("blue")
    form = {"client_secret": blue.keys["spoonity"], "client_id": "b", "grant_type": "authorization_code", "code": "c"}
    client_of(app).post("/oauth/access_token", data=form)
    assert journals(app) == {"default": 0, "blue": 1}


@pytest.mark.parametrize("key", ["mock_gone_0123456789abcdef", "vex_test_mock_gone_0123456789abcdef", "mock_default", "mock_"])
def test_a_key_of_no_sandbox_selects_the_default_one_and_makes_none(app: App, key: str) -> None:
    client_of(app, key).get("/v1/customers")
    assert journals(app) == {"default": 1}


@pytest.mark.parametrize("path", CUSTOMERS)
def test_a_key_of_one_sandbox_is_no_issued_key_in_another(path: str) -> None:
    app = make_app(assume={"spoonity.unknown-token": "rejected", "vexutopia.unknown-key": "rejected"})
    label = "vexutopia" if path.startswith("/v1") else "spoonity"
    blue = client_of(app, app.mock.sandboxes.create("blue").keys[label])
    assert (blue.get(path).status_code, blue.get(f"/@red{path}").status_code) == (200, 401)


@pytest.mark.parametrize("path", CUSTOMERS)
def test_a_sandbox_is_made_when_it_is_first_used_and_begins_like_the_default_one(app: App, path: str) -> None:
    client = client_of(app, VEXUTOPIA_KEY)
    assert "new" not in app.mock.sandboxes
    fresh = client.get(f"/@new{path}?limit=100").text
    assert "new" in app.mock.sandboxes
    assert fresh.replace("/@new/", "/") == client.get(f"{path}?limit=100").text


@pytest.mark.parametrize("address", [{"path": "/@blue"}, {"headers": {"Mock-Sandbox": "blue"}}], ids=["path", "header"])
def test_what_happens_in_one_sandbox_is_not_seen_in_another(app: App, address: dict[str, Any]) -> None:
    untouched = dump(app)
    prefix, headers = address.get("path", ""), address.get("headers", {})
    with client_of(app, VEXUTOPIA_KEY) as client:
        client.headers.update(headers)
        client.post(f"{prefix}/customers", json={"name": "A"})
        client.put(f"{prefix}/customers/cust_175a9abec1882d12", json={"name": "B"})
        client.delete(f"{prefix}/customers/cust_175a9abec1882d12")
        client.post(f"{prefix}/v1/customers", json={"email": "a@example.com"})
        client.patch(f"{prefix}/v1/customers/cus_abc123def456", json={"name": "B"})
        client.delete(f"{prefix}/v1/customers/cus_abc123def456")
        client.post(f"{prefix}/v1/payments", json={"amount": 1, "currency": "usd"})
    assert dump(app) == untouched
    assert dump(app, "blue") != untouched
    assert client_of(app).get("/customers/cust_175a9abec1882d12").json()["name"] == "John Smith"
    assert client_of(app, VEXUTOPIA_KEY).get("/v1/customers/cus_abc123def456").json()["name"] == "Jane Smith"


def test_the_same_calls_make_the_same_ids_in_every_sandbox(spoonity: httpx.Client) -> None:
    ids = {spoonity.post(f"{prefix}/customers").json()["id"] for prefix in ("", "/@red", "/@blue")}
    assert len(ids) == 1


@pytest.mark.parametrize("prefix", ["", "/@blue", "/@A.b-c_9"])
def test_links_stay_in_the_sandbox_that_the_path_names(spoonity: httpx.Client, prefix: str) -> None:
    seen, link = [], f"http://mock.localhost{prefix}/customers?limit=25&page=1"
    while link:
        assert link.startswith(f"http://mock.localhost{prefix}/customers?")
        page = spoonity.get(link).json()
        seen += [customer["id"] for customer in page["items"]]
        link = page["next"]
    assert len(set(seen)) == len(seen) == 61
    assert page["prev"] == f"http://mock.localhost{prefix}/customers?limit=25&page=2"


def test_links_name_no_sandbox_that_a_header_named(spoonity: httpx.Client) -> None:
    page = spoonity.get("/customers?limit=1", headers={"Mock-Sandbox": "blue"}).json()
    assert page["next"] == "http://mock.localhost/customers?limit=1&page=2"


REMEDY = "there are 2 sandboxes; DELETE /_mock/sandboxes/NAME drops one, --max-sandboxes allows more"


@pytest.mark.parametrize("headers", [{}, {"Mock-Sandbox": "third"}], ids=["path", "header"])
def test_one_sandbox_too_many_is_refused_with_the_remedy_in_the_provider_s_form(headers: dict[str, str]) -> None:
    app = make_app(max_sandboxes=2)
    client, prefix = client_of(app, VEXUTOPIA_KEY), "" if headers else "/@third"
    client.get("/@second/customers")
    spoonity = client.get(f"{prefix}/customers", headers=headers)
    vexutopia = client.get(f"{prefix}/v1/customers", headers=headers)
    assert (spoonity.status_code, spoonity.json()["message"]) == (503, REMEDY)
    error = {"code": "internal_error", "message": REMEDY, "doc_url": "https://vexutopia.com/docs/errors#internal_error"}
    assert (vexutopia.status_code, vexutopia.json()) == (503, {"error": error})
    assert vexutopia.headers["mock-exchange"] == "0"
    assert journals(app) == {"default": 0, "second": 1}


def test_dropping_a_sandbox_makes_room() -> None:
    app = make_app(max_sandboxes=2)
    client = client_of(app)
    client.get("/@second/customers")
    app.mock.sandboxes.drop("second")
    assert client.get("/@third/customers").status_code == 200


@pytest.mark.parametrize("path", CUSTOMERS)
@pytest.mark.parametrize("name", ["-a", "a%20b", "..", "a" * 65, "%61", "a@b"])
def test_a_name_that_none_can_have_is_refused_by_the_provider_and_makes_no_sandbox(app: App, path: str, name: str) -> None:
    client = client_of(app, VEXUTOPIA_KEY)
    replies = [client.get(f"/@{name}{path}"), client.get(path, headers={"Mock-Sandbox": name})]
    assert [reply.status_code for reply in replies] == [400, 400]
    assert journals(app) == {"default": 0}


def test_an_empty_header_names_no_sandbox(app: App, spoonity: httpx.Client) -> None:
    spoonity.get("/customers", headers={"Mock-Sandbox": ""})
    assert journals(app) == {"default": 1}


def test_a_name_of_64_characters_is_a_name(spoonity: httpx.Client) -> None:
    assert spoonity.get(f"/@{'a' * 64}/customers").status_code == 200
