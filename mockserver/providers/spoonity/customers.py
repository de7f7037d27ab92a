"""Spoonity's customer operations. Plays https://developers.spoonity.com/customer."""

import re
from typing import Any

from msgspec.structs import replace

from mockserver.exchange import Call, Conflict, InvalidField, NotFound, Page, Reply
from mockserver.providers.spoonity.assumptions import (
    CREATE_STATUS,
    DELETED_CUSTOMER,
    EMAIL_PATTERN,
    EMAIL_SYNTAX,
    EMAIL_UNIQUE,
    NEW_CUSTOMER_VERIFIED,
    NULL_VALUE,
    UPDATE_OF_DELETED,
)
from mockserver.providers.spoonity.listing import page_of
from mockserver.providers.spoonity.records import ANONYMISED_FIELDS, CUSTOMERS, Customer
from mockserver.state import Sandbox
from mockserver.state.clock import iso_milliseconds

_EMAIL = re.compile(EMAIL_PATTERN)


def list_customers(sandbox: Sandbox, call: Call) -> Page:
    """Return a page of the matching customers, newest first unless sorted.

    Behaviours: spoonity.list.*, spoonity.filter.*, spoonity.sort.*
    """
    return page_of(sandbox.records(CUSTOMERS), call)


def retrieve_customer(sandbox: Sandbox, call: Call) -> Reply:
    """Return the customer.

    Behaviours: spoonity.retrieve.by-id, spoonity.retrieve.bare-customer
    Raises: NotFound.
    """
    return Reply(200, _find(sandbox, call))


def create_customer(sandbox: Sandbox, call: Call) -> Reply:
    """Create a customer from the attributes in the body or the query.

    Behaviours: spoonity.create.*
    Raises: InvalidField, Conflict where the sandbox wants e-mail addresses to be unique.
    """
    attributes = _attributes(call)
    _check_email(sandbox, call, attributes.get("email"), own_id=None)
    now = iso_milliseconds(sandbox.now)
    customer = Customer(
        id=sandbox.new_id(CUSTOMERS),
        name=attributes.get("name"),
        email=attributes.get("email"),
        is_verified=call.assume(NEW_CUSTOMER_VERIFIED) == "yes",
        date_created=now,
        date_updated=now,
        status="ACTIVE",
    )
    sandbox.add(CUSTOMERS, customer)
    return Reply(int(call.assume(CREATE_STATUS)), customer)


def update_customer(sandbox: Sandbox, call: Call) -> Reply:
    """Change the given attributes; date_updated moves only with a change.

    Behaviours: spoonity.update.*
    Raises: InvalidField, NotFound, Conflict.
    """
    attributes = _attributes(call)
    customer = _find_for_update(sandbox, call)
    _check_email(sandbox, call, attributes.get("email"), own_id=customer.id)
    changed = replace(customer, **attributes)
    if changed != customer:
        changed = replace(changed, date_updated=iso_milliseconds(sandbox.now))
        sandbox.replace(CUSTOMERS, changed)
    return Reply(200, changed)


def delete_customer(sandbox: Sandbox, call: Call) -> Reply:
    """Anonymise the customer and answer an empty object.

    The record survives with name and e-mail null, so its id still resolves; a second deletion changes nothing.

    Behaviours: spoonity.delete.*
    Raises: NotFound if no record ever had this id.
    """
    customer = _find(sandbox, call)
    if customer.id not in sandbox.records(CUSTOMERS).deleted:
        sandbox.replace(CUSTOMERS, replace(customer, **ANONYMISED_FIELDS, date_updated=iso_milliseconds(sandbox.now)))
        sandbox.mark_deleted(CUSTOMERS, customer.id)
    return Reply(200, {})


def _find(sandbox: Sandbox, call: Call) -> Customer:
    customers = sandbox.records(CUSTOMERS)
    customer: Customer | None = customers.get(call.path["id"])
    if customer is None or (customer.id in customers.deleted and call.assume(DELETED_CUSTOMER) == "gone"):
        raise NotFound(CUSTOMERS.noun, call.path["id"])
    return customer


def _find_for_update(sandbox: Sandbox, call: Call) -> Customer:
    customer = _find(sandbox, call)
    if customer.id not in sandbox.records(CUSTOMERS).deleted:
        return customer
    if call.assume(UPDATE_OF_DELETED) == "not-found":
        raise NotFound(CUSTOMERS.noun, customer.id)
    raise Conflict


def _attributes(call: Call) -> dict[str, Any]:
    """Return the given attributes; the body wins over the query."""
    writable = ("name", "email", "status") if call.operation == "spoonity.updateCustomer" else ("name", "email")
    sent = call.query | call.fields
    attributes = {name: sent[name] for name in writable if name in sent}
    for name, value in attributes.items():
        if value is None and call.assume(NULL_VALUE) == "rejected":
            raise InvalidField(name)
    return attributes


def _check_email(sandbox: Sandbox, call: Call, email: str | None, *, own_id: str | None) -> None:
    # One in the query is checked even if one in the body wins over it, as the contract checks both.
    sent = [each for each in (call.query.get("email"), email) if each is not None]
    if not all(_EMAIL.search(each) for each in sent) and call.assume(EMAIL_SYNTAX) == "checked":
        raise InvalidField("email")
    if email is None:
        return
    is_taken = any(each != own_id for each in sandbox.records(CUSTOMERS).ids_where("email", email.lower()))
    if is_taken and call.assume(EMAIL_UNIQUE) == "yes":
        raise Conflict(duplicate=CUSTOMERS.noun)
