"""Find hits of conduct rules per exchange, and cache them."""

from collections.abc import Iterable, Mapping, Sequence
from weakref import WeakKeyDictionary

from msgspec import Struct

from mockserver.contract import Contract
from mockserver.exchange import Exchange
from mockserver.judge.conduct import rule_input, rules_of
from mockserver.judge.redaction import Redaction
from mockserver.judge.rows import Note
from mockserver.judge.rules import RuleSettings
from mockserver.providers.provider import Provider
from mockserver.state import Sandbox
from mockserver.webhooks import Delivery

MAX_DETAIL = 200


def notes_of(sandbox: Sandbox, contract: Contract, providers: Iterable[Provider]) -> Mapping[int, list[Note]]:
    """Return exchange number → notes of the conduct rules, without credentials."""
    notes: dict[int, list[Note]] = {}
    settings = RuleSettings(clock=sandbox.state.clock.mode)
    for provider in providers:
        traffic = rule_input(sandbox.journal, sandbox.outbox.deliveries, contract, provider, settings=settings)
        for rule in rules_of(provider):
            for hit in rule.find(traffic):
                if hit.exchange is not None:
                    note = Note(rule.id, rule.severity, traffic.redaction.text(hit.detail)[:MAX_DETAIL])
                    notes.setdefault(hit.exchange.number, []).append(note)
    return notes


class _Known(Struct, frozen=True, eq=False):
    """State of a sandbox at the time of a cached result.

    Attributes:
        latest: its latest exchange; None if it had none.
        count: how many it had.
        deliveries: None where they do not matter.
    """

    latest: Exchange | None
    count: int
    clock: str = ""
    deliveries: Sequence[Delivery] | None = None

    def is_as(self, other: "_Known") -> bool:
        """Return whether nothing happened in between; exchanges are added at the end, dropped at the front."""
        is_same = self.latest is other.latest and self.count == other.count
        return is_same and (self.clock, self.deliveries) == (other.clock, other.deliveries)


class Insights:
    """Cached results of reading the whole journal of a sandbox."""

    def __init__(self, contract: Contract, providers: Iterable[Provider]) -> None:
        self._contract = contract
        self._providers = tuple(providers)
        self._redactions: WeakKeyDictionary[Sandbox, tuple[_Known, Redaction]] = WeakKeyDictionary()
        self._notes: WeakKeyDictionary[Sandbox, tuple[_Known, Mapping[int, list[Note]]]] = WeakKeyDictionary()

    def redaction(self, sandbox: Sandbox) -> Redaction:
        """Return the credentials in the journal; do not add to it."""
        known = _known(sandbox)
        found = self._redactions.get(sandbox)
        if found is None or not found[0].is_as(known):
            found = self._redactions[sandbox] = known, Redaction(self._providers, sandbox.journal)
        return found[1]

    def notes(self, sandbox: Sandbox) -> Mapping[int, list[Note]]:
        """Return what `notes_of` does."""
        known = _known(sandbox, clock=sandbox.state.clock.mode, deliveries=sandbox.outbox.deliveries)
        found = self._notes.get(sandbox)
        if found is None or not found[0].is_as(known):
            found = self._notes[sandbox] = known, notes_of(sandbox, self._contract, self._providers)
        return found[1]


def _known(sandbox: Sandbox, *, clock: str = "", deliveries: Sequence[Delivery] | None = None) -> _Known:
    journal = sandbox.journal
    return _Known(journal.latest, len(journal), clock, deliveries)
