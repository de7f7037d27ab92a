"""What a customer is, and how to retrieve one. Checks https://developers.spoonity.com/customer."""

import re

from mockserver.providers.spoonity.behaviours.exercised import RETRIEVE, answering, success_of
from mockserver.providers.spoonity.behaviours.service import PROPERTIES, STATUSES, Service, behaviour, object_in

MODEL = "Customer page, the customer model"

_ID = re.compile(r"cust_[0-9a-f]{16}", re.ASCII)
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)


@behaviour(
    "spoonity.customer.seven-properties",
    says="A customer has the properties id, name, email, is_verified, date_created, date_updated and status, and no others.",
    source=MODEL,
    operation=RETRIEVE,
    exercised=success_of(RETRIEVE),
)
def seven_properties(service: Service) -> None:
    """Wherever a customer is shown, it has these properties."""
    customer = service.create()
    shown = object_in(service.api.call("GET", f"/customers/{customer.id}").expect(200))
    assert shown.keys() == set(PROPERTIES), f"a customer has the properties {sorted(shown)}"
    for listed in object_in(service.api.call("GET", "/customers").expect(200))["items"]:
        assert listed.keys() == set(PROPERTIES), f"a listed customer has the properties {sorted(listed)}"


@behaviour(
    "spoonity.customer.property-order",
    says="The properties of a customer come in the order of the samples: id, name, email, is_verified, both dates, status.",
    source="Customer page, all samples",
    operation=RETRIEVE,
    exercised=success_of(RETRIEVE),
)
def property_order(service: Service) -> None:
    """The JSON text has the properties in this order."""
    customer = service.create()
    shown = object_in(service.api.call("GET", f"/customers/{customer.id}").expect(200))
    order = [name for name in shown if name in PROPERTIES]
    assert order == list(PROPERTIES), f"the properties come as {order}"


@behaviour(
    "spoonity.customer.types",
    says="`is_verified` is a boolean. All other properties that are set are strings.",
    source=MODEL,
    operation=RETRIEVE,
    exercised=success_of(RETRIEVE),
)
def types(service: Service) -> None:
    """A customer with all attributes has no other types in it."""
    customer = service.create()
    shown = object_in(service.api.call("GET", f"/customers/{customer.id}").expect(200))
    for name in PROPERTIES:
        wanted = bool if name == "is_verified" else str
        assert type(shown.get(name)) is wanted, f"{name} is {shown.get(name)!r}"


@behaviour(
    "spoonity.customer.id-form",
    says="An id is `cust_` and sixteen lower-case hexadecimal digits, as in the samples.",
    source="Customer page, all samples",
    operation=RETRIEVE,
    exercised=success_of(RETRIEVE),
)
def id_form(service: Service) -> None:
    """A new id, and the id that a retrieved customer says it has."""
    customer = service.retrieve(service.create().id)
    assert _ID.fullmatch(customer.id), f"an id is {customer.id!r}"


@behaviour(
    "spoonity.customer.id-unique",
    says="The id identifies one customer and no other.",
    source=MODEL,
    operation=RETRIEVE,
    exercised=success_of(RETRIEVE),
)
def id_unique(service: Service) -> None:
    """Two customers have two ids, and each id leads to its own customer."""
    first, second = service.create(), service.create()
    assert first.id != second.id, f"two customers have the id {first.id}"
    assert service.retrieve(first.id).email == first.email
    assert service.retrieve(second.id).email == second.email


@behaviour(
    "spoonity.customer.timestamps",
    says="Timestamps are ISO 8601 in UTC with milliseconds, such as `2026-02-02T13:48:05.683Z`.",
    source="Customer page, all samples",
    operation=RETRIEVE,
    exercised=success_of(RETRIEVE),
)
def timestamps(service: Service) -> None:
    """Both dates of a customer have the form."""
    customer = service.retrieve(service.create().id)
    for moment in (customer.date_created, customer.date_updated):
        assert _TIMESTAMP.fullmatch(moment), f"a timestamp is {moment!r}"


@behaviour(
    "spoonity.customer.status-enum",
    says="The status is one of an enum: ACTIVE, ARCHIVED, or INACTIVE as the update sample has it.",
    source=MODEL,
    operation=RETRIEVE,
    exercised=answering(RETRIEVE, "status", *STATUSES),
)
def status_enum(service: Service) -> None:
    """No status but these is ever stored, whatever an update asks for."""
    customer = service.create()
    service.api.call("PUT", f"/customers/{customer.id}", form={"status": "SLEEPING"}).expect(200, 400, 409, 422)
    assert service.retrieve(customer.id).status in STATUSES
    assert {each.status for each in service.page().items} <= set(STATUSES)


@behaviour(
    "spoonity.retrieve.by-id",
    says="A customer is retrieved by the id in the path.",
    source="Customer page, retrieve",
    operation=RETRIEVE,
    exercised=success_of(RETRIEVE),
)
def by_id(service: Service) -> None:
    """Of two customers, each id answers the one that was created with it, as it was created."""
    for customer in (service.create(), service.create()):
        found = service.retrieve(customer.id)
        assert found == customer, f"{customer} was created, {found} is retrieved"


@behaviour(
    "spoonity.retrieve.bare-customer",
    says="A single customer is returned without a wrapper and without a type marker.",
    source="Customer page, retrieve",
    operation=RETRIEVE,
    exercised=success_of(RETRIEVE),
)
def bare_customer(service: Service) -> None:
    """The reply's own id is the customer's."""
    customer = service.create()
    shown = object_in(service.api.call("GET", f"/customers/{customer.id}").expect(200))
    assert shown.get("id") == customer.id, f"the reply has {sorted(shown)} at its top"
    assert "object" not in shown, "the reply marks its type"
