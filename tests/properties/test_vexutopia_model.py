"""Vexutopia's customers and payments against dictionaries: whatever is done to them, in whatever order, both tell the same."""

from copy import deepcopy
from typing import Any, ClassVar

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from mockserver import documents
from mockserver.state.clock import iso_seconds, parse_timestamp
from tests.conftest import make_app
from tests.properties.account import FEW, Account
from tests.properties.settings import quick

pytestmark = pytest.mark.slow

Record = dict[str, Any]

EMAILS = st.sampled_from(["ada@example.com", "ADA@example.com", "ben@example.org", "é@ü"])
TEXTS = st.sampled_from(["Ada", "", "é & ü", None])
METADATA: st.SearchStrategy[Any] = st.none() | st.dictionaries(
    st.sampled_from(["tier", "a b", ""]), st.sampled_from(["x", None, 1, 1.5, True, [{}]]), max_size=3
)
OPTIONAL = {"name": TEXTS, "phone": TEXTS, "metadata": METADATA}
CUSTOMERS = st.fixed_dictionaries({"email": EMAILS}, optional=OPTIONAL)
CHANGES = st.fixed_dictionaries({}, optional={"email": EMAILS, **OPTIONAL})
PAYMENTS = st.fixed_dictionaries(
    {"amount": st.sampled_from([1, 2000, 2**63 - 1]), "currency": st.sampled_from(["usd", "EUR"])},
    optional={"description": TEXTS, "provider": st.just("paypal"), "metadata": METADATA},
)
LIMITS = st.integers(1, 4)
SETTLES_AFTER_MS = 5_000


class Model:
    """What should be there: records as they are sent, in order of creation, when payments settle, and what was announced."""

    def __init__(self) -> None:
        fixture = documents.read(FEW).value
        marked = {
            kind: [{"object": kind, **each} for each in fixture["vexutopia"][f"{kind}s"]] for kind in ("customer", "payment")
        }
        self.now = parse_timestamp(fixture["now"])
        self.customers: list[Record] = marked["customer"][::-1]
        self.payments: list[Record] = marked["payment"][::-1]
        self.created: dict[str, int] = {"customer": 0, "payment": 0}
        self.due: dict[str, int] = {}
        self.events: list[tuple[str, Record]] = []

    @property
    def time(self) -> str:
        return iso_seconds(self.now)

    def announce(self, kind: str, record: Record) -> None:
        self.events.append((kind, deepcopy(record)))

    def settle(self) -> None:
        """Let the pending payments succeed that have become five seconds old by now."""
        while self.due and min(self.due.values()) <= self.now:
            payment_id = min(self.due, key=self.due.__getitem__)
            payment = next(each for each in self.payments if each["id"] == payment_id)
            payment |= {"status": "succeeded", "updated_at": iso_seconds(self.due.pop(payment_id))}
            self.announce("payment.succeeded", payment)


def put(records: list[Record], record: Record) -> None:
    """Put in a new record behind all that are not younger; clocks may go back."""
    younger = [each for each in records if each["created_at"] > record["created_at"]]
    records.insert(len(records) - len(younger), record)


def find(records: list[Record], record_id: str) -> Record | None:
    return next((each for each in records if each["id"] == record_id), None)


def merged(before: Record, sent: Record | None) -> Record:
    """Return metadata after an update: null as a whole clears them, null for a key removes it."""
    return {} if sent is None else {key: each for key, each in (before | sent).items() if key not in sent or each is not None}


def missing(kind: str, record_id: str) -> Record:
    """Return what a reply of 404 says."""
    code = "resource_not_found"
    words = {"code": code, "message": f"No such {kind}: {record_id}", "doc_url": f"https://vexutopia.com/docs/errors#{code}"}
    return {"error": words}


class Vexutopia(RuleBasedStateMachine):
    """Does one thing after another to an account and to the model."""

    app: ClassVar = make_app(fixture=[FEW])
    customer_ids = Bundle("customer_ids")
    payment_ids = Bundle("payment_ids")

    def __init__(self) -> None:
        super().__init__()
        self.account = Account(self.app, "vexutopia", "model")
        self.model = Model()
        self.snapshots: dict[str, Model] = {}
        self.given: dict[tuple[str, int], str] = {}

    def teardown(self) -> None:
        self.account.close()

    def ask(self, *args: Any, **kwargs: Any) -> tuple[int, Any]:
        """Send a request to the account and return status and body; what is due at the model happens first."""
        self.model.settle()
        answer = self.account.ask(*args, **kwargs)
        return answer.status, answer.json()

    def check_id(self, records: list[Record], record: Record) -> None:
        """Hold that the id is a new one, and the same one that was given before where a restore took creations back."""
        assert find(records, record["id"]) is None
        kind = record["object"]
        assert self.given.setdefault((kind, self.model.created[kind]), record["id"]) == record["id"]
        self.model.created[kind] += 1

    @initialize(target=customer_ids)
    def first_customer(self) -> str:
        return "cus_000000000001"

    @initialize(target=payment_ids)
    def first_payment(self) -> str:
        return "pay_0000000001"

    @rule(target=customer_ids, sent=CUSTOMERS)
    def create_customer(self, sent: Record) -> str:
        status, customer = self.ask("POST", "/v1/customers", json=sent)
        times = {"created_at": self.model.time, "updated_at": self.model.time}
        unset: Record = {"name": None, "phone": None, "metadata": {}}
        expected = {"id": customer["id"], "object": "customer", **unset, **sent, **times}
        expected["metadata"] = expected["metadata"] or {}
        assert (status, customer) == (201, expected)
        self.check_id(self.model.customers, customer)
        put(self.model.customers, expected)
        self.model.announce("customer.created", expected)
        return str(customer["id"])

    @rule(customer_id=customer_ids, changes=CHANGES)
    def update_customer(self, customer_id: str, changes: Record) -> None:
        status, answer = self.ask("PATCH", f"/v1/customers/{customer_id}", json=changes)
        customer = find(self.model.customers, customer_id)
        if customer is None:
            assert (status, answer) == (404, missing("customer", customer_id))
            return
        changed = customer | changes
        if "metadata" in changes:
            changed["metadata"] = merged(customer["metadata"], changes["metadata"])
        if repr(changed) != repr(customer):
            customer |= changed | {"updated_at": self.model.time}
            self.model.announce("customer.updated", customer)
        assert (status, answer) == (200, customer)

    @rule(customer_id=customer_ids)
    def delete_customer(self, customer_id: str) -> None:
        status, answer = self.ask("DELETE", f"/v1/customers/{customer_id}")
        customer = find(self.model.customers, customer_id)
        if customer is None:
            assert (status, answer) == (404, missing("customer", customer_id))
            return
        assert (status, answer) == (200, {"id": customer_id, "object": "customer", "deleted": True})
        self.model.customers.remove(customer)
        self.model.announce("customer.deleted", customer)

    @rule(customer_id=customer_ids)
    def retrieve_customer(self, customer_id: str) -> None:
        answer = self.ask("GET", f"/v1/customers/{customer_id}")
        customer = find(self.model.customers, customer_id)
        assert answer == ((404, missing("customer", customer_id)) if customer is None else (200, customer))

    @rule(target=payment_ids, sent=PAYMENTS, payer=st.none() | customer_ids)
    def create_payment(self, sent: Record, payer: str | None) -> str:
        status, payment = self.ask("POST", "/v1/payments", json=sent | {"customer_id": payer})
        if payer is not None and find(self.model.customers, payer) is None:
            assert (status, payment["error"]["code"], payment["error"]["param"]) == (400, "invalid_parameter", "customer_id")
            return "pay_0000000000"
        made = {"object": "payment", "status": "pending", "created_at": self.model.time, "updated_at": self.model.time}
        unset: Record = {"description": None, "provider": "stripe", "metadata": {}}
        given = {name: payment[name] for name in ("id", "provider_payment_id")}
        expected = {**unset, **sent, **made, **given, "customer_id": payer, "currency": sent["currency"].lower()}
        expected["metadata"] = expected["metadata"] or {}
        assert (status, payment) == (201, expected)
        self.check_id(self.model.payments, payment)
        put(self.model.payments, expected)
        self.model.due[payment["id"]] = self.model.now + SETTLES_AFTER_MS
        self.model.announce("payment.created", expected)
        return str(payment["id"])

    @rule(payment_id=payment_ids)
    def retrieve_payment(self, payment_id: str) -> None:
        answer = self.ask("GET", f"/v1/payments/{payment_id}")
        payment = find(self.model.payments, payment_id)
        assert answer == ((404, missing("payment", payment_id)) if payment is None else (200, payment))

    @rule(limit=LIMITS, email=st.none() | EMAILS)
    def walk_customers(self, limit: int, email: str | None) -> None:
        wanted = {} if email is None else {"email": email}
        chosen = [each for each in self.model.customers if email is None or each["email"].lower() == email.lower()]
        self.walk("/v1/customers", limit, chosen, wanted)

    @rule(limit=LIMITS, payer=st.none() | customer_ids)
    def walk_payments(self, limit: int, payer: str | None) -> None:
        self.model.settle()
        wanted = {} if payer is None else {"customer_id": payer}
        chosen = [each for each in self.model.payments if payer is None or each["customer_id"] == payer]
        self.walk("/v1/payments", limit, chosen, wanted)

    def walk(self, path: str, limit: int, oldest_first: list[Record], wanted: dict[str, str]) -> None:
        """Go through all slices, and one further."""
        expected = oldest_first[::-1]
        for offset in range(0, len(expected) + limit + 1, limit):
            rows = expected[offset : offset + limit]
            status, page = self.ask("GET", path, limit=limit, offset=offset, **wanted)
            counts = {"total": len(expected), "limit": limit, "offset": offset, "has_more": offset + limit < len(expected)}
            assert (status, page) == (200, {"object": "list", "data": rows, **counts})

    @rule(milliseconds=st.sampled_from([0, 999, 4_999, 5_000, 86_400_000, -1_000, -86_400_000]))
    def pass_time(self, milliseconds: int) -> None:
        self.account.pass_time(milliseconds)
        self.model.now += milliseconds

    @rule(name=st.sampled_from(["a", "b"]))
    def snapshot(self, name: str) -> None:
        self.account.sandbox.snapshot(name)
        self.snapshots[name] = deepcopy(self.model)

    @rule(name=st.sampled_from(["a", "b"]))
    def restore(self, name: str) -> None:
        if name in self.snapshots:
            self.account.sandbox.restore(name)
            announced = self.model.events
            self.model = deepcopy(self.snapshots[name])
            self.model.events = announced

    @rule()
    def reset(self) -> None:
        self.account.sandbox.reset()
        self.model = Model()

    @invariant()
    def all_is_as_the_model_has_it(self) -> None:
        customers = self.ask("GET", "/v1/customers", limit=100)[1]
        assert customers["data"] == self.model.customers[::-1]
        payments = self.ask("GET", "/v1/payments", limit=100)[1]
        assert payments["data"] == self.model.payments[::-1]

    @invariant()
    def every_change_was_announced(self) -> None:
        events = [(event.type, event.body["data"]["object"]) for event in self.account.sandbox.outbox]
        assert documents_of(events) == self.model.events


def documents_of(events: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return the events with their objects as they would be sent."""
    return [(kind, msgspec.json.decode(msgspec.json.encode(each))) for kind, each in events]


TestVexutopia = Vexutopia.TestCase
TestVexutopia.settings = settings(quick(120), stateful_step_count=40)
