"""Who may call Spoonity, which sandbox a credential selects, and how tokens live."""

import httpx
import msgspec
import pytest

from mockserver.documents import Document
from mockserver.http.app import App
from mockserver.state import Sandbox, State
from tests.conftest import MakeApp, client_of
from tests.providers.spoonity.conftest import PRINTED, later

UNAUTHORIZED = {"internal_code": None, "message": "Unauthorized"}
TOKEN_REQUEST = {"client_secret": "a", "client_id": "b", "grant_type": "authorization_code", "code": "c"}


def _token(client: httpx.Client, **changed: str) -> str:
    reply = client.post("/oauth/access_token", data={**TOKEN_REQUEST, **changed}).raise_for_status()
    return str(reply.json()["access_token"])


def _with(client: httpx.Client, authorization: str) -> httpx.Response:
    return client.get("/customers", headers={"authorization": authorization})


@pytest.mark.parametrize("authorization", ["Bearer x", "bearer x", "BEARER x", "Bearer   x", "Bearer x y"])
def test_a_bearer_token_lets_in(spoonity: httpx.Client, authorization: str) -> None:
    assert _with(spoonity, authorization).status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Bearer   ", "Basic x", "Token x", "x", "BearerX x"])
def test_anything_else_does_not(spoonity: httpx.Client, authorization: str) -> None:
    reply = _with(spoonity, authorization)

    assert (reply.status_code, reply.json()) == (401, UNAUTHORIZED)
    assert "mock-assumed" not in reply.headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/customers?limit=0"),
        ("POST", "/customers?email=x"),
        ("GET", "/customers/nobody"),
        ("PUT", "/customers/nobody?status=X"),
        ("DELETE", "/customers/nobody"),
    ],
)
def test_the_credential_is_judged_before_anything_else_of_the_request(spoonity: httpx.Client, method: str, path: str) -> None:
    reply = spoonity.request(method, path, headers={"authorization": "", "content-type": "text/xml"}, content=b"<")

    assert (reply.status_code, reply.json()) == (401, UNAUTHORIZED)


def test_the_path_is_judged_before_the_credential(spoonity: httpx.Client) -> None:
    assert spoonity.get("/customers/a/b", headers={"authorization": ""}).status_code == 404
    assert spoonity.patch("/customers", headers={"authorization": ""}).status_code == 405


def test_the_parameters_are_judged_before_the_customer(spoonity: httpx.Client) -> None:
    assert spoonity.put("/customers/nobody", data={"status": "X"}).status_code == 400
    assert spoonity.put("/customers/nobody", data={"status": "ACTIVE"}).status_code == 404


def test_a_token_request_answers_as_printed(spoonity: httpx.Client) -> None:
    reply = spoonity.post("/oauth/access_token", data=TOKEN_REQUEST, headers={"authorization": ""})

    shown = reply.json()
    assert reply.status_code == 200
    assert shown == {"access_token": shown["access_token"], "token_type": "bearer", "expires_in": 60}
    assert list(shown) == ["access_token", "token_type", "expires_in"]


@pytest.mark.parametrize("field", TOKEN_REQUEST)
def test_a_token_request_needs_each_of_its_fields(spoonity: httpx.Client, field: str) -> None:
    reply = spoonity.post("/oauth/access_token", data={name: value for name, value in TOKEN_REQUEST.items() if name != field})

    assert (reply.status_code, reply.json()) == (400, {"internal_code": None, "message": f"Missing {field} field"})


def test_there_is_no_other_grant(spoonity: httpx.Client) -> None:
    reply = spoonity.post("/oauth/access_token", data={**TOKEN_REQUEST, "grant_type": "password"})

    message = "Invalid field value for grant_type; must be one of authorization_code"
    assert (reply.status_code, reply.json()) == (400, {"internal_code": None, "message": message})


def test_a_token_request_is_a_form(spoonity: httpx.Client) -> None:
    for reply in (spoonity.post("/oauth/access_token", json=TOKEN_REQUEST), spoonity.post("/oauth/access_token")):
        assert (reply.status_code, reply.json()) == (400, {"internal_code": None, "message": "Bad request"})


def test_a_token_works_as_a_key_does_and_leans_on_nothing(spoonity: httpx.Client) -> None:
    reply = _with(spoonity, f"Bearer {_token(spoonity)}")

    assert reply.status_code == 200
    assert "mock-assumed" not in reply.headers


def test_every_token_is_another(spoonity: httpx.Client) -> None:
    assert len({_token(spoonity) for _ in range(20)}) == 20


def test_tokens_are_the_same_for_the_same_seed_and_calls(make_app: MakeApp) -> None:
    first, second, other = (client_of(make_app(seed=seed)) for seed in (1, 1, 2))

    assert _token(first) == _token(second)
    assert _token(first) != _token(other)


def test_a_token_ends_at_its_sixtieth_second_on_the_sandboxs_clock(make_app: MakeApp) -> None:
    app = make_app(assume={"spoonity.token-lifetime": "enforced"})
    client, sandbox = client_of(app), app.mock.sandboxes.get("default")
    token = _token(client)

    later(sandbox, 59_999)
    assert _with(client, f"Bearer {token}").status_code == 200
    later(sandbox, 1)
    reply = _with(client, f"Bearer {token}")

    assert (reply.status_code, reply.json()) == (401, UNAUTHORIZED)
    assert reply.headers["mock-assumed"] == "spoonity.token-lifetime=enforced"
    assert _with(client, f"Bearer {_token(client)}").status_code == 200


def test_where_unknown_tokens_are_refused_issued_tokens_and_keys_are_not(make_app: MakeApp) -> None:
    app = make_app(assume={"spoonity.unknown-token": "rejected"})
    client, keys = client_of(app), app.mock.sandboxes.get("default").keys

    assert _with(client, f"Bearer {keys['spoonity']}").status_code == 200
    assert _with(client, f"Bearer {_token(client)}").status_code == 200
    for stranger in ("anything", keys["spoonity"] + "0", keys["vexutopia"]):
        reply = _with(client, f"Bearer {stranger}")
        assert (reply.status_code, reply.json()) == (401, UNAUTHORIZED)


def test_a_reset_makes_earlier_tokens_unknown(make_app: MakeApp) -> None:
    app = make_app(assume={"spoonity.unknown-token": "rejected"})
    client, sandbox = client_of(app), app.mock.sandboxes.get("default")
    token = _token(client)

    sandbox.reset()

    assert _with(client, f"Bearer {token}").status_code == 401
    assert _token(client) == token


def test_a_state_shows_no_token_and_still_knows_it(make_app: MakeApp) -> None:
    app = make_app(assume={"spoonity.unknown-token": "rejected"})
    client, sandbox = client_of(app), app.mock.sandboxes.get("default")
    token = _token(client)
    document = app.mock.fixtures.dump(sandbox.state)

    assert token.encode() not in msgspec.json.encode(document)
    sandbox.reset()
    sandbox.load(_built(app, document))
    assert _with(client, f"Bearer {token}").status_code == 200
    del document["ordinals"]
    sandbox.load(_built(app, document))
    assert _token(client) != token


def _built(app: App, document: object) -> State:
    return app.mock.fixtures.build([Document(document, "", "state")])


def _mark(sandbox: Sandbox, client: httpx.Client) -> str:
    """Create a customer whom only this sandbox has, and return its name."""
    client.post("/customers", data={"name": sandbox.name}, headers={"mock-sandbox": sandbox.name})
    return sandbox.name


def _newest(client: httpx.Client, token: str) -> str:
    return str(_with(client, f"Bearer {token}").json()["items"][0]["name"])


def test_an_issued_key_selects_its_sandbox(app: App, spoonity: httpx.Client) -> None:
    mine = app.mock.sandboxes.create("mine")
    _mark(mine, spoonity)

    assert _newest(spoonity, mine.keys["spoonity"]) == "mine"
    assert _newest(spoonity, "anything") == "John Smith"


def test_an_issued_token_selects_the_sandbox_that_issued_it(app: App, spoonity: httpx.Client) -> None:
    _mark(app.mock.sandboxes.create("mine"), spoonity)

    token = str(spoonity.post("/@mine/oauth/access_token", data=TOKEN_REQUEST).json()["access_token"])

    assert _newest(spoonity, token) == "mine"


def test_an_issued_key_as_client_secret_selects_the_sandbox_of_the_token(app: App, spoonity: httpx.Client) -> None:
    mine = app.mock.sandboxes.create("mine")
    _mark(mine, spoonity)

    token = _token(spoonity, client_secret=mine.keys["spoonity"])

    assert _newest(spoonity, token) == "mine"
    assert _newest(spoonity, _token(spoonity)) == "John Smith"


def test_a_token_of_one_sandbox_is_unknown_in_another(make_app: MakeApp) -> None:
    app = make_app(assume={"spoonity.unknown-token": "rejected"})
    client = client_of(app)
    token = str(client.post("/@mine/oauth/access_token", data=TOKEN_REQUEST).json()["access_token"])

    assert client.get(f"/@mine/customers/{PRINTED}", headers={"authorization": f"Bearer {token}"}).status_code == 200
    assert client.get(f"/@yours/customers/{PRINTED}", headers={"authorization": f"Bearer {token}"}).status_code == 401
