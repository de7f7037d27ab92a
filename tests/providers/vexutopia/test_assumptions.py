"""Each choice of each assumption does what it says, and replies name the choices that they lean on and no others."""

from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest

from mockserver.errors import UnknownChoiceError
from mockserver.http.app import App
from mockserver.providers.vexutopia import PROVIDER
from tests.conftest import VEXUTOPIA_KEY, MakeApp, client_of
from tests.providers.vexutopia.account import (
    AT_NOW,
    JSON,
    LIVE_KEY,
    Record,
    advance,
    assumed,
    events_of,
    get,
    new_customer,
    new_payment,
    sandbox_of,
    update,
)

SENDERS = ("vexutopia.signature-form", "vexutopia.webhook-retries")
"""Assumptions on which only deliveries of webhooks lean."""

OF_REPLIES = [each for each in PROVIDER.assumptions if each.key not in (*SENDERS, "vexutopia.payment-settlement")]
"""Assumptions on which replies lean; on that for settlement only due work does."""


class Clients(NamedTuple):
    """Clients of one application, with keys of different kinds."""

    test: httpx.Client
    live: httpx.Client
    stranger: httpx.Client


def clients_of(app: App) -> Clients:
    return Clients(client_of(app, VEXUTOPIA_KEY), client_of(app, LIVE_KEY), client_of(app, "vex_test_of_a_stranger"))


Ask = Callable[[Clients], httpx.Response]


def missing_email(clients: Clients) -> httpx.Response:
    return clients.test.post("/v1/customers", json={})


def missing_amount(clients: Clients) -> httpx.Response:
    return clients.test.post("/v1/payments", json={"currency": "usd"})


def limit_101(clients: Clients) -> httpx.Response:
    return clients.test.get("/v1/customers?limit=101")


def first_three(clients: Clients) -> httpx.Response:
    for name in ("one", "two", "three"):
        new_customer(clients.test, name=name, phone="1", metadata={})
    return clients.test.get("/v1/customers?email=new@example.com")


def first_payments(clients: Clients) -> httpx.Response:
    for amount in (1, 2, 3):
        new_payment(clients.test, amount=amount, metadata={}, customer_id="cus_abc123def456")
    return clients.test.get("/v1/payments?customer_id=cus_abc123def456")


def filter_in_other_case(clients: Clients) -> httpx.Response:
    new_customer(clients.test, email="Mixed@Example.com", name="upper", phone="1", metadata={})
    return clients.test.get("/v1/customers?email=mixed@example.com")


def retrieve_deleted(clients: Clients) -> httpx.Response:
    clients.test.delete("/v1/customers/cus_abc123def456")
    return clients.test.get("/v1/customers/cus_abc123def456")


def pay_for_nobody(clients: Clients) -> httpx.Response:
    return clients.test.post("/v1/payments", json={"amount": 1, "currency": "usd", "customer_id": "cus_nobody"})


def merge_metadata(clients: Clients) -> httpx.Response:
    return clients.test.patch("/v1/customers/cus_abc123def456", json={"metadata": {"plan": "gold", "gone": None}})


def create_bare(clients: Clients) -> httpx.Response:
    return clients.test.post("/v1/customers", json={"email": "new@example.com"})


def pay_bare(clients: Clients) -> httpx.Response:
    return clients.test.post("/v1/payments", json={"amount": 1, "currency": "usd"})


def odd_email(clients: Clients) -> httpx.Response:
    return clients.test.post("/v1/customers", json={"email": "nobody", "name": "n", "phone": "1", "metadata": {}})


def undeclared_json(clients: Clients) -> httpx.Response:
    body = b'{"email": "new@example.com", "name": "n", "phone": "1", "metadata": {}}'
    return clients.test.post("/v1/customers", content=body, headers={"content-type": "text/plain"})


def documented_with_live_key(clients: Clients) -> httpx.Response:
    return clients.live.get("/v1/customers/cus_abc123def456")


def put_customers(clients: Clients) -> httpx.Response:
    return clients.test.put("/v1/customers", json={})


def ask_with_a_strangers_key(clients: Clients) -> httpx.Response:
    return clients.stranger.get("/v1/customers/cus_abc123def456")


def code(reply: httpx.Response) -> Any:
    return reply.status_code, reply.json()["error"]["code"]


def names(reply: httpx.Response) -> Any:
    return [row["name"] for row in reply.json()["data"]]


def amounts(reply: httpx.Response) -> Any:
    return [row["amount"] for row in reply.json()["data"]]


def shown(*fields: str) -> Callable[[httpx.Response], Any]:
    return lambda reply: {name: reply.json()[name] for name in fields if name in reply.json()}


def status(reply: httpx.Response) -> Any:
    return reply.status_code


def slice_or_code(reply: httpx.Response) -> Any:
    body = reply.json()
    return code(reply) if "error" in body else (reply.status_code, body["limit"], len(body["data"]))


def receipt_or_code(reply: httpx.Response) -> Any:
    return code(reply) if "error" in reply.json() else (reply.status_code, reply.json())


UNSET: Record = {"name": None, "phone": None, "metadata": {}}
UNSET_IN_PAYMENT: Record = {"description": None, "customer_id": None, "metadata": {}}

CASES: list[tuple[str, str, Ask, Callable[[httpx.Response], Any], Any]] = [
    ("missing-parameter-code", "missing_parameter", missing_email, code, (400, "missing_parameter")),
    ("missing-parameter-code", "invalid_request", missing_email, code, (400, "invalid_request")),
    ("missing-parameter-code", "missing_parameter", missing_amount, code, (400, "missing_parameter")),
    ("missing-parameter-code", "invalid_request", missing_amount, code, (400, "invalid_request")),
    ("limit-over-maximum", "rejected", limit_101, slice_or_code, (400, "invalid_parameter")),
    ("limit-over-maximum", "clamped", limit_101, slice_or_code, (200, 100, 100)),
    ("list-order", "newest-first", first_three, names, ["three", "two", "one"]),
    ("list-order", "oldest-first", first_three, names, ["one", "two", "three"]),
    ("list-order", "newest-first", first_payments, amounts, [3, 2, 1]),
    ("list-order", "oldest-first", first_payments, amounts, [1, 2, 3]),
    ("email-filter", "ignores-case", filter_in_other_case, names, ["upper"]),
    ("email-filter", "exact", filter_in_other_case, names, []),
    ("deleted-customer", "not-found", retrieve_deleted, receipt_or_code, (404, "resource_not_found")),
    (
        "deleted-customer",
        "stub",
        retrieve_deleted,
        receipt_or_code,
        (200, {"id": "cus_abc123def456", "object": "customer", "deleted": True}),
    ),
    ("payment-for-unknown-customer", "invalid-parameter", pay_for_nobody, code, (400, "invalid_parameter")),
    ("payment-for-unknown-customer", "not-found", pay_for_nobody, code, (404, "resource_not_found")),
    ("metadata-update", "merged", merge_metadata, shown("metadata"), {"metadata": {"user_id": "12345", "plan": "gold"}}),
    ("metadata-update", "replaced", merge_metadata, shown("metadata"), {"metadata": {"plan": "gold", "gone": None}}),
    ("unset-fields", "null", create_bare, shown(*UNSET), UNSET),
    ("unset-fields", "absent", create_bare, shown(*UNSET), {}),
    ("unset-fields", "null", pay_bare, shown(*UNSET_IN_PAYMENT), UNSET_IN_PAYMENT),
    ("unset-fields", "absent", pay_bare, shown(*UNSET_IN_PAYMENT), {"description": None, "customer_id": None}),
    ("email-syntax", "checked", odd_email, status, 400),
    ("email-syntax", "unchecked", odd_email, status, 201),
    ("content-type", "required", undeclared_json, status, 400),
    ("content-type", "ignored", undeclared_json, status, 201),
    ("test-and-live-data", "separate", documented_with_live_key, status, 404),
    ("test-and-live-data", "shared", documented_with_live_key, status, 200),
    ("wrong-method", "not-found", put_customers, code, (404, "resource_not_found")),
    ("wrong-method", "method-not-allowed", put_customers, code, (405, "invalid_request")),
    ("unknown-key", "accepted", ask_with_a_strangers_key, status, 200),
    ("unknown-key", "rejected", ask_with_a_strangers_key, status, 401),
]


@pytest.mark.parametrize(("key", "choice", "ask", "look", "expected"), CASES, ids=lambda part: getattr(part, "__name__", None))
def test_a_choice_decides_the_reply(
    key: str, choice: str, ask: Ask, look: Callable[[httpx.Response], Any], expected: Any, make_app: MakeApp
) -> None:
    key = f"vexutopia.{key}"
    reply = ask(clients_of(make_app(assume={key: choice})))

    assert look(reply) == expected
    assert assumed(reply)[key] == choice


def test_every_choice_on_which_a_reply_can_lean_has_a_case() -> None:
    choices = {(each.key, choice) for each in OF_REPLIES for choice in each.choices}

    assert {(f"vexutopia.{key}", choice) for key, choice, *_ in CASES} == choices


def test_method_not_allowed_names_the_methods_that_are(make_app: MakeApp) -> None:
    app = make_app(assume={"vexutopia.wrong-method": "method-not-allowed"})

    assert put_customers(clients_of(app)).headers["allow"] == "GET, POST"


def test_a_stub_stays_out_of_lists_and_can_be_neither_updated_nor_deleted(make_app: MakeApp) -> None:
    clients = clients_of(make_app(assume={"vexutopia.deleted-customer": "stub"}))
    retrieve_deleted(clients)

    assert get(clients.test, "/v1/customers", email="jane@example.com")["total"] == 0
    assert clients.test.patch("/v1/customers/cus_abc123def456", json={"name": "x"}).status_code == 404
    assert clients.test.delete("/v1/customers/cus_abc123def456").status_code == 404


def test_an_issued_key_is_accepted_where_strangers_are_rejected(make_app: MakeApp) -> None:
    app = make_app(assume={"vexutopia.unknown-key": "rejected"})
    issued = sandbox_of(app).keys

    for key in (issued["vexutopia"], issued["vexutopia_live"], VEXUTOPIA_KEY):
        reply = client_of(app, key).get("/v1/payments")
        assert reply.status_code == 200
        assert "vexutopia.unknown-key" not in assumed(reply)


def test_an_empty_email_is_refused_even_where_syntax_is_unchecked(make_app: MakeApp) -> None:
    clients = clients_of(make_app(assume={"vexutopia.email-syntax": "unchecked"}))

    assert clients.test.post("/v1/customers", json={"email": ""}).status_code == 400
    assert clients.test.patch("/v1/customers/cus_abc123def456", json={"email": ""}).status_code == 400


# What a reply names: exactly the choices of which another would have made another reply, or left another state behind.


def after(*steps: Ask) -> Ask:
    """Return what makes the calls and gives the last reply."""

    def ask(clients: Clients) -> httpx.Response:
        reply = httpx.Response(0)
        for step in steps:
            reply = step(clients)
        return reply

    return ask


def call(method: str, path: str, json: Any = ..., *, key: str = "test", **options: Any) -> Ask:
    if json is not ...:
        options["json"] = json
    return lambda clients: getattr(clients, key).request(method, path, **options)


FULL = {"email": "new@example.com", "name": "n", "phone": "1", "metadata": {}}
JANE = "/v1/customers/cus_abc123def456"
FULL_PAYMENT = {"amount": 1, "currency": "usd", "metadata": {}}

CALLS: dict[str, Ask] = {
    "list": call("GET", "/v1/customers"),
    "list of one": call("GET", "/v1/customers?email=jane@example.com"),
    "list of none": call("GET", "/v1/customers?email=nobody@example.com"),
    "slice of one": call("GET", "/v1/customers?limit=1"),
    "slice past the end": call("GET", "/v1/customers?offset=150"),
    "last row": call("GET", "/v1/customers?offset=149"),
    "row in the middle": after(first_three, call("GET", "/v1/customers?email=new@example.com&limit=1&offset=1")),
    "two rows from the middle": after(first_three, call("GET", "/v1/customers?email=new@example.com&limit=2&offset=1")),
    "limit 100": call("GET", "/v1/customers?limit=100"),
    "limit 101": limit_101,
    "limit 101 of payments": call("GET", "/v1/payments?limit=101"),
    "limit 0": call("GET", "/v1/customers?limit=0"),
    "limit 101, offset -1": call("GET", "/v1/customers?limit=101&offset=-1"),
    "limit abc": call("GET", "/v1/customers?limit=abc"),
    "filter in the same case": after(filter_in_other_case, call("GET", "/v1/customers?email=Mixed@Example.com")),
    "filter in another case": filter_in_other_case,
    "one payment": call("GET", "/v1/payments"),
    "several payments": first_payments,
    "retrieve": call("GET", JANE),
    "retrieve an unknown id": call("GET", "/v1/customers/cus_nobodyhasit0"),
    "retrieve a deleted id": retrieve_deleted,
    "retrieve an id that the fixture deleted": call("GET", "/v1/customers/cus_abc123"),
    "delete": call("DELETE", JANE),
    "delete twice": after(call("DELETE", JANE), call("DELETE", JANE)),
    "update a deleted id": after(call("DELETE", JANE), call("PATCH", JANE, {"name": "x"})),
    "create with all fields": call("POST", "/v1/customers", FULL),
    "create with an e-mail": create_bare,
    "create without": missing_email,
    "create with a number": call("POST", "/v1/customers", {"email": 7}),
    "create with null": call("POST", "/v1/customers", {"email": None}),
    "create with an odd e-mail": odd_email,
    "create with an odd e-mail and a wrong name": call("POST", "/v1/customers", {"email": "nobody", "name": 7}),
    "create with a wrong name": call("POST", "/v1/customers", {"email": "new@example.com", "name": 7}),
    "create with an empty e-mail": call("POST", "/v1/customers", {"email": ""}),
    "create with a body of another type": undeclared_json,
    "create with a form": call("POST", "/v1/customers", data={"email": "a@b"}),
    "create without a body": call("POST", "/v1/customers", headers={"content-type": "text/plain"}),
    "create with broken JSON": call("POST", "/v1/customers", content=b"{", headers=JSON),
    "update": call("PATCH", JANE, {"name": "x"}),
    "update nothing": call("PATCH", JANE, {}),
    "update clears a name": call("PATCH", JANE, {"name": None}),
    "update with an odd e-mail": call("PATCH", JANE, {"email": "nobody"}),
    "update merges metadata": merge_metadata,
    "update sets the same metadata key": call("PATCH", JANE, {"metadata": {"user_id": "6"}}),
    "update with empty metadata": call("PATCH", JANE, {"metadata": {}}),
    "update with null metadata": call("PATCH", JANE, {"metadata": None}),
    "update of no metadata with empty ones": lambda clients: clients.test.patch(
        f"/v1/customers/{new_customer(clients.test)['id']}", json={"metadata": {}, "name": "n", "phone": "1"}
    ),
    "pay": call("POST", "/v1/payments", FULL_PAYMENT),
    "pay without metadata": pay_bare,
    "pay without an amount": missing_amount,
    "pay for nobody": pay_for_nobody,
    "pay for a deleted customer": after(
        call("DELETE", JANE), call("POST", "/v1/payments", {**FULL_PAYMENT, "customer_id": JANE[14:]})
    ),
    "pay for a customer": call("POST", "/v1/payments", {**FULL_PAYMENT, "customer_id": JANE[14:]}),
    "retrieve a payment": call("GET", "/v1/payments/pay_1234567890"),
    "retrieve an unknown payment": call("GET", "/v1/payments/pay_0000000000"),
    "no key": call("GET", "/v1/customers", headers={"authorization": "none"}),
    "a token of another form": call("GET", "/v1/customers", headers={"authorization": "Bearer token"}),
    "a stranger's key": ask_with_a_strangers_key,
    "wrong method": put_customers,
    "head": call("HEAD", "/v1/customers"),
    "unknown path": call("GET", "/v1/refunds"),
    "live key lists": call("GET", "/v1/customers", key="live"),
    "live key lists what neither kind has": call("GET", "/v1/customers?email=nobody@example.com", key="live"),
    "live key lists payments": call("GET", "/v1/payments", key="live"),
    "live key lists payments of nobody": call("GET", "/v1/payments?customer_id=cus_nobody", key="live"),
    "live key retrieves test data": documented_with_live_key,
    "live key retrieves what neither kind has": call("GET", "/v1/customers/cus_nobodyhasit0", key="live"),
    "live key retrieves a payment that neither kind has": call("GET", "/v1/payments/pay_0000000000", key="live"),
    "live key retrieves a test payment": call("GET", "/v1/payments/pay_1234567890", key="live"),
    "live key creates": call("POST", "/v1/customers", FULL, key="live"),
    "live key creates wrongly": call("POST", "/v1/customers", {}, key="live"),
    "live key pays": call("POST", "/v1/payments", FULL_PAYMENT, key="live"),
    "live key updates test data": call("PATCH", JANE, {"name": "x"}, key="live"),
    "live key deletes test data": call("DELETE", JANE, key="live"),
}


def outcome(app: App, reply: httpx.Response) -> bytes:
    """Return reply and state, without what due work and choices add: the work carries its own notes."""
    document = app.mock.fixtures.dump(sandbox_of(app).state)
    kept = {name: part for name, part in document.items() if name not in ("assumptions", "pending")}
    headers = {name: value for name, value in reply.headers.items() if not name.startswith("mock-")}
    return msgspec.json.encode([reply.status_code, headers, reply.text, kept])


@pytest.mark.parametrize("name", CALLS)
def test_a_reply_names_exactly_the_choices_that_matter(name: str, app: App) -> None:
    sandbox, clients = sandbox_of(app), clients_of(app)
    matters, named = {}, {}
    for assumption in OF_REPLIES:
        outcomes, notes = set(), set()
        for choice in assumption.choices:
            sandbox.reset()
            sandbox.state.choices = app.mock.choices({assumption.key: choice}, where="test")
            reply = CALLS[name](clients)
            outcomes.add(outcome(app, reply))
            notes.add(assumed(reply).get(assumption.key) == choice)
        matters[assumption.key] = {len(outcomes) > 1}
        named[assumption.key] = notes

    assert named == matters


# Settlement: no call is there when a payment settles, so the note is on the task and on the event.


def settle(app: App, milliseconds: int) -> Record:
    """Create a payment, let that much time pass, and return the payment as it is then."""
    client = client_of(app, VEXUTOPIA_KEY)
    payment = new_payment(client)
    assert payment["status"] == "pending"
    advance(app, milliseconds)
    return get(client, f"/v1/payments/{payment['id']}")


DAY = 86_400_000


@pytest.mark.parametrize(
    ("choice", "waits", "settled_at"),
    [
        ("after-five-seconds", 4_999, None),
        ("after-five-seconds", 5_000, "2026-02-02T13:48:10Z"),
        ("after-five-seconds", DAY, "2026-02-02T13:48:10Z"),
        ("at-once", 0, AT_NOW),
        ("at-once", DAY, AT_NOW),
        ("never", 5_000, None),
        ("never", DAY, None),
    ],
)
def test_a_payment_settles_when_the_choice_says(choice: str, waits: int, settled_at: str | None, make_app: MakeApp) -> None:
    payment = settle(make_app(assume={"vexutopia.payment-settlement": choice}), waits)

    expected = ("pending", AT_NOW) if settled_at is None else ("succeeded", settled_at)
    assert (payment["status"], payment["updated_at"]) == expected


@pytest.mark.parametrize("choice", ["after-five-seconds", "at-once"])
def test_settlement_is_noted_on_the_task_and_on_its_event_not_on_replies(choice: str, make_app: MakeApp) -> None:
    note = {"vexutopia.payment-settlement": choice}
    app = make_app(assume=note)
    client = client_of(app, VEXUTOPIA_KEY)

    created = client.post("/v1/payments", json=FULL_PAYMENT)
    (task,) = sandbox_of(app).state.agenda
    advance(app, 5_000)
    settled = client.get(f"/v1/payments/{created.json()['id']}")

    assert settled.json()["status"] == "succeeded"
    assert assumed(created) == assumed(settled) == {}
    assert task.assumed == note
    assert [(event.type, event.assumed) for event in sandbox_of(app).outbox] == [
        ("payment.created", {}),
        ("payment.succeeded", note),
    ]


def test_a_payment_that_never_settles_leaves_no_task(make_app: MakeApp) -> None:
    app = make_app(assume={"vexutopia.payment-settlement": "never"})

    settle(app, DAY)

    assert len(sandbox_of(app).state.agenda) == 0
    assert [event_type for event_type, _ in events_of(app)] == ["payment.created"]


@pytest.mark.parametrize(("choice", "has_it"), [("null", True), ("absent", False)])
def test_the_choice_for_unset_fields_is_noted_on_an_event_too(choice: str, has_it: bool, make_app: MakeApp) -> None:
    app = make_app(assume={"vexutopia.unset-fields": choice})
    client = client_of(app, VEXUTOPIA_KEY)

    new_customer(client)
    update(client, new_customer(client, **FULL), name="x")

    bare, full, changed = sandbox_of(app).outbox
    assert bare.assumed == {"vexutopia.unset-fields": choice}
    assert ("phone" in events_of(app)[0][1]) is has_it
    assert full.assumed == changed.assumed == {}


# Deliveries are made by the sender; here their assumptions can be chosen, and nothing else leans on them.


@pytest.mark.parametrize("key", SENDERS)
def test_an_assumption_of_the_sender_can_be_switched(key: str, make_app: MakeApp) -> None:
    (assumption,) = [each for each in PROVIDER.assumptions if each.key == key]

    assert len(assumption.choices) == 2
    for choice in assumption.choices:
        sandbox = sandbox_of(make_app(assume={key: choice}))
        assert sandbox.state.choices.get(key, assumption.default) == choice
    with pytest.raises(UnknownChoiceError, match=key):
        make_app(assume={key: "sometimes"})


def test_a_payment_that_never_settles_says_so_when_it_is_made(make_app: MakeApp) -> None:
    for choice, noted in (("never", True), ("after-five-seconds", False), ("at-once", False)):
        client = client_of(make_app(assume={"vexutopia.payment-settlement": choice}), VEXUTOPIA_KEY)
        reply = client.post("/v1/payments", json={"amount": 1, "currency": "usd", "metadata": {}})
        assert ("vexutopia.payment-settlement=never" in reply.headers.get("mock-assumed", "")) == noted
