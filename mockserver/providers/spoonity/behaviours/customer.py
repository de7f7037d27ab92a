"""The customer object, and retrieve. Checks https://developers.spoonity.com/customer."""

import re

from mockserver.providers.spoonity.behaviours.exercised import shows
from mockserver.providers.spoonity.behaviours.service import PROPERTIES, STATUSES, Service, object_in, retrieving

MODEL = "Customer page, the customer model"

_ID = re.compile(r"cust_[0-9a-f]{16}", re.ASCII)
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)


@retrieving("spoonity.customer.seven-properties", source=MODEL)
def seven_properties(service: Service) -> None:
    """A customer has the properties id, name, email, is_verified, date_created, date_updated and status, and no others."""
    customer = service.create()
    shown = service.shown(customer.id)
    assert shown.keys() == set(PROPERTIES), f"a customer has the properties {sorted(shown)}"
    for listed in object_in(service.api.call("GET", "/customers").expect(200))["items"]:
        assert listed.keys() == set(PROPERTIES), f"a listed customer has the properties {sorted(listed)}"


@retrieving("spoonity.customer.property-order", source="Customer page, all samples")
def property_order(service: Service) -> None:
    """The properties of a customer come in the order of the samples: id, name, email, is_verified, both dates, status."""
    customer = service.create()
    shown = service.shown(customer.id)
    order = [name for name in shown if name in PROPERTIES]
    assert order == list(PROPERTIES), f"the properties come as {order}"


@retrieving("spoonity.customer.types", source=MODEL)
def types(service: Service) -> None:
    """`is_verified` is a boolean. All other properties that are set are strings."""
    customer = service.create()
    shown = service.shown(customer.id)
    for name in PROPERTIES:
        wanted = bool if name == "is_verified" else str
        assert type(shown.get(name)) is wanted, f"{name} is {shown.get(name)!r}"


@retrieving("spoonity.customer.id-form", source="Customer page, all samples")
def id_form(service: Service) -> None:
    """An id is `cust_` and sixteen lower-case hexadecimal digits, as in the samples."""
    customer = service.retrieve(service.create().id)
    assert _ID.fullmatch(customer.id), f"an id is {customer.id!r}"


@retrieving("spoonity.customer.id-unique", source=MODEL)
def id_unique(service: Service) -> None:
    """The id identifies one customer and no other."""
    first, second = service.create(), service.create()
    assert first.id != second.id, f"two customers have the id {first.id}"
    assert service.retrieve(first.id).email == first.email
    assert service.retrieve(second.id).email == second.email


@retrieving("spoonity.customer.timestamps", source="Customer page, all samples")
def timestamps(service: Service) -> None:
    """Timestamps are ISO 8601 in UTC with milliseconds, such as `2026-02-02T13:48:05.683Z`."""
    customer = service.retrieve(service.create().id)
    for moment in (customer.date_created, customer.date_updated):
        assert _TIMESTAMP.fullmatch(moment), f"a timestamp is {moment!r}"


@retrieving("spoonity.customer.status-enum", source=MODEL, when=shows("status", *STATUSES))
def status_enum(service: Service) -> None:
    """The status is one of an enum: ACTIVE, ARCHIVED, or INACTIVE as the update sample has it."""
    customer = service.create()
    service.api.call("PUT", f"/customers/{customer.id}", form={"status": "SLEEPING"}).expect(200, 400, 409, 422)
    assert service.retrieve(customer.id).status in STATUSES
    assert {each.status for each in service.page().items} <= set(STATUSES)


@retrieving("spoonity.retrieve.by-id", source="Customer page, retrieve")
def by_id(service: Service) -> None:
    """A customer is retrieved by the id in the path."""
    for customer in (service.create(), service.create()):
        found = service.retrieve(customer.id)
        assert found == customer, f"{customer} was created, {found} is retrieved"


@retrieving("spoonity.retrieve.bare-customer", source="Customer page, retrieve")
def bare_customer(service: Service) -> None:
    """A single customer is returned without a wrapper and without a type marker."""
    customer = service.create()
    shown = service.shown(customer.id)
    assert shown.get("id") == customer.id, f"the reply has {sorted(shown)} at its top"
    assert "object" not in shown, "the reply marks its type"
