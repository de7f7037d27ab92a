"""Judges what a client did although every call succeeded: rules over the order of its exchanges, and over deliveries.

`docs/conduct.md` says of each rule what triggers it, what does not, and why.
"""

from collections.abc import Collection, Iterable, Sequence

from mockserver.contract import Contract
from mockserver.exchange import Exchange
from mockserver.judge.check import Finding, find_all
from mockserver.judge.conduct import provider_rules, receivers, repeats, retrieves, walks
from mockserver.judge.rules import CREDENTIAL_IN_URL, Rule, RuleInput, RuleSettings
from mockserver.providers.provider import Provider
from mockserver.webhooks import Delivery

RULES: tuple[Rule, ...] = (
    walks.HAND_MADE_PAGE_LINK,
    walks.WALK_STOPPED_EARLY,
    walks.WALK_PAST_END,
    walks.SHORT_PAGE_TAKEN_AS_LAST,
    repeats.IGNORED_RETRY_AFTER,
    repeats.CREATE_REPEATED_AFTER_LOST_REPLY,
    repeats.POLLING_TOO_FAST,
    retrieves.RETRIEVE_PER_ITEM,
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
"""Rules that a recording knows too little for: which replies were lost on purpose, deliveries, whether a test suite ran."""


def rules_of(provider: Provider) -> tuple[Rule, ...]:
    """Return the rules for every provider, and those of this one alone."""
    return (*RULES, *provider_rules.rules_of(provider))


def rules_for_recordings(provider: Provider) -> tuple[Rule, ...]:
    """Return the rules that make sense for a recording by somebody else, without the one that `check` has anyway."""
    return tuple(each for each in rules_of(provider) if each.id not in {*_NEEDS_THE_MOCK, CREDENTIAL_IN_URL.id})


def findings(
    exchanges: Iterable[Exchange],
    deliveries: Iterable[Delivery],
    contract: Contract,
    provider: Provider,
    *,
    ignore: Collection[str] = (),
    terms: RuleSettings = RuleSettings(),  # noqa: B008 - a frozen value
) -> tuple[Finding, ...]:
    """Return what the rules find in a sandbox's journal and deliveries as far as they concern the provider, the worst first.

    ignore: ids of rules that are left out; one that another provider's rule has, or none, changes nothing.
    terms: the mode of the sandbox's clock, and limits.
    """
    case = case_of(exchanges, deliveries, contract, provider, terms=terms)
    return find_all([rule for rule in rules_of(provider) if rule.id not in ignore], case)


def case_of(
    exchanges: Iterable[Exchange], deliveries: Iterable[Delivery], contract: Contract, provider: Provider, *, terms: RuleSettings
) -> RuleInput:
    """Return what the rules look at: a sandbox's journal and deliveries as far as they concern the provider."""
    return RuleInput(
        _of_provider(exchanges, contract, provider),
        contract,
        provider,
        deliveries=tuple(each for each in deliveries if each.event.provider == provider.name),
        terms=terms,
    )


def _of_provider(exchanges: Iterable[Exchange], contract: Contract, provider: Provider) -> Sequence[Exchange]:
    def owner(exchange: Exchange) -> str | None:
        return exchange.operation.partition(".")[0] or contract.routes.owner(exchange.request.path)

    return tuple(exchange for exchange in exchanges if owner(exchange) == provider.name)


__all__ = ["RULES", "Terms", "case_of", "findings", "rules_for_recordings", "rules_of"]
