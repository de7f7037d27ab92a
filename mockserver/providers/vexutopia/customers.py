"""What Vexutopia's customer operations do. Plays https://vexutopia.com/docs/customers."""

from typing import Any

from msgspec.structs import replace

from mockserver.exchange import Call, NotFound, Page, Reply
from mockserver.providers.vexutopia.assumptions import DELETED_CUSTOMER, EMAIL_FILTER, METADATA_UPDATE
from mockserver.providers.vexutopia.events import announce
from mockserver.providers.vexutopia.paging import page_of
from mockserver.providers.vexutopia.records import Customer, customers_of, render
from mockserver.state import Sandbox
from mockserver.state.clock import iso_seconds

_WRITABLE = ("email", "name", "phone", "metadata")


def list_customers(sandbox: Sandbox, call: Call) -> Page:
    """Return a slice of the customers, of those with the e-mail address if one is given.

    Behaviours: vexutopia.list.*
    """
    customers = sandbox.records(customers_of(call))
    wanted = call.query.get("email")
    if wanted is None:
        return page_of(call, customers, customers.all())
    found = customers.where("email", wanted.lower())
    exact = [each for each in found if customers.get(each).email == wanted]
    if len(exact) != len(found) and call.assume(EMAIL_FILTER) == "exact":
        found = exact
    return page_of(call, customers, found)


def create_customer(sandbox: Sandbox, call: Call) -> Reply:
    """Store a new customer and announce it; several may have the same e-mail address.

    Behaviours: vexutopia.create.*
    """
    kind, now = customers_of(call), iso_seconds(sandbox.now)
    sent = {name: call.fields[name] for name in _WRITABLE if name in call.fields}
    customer = Customer(id=sandbox.new_id(kind), created_at=now, updated_at=now, **sent)
    sandbox.add(kind, customer)
    announce(sandbox, "customer.created", customer)
    return Reply(201, render(call, customer))


def retrieve_customer(sandbox: Sandbox, call: Call) -> Reply:
    """Return the customer.

    Behaviours: vexutopia.retrieve.bare-customer
    Raises: NotFound, also for a deleted customer unless the sandbox keeps a stub.
    """
    customers, wanted = sandbox.records(customers_of(call)), call.path["id"]
    if wanted in customers.deleted and call.assume(DELETED_CUSTOMER) == "stub":
        return Reply(200, _receipt(wanted))
    return Reply(200, render(call, _find(sandbox, call)))


def update_customer(sandbox: Sandbox, call: Call) -> Reply:
    """Change the fields that came and announce it; one that changes nothing moves no time and is not announced.

    Behaviours: vexutopia.update.*
    Raises: NotFound.
    """
    customer = _find(sandbox, call)
    sent = {name: call.fields[name] for name in _WRITABLE if name in call.fields}
    if isinstance(sent.get("metadata"), dict):
        sent["metadata"] = _metadata(call, customer.metadata or {}, sent["metadata"])
    changed = replace(customer, **sent)
    if changed != customer:
        changed = replace(changed, updated_at=iso_seconds(sandbox.now))
        sandbox.replace(customers_of(call), changed)
        announce(sandbox, "customer.updated", changed)
    return Reply(200, render(call, changed))


def delete_customer(sandbox: Sandbox, call: Call) -> Reply:
    """Delete the customer for good and announce it; payments go on naming it.

    Behaviours: vexutopia.delete.*
    Raises: NotFound, also the second time.
    """
    customer = _find(sandbox, call)
    sandbox.remove(customers_of(call), customer.id)
    announce(sandbox, "customer.deleted", customer)
    return Reply(200, _receipt(customer.id))


def _find(sandbox: Sandbox, call: Call) -> Customer:
    customer: Customer | None = sandbox.records(customers_of(call)).get(call.path["id"])
    if customer is None:
        raise NotFound("customer", call.path["id"])
    return customer


def _receipt(customer_id: str) -> dict[str, Any]:
    return {"id": customer_id, "object": "customer", "deleted": True}


def _metadata(call: Call, before: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    merged = {key: value for key, value in (before | sent).items() if key not in sent or value is not None}
    if merged != sent and call.assume(METADATA_UPDATE) == "replaced":
        return sent
    return merged
