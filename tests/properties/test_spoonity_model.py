"""Spoonity's customers against a dictionary: whatever is done to them, in whatever order, both tell the same."""

from copy import deepcopy
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from mockserver import documents
from mockserver.state.clock import iso_milliseconds, parse_timestamp
from tests.conftest import make_app
from tests.properties.account import FEW, Account
from tests.properties.settings import quick

pytestmark = pytest.mark.slow

NAMES = st.sampled_from(["Ada", "ada lopez", "Ben Ito", "", "é & ü", "a:b"])
EMAILS = st.sampled_from(["ada@example.com", "ADA@example.com", "ben@example.org", "no address"])
ATTRIBUTES = st.fixed_dictionaries({}, optional={"name": NAMES | st.none(), "email": EMAILS | st.none()})
STATUSES = ("ACTIVE", "ARCHIVED", "INACTIVE")
CHANGES = st.fixed_dictionaries({}, optional={"name": NAMES | st.none(), "email": EMAILS, "status": st.sampled_from(STATUSES)})
PROPERTIES = ("id", "name", "email", "is_verified", "date_created", "date_updated", "status")
FILTERS = ("", "n:ada", "n:ADA e:example", "e:ada@", "s:active", "s:ARCHIVED n:ada", 'n:"ben ito"', "x:y", "word")
LIMITS = st.integers(1, 4)
NOT_FOUND = {"internal_code": None, "message": "Customer not found"}
CONFLICT = {"internal_code": None, "message": "Conflict"}


class Model:
    """What should be there: customers as they are sent, in order of creation; ids of the deleted; the time."""

    def __init__(self) -> None:
        fixture = documents.read(FEW).value
        self.now = parse_timestamp(fixture["now"])
        self.customers: list[dict[str, Any]] = list(reversed(fixture["spoonity"]["customers"]))
        self.deleted: set[str] = set()
        self.created = 0

    def add(self, customer: dict[str, Any]) -> None:
        """Put in a new customer behind all that are not younger; clocks may go back."""
        younger = [each for each in self.customers if each["date_created"] > customer["date_created"]]
        self.customers.insert(len(self.customers) - len(younger), customer)

    def get(self, customer_id: str) -> dict[str, Any] | None:
        return next((each for each in self.customers if each["id"] == customer_id), None)

    def listed(self, query: dict[str, str], *, hidden: set[str]) -> list[dict[str, Any]]:
        """Return what a list with this query shows over all its pages."""
        words = query.get("query", "").replace('n:"ben ito"', "n:ben_ito").split()
        wanted = [word.replace("_", " ").split(":") for word in words if word[:2] in ("n:", "e:", "s:")]
        chosen = [each for each in self.customers if each["id"] not in hidden and all(meets(each, *one) for one in wanted)]
        name = query.get("sort", "date_created")
        known = sorted((each for each in chosen if each[name] is not None), key=lambda each: fold(each[name]))
        unknown = [each for each in chosen if each[name] is None]
        descends = query.get("order", "ASC" if "sort" in query else "DESC") == "DESC"
        return [*reversed(known), *reversed(unknown)] if descends else known + unknown


def meets(customer: dict[str, Any], key: str, value: str) -> bool:
    if key == "s":
        return bool(customer["status"].lower() == value.lower())
    text = customer["name" if key == "n" else "email"]
    return text is not None and value.lower() in text.lower()


def fold(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class Spoonity(RuleBasedStateMachine):
    """Does one thing after another to an account and to the model."""

    app: ClassVar = make_app(fixture=[FEW])
    hides_deleted = False
    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.account = Account(self.app, "spoonity", "model")
        self.model = Model()
        self.snapshots: dict[str, Model] = {}
        self.given: dict[int, str] = {}

    def teardown(self) -> None:
        self.account.close()

    @property
    def hidden(self) -> set[str]:
        return self.model.deleted if self.hides_deleted else set()

    @initialize(target=ids)
    def first_id(self) -> str:
        return "cust_0000000000000001"

    @rule(target=ids, attributes=ATTRIBUTES, place=st.sampled_from(["json", "form", "query"]))
    def create(self, attributes: dict[str, Any], place: str) -> str:
        sent = attributes if place == "json" else {key: value for key, value in attributes.items() if value is not None}
        answer = self.account.ask("POST", "/customers", **sent if place == "query" else {place: sent})
        now = iso_milliseconds(self.model.now)
        made = {"name": None, "email": None, "is_verified": True, "date_created": now, "date_updated": now, "status": "ACTIVE"}
        customer: dict[str, Any] = {"id": answer.json()["id"], **made, **sent}
        assert (answer.status, answer.json()) == (200, customer)
        assert self.model.get(customer["id"]) is None
        # Where a restore took creations back, the same ids are given again.
        assert self.given.setdefault(self.model.created, customer["id"]) == customer["id"]
        self.model.created += 1
        self.model.add(customer)
        return str(customer["id"])

    @rule(customer_id=ids, changes=CHANGES)
    def update(self, customer_id: str, changes: dict[str, Any]) -> None:
        answer = self.account.ask("PUT", f"/customers/{customer_id}", json=changes)
        customer = self.model.get(customer_id)
        if customer is None or customer_id in self.hidden:
            assert (answer.status, answer.json()) == (404, NOT_FOUND)
        elif customer_id in self.model.deleted:
            assert (answer.status, answer.json()) == (409, CONFLICT)
        else:
            if customer != customer | changes:
                customer |= changes | {"date_updated": iso_milliseconds(self.model.now)}
            assert (answer.status, answer.json()) == (200, customer)

    @rule(customer_id=ids)
    def delete(self, customer_id: str) -> None:
        answer = self.account.ask("DELETE", f"/customers/{customer_id}")
        customer = self.model.get(customer_id)
        if customer is None or customer_id in self.hidden:
            assert (answer.status, answer.json()) == (404, NOT_FOUND)
            return
        assert (answer.status, answer.json()) == (200, {})
        if customer_id not in self.model.deleted:
            gone = {"name": None, "email": None, "is_verified": False, "status": "ARCHIVED"}
            customer |= gone | {"date_updated": iso_milliseconds(self.model.now)}
            self.model.deleted.add(customer_id)

    @rule(customer_id=ids | st.sampled_from(["cust_ffffffffffffffff", "%2F", "..;"]))
    def retrieve(self, customer_id: str) -> None:
        answer = self.account.ask("GET", f"/customers/{customer_id}")
        customer = None if customer_id in self.hidden else self.model.get(customer_id)
        assert (answer.status, answer.json()) == ((404, NOT_FOUND) if customer is None else (200, customer))

    @rule(
        limit=LIMITS,
        query=st.fixed_dictionaries(
            {},
            optional={
                "query": st.sampled_from(FILTERS),
                "sort": st.sampled_from(PROPERTIES),
                "order": st.sampled_from(["ASC", "DESC"]),
            },
        ),
    )
    def walk(self, limit: int, query: dict[str, str]) -> None:
        expected = self.model.listed(query, hidden=self.hidden)
        found, number = [], 1
        page = self.account.ask("GET", "/customers", limit=limit, **query).json()
        while True:
            assert page["items"] == expected[(number - 1) * limit : number * limit]
            self.check_link(page["prev"], limit, number - 1 if number > 1 else None, query)
            found += page["items"]
            more = number * limit < len(expected)
            self.check_link(page["next"], limit, number + 1 if more else None, query)
            if not more:
                break
            page, number = self.account.ask("GET", page["next"]).json(), number + 1
        assert found == expected

    def check_link(self, link: str | None, limit: int, number: int | None, query: dict[str, str]) -> None:
        """Hold that the link leads to this page of the same list, or that there is none if there is no such page."""
        if number is None:
            assert link is None
        else:
            parts = urlsplit(link or "")
            asked = {"limit": [str(limit)], "page": [str(number)], **{key: [value] for key, value in query.items() if value}}
            assert (parts.path, parse_qs(parts.query)) == ("/customers", asked)

    @rule(limit=LIMITS, beyond=st.integers(1, 3))
    def look_past_the_end(self, limit: int, beyond: int) -> None:
        rows = len(self.model.listed({}, hidden=self.hidden))
        number = -(-rows // limit) + beyond
        page = self.account.ask("GET", "/customers", limit=limit, page=number).json()
        assert (page["items"], page["next"]) == ([], None)
        self.check_link(page["prev"], limit, number - 1 if number > 1 else None, {})

    @rule(milliseconds=st.sampled_from([0, 1, 1_000, 86_400_000, -1_000, -86_400_000]))
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
            self.model = deepcopy(self.snapshots[name])

    @rule()
    def reset(self) -> None:
        self.account.sandbox.reset()
        self.model = Model()

    @invariant()
    def the_whole_list_is_the_model_s(self) -> None:
        page = self.account.ask("GET", "/customers", limit=1_000).json()
        assert page == {"items": self.model.listed({}, hidden=self.hidden), "next": None, "prev": None}


class SpoonityWithoutTheDeleted(Spoonity):
    """The same where a deleted customer is gone."""

    app = make_app(fixture=[FEW], assume={"spoonity.deleted-customer": "gone"})
    hides_deleted = True


TestSpoonity = Spoonity.TestCase
TestSpoonity.settings = settings(quick(80), stateful_step_count=40)
TestSpoonityWithoutTheDeleted = SpoonityWithoutTheDeleted.TestCase
TestSpoonityWithoutTheDeleted.settings = settings(quick(80), stateful_step_count=40)
