"""The way of one request: what comes before what, what is noted, and what is recorded."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver import documents, pipeline
from mockserver.contract import Contract
from mockserver.errors import ConfigurationError, ReplyError
from mockserver.exchange import Call, Exchange, Page, Reply
from mockserver.http import app as edge
from mockserver.http.app import App
from mockserver.providers import PROVIDERS, Provider
from mockserver.state import Sandbox
from tests.conftest import NOW, VEXUTOPIA_KEY, client_of, make_app, sandbox_of

SPOONITY, VEXUTOPIA = PROVIDERS
CUSTOMER = "/customers/cust_175a9abec1882d12"


def last(app: App) -> Exchange:
    return list(sandbox_of(app).journal)[-1]


def with_handler(provider: Provider, handler: Any) -> list[Provider]:
    """Return all providers, with this handler in place of the one of its name."""
    others = [each for each in provider.handlers if each.__name__ != handler.__name__]
    return [replace(each, handlers=[handler, *others]) if each is provider else each for each in PROVIDERS]


def test_an_exchange_is_recorded_with_all_that_was_noticed(app: App, spoonity: httpx.Client) -> None:
    reply = spoonity.get("/customers?limit=2&sort=name&what=ever")
    exchange = last(app)
    assert (exchange.number, exchange.at, exchange.operation, exchange.status) == (1, NOW, "spoonity.listCustomers", 200)
    assert (exchange.request.method, exchange.request.path, exchange.request.query) == (
        "GET",
        "/customers",
        b"limit=2&sort=name&what=ever",
    )
    assert exchange.body == reply.content
    assert {name.decode() for name, _ in exchange.headers} == set(reply.headers) - {"vary"}
    assert exchange.assumed == {"spoonity.unknown-token": "accepted", "spoonity.sort-direction": "ascending"}
    assert [str(violation) for violation in exchange.violations] == ["query.what: undeclared"]
    assert exchange.took_us >= 0


def test_a_reply_says_what_it_leans_on_and_what_was_noticed(spoonity: httpx.Client) -> None:
    headers = spoonity.get("/customers?limit=2&sort=name&what=ever").headers
    assert headers["mock-exchange"] == "1"
    assert headers["mock-assumed"] == "spoonity.unknown-token=accepted, spoonity.sort-direction=ascending"
    assert headers["mock-violation"] == "query.what: undeclared"


def test_a_plain_reply_says_nothing_of_the_kind(app: App) -> None:
    headers = client_of(app, sandbox_of(app).keys["spoonity"]).get(CUSTOMER).headers
    assert set(headers) == {"content-type", "content-length", "mock-exchange", "vary"}


def test_exchanges_are_counted_sandbox_by_sandbox(spoonity: httpx.Client) -> None:
    paths = [CUSTOMER, "/nowhere", f"/@blue{CUSTOMER}", CUSTOMER]
    assert [spoonity.get(path).headers["mock-exchange"] for path in paths] == ["1", "2", "1", "3"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("GET", "/customers/a/b"), ("PATCH", "/customers")])
def test_a_request_that_is_no_operation_is_recorded_as_none(app: App, spoonity: httpx.Client, method: str, path: str) -> None:
    reply = spoonity.request(method, path)
    assert (last(app).operation, last(app).status) == ("", reply.status_code)


def test_a_refused_request_is_recorded_with_its_violations(app: App, spoonity: httpx.Client) -> None:
    spoonity.get("/customers?limit=0&page=x&order=up&what=ever")
    noticed = [(each.place, each.name, each.rule) for each in last(app).violations]
    wrong = [("query", "limit", "minimum"), ("query", "page", "type"), ("query", "order", "pattern")]
    assert noticed == [("query", "what", "undeclared"), *wrong]


def test_violations_of_query_and_body_are_noted_together(app: App, vexutopia: httpx.Client) -> None:
    vexutopia.post("/v1/customers?a=1", json={"name": 1, "b": 2})
    of_body = ["body.b: undeclared", "body.email: required", "body.name: type"]
    assert [str(each) for each in last(app).violations] == ["query.a: undeclared", *of_body]


def test_a_body_in_a_strange_encoding_is_checked_but_its_strange_fields_are_not_named(app: App, vexutopia: httpx.Client) -> None:
    vexutopia.post("/v1/customers", json={"name": 1, "b": 2}, headers={"Content-Type": "text/plain"})
    assert [str(each) for each in last(app).violations] == ["content-type: encoding", "body.email: required", "body.name: type"]


def test_the_journal_has_more_violations_than_a_header_names(app: App, spoonity: httpx.Client) -> None:
    reply = spoonity.get(CUSTOMER, params={f"p{number}": 1 for number in range(20)})
    assert reply.headers["mock-violation"].count("undeclared") == 16
    assert len(last(app).violations) == 20


def test_a_header_names_a_violation_in_part_only(spoonity: httpx.Client) -> None:
    assert spoonity.get(CUSTOMER, params={"a" * 300: 1}).headers["mock-violation"] == f"query.{'a' * 194}"


def test_violations_of_declared_headers_are_noted_and_refused(tmp_path: Path) -> None:
    document = documents.read(documents.packaged("openapi.yaml")).value
    depth = {"name": "X-Depth", "in": "header", "required": True, "schema": {"type": "integer"}}
    document["paths"]["/customers"]["get"]["parameters"].append(depth)
    (tmp_path / "openapi.yaml").write_text(documents.to_yaml(document), encoding="utf-8")
    client = client_of(make_app(contract=tmp_path / "openapi.yaml"))
    sent: list[dict[str, str]] = [{}, {"X-Depth": "deep"}, {"X-Depth": "3"}]
    replies = [client.get("/customers", headers=headers) for headers in sent]
    assert [reply.headers.get("mock-violation") for reply in replies] == [
        "header.X-Depth: required",
        "header.X-Depth: type",
        None,
    ]
    assert [reply.status_code for reply in replies] == [400, 400, 200]


@pytest.mark.parametrize(("path", "status"), [("/customers?limit=x", 401), ("/customers/nobody", 401), ("/nowhere/", 404)])
def test_who_calls_is_asked_before_anything_else_of_an_operation(app: App, path: str, status: int) -> None:
    reply = client_of(app).get(path, headers={"Authorization": ""})
    assert reply.status_code == status
    assert "mock-violation" not in reply.headers


def test_a_wrong_method_is_told_before_who_calls_is_asked(app: App) -> None:
    reply = client_of(app).patch("/customers", headers={"Authorization": ""})
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, POST")


def test_a_public_operation_asks_nobody_who_calls(app: App) -> None:
    form = {"client_secret": "a", "client_id": "b", "grant_type": "authorization_code", "code": "c"}
    reply = client_of(app).post("/oauth/access_token", data=form, headers={"Authorization": ""})
    assert reply.status_code == 200


def test_a_wrong_request_reaches_no_handler() -> None:
    reached = []

    def update_customer(_sandbox: Sandbox, call: Call) -> Reply:
        reached.append(call)
        return Reply(400, {"internal_code": None, "message": "Bad request"})

    client = client_of(make_app(providers=with_handler(SPOONITY, update_customer)))
    client.put("/customers/nobody", json={"name": 1})
    assert reached == []
    client.put("/customers/nobody", json={"name": "A"})
    assert len(reached) == 1


def test_a_handler_gets_typed_values_with_the_contract_s_defaults() -> None:
    calls = []

    def list_customers(_sandbox: Sandbox, call: Call) -> Page:
        calls.append((dict(call.path), call.query, call.body))
        return Page((), 0, call.query["limit"], 0)

    client = client_of(make_app(providers=with_handler(SPOONITY, list_customers)))
    client.get("/customers?page=3&what=ever")
    assert calls == [({}, {"limit": 25, "page": 3}, None)]


def test_due_work_is_done_before_a_request_is_answered(app: App, vexutopia: httpx.Client) -> None:
    payment = vexutopia.post("/v1/payments", json={"amount": 1, "currency": "usd"}).json()
    sandbox = sandbox_of(app)
    sandbox.state.clock = sandbox.state.clock.advanced(5_000)
    assert vexutopia.get(f"/v1/payments/{payment['id']}").json()["status"] == "succeeded"


def test_time_stands_while_a_request_is_answered_and_steps_after_it_even_if_it_was_refused() -> None:
    app = make_app(clock="step")
    client = client_of(app)
    for path in (CUSTOMER, "/nowhere", "/customers?limit=0"):
        client.get(path)
    assert [each.at for each in sandbox_of(app).journal] == [NOW, NOW + 1_000, NOW + 2_000]
    assert sandbox_of(app).now == NOW + 3_000


def test_an_exchange_has_the_machines_time_of_its_arrival_whatever_the_sandboxs_clock_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = iter([1_000_000, 1_007_000])
    monkeypatch.setattr(edge, "stopwatch_us", watch.__next__)
    monkeypatch.setattr(pipeline, "stopwatch_us", watch.__next__)
    monkeypatch.setattr(pipeline, "machine_ms", lambda: 5_000)
    app = make_app()
    client_of(app).get(CUSTOMER)
    assert (last(app).at, last(app).took_us, last(app).real_ms) == (NOW, 7_000, 4_993)


def retrieve_customer(_sandbox: Sandbox, _call: Call) -> Reply:
    """Stand in for Spoonity's handler, and answer what no contract has."""
    return Reply(200, {"id": 1})


def test_a_reply_that_the_contract_does_not_have_is_an_error_that_names_the_operation() -> None:
    app = make_app(providers=with_handler(SPOONITY, retrieve_customer))
    with pytest.raises(ReplyError, match=r"^spoonity\.retrieveCustomer, reply 200: .*id: 1 ") as error:
        client_of(app).get(CUSTOMER)
    assert '"name" is a required property' in str(error.value)
    assert len(sandbox_of(app).journal) == 0


def test_replies_are_only_compared_with_the_contract_where_that_is_wanted() -> None:
    app = make_app(providers=with_handler(SPOONITY, retrieve_customer), check_replies=False)
    assert client_of(app).get(CUSTOMER).json() == {"id": 1}


def test_a_reply_that_the_contract_does_not_have_is_a_500_to_a_client() -> None:
    app = make_app(providers=with_handler(SPOONITY, retrieve_customer), raise_errors=False)
    reply = client_of(app).get(CUSTOMER)
    assert (reply.status_code, reply.json()["message"]) == (500, "An unexpected error occurred.")


@pytest.mark.parametrize(("status", "length"), [(200, "0"), (204, None)])
def test_a_reply_without_a_body_says_so_unless_its_status_does(status: int, length: str | None) -> None:
    def delete_customer(_sandbox: Sandbox, _call: Call) -> Reply:
        return Reply(status)

    app = make_app(providers=with_handler(SPOONITY, delete_customer), check_replies=False)
    reply = client_of(app).delete(CUSTOMER)
    assert (reply.status_code, reply.content, reply.headers.get("content-length")) == (status, b"", length)
    assert "content-type" not in reply.headers


def test_replies_are_compared_with_the_contract_as_the_sandbox_s_choices_change_it() -> None:
    assert client_of(make_app(assume={"spoonity.create-status": "201"})).post("/customers").status_code == 201


def test_the_effective_contract_is_the_contract_itself_unless_a_choice_changes_it(app: App) -> None:
    pipeline = app.mock.pipeline
    assert pipeline.effective_contract({}) is pipeline.contract
    assert pipeline.effective_contract({"spoonity.next-link": "when-full"}) is pipeline.contract


def test_the_effective_contract_is_made_once_for_the_same_changes(app: App) -> None:
    pipeline = app.mock.pipeline
    changed = pipeline.effective_contract({"spoonity.create-status": "201"})
    assert "201" in changed.document["paths"]["/customers"]["post"]["responses"]
    assert "201" not in pipeline.contract.document["paths"]["/customers"]["post"]["responses"]
    assert pipeline.effective_contract({"spoonity.next-link": "when-full", "spoonity.create-status": "201"}) is changed


def test_kinds_and_assumptions_are_those_of_all_providers(app: App) -> None:
    pipeline = app.mock.pipeline
    assert {kind.name.partition(".")[0] for kind in pipeline.kinds} == {"spoonity", "vexutopia"}
    assert len(pipeline.assumptions) == len(SPOONITY.assumptions) + len(VEXUTOPIA.assumptions)


def test_a_contract_with_operations_of_somebody_else_stops_the_start() -> None:
    with pytest.raises(ConfigurationError, match=r"operation vexutopia\.listCustomers is of no provider that is played"):
        make_app(providers=[SPOONITY], contract=documents.packaged("openapi.yaml"))


def test_a_provider_that_is_played_alone_has_its_own_paths_and_records_only() -> None:
    app = make_app(providers=["spoonity"])

    assert {each.provider for each in app.mock.pipeline.contract.operations.values()} == {"spoonity"}
    assert app.mock.pipeline.contract.document["webhooks"] == {}
    assert client_of(app).get("/customers").json()["items"][0]["name"] == "John Smith"
    assert "The paths are /customers," in client_of(app).get("/v1/customers").json()["detail"]


def test_an_operation_without_a_handler_stops_the_start() -> None:
    lacking = replace(SPOONITY, handlers=SPOONITY.handlers[1:])
    with pytest.raises(ConfigurationError, match=r"operation spoonity\.listCustomers has no handler list_customers"):
        make_app(providers=[lacking, VEXUTOPIA])


def test_a_handler_without_an_operation_stops_the_start() -> None:
    def merge_customers(_sandbox: Sandbox, _call: Call) -> Reply:
        raise AssertionError

    with pytest.raises(ConfigurationError, match=r"handler of spoonity\.mergeCustomers has no operation in the contract"):
        make_app(providers=with_handler(SPOONITY, merge_customers))


def test_what_is_wrong_with_the_providers_is_told_at_once() -> None:
    lacking = replace(SPOONITY, handlers=SPOONITY.handlers[2:])
    with pytest.raises(ConfigurationError) as error:
        make_app(providers=[lacking, VEXUTOPIA])
    assert "list_customers" in str(error.value)
    assert "create_customer" in str(error.value)


def test_both_providers_answer_side_by_side(app: App) -> None:
    assert client_of(app).get("/customers?limit=1").json().keys() == {"items", "next", "prev"}
    assert client_of(app, VEXUTOPIA_KEY).get("/v1/customers?limit=1").json()["object"] == "list"


@pytest.mark.parametrize("headers", [{}, {"Mock-Sandbox": "a b"}])
def test_a_path_of_no_provider_is_refused_alike_with_or_without_a_sandbox(app: App, headers: dict[str, str]) -> None:
    reply = client_of(app).get("/nowhere", headers=headers)
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")


def test_contracts_of_combined_choices_are_kept_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.contract.contract.MAX_CHANGED", 2)
    pipeline = make_app().mock.pipeline
    pipeline.contract = Contract(pipeline.contract.document, digest="fresh", name="fresh")
    choices = [{"spoonity.create-status": "201"}, {"spoonity.null-value": "rejected"}, {"spoonity.email-unique": "yes"}]

    contracts = [pipeline.effective_contract(each) for each in choices]

    assert len({id(contract) for contract in contracts}) == 3
    assert pipeline.effective_contract(choices[2]) is contracts[2]
    assert pipeline.effective_contract(choices[0]) is not contracts[0]
