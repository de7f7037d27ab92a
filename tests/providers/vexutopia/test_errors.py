"""How Vexutopia refuses: the exact body for each problem, what is blamed first, and which bodies are read at all."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from mockserver.exchange import Call, Conflict, Reply, Request
from mockserver.providers import PROVIDERS
from mockserver.providers.vexutopia import PROVIDER
from mockserver.providers.vexutopia.dialect import render_problem
from mockserver.state import Sandbox
from tests.conftest import VEXUTOPIA_KEY, MakeApp, client_of
from tests.providers.vexutopia.account import JSON, error, new_customer, sandbox_of

CUSTOMERS = "/v1/customers"


def test_every_error_is_json_with_its_members_in_the_documents_order(vexutopia: httpx.Client) -> None:
    reply = vexutopia.post("/v1/payments", json={"currency": "usd"})

    assert reply.status_code == 400
    assert reply.headers["content-type"] == "application/json"
    assert reply.text == (
        '{"error":{"code":"missing_parameter","message":"The amount field is required","param":"amount",'
        '"doc_url":"https://vexutopia.com/docs/errors#missing_parameter"}}'
    )


# Keys


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic dmV4OnRlc3Q=", "vex_test_your_api_key", "Token vex_test_x"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_key_or_a_header_of_another_form(method: str, header: str | None, vexutopia: httpx.Client) -> None:
    del vexutopia.headers["authorization"]
    reply = vexutopia.request(method, CUSTOMERS, headers={} if header is None else {"authorization": header})

    assert (reply.status_code, reply.text) == (401, error("unauthorized", "No API key provided"))


@pytest.mark.parametrize("key", ["x", "vex_test_", "vex_live_", "vex_prod_x", "VEX_TEST_X", "test_x", "sk_test_x"])
def test_a_key_of_another_form(key: str, vexutopia: httpx.Client) -> None:
    reply = vexutopia.get(CUSTOMERS, headers={"authorization": f"Bearer {key}"})

    assert (reply.status_code, reply.text) == (401, error("invalid_api_key", "The API key provided is invalid"))


@pytest.mark.parametrize("header", ["Bearer vex_test_x", "bearer vex_test_x", "BEARER vex_live_x", "Bearer  vex_test_x"])
def test_a_key_with_a_known_prefix_is_accepted(header: str, vexutopia: httpx.Client) -> None:
    assert vexutopia.get(CUSTOMERS, headers={"authorization": header}).status_code == 200


def test_the_key_is_judged_before_anything_else(vexutopia: httpx.Client) -> None:
    bad = {"authorization": "Bearer x"}

    for reply in (
        vexutopia.get(f"{CUSTOMERS}?limit=abc", headers=bad),
        vexutopia.post(CUSTOMERS, content=b"{", headers={**bad, **JSON}),
        vexutopia.get(f"{CUSTOMERS}/cus_nobodyhasit0", headers=bad),
    ):
        assert (reply.status_code, reply.text) == (401, error("invalid_api_key", "The API key provided is invalid"))


def test_a_key_of_another_sandbox_is_unknown_where_only_issued_ones_are_accepted(make_app: MakeApp) -> None:
    app = make_app(assume={"vexutopia.unknown-key": "rejected"})
    key = app.mock.sandboxes.get("other").keys["vexutopia"]

    assert client_of(app, key).get(CUSTOMERS).status_code == 200
    assert client_of(app, key).get(f"/@default{CUSTOMERS}").status_code == 401


# Bodies


UNREADABLE = {
    "broken": (b"{", "no JSON: "),
    "trailing comma": (b'{"email":"a@b",}', "no JSON: "),
    "single quotes": (b"{'email':'a@b'}", "no JSON: "),
    "not UTF-8": (b'{"email":"a@b","name":"\xff"}', "no JSON: "),
    "NaN": (b'{"email":"a@b","metadata":{"n":NaN}}', "no JSON: "),
    "two values": (b'{"email":"a@b"} {}', "no JSON: "),
    "a form": (b"email=a%40b", "no JSON: "),
    "too deep": (b'{"email":"a@b","metadata":' + b'{"a":' * 70 + b"1" + b"}" * 71, "JSON nested deeper than 64 levels"),
    "list": (b"[]", "the body is not a JSON object"),
    "null": (b"null", "the body is not a JSON object"),
    "text": (b'"' + b"x" * 10_000 + b'"', "the body is not a JSON object"),
    "nothing": (b"", "the operation needs a body"),
}


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", CUSTOMERS), ("PATCH", f"{CUSTOMERS}/cus_abc123def456"), ("POST", "/v1/payments")]
)
def test_a_body_that_cannot_be_read_blames_no_parameter(method: str, path: str, name: str, vexutopia: httpx.Client) -> None:
    body, detail = UNREADABLE[name]

    reply = vexutopia.request(method, path, content=body, headers=JSON)

    told = reply.json()["error"]
    assert (reply.status_code, list(told)) == (400, ["code", "message", "doc_url"])
    assert told["message"].startswith(f"The request cannot be read: {detail}")
    assert len(told["message"]) < 200
    assert reply.text == error("invalid_request", told["message"])


@pytest.mark.parametrize(
    "declared", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "json", "*/*", "", None]
)
def test_a_body_must_be_declared_as_json(declared: str | None, vexutopia: httpx.Client) -> None:
    headers = {} if declared is None else {"content-type": declared}
    reply = vexutopia.post(CUSTOMERS, content=b'{"email":"a@b"}', headers=headers)

    detail = f"{declared or 'no content type'} instead of application/json"
    assert (reply.status_code, reply.text) == (400, error("invalid_request", f"The request cannot be read: {detail}"))


@pytest.mark.parametrize(
    "declared",
    ["application/json", "application/json; charset=utf-8", "application/json;charset=iso-8859-1", "Application/JSON ; x=y"],
)
def test_the_content_type_may_have_parameters_and_any_case(declared: str, vexutopia: httpx.Client) -> None:
    body = '{"email":"a@b","name":"Zoë"}'.encode()

    reply = vexutopia.post(CUSTOMERS, content=body, headers={"content-type": declared})

    assert (reply.status_code, reply.json()["name"]) == (201, "Zoë")


def test_where_the_content_type_is_ignored_the_body_is_json_all_the_same(make_app: MakeApp) -> None:
    client = client_of(make_app(assume={"vexutopia.content-type": "ignored"}), VEXUTOPIA_KEY)

    assert client.post(CUSTOMERS, content=b'{"email":"a@b"}').status_code == 201
    assert client.post(CUSTOMERS, data={"email": "a@b"}).json()["error"]["code"] == "invalid_request"


def test_the_last_of_equal_keys_counts(vexutopia: httpx.Client) -> None:
    reply = vexutopia.post(CUSTOMERS, content=b'{"email":7,"email":"a@b","name":"x","name":"y"}', headers=JSON)

    assert (reply.status_code, reply.json()["name"]) == (201, "y")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_body_that_nobody_asked_for_is_not_read(method: str, vexutopia: httpx.Client) -> None:
    path = f"{CUSTOMERS}/cus_abc123def456"

    assert vexutopia.request(method, path, content=b"{broken", headers={"content-type": "text/plain"}).status_code == 200


def test_a_broken_query_blames_no_parameter(vexutopia: httpx.Client) -> None:
    reply = vexutopia.get(f"{CUSTOMERS}?email=%zz")

    assert (reply.status_code, reply.text) == (
        400,
        error("invalid_request", "The request cannot be read: broken percent-encoding"),
    )


# Which parameter is blamed


def missing(name: str) -> str:
    return error("missing_parameter", f"The {name} field is required", name)


def invalid(name: str) -> str:
    return error("invalid_parameter", f"The {name} field is invalid", name)


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/v1/payments", {}, missing("amount")),
        ("/v1/payments", {"metadata": []}, missing("amount")),
        ("/v1/payments", {"metadata": [], "amount": "x"}, missing("currency")),
        ("/v1/payments", {"currency": "x"}, missing("amount")),
        ("/v1/payments", {"metadata": [], "currency": "x", "amount": 0}, invalid("amount")),
        ("/v1/payments", {"metadata": [], "provider": 7, "currency": "x", "amount": 1}, invalid("currency")),
        ("/v1/payments", {"metadata": [], "provider": 7, "currency": "usd", "amount": 1}, invalid("provider")),
        ("/v1/payments", {"description": 1, "customer_id": 2, "currency": "usd", "amount": 1}, invalid("description")),
        (CUSTOMERS, {"metadata": [], "phone": 1, "name": 1}, missing("email")),
        (CUSTOMERS, {"metadata": [], "phone": 1, "name": 1, "email": "x"}, invalid("email")),
        (CUSTOMERS, {"metadata": [], "phone": 1, "name": 1, "email": "a@b"}, invalid("name")),
        (CUSTOMERS, {"metadata": [], "phone": 1, "email": "a@b"}, invalid("phone")),
    ],
)
def test_missing_parameters_are_blamed_first_then_wrong_ones_in_the_documents_order(
    path: str, body: dict[str, Any], expected: str, vexutopia: httpx.Client
) -> None:
    reply = vexutopia.post(path, json=body)

    assert (reply.status_code, reply.text) == (400, expected)


def test_limit_is_blamed_before_offset(vexutopia: httpx.Client) -> None:
    assert vexutopia.get(f"{CUSTOMERS}?offset=-1&limit=0").text == invalid("limit")


def test_a_request_is_understood_before_a_record_is_looked_for(vexutopia: httpx.Client) -> None:
    reply = vexutopia.patch(f"{CUSTOMERS}/cus_nobodyhasit0", json={"name": 7})

    assert (reply.status_code, reply.text) == (400, invalid("name"))


# Paths and methods


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/", "/v1/refunds", "/v1/customers/", "/v1/customers/cus_1/payments", "/v1/Customers"]
)
def test_an_unknown_path(path: str, vexutopia: httpx.Client) -> None:
    expected = (404, error("resource_not_found", f"No such route: GET {path}"))

    with_key = vexutopia.get(path)
    del vexutopia.headers["authorization"]
    without = vexutopia.get(path)

    assert (with_key.status_code, with_key.text) == expected
    assert (without.status_code, without.text) == expected


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", CUSTOMERS),
        ("DELETE", CUSTOMERS),
        ("POST", f"{CUSTOMERS}/cus_abc123def456"),
        ("PUT", f"{CUSTOMERS}/cus_abc123def456"),
        ("OPTIONS", CUSTOMERS),
        ("DELETE", "/v1/payments"),
    ],
)
def test_a_wrong_method(method: str, path: str, vexutopia: httpx.Client, make_app: MakeApp) -> None:
    reply = vexutopia.request(method, path)
    app = make_app(assume={"vexutopia.wrong-method": "method-not-allowed"})
    refused = client_of(app, VEXUTOPIA_KEY).request(method, path)

    assert (reply.status_code, reply.text) == (404, error("resource_not_found", f"No such route: {method} {path}"))
    assert "allow" not in reply.headers
    assert (refused.status_code, refused.text) == (405, error("invalid_request", f"{method} is not allowed here"))
    operations = app.mock.pipeline.contract.routes.find(path)
    assert operations is not None
    assert refused.headers["allow"] == ", ".join(operations.operations)


# What the documents have no words for


@pytest.mark.parametrize(
    ("path", "options", "status", "message"),
    [
        (CUSTOMERS, {"content": b"x" * 1_000_001, "headers": JSON}, 413, "The body is larger than 1000000 bytes"),
        (f"{CUSTOMERS}/{'x' * 8_192}", {}, 414, "The path and query are longer than 8192 bytes"),
        (CUSTOMERS, {"headers": {"x": "y" * 32_768}}, 431, "The headers are longer than 32768 bytes"),
    ],
)
def test_a_request_that_is_too_large(
    path: str, options: dict[str, Any], status: int, message: str, vexutopia: httpx.Client
) -> None:
    reply = vexutopia.post(path, **options)

    assert (reply.status_code, reply.text) == (status, error("invalid_request", message))


def test_a_sandbox_that_is_full(make_app: MakeApp) -> None:
    client = client_of(make_app(max_records=1), VEXUTOPIA_KEY)

    reply = client.post(CUSTOMERS, json={"email": "a@b"})

    told = reply.json()["error"]["message"]
    assert "POST /_mock/reset" in told
    assert (reply.status_code, reply.text) == (503, error("internal_error", told))


def test_a_failure_of_the_mock_itself(make_app: MakeApp) -> None:
    def list_customers(_sandbox: Sandbox, _call: Call) -> Reply:
        raise ZeroDivisionError("a secret")

    handlers = [each for each in PROVIDER.handlers if each.__name__ != "list_customers"]
    broken = replace(PROVIDER, handlers=[*handlers, list_customers])
    app = make_app(providers=[*(each for each in PROVIDERS if each is not PROVIDER), broken], raise_errors=False)

    reply = client_of(app, VEXUTOPIA_KEY).get(CUSTOMERS)

    assert (reply.status_code, reply.text) == (500, error("internal_error", "An unexpected error occurred"))


def test_a_problem_that_the_documents_do_not_know_is_no_reply() -> None:
    request = Request("GET", CUSTOMERS, b"", "http://mock.localhost", {}, [])

    with pytest.raises(TypeError, match="Conflict"):
        render_problem(Conflict(), Call(request=request, choices={}))


def test_a_refused_request_changes_nothing(vexutopia: httpx.Client, make_app: MakeApp) -> None:
    app = make_app()
    client = client_of(app, VEXUTOPIA_KEY)
    before = app.mock.fixtures.dump(sandbox_of(app).state)

    for body in ({}, {"email": 7}, {"email": "a@b", "name": 7}):
        assert client.post(CUSTOMERS, json=body).status_code == 400
    assert client.patch(f"{CUSTOMERS}/cus_abc123def456", json={"name": "x", "phone": 7}).status_code == 400
    assert client.post("/v1/payments", json={"amount": 1, "currency": "usd", "customer_id": "no"}).status_code == 400

    assert app.mock.fixtures.dump(sandbox_of(app).state) == before
    assert new_customer(client) == new_customer(vexutopia)
