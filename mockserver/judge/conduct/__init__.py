"""Rules on the order of exchanges and on webhook deliveries.

`docs/conduct.md` says of each rule what triggers it, what does not, and why.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from mockserver.catalogue.conduct import ProviderRule
from mockserver.contract import Contract
from mockserver.exchange import Exchange
from mockserver.judge.check import Finding, find_all
from mockserver.judge.conduct import lists, receivers, repeats
from mockserver.judge.rules import CREDENTIAL_IN_URL, Hit, Rule, RuleInput, RuleSettings
from mockserver.providers.provider import Provider
from mockserver.webhooks import Delivery

RULES: tuple[Rule, ...] = (
    lists.HAND_MADE_PAGE_LINK,
    lists.WALK_STOPPED_EARLY,
    lists.WALK_PAST_END,
    lists.SHORT_PAGE_TAKEN_AS_LAST,
    repeats.IGNORED_RETRY_AFTER,
    repeats.CREATE_REPEATED_AFTER_LOST_REPLY,
    repeats.POLLING_TOO_FAST,
    lists.RETRIEVE_PER_ITEM,
    CREDENTIAL_IN_URL,
    receivers.ACCEPTED_BAD_SIGNATURE,
    receivers.SLOW_RECEIVER,
    receivers.DUPLICATE_ACTED_ON,
)
"""The rules for every provider, in the order of docs/conduct.md; a provider may have more of its own."""

_NEEDS_THE_MOCK = frozenset(
    {
        repeats.CREATE_REPEATED_AFTER_LOST_REPLY.id,
        repeats.POLLING_TOO_FAST.id,
        receivers.ACCEPTED_BAD_SIGNATURE.id,
        receivers.SLOW_RECEIVER.id,
        receivers.DUPLICATE_ACTED_ON.id,
    }
)
"""Rules that need what a recording lacks: which replies were lost by a fault, deliveries, whether a test suite ran."""


def rules_of(provider: Provider) -> tuple[Rule, ...]:
    """Return the rules for every provider, and those of this one alone."""
    return (*RULES, *map(_rule, provider.catalogue().conduct.rules))


def _rule(own: ProviderRule) -> Rule:
    def find(traffic: RuleInput) -> Iterator[Hit]:
        for exchange in traffic.exchanges:
            detail = own.sees(exchange)
            if detail:
                yield Hit(exchange=exchange, about=exchange.operation, place=own.place, detail=detail)

    return Rule(own.id, own.severity, own.says, find)


def rules_for_recordings(provider: Provider) -> tuple[Rule, ...]:
    """Return the rules that apply to recordings of a real service.

    `CREDENTIAL_IN_URL` is left out, since `check` applies it anyway.
    """
    return tuple(each for each in rules_of(provider) if each.id not in {*_NEEDS_THE_MOCK, CREDENTIAL_IN_URL.id})


def findings(
    exchanges: Iterable[Exchange],
    deliveries: Iterable[Delivery],
    contract: Contract,
    provider: Provider,
    *,
    ignore: Collection[str] = (),
    settings: RuleSettings = RuleSettings(),  # noqa: B008 - a frozen value
) -> tuple[Finding, ...]:
    """Return the findings about the provider in a journal and its deliveries, worst first.

    ignore: ids of rules to skip; unknown ids are allowed.
    """
    traffic = rule_input(exchanges, deliveries, contract, provider, settings=settings)
    return find_all([rule for rule in rules_of(provider) if rule.id not in ignore], traffic)


def rule_input(
    exchanges: Iterable[Exchange],
    deliveries: Iterable[Delivery],
    contract: Contract,
    provider: Provider,
    *,
    settings: RuleSettings,
) -> RuleInput:
    """Return the rules' input: the provider's part of a journal and its deliveries."""
    return RuleInput(
        _of_provider(exchanges, contract, provider),
        contract,
        provider,
        deliveries=tuple(each for each in deliveries if each.event.provider == provider.name),
        settings=settings,
    )


def _of_provider(exchanges: Iterable[Exchange], contract: Contract, provider: Provider) -> Sequence[Exchange]:
    def owner(exchange: Exchange) -> str | None:
        return exchange.operation.partition(".")[0] or contract.routes.owner(exchange.request.path)

    return tuple(exchange for exchange in exchanges if owner(exchange) == provider.name)


__all__ = ["RULES", "RuleSettings", "findings", "rule_input", "rules_for_recordings", "rules_of"]
