"""Rules of conduct that only one provider has, as rules of the judge."""

from collections.abc import Iterator

from mockserver.catalogue.conduct import OwnRule
from mockserver.judge.case import Case
from mockserver.judge.rules import Rule, Sighting
from mockserver.providers.provider import Provider


def rules_of(provider: Provider) -> tuple[Rule, ...]:
    """Return the rules that the provider's catalogue brings along."""
    return tuple(map(_rule, provider.catalogue().conduct.rules))


def _rule(own: OwnRule) -> Rule:
    def find(case: Case) -> Iterator[Sighting]:
        for exchange in case.exchanges:
            detail = own.sees(exchange)
            if detail:
                yield Sighting(exchange=exchange, about=exchange.operation, place=own.place, detail=detail)

    return Rule(own.id, own.severity, own.says, find)
