"""The form of every refusal of Spoonity's."""

import httpx
import pytest

from mockserver.exchange import (
    Call,
    Conflict,
    InjectedFailure,
    InternalError,
    InvalidField,
    InvalidMockRequest,
    MissingField,
    MockRefusal,
    NotFound,
    Oversized,
    Problem,
    Request,
    Unauthenticated,
    Unavailable,
    UnknownPath,
    Unreadable,
    WrongMethod,
)
from mockserver.providers.spoonity.dialect import render_problem
from tests.conftest import MakeApp, client_of
from tests.providers.spoonity.conftest import PRINTED

MISTAKES = {
    "no credential": (Unauthenticated(known_form=False), 401, "Unauthorized"),
    "a wrong credential": (Unauthenticated(known_form=True), 401, "Unauthorized"),
    "a missing field": (MissingField("code"), 400, "Missing code field"),
    "a wrong value": (InvalidField("limit", detail="is wrong"), 400, "Invalid field value for limit"),
    "a value that is not in a list": (
        InvalidField("s", allowed=("A", "B")),
        400,
        "Invalid field value for s; must be one of A, B",
    ),
    "an unreadable body": (Unreadable("no JSON"), 400, "Bad request"),
    "no such customer": (NotFound("customer", "x"), 404, "Customer not found"),
    "a conflict": (Conflict(), 409, "Conflict"),
    "a duplicate": (Conflict(duplicate="customer"), 409, "This Customer already exists"),
    "an unknown path": (UnknownPath("/customers/a/b"), 404, "Not found"),
    "a wrong method": (WrongMethod("/customers", ("GET", "POST")), 405, "Method not allowed"),
    "a large body": (Oversized(413, "The body is larger than 1 byte"), 413, "The body is larger than 1 byte"),
    "an impossible sandbox": (InvalidMockRequest("invalid sandbox name 'a b'"), 400, "invalid sandbox name 'a b'"),
    "a long URL": (Oversized(414, "The path is longer"), 414, "The path is longer"),
    "many headers": (Oversized(431, "There are more"), 431, "There are more"),
    "a simulated refusal": (InjectedFailure(403), 403, "Forbidden"),
    "a simulated rate limit": (InjectedFailure(429, retry_after_s=3), 429, "Too many requests"),
    "a simulated refusal without words": (InjectedFailure(418), 418, "Bad request"),
}
FAILURES = {
    "a failure": (InternalError("KeyError: x"), 500, "An unexpected error occurred."),
    "a simulated failure": (InjectedFailure(599), 599, "An unexpected error occurred."),
    "a full sandbox": (Unavailable("there are 1000 sandboxes"), 503, "there are 1000 sandboxes"),
}


def _call() -> Call:
    return Call(request=Request("GET", "/customers", b"", "http://x", {}, []), choices={})


@pytest.mark.parametrize(("problem", "status", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_has_a_status_a_message_and_no_internal_code(problem: Problem, status: int, message: str) -> None:
    reply = render_problem(problem, _call())

    assert (reply.status, reply.body) == (status, {"internal_code": None, "message": message})


@pytest.mark.parametrize(("problem", "status", "message"), FAILURES.values(), ids=FAILURES)
def test_a_failure_has_an_internal_code(problem: Problem, status: int, message: str) -> None:
    reply = render_problem(problem, _call())

    code = reply.body["internal_code"]
    assert (reply.status, reply.body) == (status, {"internal_code": code, "message": message})
    assert len(code) == 8
    assert set(code) <= set("0123456789abcdef")


def test_every_problem_has_words() -> None:
    known = {MockRefusal, *(type(problem) for problem, *_ in (*MISTAKES.values(), *FAILURES.values()))}

    assert _problems(Problem) == known


def _problems(parent: type[Problem]) -> set[type[Problem]]:
    found = set()
    for problem in parent.__subclasses__():
        if problem.__module__.startswith("mockserver."):
            found |= {problem} | _problems(problem)
    return found


def test_the_internal_code_tells_failures_apart() -> None:
    first, again, other = (render_problem(InternalError(detail), _call()).body["internal_code"] for detail in ("a", "a", "b"))

    assert first == again
    assert first != other


@pytest.mark.parametrize(("path", "allowed"), [("/customers", "GET, POST"), (f"/customers/{PRINTED}", "GET, PUT, DELETE")])
@pytest.mark.parametrize("method", ["PATCH", "HEAD", "OPTIONS", "TRACE", "PURGE"])
def test_a_wrong_method_says_which_are_right(spoonity: httpx.Client, method: str, path: str, allowed: str) -> None:
    reply = spoonity.request(method, path)

    assert (reply.status_code, reply.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path", ["/customers/", "/customers/a/b", "/customers//", "/oauth", "/oauth/token", "/oauth/access_token/"]
)
def test_an_unknown_path_below_those_of_the_api_is_refused_in_its_form(spoonity: httpx.Client, path: str) -> None:
    reply = spoonity.get(path)

    assert (reply.status_code, reply.json()) == (404, {"internal_code": None, "message": "Not found"})
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "identity", ["cust_0000000000000000", "cust_", "x", "175a9abec1882d12", "CUST_175A9ABEC1882D12", "%C3%BC", "%2F"]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_id_that_nobody_has_is_not_found(spoonity: httpx.Client, method: str, identity: str) -> None:
    reply = spoonity.request(method, f"/customers/{identity}")

    assert (reply.status_code, reply.json()) == (404, {"internal_code": None, "message": "Customer not found"})


def test_an_id_may_be_percent_encoded(spoonity: httpx.Client) -> None:
    assert spoonity.get("/customers/cust%5F175a9abec1882d12").json()["id"] == PRINTED


def test_of_several_mistakes_the_first_in_the_contracts_order_is_named(spoonity: httpx.Client) -> None:
    def named(reply: httpx.Response) -> object:
        return reply.json()["message"].partition(";")[0]

    assert named(spoonity.get("/customers?order=x&sort=x&page=x&limit=x")) == "Invalid field value for limit"
    assert named(spoonity.get("/customers?order=x&sort=x")) == "Invalid field value for sort"
    assert named(spoonity.put(f"/customers/{PRINTED}", json={"status": 1, "email": 1})) == "Invalid field value for email"
    both = spoonity.put(f"/customers/{PRINTED}?status=X", json={"name": 1})
    assert named(both) == "Invalid field value for status"
    token = spoonity.post("/oauth/access_token", data={"grant_type": "x", "client_id": "b", "client_secret": "c"})
    assert named(token) == "Missing code field"


def test_sizes_are_refused_in_the_apis_form(make_app: MakeApp) -> None:
    client = client_of(make_app(max_body=1_000))
    refused = {
        413: client.post("/customers", data={"name": "x" * 1_000}),
        414: client.get("/customers", params={"query": "x" * 10_000}),
        431: client.get("/customers", headers={"x": "y" * 40_000}),
    }

    for status, reply in refused.items():
        assert reply.status_code == status
        assert reply.json().keys() == {"internal_code", "message"}
        assert reply.json()["internal_code"] is None


def test_a_full_sandbox_is_refused_in_the_apis_form_and_takes_nobody(make_app: MakeApp) -> None:
    client = client_of(make_app(max_records=1))
    before = client.get("/customers").json()

    reply = client.post("/customers")

    assert reply.status_code == 503
    assert reply.json().keys() == {"internal_code", "message"}
    assert reply.json()["internal_code"] is not None
    assert client.get("/customers").json() == before


def test_a_failure_of_the_mock_is_a_500_with_a_code(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(raise_errors=False)
    handlers = app.mock.pipeline._handlers
    monkeypatch.setitem(handlers, "spoonity.listCustomers", lambda *_: 1 / 0)

    reply = client_of(app).get("/customers")

    assert reply.status_code == 500
    assert reply.json() == {"internal_code": reply.json()["internal_code"], "message": "An unexpected error occurred."}
    assert isinstance(reply.json()["internal_code"], str)


def test_every_refusal_leaves_everything_as_it_was(spoonity: httpx.Client) -> None:
    before = spoonity.get("/customers?limit=1000").json()

    spoonity.post("/customers", json={"name": 1})
    spoonity.put(f"/customers/{PRINTED}", json={"name": "Ann", "email": 1})
    spoonity.put(f"/customers/{PRINTED}", data={"name": "Ann"}, headers={"authorization": ""})
    spoonity.delete(f"/customers/{PRINTED}", headers={"authorization": ""})
    spoonity.patch(f"/customers/{PRINTED}", data={"name": "Ann"})

    assert spoonity.get("/customers?limit=1000").json() == before
