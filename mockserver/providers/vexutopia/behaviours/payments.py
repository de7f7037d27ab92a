"""Payments page. Payments cannot be deleted, so checks create few."""

import re

from mockserver.catalogue.traffic import negated
from mockserver.providers.vexutopia.behaviours.exercised import blames, has_rows, sends
from mockserver.providers.vexutopia.behaviours.service import (
    PAYMENT_ID,
    PAYMENTS,
    TIMESTAMP,
    UNKNOWN_CUSTOMER,
    UNKNOWN_PAYMENT,
    Record,
    Service,
    error_of,
    ids,
    listing_payments,
    member,
    paying,
    record_of,
    retrieving_payments,
)

ATTRIBUTES = {
    "id": str,
    "object": str,
    "amount": int,
    "currency": str,
    "status": str,
    "description": str,
    "customer_id": str,
    "provider": str,
    "provider_payment_id": str,
    "metadata": dict,
    "created_at": str,
    "updated_at": str,
}
CURRENCY = re.compile(r"[a-z]{3}")
STATUSES = ("pending", "processing", "succeeded", "failed", "canceled")
OBJECT = "Payments page, the payment object"
CREATION = "Payments page, create"

# The payment object


@paying("vexutopia.payment.attributes", source=OBJECT)
def attributes(service: Service) -> None:
    """A payment has twelve attributes: id, object, amount, currency, status, description, customer_id, provider,
    provider_payment_id, metadata, created_at and updated_at.
    """  # noqa: D205 - one statement
    customer = service.new_customer()
    created = service.new_payment(
        customer_id=customer["id"], description=service.api.unique("order"), metadata={"order_id": "1234"}
    )
    for payment in (created, service.payment(created)):
        assert payment.keys() == ATTRIBUTES.keys(), f"a payment has {sorted(payment)}"
        for name, kind in ATTRIBUTES.items():
            member(payment, name, kind)


@retrieving_payments("vexutopia.payment.object-marker", source=OBJECT)
def object_marker(service: Service) -> None:
    """The attribute object of a payment is always `payment`."""
    for payment in _shown(service):
        assert payment.get("object") == "payment", f"object is {payment.get('object')}"


@retrieving_payments("vexutopia.payment.id-form", source=OBJECT)
def id_form(service: Service) -> None:
    """The id of a payment is `pay_` and ten digits."""
    for payment in _shown(service):
        assert PAYMENT_ID.fullmatch(payment["id"]), f"a payment has the id {payment['id']}"


@retrieving_payments("vexutopia.payment.status", source="Payments page, statuses")
def status(service: Service) -> None:
    """The status of a payment is pending, processing, succeeded, failed or canceled."""
    for payment in _shown(service):
        assert payment.get("status") in STATUSES, f"the status is {payment.get('status')}"


@retrieving_payments("vexutopia.payment.currency-form", source=OBJECT)
def currency_form(service: Service) -> None:
    """The currency of a payment is three lower-case letters, such as `usd`."""
    for payment in _shown(service):
        assert CURRENCY.fullmatch(member(payment, "currency", str)), f"the currency is {payment['currency']}"


@retrieving_payments("vexutopia.payment.timestamp-form", source=OBJECT)
def timestamp_form(service: Service) -> None:
    """Timestamps of a payment are ISO 8601 in UTC and whole seconds, such as `2026-01-19T10:30:05Z`."""
    for payment in _shown(service):
        for name in ("created_at", "updated_at"):
            text = member(payment, name, str)
            assert TIMESTAMP.fullmatch(text), f"{name} is {text}"


# Create


@paying("vexutopia.payments.create.status-201", source="Errors page, statuses", statuses=(201,))
def create_status(service: Service) -> None:
    """Creating a payment returns 201."""
    service.create_payment().expect(201)


@paying("vexutopia.payments.create.fields-as-sent", source=CREATION, when=sends("amount", "currency", "description", "metadata"))
def create_fields(service: Service) -> None:
    """A new payment has the amount, in the currency's smallest unit, the currency, description and metadata that were sent."""
    sent = {"amount": 1999, "currency": "eur", "description": service.api.unique("order"), "metadata": {"order_id": "1234"}}
    payment = service.new_payment(**sent)
    assert {name: payment.get(name) for name in sent} == sent


@paying("vexutopia.payments.create.amount-required", source="Errors page, example", statuses=(400,), when=blames("amount"))
def create_amount_required(service: Service) -> None:
    """A payment cannot be created without an amount; the error says that it is required and names the parameter amount."""
    sent = {"currency": "usd", "description": service.api.unique("payment")}
    error = error_of(service.api.call("POST", PAYMENTS, json=sent).expect(400))
    told = (error.get("message"), error.get("param"))
    assert told == ("The amount field is required", "amount"), f"the error says {told}"


@paying("vexutopia.payments.create.currency-required", source=CREATION, statuses=(400,), when=blames("currency"))
def create_currency_required(service: Service) -> None:
    """A payment cannot be created without a currency; the error names the parameter currency."""
    sent = {"amount": 2000, "description": service.api.unique("payment")}
    error = error_of(service.api.call("POST", PAYMENTS, json=sent).expect(400))
    assert error.get("param") == "currency", f"the error names {error.get('param')}"


@paying("vexutopia.payments.create.amount-is-integer", source=CREATION, statuses=(400,), when=blames("amount"))
def create_amount_is_integer(service: Service) -> None:
    """The amount of a payment is a whole number; a fraction or text is refused."""
    for wrong in (20.5, "twenty", None):
        error = error_of(service.create_payment(amount=wrong).expect(400))
        assert error.get("param") == "amount", f"the amount {wrong} makes the error name {error.get('param')}"


@paying("vexutopia.payments.create.provider-chosen", source=CREATION, when=negated(sends("provider")))
def create_provider_chosen(service: Service) -> None:
    """Amount and currency suffice for a payment; Vexutopia then chooses the provider itself."""
    payment = record_of(service.api.call("POST", PAYMENTS, json={"amount": 2000, "currency": "usd"}).expect(200, 201))
    assert member(payment, "provider", str), "no provider was chosen"


@paying("vexutopia.payments.create.provider-as-sent", source=CREATION, when=sends("provider"))
def create_provider_as_sent(service: Service) -> None:
    """A payment is processed by the provider that was asked for."""
    payment = service.new_payment(provider="paypal")
    assert payment.get("provider") == "paypal", f"asked for paypal, it is {payment.get('provider')}"


@paying("vexutopia.payments.create.customer-exists", source=CREATION, statuses=(400, 404), when=sends("customer_id"))
def create_customer_exists(service: Service) -> None:
    """The customer_id of a new payment must be that of an existing customer; an error names no other parameter."""
    error = error_of(service.create_payment(customer_id=UNKNOWN_CUSTOMER.rpartition("/")[2]).expect(400, 404))
    assert error.get("param", "customer_id") == "customer_id", f"the error blames {error.get('param')}"


# Retrieve, list, and what there is not


@retrieving_payments("vexutopia.payments.retrieve.bare-payment", source="Payments page, endpoints")
def retrieve_bare(service: Service) -> None:
    """A payment is retrieved by its id, and returned without a wrapper."""
    created = service.new_payment()
    found = service.payment(created)
    assert _without_settling(found) == _without_settling(created), f"{created} is retrieved as {found}"


@retrieving_payments("vexutopia.payments.retrieve.unknown-id", source="Errors page, statuses and codes", statuses=(404,))
def retrieve_unknown(service: Service) -> None:
    """Retrieving a payment that does not exist returns 404 and the code `resource_not_found`."""
    assert error_of(service.api.call("GET", UNKNOWN_PAYMENT).expect(404)).get("code") == "resource_not_found"


@listing_payments("vexutopia.payments.list.payments", source="Payments page, endpoints", when=has_rows)
def list_payments(service: Service) -> None:
    """Payments can be listed. The rows are payments, the same as when retrieved by id."""
    service.new_payment()
    rows = service.slice(PAYMENTS)["data"]
    assert rows, "the list is empty though there is a payment"
    assert len(set(ids(rows))) == len(rows)
    for row in rows:
        assert _without_settling(row) == _without_settling(service.payment(row)), f"a row is {row}"
        assert row.get("object") == "payment", f"object is {row.get('object')}"


@retrieving_payments("vexutopia.payments.no-changes", source="Payments page, endpoints")
def no_changes(service: Service) -> None:
    """Payments can be created, retrieved and listed, but neither updated nor deleted."""
    payment = service.new_payment()  # one of its own: a service might do what it is told
    path = f"{PAYMENTS}/{payment['id']}"
    for method in ("PATCH", "PUT", "DELETE"):
        service.api.call(method, path, json={"description": "changed"}).expect(404, 405)
    assert service.payment(payment).get("description") == payment.get("description")


def _without_settling(payment: Record) -> Record:
    """Return the payment without the fields that its settlement changes."""
    return {name: value for name, value in payment.items() if name not in ("status", "updated_at")}


def _shown(service: Service) -> list[Record]:
    """Return one payment twice: as listed and as retrieved."""
    listed = service.any_payment()
    return [listed, service.payment(listed)]
