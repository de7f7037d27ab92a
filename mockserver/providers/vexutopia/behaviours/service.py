"""Vexutopia as checks use it: marked records, slices, errors, cleanup."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from mockserver.catalogue import Cleanup, NotCheckable
from mockserver.catalogue.behaviour import behaviour
from mockserver.catalogue.client import Api, ApiResponse
from mockserver.providers.vexutopia import operations

CUSTOMERS = "/v1/customers"
PAYMENTS = "/v1/payments"

UNKNOWN_CUSTOMER = f"{CUSTOMERS}/cus_nobodyhasit0"
UNKNOWN_PAYMENT = f"{PAYMENTS}/pay_0000000000"

CUSTOMER_ID = re.compile(r"cus_[a-z0-9]{12}")
PAYMENT_ID = re.compile(r"pay_[0-9]{10}")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)

DOC_URL = "https://vexutopia.com/docs/errors#"

Record = dict[str, Any]

_LOOKS = 5
_LARGEST_SLICE = 100
_REACH = 500


class Service:
    """Vexutopia's operations over a service under check."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def email(self) -> str:
        """Return an address that no record but those of this check has."""
        return f"{self.api.unique('customer')}@example.com"

    def create_customer(self, **fields: object) -> ApiResponse:
        """Create a customer with a marked address, until the check ends."""
        return self.post_customer(json={"email": self.email(), **fields})

    def post_customer(self, **request: Any) -> ApiResponse:
        """Send a create; delete the customer, if any, when the check ends.

        request: what `Api.call` takes.
        """
        answer = self.api.call("POST", CUSTOMERS, **request)
        if answer.status < 300:
            path = customer_path(record_of(answer))
            self.api.cleanup(lambda: self.api.call("DELETE", path).expect(200, 202, 204, 404))
        return answer

    def new_customer(self, **fields: object) -> Record:
        """Return a new customer, with a marked address unless one is given."""
        return record_of(self.create_customer(**fields).expect(200, 201))

    def new_customers(self, count: int) -> list[Record]:
        """Return as many new customers."""
        return [self.new_customer() for _ in range(count)]

    def full_customer(self) -> Record:
        """Return a new customer for whom every field was sent."""
        return self.new_customer(name=self.api.unique("name"), phone="+1 555 123 4567", metadata={"user_id": "12345"})

    def update_customer(self, customer: Record, **fields: object) -> Record:
        """Update fields and return the reply's customer."""
        return record_of(self.api.call("PATCH", customer_path(customer), json=fields).expect(200))

    def delete_customer(self, customer: Record) -> ApiResponse:
        """Delete the customer, which must succeed."""
        return self.api.call("DELETE", customer_path(customer)).expect(200)

    def customer(self, customer: Record) -> Record:
        """Return the customer as a request for it shows it."""
        return record_of(self.api.call("GET", customer_path(customer)).expect(200))

    def assert_gone(self, customer: Record) -> None:
        """Assert that a GET returns 404 or a deletion stub."""
        answer = self.api.call("GET", customer_path(customer)).expect(200, 404)
        stub = {"id": customer["id"], "object": "customer", "deleted": True}
        assert answer.status == 404 or answer.json == stub, f"{answer.request} still shows the deleted customer: {answer.json}"

    def create_payment(self, **fields: object) -> ApiResponse:
        """Create a payment with a marked description; it cannot be deleted."""
        marked = {"amount": 2000, "currency": "usd", "description": self.api.unique("payment")}
        return self.api.call("POST", PAYMENTS, json={**marked, **fields})

    def new_payment(self, **fields: object) -> Record:
        """Return a new payment, as `create_payment` makes it."""
        return record_of(self.create_payment(**fields).expect(200, 201))

    def payment(self, payment: Record) -> Record:
        """Return the payment as a request for it shows it."""
        return record_of(self.api.call("GET", f"{PAYMENTS}/{payment['id']}").expect(200))

    def any_payment(self) -> Record:
        """Return a payment of the account; create one if needed."""
        listed = self.slice(PAYMENTS)["data"]
        return listed[0] if listed else self.new_payment()

    def slice(self, path: str = CUSTOMERS, **query: object) -> Record:
        """Return a slice of a list, else raise AssertionError."""
        answer = self.api.call("GET", path, query=query).expect(200)
        found = answer.json
        rows = found.get("data") if isinstance(found, dict) else None
        assert isinstance(rows, list), f"{answer.request} lists nothing: {found}"
        assert all(isinstance(row, dict) and "id" in row for row in rows), f"{answer.request} lists no records: {found}"
        return dict(found)

    def walk(self) -> Iterator[Record]:
        """Yield the customers by slices; of a long list, both ends."""
        first = self.slice(limit=_LARGEST_SLICE)
        yield from first["data"]
        total = member(first, "total", int)
        for start in range(_LARGEST_SLICE, total, _LARGEST_SLICE):
            if start < _REACH or start >= total - _REACH:
                yield from self.slice(limit=_LARGEST_SLICE, offset=start)["data"]

    def steady(self, look: Callable[[], list[Record]]) -> list[Record]:
        """Return slices with the same total, read without changes by other clients.

        Raises: NotCheckable if they change it every time.
        """
        for _ in range(_LOOKS):
            slices = look()
            if len({member(each, "total", int) for each in slices}) == 1:
                return slices
        raise NotCheckable("other clients create and delete customers faster than two slices can be compared")


listing = partial(behaviour, operation=operations.LIST, view=Service)
creating = partial(behaviour, operation=operations.CREATE, view=Service)
retrieving = partial(behaviour, operation=operations.RETRIEVE, view=Service)
updating = partial(behaviour, operation=operations.UPDATE, view=Service)
deleting = partial(behaviour, operation=operations.DELETE, view=Service)
paying = partial(behaviour, operation=operations.PAY, view=Service)
listing_payments = partial(behaviour, operation=operations.LIST_PAYMENTS, view=Service)
retrieving_payments = partial(behaviour, operation=operations.RETRIEVE_PAYMENT, view=Service)


def customer_path(customer: Record) -> str:
    """Return where the customer is."""
    return f"{CUSTOMERS}/{customer['id']}"


def record_of(answer: ApiResponse) -> Record:
    """Return the answer's record, else raise AssertionError."""
    found = answer.json
    is_record = isinstance(found, dict) and isinstance(found.get("id"), str)
    assert is_record, f"{answer.request} answered no record: {found}"
    return dict(found)


def error_of(answer: ApiResponse) -> Record:
    """Return the answer's `error` object, else raise AssertionError."""
    found = answer.json
    error = found.get("error") if isinstance(found, dict) else None
    assert isinstance(error, dict), f"{answer.request} answered no error: {found}"
    return error


def member(record: Record, name: str, kind: type[Any]) -> Any:
    """Return a member of this type, else raise AssertionError."""
    value = record.get(name)
    fits = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
    assert fits, f"{name} is {value!r}, no {kind.__name__}"
    return value


def ids(records: list[Record]) -> list[str]:
    """Return the ids of the records."""
    return [record["id"] for record in records]


def _find(api: Api, text: str) -> Iterator[str]:
    found = [each for each in Service(api).walk() if text in str(each)]
    yield from dict.fromkeys(map(customer_path, found))


CLEANUP = Cleanup(_find, remains={"/v1/payments": "payments cannot be deleted"})
