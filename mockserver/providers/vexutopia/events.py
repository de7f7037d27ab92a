"""Vexutopia's webhook events. Plays https://vexutopia.com/docs/webhooks."""

from typing import Any

from mockserver.exchange import ChoiceReader
from mockserver.providers.vexutopia.records import EVENT_FORM, Customer, Payment, render
from mockserver.state import Sandbox
from mockserver.state.clock import iso_seconds
from mockserver.webhooks import Event


def announce(sandbox: Sandbox, event_type: str, record: Customer | Payment, assumed: dict[str, str] | None = None) -> None:
    """Announce an event with the whole object as it is now.

    assumed: choices on which it rests that this happens at all.
    Behaviours: vexutopia.events.*
    """
    chooser = ChoiceReader(choices=sandbox.state.choices, assumed=dict(assumed or {}))
    identity = sandbox.next_in("vexutopia.events", EVENT_FORM)
    body: dict[str, Any] = {
        "id": identity,
        "object": "event",
        "type": event_type,
        "created_at": iso_seconds(sandbox.now),
        "data": {"object": render(chooser, record)},
    }
    sandbox.announce(
        Event(identity, event_type, sandbox.now, body, chooser.assumed, "vexutopia", record.id, sandbox.journal.number)
    )
