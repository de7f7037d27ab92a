"""Rules of conduct that only one provider has, as rules of the judge."""

from collections.abc import Iterator

from mockserver.catalogue.conduct import ProviderRule
from mockserver.judge.rules import Hit, Rule, RuleInput
from mockserver.providers.provider import Provider


def rules_of(provider: Provider) -> tuple[Rule, ...]:
    """Return the rules that the provider's catalogue brings along."""
    return tuple(map(_rule, provider.catalogue().conduct.rules))


def _rule(own: ProviderRule) -> Rule:
    def find(case: RuleInput) -> Iterator[Hit]:
        for exchange in case.exchanges:
            detail = own.sees(exchange)
            if detail:
                yield Hit(exchange=exchange, about=exchange.operation, place=own.place, detail=detail)

    return Rule(own.id, own.severity, own.says, find)
