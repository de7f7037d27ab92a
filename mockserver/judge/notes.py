"""What the rules of conduct find, by exchange: for lists of exchanges, where a report would be elsewhere."""

from collections.abc import Iterable, Mapping

from mockserver.contract import Contract
from mockserver.judge.case import Terms
from mockserver.judge.conduct import case_of, rules_of
from mockserver.judge.rows import Note
from mockserver.providers.provider import Provider
from mockserver.state import Sandbox

MAX_DETAIL = 200


def notes_of(sandbox: Sandbox, contract: Contract, providers: Iterable[Provider]) -> Mapping[int, list[Note]]:
    """Return number of an exchange → what the rules of conduct find in it; no credential is in that."""
    notes: dict[int, list[Note]] = {}
    terms = Terms(clock=sandbox.state.clock.mode)
    for provider in providers:
        case = case_of(sandbox.journal, sandbox.outbox.deliveries, contract, provider, terms=terms)
        for rule in rules_of(provider):
            for sighting in rule.find(case):
                if sighting.exchange is not None:
                    note = Note(rule.id, rule.severity, case.redaction.text(sighting.detail)[:MAX_DETAIL])
                    notes.setdefault(sighting.exchange.number, []).append(note)
    return notes
