"""Find hits of conduct rules per exchange, and cache them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar
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

MAX_DETAIL = 200


def notes_of(sandbox: Sandbox, contract: Contract, providers: Iterable[Provider]) -> Mapping[int, list[Note]]:
    """Return exchange number → conduct rules' notes, without credentials."""
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


Value = TypeVar("Value")


class _Cached(Struct, Generic[Value], frozen=True, eq=False):
    """A result and the sandbox's state at that time."""

    latest: Exchange | None
    state: tuple[object, ...]
    value: Value


Cache = WeakKeyDictionary[Sandbox, _Cached[Value]]


class Insights:
    """Cached results of reading the whole journal of a sandbox."""

    def __init__(self, contract: Contract, providers: Iterable[Provider]) -> None:
        self._contract = contract
        self._providers = tuple(providers)
        self._redactions: Cache[Redaction] = WeakKeyDictionary()
        self._notes: Cache[Mapping[int, list[Note]]] = WeakKeyDictionary()

    def redaction(self, sandbox: Sandbox) -> Redaction:
        """Return the credentials in the journal; do not add to it."""
        return _cached(self._redactions, sandbox, (), lambda: Redaction(self._providers, sandbox.journal))

    def notes(self, sandbox: Sandbox) -> Mapping[int, list[Note]]:
        """Return the notes on the sandbox's exchanges, as `notes_of` does."""
        state = sandbox.state.clock.mode, sandbox.outbox.deliveries
        return _cached(self._notes, sandbox, state, lambda: notes_of(sandbox, self._contract, self._providers))


def _cached(cache: Cache[Value], sandbox: Sandbox, state: tuple[object, ...], make: Callable[[], Value]) -> Value:
    """Return the cached value, made anew if anything has happened."""
    latest, state = sandbox.journal.latest, (len(sandbox.journal), *state)
    known = cache.get(sandbox)
    if known is None or known.latest is not latest or known.state != state:
        known = cache[sandbox] = _Cached(latest, state, make())
    return known.value
