"""Vexutopia's customers and payments, stored and shown.

Plays https://vexutopia.com/docs/customers and https://vexutopia.com/docs/payments.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from msgspec import Raw, Struct, json
from msgspec.structs import asdict

from mockserver.exchange import Call, ChoiceReader
from mockserver.providers.vexutopia.assumptions import TEST_AND_LIVE_DATA, UNSET_FIELDS
from mockserver.state import Collection, Draft, Kind, Sandbox
from mockserver.state.clock import iso_seconds, parse_timestamp
from mockserver.state.ids import ALPHANUMERIC, DIGITS, IdForm, choose, make_id
from mockserver.state.people import person

LIVE_PREFIX = "vex_live_"
TEST_PREFIX = "vex_test_"

PROCESSOR_IDS = "vexutopia.provider-payments"
PROCESSOR_FORM = IdForm("pi_", ALPHANUMERIC, 6)


class _Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    @property
    def is_whole(self) -> bool:
        raise NotImplementedError

    @cached_property
    def encoded(self) -> Raw | None:
        """The object as cached JSON; None if a choice can change it."""
        return Raw(json.encode(self)) if self.is_whole else None


class Customer(_Record, frozen=True, kw_only=True):
    """A customer; name, phone and metadata are None if unset or cleared.

    Behaviours: vexutopia.customer.*
    """

    id: str
    object: str = "customer"
    email: str
    name: str | None = None
    phone: str | None = None
    metadata: dict[str, Any] | None = None
    created_at: str
    updated_at: str

    @property
    def is_whole(self) -> bool:
        """Whether all fields are set, so that no choice changes the object."""
        return self.name is not None and self.phone is not None and self.metadata is not None


class Payment(_Record, frozen=True, kw_only=True):
    """A payment; amount in the smallest currency unit, metadata None if unset.

    `customer_id` stays when the customer goes.

    Behaviours: vexutopia.payment.*, vexutopia.delete.payments-keep-reference
    """

    id: str
    object: str = "payment"
    amount: int
    currency: str
    status: str
    description: str | None = None
    customer_id: str | None = None
    provider: str
    provider_payment_id: str
    metadata: dict[str, Any] | None = None
    created_at: str
    updated_at: str

    @property
    def is_whole(self) -> bool:
        """Whether all fields are set, so that no choice changes the object."""
        return self.metadata is not None


def render(chooser: ChoiceReader, record: Customer | Payment) -> Any:
    """Return the object as clients see it, unset fields as assumed.

    Behaviours: vexutopia.customer.attributes, vexutopia.payment.attributes
    """
    if record.is_whole:
        return record
    fields = asdict(record)
    if chooser.assume(UNSET_FIELDS) == "absent":
        return {name: value for name, value in fields.items() if value is not None or name in ("description", "customer_id")}
    return fields | {"metadata": {} if record.metadata is None else record.metadata}


def _render_by_default(record: Any) -> Any:
    return render(ChoiceReader(choices={}), record)


def _created(record: Customer | Payment) -> int:
    return parse_timestamp(record.created_at)


def _complete_customer(given: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    created = given.get("created_at", iso_seconds(draft.created_at))
    someone = person(draft.number, seed=draft.seed, kind=draft.kind)
    made_up = {"email": someone.email, "name": someone.name, "phone": someone.phone, "metadata": {}}
    return {"id": draft.id, **made_up, "created_at": created, "updated_at": created, **given}


def _complete_payment(given: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    created = given.get("created_at", iso_seconds(draft.created_at))
    order = choose(10_000, seed=draft.seed, kind=f"{draft.kind}/order", ordinal=draft.number)
    made_up = {
        "amount": 100 * (5 + choose(296, seed=draft.seed, kind=f"{draft.kind}/amount", ordinal=draft.number)),
        "currency": "usd",
        "status": "succeeded",
        "description": f"Payment for Order #{order:04}",
        "provider": "stripe",
        "provider_payment_id": make_id(
            PROCESSOR_FORM, seed=draft.seed, kind=f"{PROCESSOR_IDS}/{draft.kind}", ordinal=draft.number
        ),
        "metadata": {"order_id": f"{order:04}"},
    }
    return {"id": draft.id, **made_up, "created_at": created, "updated_at": created, **given}


EVENT_FORM = IdForm("evt_", DIGITS, 10)

CUSTOMERS = Kind(
    name="vexutopia.customers",
    noun="customer",
    record=Customer,
    form=IdForm("cus_", ALPHANUMERIC, 12),
    created=_created,
    complete=_complete_customer,
    schema="VexutopiaCustomer",
    render=_render_by_default,
    ids="vexutopia.customers",
    indexes={"email": lambda customer: customer.email.lower()},
)
PAYMENTS = Kind(
    name="vexutopia.payments",
    noun="payment",
    record=Payment,
    form=IdForm("pay_", DIGITS, 10),
    created=_created,
    complete=_complete_payment,
    schema="VexutopiaPayment",
    render=_render_by_default,
    ids="vexutopia.payments",
    indexes={"customer_id": lambda payment: payment.customer_id},
)
LIVE_CUSTOMERS = replace(CUSTOMERS, name="vexutopia.live.customers")
LIVE_PAYMENTS = replace(PAYMENTS, name="vexutopia.live.payments")

Concerns = Callable[[Collection], bool]
"""Whether a collection has anything that a call is about."""


def _always(_records: Collection) -> bool:
    return True


def customers_of(sandbox: Sandbox, call: Call, concerns: Concerns = _always) -> Kind:
    """Return the customers that the call's key sees."""
    return _seen(sandbox, call, CUSTOMERS, LIVE_CUSTOMERS, concerns)


def payments_of(sandbox: Sandbox, call: Call, concerns: Concerns = _always) -> Kind:
    """Return the payments that the call's key sees."""
    return _seen(sandbox, call, PAYMENTS, LIVE_PAYMENTS, concerns)


def has_or_had(record_id: str) -> Concerns:
    """Return a test whether a collection knows the id, deleted records included."""
    return lambda records: record_id in records or record_id in records.deleted


def _seen(sandbox: Sandbox, call: Call, test: Kind, live: Kind, concerns: Concerns) -> Kind:
    """Return the test or live kind; note the assumption if records match."""
    if not (call.request.bearer or "").startswith(LIVE_PREFIX):
        return test
    if not (concerns(sandbox.records(test)) or concerns(sandbox.records(live))):
        return live
    return live if call.assume(TEST_AND_LIVE_DATA) == "separate" else test
