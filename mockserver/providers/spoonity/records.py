"""Spoonity's customers and tokens. Plays https://developers.spoonity.com/customer."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from msgspec import Raw, Struct, json

from mockserver.state import Draft, Kind
from mockserver.state.clock import iso_milliseconds, parse_timestamp
from mockserver.state.ids import HEX, IdForm, choose
from mockserver.state.people import person


class Customer(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A customer; name and email are None if unset or anonymised.

    Behaviours: spoonity.customer.*
    """

    id: str
    name: str | None
    email: str | None
    is_verified: bool
    date_created: str
    date_updated: str
    status: str

    @cached_property
    def encoded(self) -> Raw:
        """The customer as cached JSON."""
        return Raw(json.encode(self))


class AccessToken(Struct, frozen=True, forbid_unknown_fields=True):
    """An issued token; its id is the token's digest."""

    id: str
    date_created: str
    expires_at: str


def _created(record: Customer | AccessToken) -> int:
    return parse_timestamp(record.date_created)


ANONYMISED_FIELDS: Mapping[str, Any] = {"name": None, "email": None, "is_verified": False, "status": "ARCHIVED"}
"""The fields of a deleted customer, beside its id and times."""


def _complete_customer(given: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    created = given.get("date_created", iso_milliseconds(draft.created_at))
    common = {"id": draft.id, "date_created": created, "date_updated": created}
    if draft.deleted:
        return {**common, **_anonymised(given)}
    someone = person(draft.number, seed=draft.seed, kind=draft.kind)
    verified = choose(10, seed=draft.seed, kind=f"{draft.kind}/verified", ordinal=draft.number) < 8
    return {**common, "name": someone.name, "email": someone.email, "is_verified": verified, "status": "ACTIVE", **given}


def _anonymised(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a deleted customer.

    Raises: ValueError if a fixture sets a field that deletion clears.
    """
    for name, value in ANONYMISED_FIELDS.items():
        if given.get(name, value) != value:
            raise ValueError(f"{name} of a deleted customer can only be {value!r}, not {given[name]!r}")
    return {**ANONYMISED_FIELDS, **given}


CUSTOMERS = Kind(
    name="spoonity.customers",
    noun="customer",
    record=Customer,
    form=IdForm("cust_", HEX, 16),
    created=_created,
    complete=_complete_customer,
    schema="SpoonityCustomer",
    indexes={"email": lambda customer: customer.email.lower() if customer.email is not None else None},
    keeps_deleted=True,
)

TOKENS = Kind(
    name="spoonity.tokens",
    noun="token",
    record=AccessToken,
    form=IdForm("", HEX, 16),
    created=_created,
    complete=lambda given, _draft: dict(given),
)
