"""Events of Vexutopia that are made on purpose, and how deliveries are encoded, signed and tried again."""

import hashlib
import hmac
from typing import Any

import pytest
from msgspec.structs import replace

from mockserver.exchange import ChoiceReader, Conflict, NotFound
from mockserver.http.app import App
from mockserver.providers.vexutopia.records import CUSTOMERS, LIVE_PAYMENTS, PAYMENTS
from mockserver.providers.vexutopia.webhooks import WEBHOOKS
from mockserver.state import Kind, Sandbox
from tests.conftest import MakeApp, sandbox_of

BODY = b'{"id":"evt_1"}'
HOUR = 3_600_000


@pytest.fixture
def sandbox(make_app: MakeApp) -> Sandbox:
    return sandbox_of(make_app(fixture=["empty"]))


def record(sandbox: Sandbox, kind: Kind, identity: str) -> Any:
    return sandbox.records(kind).get(identity)


def announced(sandbox: Sandbox) -> list[str]:
    return [event.type for event in sandbox.outbox]


def test_the_types_are_the_seven_of_the_page() -> None:
    documented = "payment.created payment.succeeded payment.failed payment.refunded "
    assert set(WEBHOOKS.types) == set((documented + "customer.created customer.updated customer.deleted").split())


@pytest.mark.parametrize(
    ("event_type", "expected"),
    [
        ("payment.created", ["payment.created"]),
        ("payment.succeeded", ["payment.created", "payment.succeeded"]),
        ("payment.failed", ["payment.created", "payment.failed"]),
        ("payment.refunded", ["payment.created", "payment.succeeded", "payment.refunded"]),
        ("customer.created", ["customer.created"]),
        ("customer.updated", ["customer.created", "customer.updated"]),
        ("customer.deleted", ["customer.created", "customer.deleted"]),
    ],
)
def test_event_without_an_object_makes_one_as_the_api_would(sandbox: Sandbox, event_type: str, expected: list[str]) -> None:
    WEBHOOKS.trigger(sandbox, event_type, None)
    assert announced(sandbox) == expected
    assert len({event.object for event in sandbox.outbox}) == 1


def test_made_payment_settles_once(sandbox: Sandbox) -> None:
    WEBHOOKS.trigger(sandbox, "payment.failed", None)
    sandbox.advance(HOUR)
    assert announced(sandbox) == ["payment.created", "payment.failed"]
    assert [payment.status for payment in sandbox.records(PAYMENTS)] == ["failed"]


def test_made_payment_that_was_only_created_settles_by_itself(sandbox: Sandbox) -> None:
    WEBHOOKS.trigger(sandbox, "payment.created", None)
    sandbox.advance(HOUR)
    assert announced(sandbox) == ["payment.created", "payment.succeeded"]


def test_made_objects_differ(sandbox: Sandbox) -> None:
    for _ in range(2):
        WEBHOOKS.trigger(sandbox, "customer.created", None)
    one, other = sandbox.records(CUSTOMERS)
    assert one.id != other.id
    assert one.email != other.email


@pytest.mark.parametrize("status", ["pending", "processing"])
@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_payment_that_is_not_settled_takes_the_status(app: App, status: str, outcome: str) -> None:
    box = sandbox_of(app)
    WEBHOOKS.trigger(box, "payment.created", None)
    identity = next(iter(box.outbox)).object
    payment = record(box, PAYMENTS, identity)
    box.replace(PAYMENTS, replace(payment, status=status))
    WEBHOOKS.trigger(box, f"payment.{outcome}", identity)
    settled = record(box, PAYMENTS, identity)
    assert settled.status == outcome
    assert list(box.outbox)[-1].body["data"]["object"]["status"] == outcome


def test_refund_leaves_the_status(app: App) -> None:
    box = sandbox_of(app)
    WEBHOOKS.trigger(box, "payment.refunded", "pay_1234567890")
    (event,) = box.outbox
    assert (event.type, event.object) == ("payment.refunded", "pay_1234567890")
    assert event.body["data"]["object"].status == "succeeded"


@pytest.mark.parametrize("event_type", ["payment.failed", "payment.succeeded"])
def test_settled_payment_settles_no_other_way(app: App, event_type: str) -> None:
    with pytest.raises(Conflict):
        WEBHOOKS.trigger(sandbox_of(app), event_type, "pay_1234567890")
    assert announced(sandbox_of(app)) == []


def test_pending_payment_is_not_refunded(sandbox: Sandbox) -> None:
    WEBHOOKS.trigger(sandbox, "payment.created", None)
    with pytest.raises(Conflict):
        WEBHOOKS.trigger(sandbox, "payment.refunded", next(iter(sandbox.outbox)).object)


def test_update_on_purpose_moves_the_time_of_the_update(app: App) -> None:
    box = sandbox_of(app)
    box.advance(HOUR)
    WEBHOOKS.trigger(box, "customer.updated", "cus_abc123def456")
    customer = record(box, CUSTOMERS, "cus_abc123def456")
    assert customer.updated_at == "2026-02-02T14:48:05Z"


def test_deletion_on_purpose_deletes(app: App) -> None:
    box = sandbox_of(app)
    WEBHOOKS.trigger(box, "customer.deleted", "cus_abc123def456")
    assert "cus_abc123def456" not in box.records(CUSTOMERS)
    with pytest.raises(NotFound):
        WEBHOOKS.trigger(box, "customer.deleted", "cus_abc123def456")


def test_event_of_an_existing_object_is_announced_once_more(app: App) -> None:
    WEBHOOKS.trigger(sandbox_of(app), "customer.created", "cus_abc123def456")
    WEBHOOKS.trigger(sandbox_of(app), "payment.created", "pay_1234567890")
    assert announced(sandbox_of(app)) == ["customer.created", "payment.created"]


def test_live_data_has_events_too(app: App) -> None:
    box = sandbox_of(app)
    payment = record(box, PAYMENTS, "pay_1234567890")
    box.add(LIVE_PAYMENTS, replace(payment, id="pay_9"))
    WEBHOOKS.trigger(box, "payment.refunded", "pay_9")
    assert announced(box) == ["payment.refunded"]


@pytest.mark.parametrize("event_type", ["payment.failed", "customer.updated"])
def test_unknown_object_is_not_found(sandbox: Sandbox, event_type: str) -> None:
    with pytest.raises(NotFound):
        WEBHOOKS.trigger(sandbox, event_type, "nobody")


def test_customer_can_be_removed_and_a_payment_cannot(app: App) -> None:
    box = sandbox_of(app)
    WEBHOOKS.remove(box, "customer.updated", "cus_abc123def456")
    assert announced(box) == ["customer.deleted"]
    with pytest.raises(Conflict):
        WEBHOOKS.remove(box, "payment.refunded", "pay_1234567890")


def digest(message: bytes) -> str:
    return hmac.new(b"whsec_x", message, hashlib.sha256).hexdigest()


def test_signature_is_the_hmac_of_the_body() -> None:
    leaning = ChoiceReader(choices={})
    assert WEBHOOKS.sign(leaning, "whsec_x", BODY, 1_000) == [(b"x-vexutopia-signature", digest(BODY).encode())]
    assert leaning.assumed == {"vexutopia.signature-form": "hex"}


def test_timestamped_signature_covers_the_time() -> None:
    leaning = ChoiceReader(choices={"vexutopia.signature-form": "timestamped"})
    expected = f"t=1770040085,v1={digest(b'1770040085.' + BODY)}"
    assert WEBHOOKS.sign(leaning, "whsec_x", BODY, 1_770_040_085_683) == [(b"x-vexutopia-signature", expected.encode())]
    assert leaning.assumed == {"vexutopia.signature-form": "timestamped"}


def test_secret_may_be_any_text() -> None:
    ((_, signature),) = WEBHOOKS.sign(ChoiceReader(choices={}), "gehéim 🔑", BODY, 0)
    assert signature.decode() == hmac.new("gehéim 🔑".encode(), BODY, "sha256").hexdigest()


def test_five_retries_take_more_than_a_day() -> None:
    leaning = ChoiceReader(choices={})
    minutes = [1, 5, 30, 120, 1440]
    assert [WEBHOOKS.retry_after_ms(leaning, attempts) for attempts in range(1, 7)] == [
        *(each * 60_000 for each in minutes),
        None,
    ]
    assert leaning.assumed == {"vexutopia.webhook-retries": "five"}


def test_no_retry_where_the_sandbox_says_so() -> None:
    leaning = ChoiceReader(choices={"vexutopia.webhook-retries": "none"})
    assert WEBHOOKS.retry_after_ms(leaning, 1) is None
    assert leaning.assumed == {"vexutopia.webhook-retries": "none"}


def test_body_is_as_stringify_writes_it(app: App) -> None:
    WEBHOOKS.trigger(sandbox_of(app), "payment.refunded", "pay_1234567890")
    (event,) = sandbox_of(app).outbox
    assert WEBHOOKS.encode(event.body).decode() == (
        f'{{"id":"{event.id}","object":"event","type":"payment.refunded","created_at":"2026-02-02T13:48:05Z","data":{{"object":'
        '{"id":"pay_1234567890","object":"payment","amount":2000,"currency":"usd","status":"succeeded",'
        '"description":"Payment for Order #1234","customer_id":"cus_abc123","provider":"stripe",'
        '"provider_payment_id":"pi_xyz789","metadata":{"order_id":"1234"},"created_at":"2026-01-19T10:30:00Z",'
        '"updated_at":"2026-01-19T10:30:05Z"}}}'
    )
