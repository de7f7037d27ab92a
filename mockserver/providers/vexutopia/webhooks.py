"""Sign, retry and trigger Vexutopia's webhook events. Plays https://vexutopia.com/docs/webhooks."""

import hmac
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from mockserver.exchange import ChoiceReader, Conflict, NotFound, RawHeaders
from mockserver.providers.provider import WebhookFormat
from mockserver.providers.vexutopia.assumptions import SIGNATURE_FORM, WEBHOOK_RETRIES
from mockserver.providers.vexutopia.customers import erase_customer, new_customer
from mockserver.providers.vexutopia.dialect import announce
from mockserver.providers.vexutopia.payments import new_payment
from mockserver.providers.vexutopia.records import CUSTOMERS, LIVE_CUSTOMERS, LIVE_PAYMENTS, PAYMENTS, Customer, Payment
from mockserver.state import Kind, Sandbox
from mockserver.state.clock import iso_seconds
from mockserver.state.ids import choose
from mockserver.state.people import person

SIGNATURE = b"x-vexutopia-signature"
RETRIES_MS = (60_000, 300_000, 1_800_000, 7_200_000, 86_400_000)
"""Waits between one attempt and the next."""

_UNSETTLED = ("pending", "processing")
_MADE_UP = "vexutopia.triggered"


def encode(body: Mapping[str, Any]) -> bytes:
    """Return the body as `JSON.stringify` writes it; the documented verifier signs that.

    Behaviours: vexutopia.webhooks.body-as-stringified
    """
    from mockserver.javascript import stringify

    return stringify(to_builtins(body)).encode()


def sign(chooser: ChoiceReader, secret: str, body: bytes, at_ms: int) -> RawHeaders:
    """Return the header with the body's HMAC, in the chosen form.

    Behaviours: vexutopia.webhooks.signature
    """
    if chooser.assume(SIGNATURE_FORM) == "timestamped":
        seconds = at_ms // 1000
        return [(SIGNATURE, f"t={seconds},v1={_digest(secret, b'%d.%b' % (seconds, body))}".encode())]
    return [(SIGNATURE, _digest(secret, body).encode())]


def retry_after_ms(chooser: ChoiceReader, attempts: int) -> int | None:
    """Return the wait before the next attempt; None if there is none."""
    if chooser.assume(WEBHOOK_RETRIES) == "none" or attempts > len(RETRIES_MS):
        return None
    return RETRIES_MS[attempts - 1]


def trigger(sandbox: Sandbox, event_type: str, object_id: str | None) -> None:
    """Make an event happen to the object or a new one.

    A new object is made as the API makes one, so its creation is announced first; it is test data.

    Behaviours: vexutopia.events.types
    Raises: NotFound; Conflict if the payment's status allows no such thing.
    """
    noun, is_new = event_type.partition(".")[0], object_id is None
    kind, record = (_KINDS[noun][0], _MAKE[noun](sandbox)) if object_id is None else _find(sandbox, noun, object_id)
    if is_new and event_type == "payment.refunded":
        record = _settle(sandbox, kind, record, "payment.succeeded")
    if not (is_new and event_type.endswith(".created")):
        _HAPPEN[event_type](sandbox, kind, record, event_type)


def remove(sandbox: Sandbox, event_type: str, object_id: str) -> None:
    """Delete the event's object as the API does, and announce it.

    Raises: NotFound; Conflict for a payment, which nothing deletes.
    """
    noun = event_type.partition(".")[0]
    kind, _ = _find(sandbox, noun, object_id)
    if noun == "payment":
        raise Conflict
    erase_customer(sandbox, kind, object_id)


def _make_customer(sandbox: Sandbox) -> Customer:
    number = sandbox.state.ordinals.get(CUSTOMERS.series, 0)
    someone = person(number, seed=sandbox.state.seed, kind=_MADE_UP)
    return new_customer(sandbox, CUSTOMERS, {"email": someone.email, "name": someone.name, "phone": someone.phone})


def _make_payment(sandbox: Sandbox) -> Payment:
    number = sandbox.state.ordinals.get(PAYMENTS.series, 0)
    amount = 100 * (5 + choose(296, seed=sandbox.state.seed, kind=f"{_MADE_UP}/amount", ordinal=number))
    chooser = ChoiceReader(choices=sandbox.state.choices)
    return new_payment(sandbox, chooser, PAYMENTS, {"amount": amount, "currency": "usd"})


def _find(sandbox: Sandbox, noun: str, object_id: str) -> tuple[Kind, Any]:
    """Return the object with its test or live kind.

    Raises: NotFound.
    """
    for kind in _KINDS[noun]:
        record = sandbox.records(kind).get(object_id)
        if record is not None:
            return kind, record
    raise NotFound(noun, object_id)


def _repeat(sandbox: Sandbox, _kind: Kind, record: Customer | Payment, event_type: str) -> None:
    announce(sandbox, event_type, record)


def _change(sandbox: Sandbox, kind: Kind, record: Any, event_type: str, **fields: str) -> Any:
    changed = replace(record, updated_at=iso_seconds(sandbox.now), **fields)
    sandbox.replace(kind, changed)
    announce(sandbox, event_type, changed)
    return changed


def _erase(sandbox: Sandbox, kind: Kind, customer: Customer, _event_type: str) -> None:
    erase_customer(sandbox, kind, customer.id)


def _settle(sandbox: Sandbox, kind: Kind, payment: Payment, event_type: str) -> Any:
    if payment.status not in _UNSETTLED:
        raise Conflict
    return _change(sandbox, kind, payment, event_type, status=event_type.partition(".")[2])


def _refund(sandbox: Sandbox, _kind: Kind, payment: Payment, event_type: str) -> None:
    if payment.status != "succeeded":
        raise Conflict
    announce(sandbox, event_type, payment)


def _digest(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, "sha256").hexdigest()


_KINDS: Mapping[str, tuple[Kind, Kind]] = {"payment": (PAYMENTS, LIVE_PAYMENTS), "customer": (CUSTOMERS, LIVE_CUSTOMERS)}
_MAKE: Mapping[str, Callable[[Sandbox], Any]] = {"payment": _make_payment, "customer": _make_customer}
_HAPPEN: Mapping[str, Callable[[Sandbox, Kind, Any, str], Any]] = {
    "payment.created": _repeat,
    "payment.succeeded": _settle,
    "payment.failed": _settle,
    "payment.refunded": _refund,
    "customer.created": _repeat,
    "customer.updated": _change,
    "customer.deleted": _erase,
}

WEBHOOKS = WebhookFormat(
    types=tuple(_HAPPEN), encode=encode, sign=sign, retry_after_ms=retry_after_ms, trigger=trigger, remove=remove
)
