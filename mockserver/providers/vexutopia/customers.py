"""Vexutopia's customer operations. Plays https://vexutopia.com/docs/customers."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import json
from msgspec.structs import replace

from mockserver.exchange import Call, NotFound, Page, Reply
from mockserver.providers.vexutopia.assumptions import DELETED_CUSTOMER, EMAIL_FILTER, METADATA_UPDATE
from mockserver.providers.vexutopia.dialect import announce, page_of
from mockserver.providers.vexutopia.records import CUSTOMERS, LIVE_CUSTOMERS, Customer, customers_of, has_or_had, render
from mockserver.state import Collection, Kind, Sandbox
from mockserver.state.clock import iso_seconds

_WRITABLE = ("email", "name", "phone", "metadata")


def list_customers(sandbox: Sandbox, call: Call) -> Page:
    """Return a slice of the customers, optionally of one e-mail address.

    Behaviours: vexutopia.list.whole-customers, vexutopia.list.all-customers, vexutopia.list.email-filter
    """
    wanted = call.query.get("email")
    customers = sandbox.records(customers_of(sandbox, call, lambda each: bool(_matching(each, wanted))))
    found = _matching(customers, wanted)
    if wanted is None:
        return page_of(call, customers, found)
    exact = [each for each in found if (customer := customers.get(each)) and customer.email == wanted]
    if len(exact) != len(found) and call.assume(EMAIL_FILTER) == "exact":
        found = exact
    return page_of(call, customers, found)


def create_customer(sandbox: Sandbox, call: Call) -> Reply:
    """Create a customer and announce it; e-mail addresses need not be unique.

    Behaviours: vexutopia.create.*
    """
    sent = {name: call.fields[name] for name in _WRITABLE if name in call.fields}
    return Reply(201, render(call, new_customer(sandbox, customers_of(sandbox, call), sent)))


def new_customer(sandbox: Sandbox, kind: Kind, fields: Mapping[str, Any]) -> Customer:
    """Store a new customer with these fields, and announce it."""
    now = iso_seconds(sandbox.now)
    customer = Customer(id=sandbox.new_id(CUSTOMERS, LIVE_CUSTOMERS), created_at=now, updated_at=now, **fields)
    sandbox.add(kind, customer)
    announce(sandbox, "customer.created", customer)
    return customer


def retrieve_customer(sandbox: Sandbox, call: Call) -> Reply:
    """Return the customer.

    Behaviours: vexutopia.retrieve.*
    Raises: NotFound, also for a deleted customer unless the sandbox keeps a stub.
    """
    kind, wanted = _kind(sandbox, call), call.path["id"]
    if wanted in sandbox.records(kind).deleted and call.assume(DELETED_CUSTOMER) == "stub":
        return Reply(200, _receipt(wanted))
    return Reply(200, render(call, _find(sandbox, kind, wanted)))


def update_customer(sandbox: Sandbox, call: Call) -> Reply:
    """Change the given fields and announce it, if anything changes.

    Behaviours: vexutopia.update.*
    Raises: NotFound.
    """
    kind = _kind(sandbox, call)
    customer = _find(sandbox, kind, call.path["id"])
    sent = {name: call.fields[name] for name in _WRITABLE if name in call.fields}
    if isinstance(sent.get("metadata"), dict):
        sent["metadata"] = _metadata(call, customer.metadata or {}, sent["metadata"])
    changed = replace(customer, **sent)
    if _content(changed) == _content(customer):
        return Reply(200, render(call, customer))
    changed = replace(changed, updated_at=iso_seconds(sandbox.now))
    sandbox.replace(kind, changed)
    announce(sandbox, "customer.updated", changed)
    return Reply(200, render(call, changed))


def delete_customer(sandbox: Sandbox, call: Call) -> Reply:
    """Delete the customer and announce it; its payments keep the id.

    Behaviours: vexutopia.delete.*
    Raises: NotFound, also the second time.
    """
    return Reply(200, _receipt(erase_customer(sandbox, _kind(sandbox, call), call.path["id"]).id))


def erase_customer(sandbox: Sandbox, kind: Kind, customer_id: str) -> Customer:
    """Delete a customer, announce it, and return it as it was.

    Raises: NotFound.
    """
    customer = _find(sandbox, kind, customer_id)
    sandbox.remove(kind, customer.id)
    announce(sandbox, "customer.deleted", customer)
    return customer


def _kind(sandbox: Sandbox, call: Call) -> Kind:
    return customers_of(sandbox, call, has_or_had(call.path["id"]))


def _find(sandbox: Sandbox, kind: Kind, customer_id: str) -> Customer:
    customer: Customer | None = sandbox.records(kind).get(customer_id)
    if customer is None:
        raise NotFound("customer", customer_id)
    return customer


def _matching(customers: Collection, email: str | None) -> Sequence[str]:
    return customers.all() if email is None else customers.ids_where("email", email.lower())


def _receipt(customer_id: str) -> dict[str, Any]:
    return {"id": customer_id, "object": "customer", "deleted": True}


def _metadata(call: Call, before: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    merged = {key: value for key, value in (before | sent).items() if key not in sent or value is not None}
    if merged != sent and call.assume(METADATA_UPDATE) == "replaced":
        return sent
    return merged


def _content(customer: Customer) -> bytes:
    """Return the content that clients can distinguish, as JSON with sorted keys."""
    return json.encode(replace(customer, metadata=customer.metadata or {}), order="sorted")
