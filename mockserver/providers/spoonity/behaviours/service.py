"""Spoonity as checks use it: typed answers, marked customers, and cleanup."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from mockserver.catalogue import Cleanup
from mockserver.catalogue.behaviour import behaviour
from mockserver.catalogue.client import Api, ApiResponse
from mockserver.providers.spoonity.operations import CREATE, DELETE, LIST, RETRIEVE, TOKEN, UPDATE

PROPERTIES = ("id", "name", "email", "is_verified", "date_created", "date_updated", "status")
STATUSES = ("ACTIVE", "ARCHIVED", "INACTIVE")
MAX_PAGES = 20
"""Pages that a walk reads; new customers are on the first."""

Shape = TypeVar("Shape")


class CustomerView(Struct, frozen=True):
    """A customer as the service shows it; other properties are ignored."""

    id: str
    name: str | None
    email: str | None
    is_verified: bool
    date_created: str
    date_updated: str
    status: str


class ListPage(Struct, frozen=True):
    """One page of customers, and where its neighbours are."""

    items: list[CustomerView]
    next: str | None
    prev: str | None

    @property
    def ids(self) -> list[str]:
        """The ids of its customers, in order."""
        return [customer.id for customer in self.items]


class Service:
    """Spoonity's operations over a service under check."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def send_create(self, **request: Any) -> ApiResponse:
        """Send a create, and delete what it creates when the check ends.

        request: arguments of `Api.call`.
        """
        answer = self.api.call("POST", "/customers", **request)
        if answer.status < 300 and (identity := object_in(answer).get("id")):
            self.api.cleanup(lambda: self.api.call("DELETE", f"/customers/{identity}"))
        return answer

    def create(self, **attributes: str) -> CustomerView:
        """Create a customer by form fields; without attributes, a marked one."""
        if not attributes:
            name = self.api.unique("customer")
            attributes = {"name": name, "email": f"{name}@example.com"}
        return customer_in(self.send_create(form=attributes).expect(200, 201))

    def create_namesakes(self, count: int) -> list[CustomerView]:
        """Create customers with the same unique name and different e-mail addresses."""
        name = self.api.unique("namesake")
        return [self.create(name=name, email=f"{self.api.unique('address')}@example.com") for _ in range(count)]

    def retrieve(self, identity: str) -> CustomerView:
        """Return the customer with this id."""
        return customer_in(self.api.call("GET", f"/customers/{identity}").expect(200))

    def shown(self, identity: str) -> dict[str, Any]:
        """Return the customer as the JSON object that a GET returns."""
        return object_in(self.api.call("GET", f"/customers/{identity}").expect(200))

    def update(self, identity: str, **attributes: str) -> CustomerView:
        """Change attributes by form fields, and return the reply's customer."""
        return customer_in(self.api.call("PUT", f"/customers/{identity}", form=attributes).expect(200))

    def delete(self, identity: str) -> None:
        """Delete the customer."""
        self.api.call("DELETE", f"/customers/{identity}").expect(200)

    def page(self, query: Mapping[str, object] | str | None = None) -> ListPage:
        """Return the page of customers that the query asks for."""
        return page_in(self.api.call("GET", "/customers", query=query).expect(200))

    def follow(self, link: str | None) -> ListPage:
        """Return the page that a link leads to."""
        assert link is not None, "there is no link to follow"
        return page_in(self.api.call("GET", link).expect(200))

    def found(self, criteria: str) -> list[str]:
        """Return the ids that a search string finds, the newest first."""
        return self.page({"query": criteria}).ids

    def walk(self, query: Mapping[str, object] | None = None, *, pages: int = MAX_PAGES) -> Iterator[CustomerView]:
        """Yield the customers of the first pages, following the links."""
        page = self.page(query)
        yield from page.items
        for _ in range(pages - 1):
            if page.next is None:
                return
            page = self.follow(page.next)
            yield from page.items

    def order_of(self, *customers: CustomerView) -> list[str]:
        """Return the ids of these new customers in list order."""
        wanted = {customer.id for customer in customers}
        seen: list[str] = []
        for customer in self.walk():
            if customer.id in wanted:
                seen.append(customer.id)
            if len(seen) == len(wanted):
                return seen
        raise AssertionError(f"the first {MAX_PAGES} pages show only {len(seen)} of {len(wanted)} new customers")

    def fill(self, count: int) -> None:
        """Create customers until there are at least so many."""
        there = len(self.page({"limit": count}).items)
        for _ in range(count - there):
            self.create()


listing = partial(behaviour, operation=LIST, view=Service)
creating = partial(behaviour, operation=CREATE, view=Service)
retrieving = partial(behaviour, operation=RETRIEVE, view=Service)
updating = partial(behaviour, operation=UPDATE, view=Service)
deleting = partial(behaviour, operation=DELETE, view=Service)
getting_a_token = partial(behaviour, operation=TOKEN, view=Service)


def customer_in(answer: ApiResponse) -> CustomerView:
    """Return the answer's customer, else raise AssertionError."""
    return _convert(answer, CustomerView)


def page_in(answer: ApiResponse) -> ListPage:
    """Return the answer's page of customers, else raise AssertionError."""
    return _convert(answer, ListPage)


def object_in(answer: ApiResponse) -> dict[str, Any]:
    """Return the answer's JSON object, else raise AssertionError."""
    return _convert(answer, dict[str, Any])


def _convert(answer: ApiResponse, wanted: type[Shape]) -> Shape:
    try:
        return msgspec.convert(answer.json, wanted)
    except msgspec.ValidationError as error:
        raise AssertionError(f"{answer.request} answered {answer.body[:300]!r}: {error}") from error


def _find(api: Api, text: str) -> Iterator[str]:
    customers = [*Service(api).walk({"limit": 100}, pages=5)]  # what a run created is among the newest
    yield from dict.fromkeys(f"/customers/{each.id}" for each in customers if text in f"{each.name} {each.email}")


CLEANUP = Cleanup(
    _find, remains={"/customers": "deleting a customer anonymises it, so a customer without name and e-mail address may stay"}
)
