"""Make the headers and body of a delivery, correct or broken."""

import json

from msgspec import Struct

from mockserver.errors import ConfigurationError
from mockserver.exchange import ChoiceReader, RawHeaders
from mockserver.providers.provider import WebhookFormat
from mockserver.state import Sandbox
from mockserver.webhooks import Delivery, Endpoint

FORGED = frozenset(("bad-signature", "old-secret", "stale", "future", "truncate", "re-serialise"))
"""Ways to break a delivery itself; such a delivery is not retried."""

SHIFT_MS = 600_000
"""Milliseconds between the clock and a stale or future signature."""

_SHIFTS_MS = {"stale": -SHIFT_MS, "future": SHIFT_MS}


class SignedBody(Struct, frozen=True):
    """Headers and body of a delivery, and the assumptions that they use."""

    headers: RawHeaders
    body: bytes
    assumed: dict[str, str]


def signed_body(sandbox: Sandbox, webhooks: WebhookFormat, delivery: Delivery, endpoint: Endpoint) -> SignedBody:
    """Return the headers and body that the endpoint is sent now."""
    leaning = ChoiceReader(choices=sandbox.state.choices, assumed=dict(delivery.assumed))
    how, whole = delivery.how, webhooks.encode(delivery.event.body)
    at_ms = max(sandbox.now + _SHIFTS_MS.get(how, 0), 0)
    signature = webhooks.sign(leaning, _secret(endpoint, how), whole, at_ms)
    headers = [(b"content-type", b"application/json"), (b"user-agent", b"mockserver"), *signature]
    return SignedBody(headers, _broken(whole, how), leaning.assumed)


def check_how(sandbox: Sandbox, webhooks: WebhookFormat, how: str, endpoint: Endpoint) -> None:
    """Raise ConfigurationError if deliveries to the endpoint cannot break so."""
    if how == "old-secret" and not endpoint.old_secret:
        hint = f'PATCH /_mock/webhooks/{endpoint.id} {{"secret": "…"}} rotates it'
        raise ConfigurationError(f"{endpoint.id} has had no other secret", where="body.how", hint=hint)
    if how in _SHIFTS_MS:
        leaning = ChoiceReader(choices=sandbox.state.choices)
        early, late = (webhooks.sign(leaning, "x", b"", at_ms) for at_ms in (0, SHIFT_MS))
        if early == late:
            chosen = ", ".join(f"{key}={choice}" for key, choice in leaning.assumed.items())
            hint = f"PATCH /_mock/assumptions chooses another form than {chosen or 'this one'}"
            raise ConfigurationError("the signature says no time", where="body.how", hint=hint)


def _secret(endpoint: Endpoint, how: str) -> str:
    if how == "old-secret":
        return endpoint.old_secret
    return f"not-{endpoint.secret}" if how == "bad-signature" else endpoint.secret


def _broken(body: bytes, how: str) -> bytes:
    if how == "truncate":
        return body[: len(body) // 2]
    return json.dumps(json.loads(body), indent=1).encode() if how == "re-serialise" else body
