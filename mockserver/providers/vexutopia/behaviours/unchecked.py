"""What the pages say and nobody can check from outside through the documented API."""

from mockserver.catalogue import Unchecked

_RECEIVER = "It takes a receiver that the service can reach, and a webhook that was set up in the dashboard."
_PROVOKE = "Nothing that the pages describe brings it about at will."

UNCHECKED = (
    Unchecked(
        "vexutopia.auth.live-key",
        says="A key that begins with `vex_live_` works on real data and moves real money.",
        source="Authentication page, API keys",
        why="Checks use no live key.",
    ),
    Unchecked(
        "vexutopia.auth.test-key-moves-no-money",
        says="A key that begins with `vex_test_` moves no money.",
        source="Authentication page, API keys",
        why="The API does not show where money goes.",
    ),
    Unchecked(
        "vexutopia.auth.keys-from-dashboard",
        says="Keys are made in the dashboard, which shows each of them once.",
        source="Authentication page, API keys",
        why="The dashboard is no part of the API.",
    ),
    Unchecked(
        "vexutopia.auth.revoked-key",
        says="A key that was revoked is answered as one that was never known.",
        source="Authentication page, errors",
        why="Keys are revoked in the dashboard, not through the API.",
    ),
    Unchecked(
        "vexutopia.errors.forbidden",
        says="A key that lacks the permission for a request is answered with 403.",
        source="Errors page, statuses",
        why="Permissions are given in the dashboard, and the key under check must have all of them.",
    ),
    Unchecked(
        "vexutopia.errors.rate-limit",
        says="Too many requests are answered with 429 and the code `rate_limit_exceeded`.",
        source="Errors page, statuses and codes",
        why="No limit is documented, and to look for one would disturb the account.",
    ),
    Unchecked(
        "vexutopia.errors.server-error",
        says="A failure of Vexutopia itself is answered with 500 and the code `internal_error`.",
        source="Errors page, statuses and codes",
        why=_PROVOKE,
    ),
    Unchecked(
        "vexutopia.errors.declines",
        says="Payments that fail have the codes `payment_failed`, `insufficient_funds` and `card_declined`.",
        source="Errors page, codes",
        why=_PROVOKE,
    ),
    Unchecked(
        "vexutopia.customer.saved-payment-methods",
        says="Customers make saved payment methods possible.",
        source="Customers page, introduction",
        why="No endpoint and no attribute shows a payment method.",
    ),
    Unchecked(
        "vexutopia.events.object",
        says="An event has id, object `event`, type, created_at, and the whole object that it is about under data.object.",
        source="Webhooks page, the event object",
        why=_RECEIVER,
    ),
    Unchecked(
        "vexutopia.events.id-form",
        says="The id of an event is `evt_` and ten digits.",
        source="Webhooks page, the event object",
        why=_RECEIVER,
    ),
    Unchecked(
        "vexutopia.events.types",
        says="There are seven types of event, four for payments and three for customers.",
        source="Webhooks page, event types",
        why=_RECEIVER,
    ),
    Unchecked(
        "vexutopia.webhooks.delivery",
        says="An event is sent as a POST to the address that is set up for the account, and taken by answering 200.",
        source="Webhooks page, introduction",
        why=_RECEIVER,
    ),
    Unchecked(
        "vexutopia.webhooks.signature",
        says="The header x-vexutopia-signature is the HMAC-SHA256 of the body under the webhook's secret, in hexadecimal.",
        source="Webhooks page, verification",
        why=_RECEIVER,
    ),
    Unchecked(
        "vexutopia.webhooks.body-as-stringified",
        says="The signed body is what JSON.stringify makes of it once it was parsed.",
        source="Webhooks page, verification",
        why=_RECEIVER,
    ),
)
