"""Rules on the order of exchanges and on webhook deliveries.

`docs/conduct.md` says of each rule what triggers it, what does not, and why.
"""

from collections.abc import Collection, Iterable, Iterator

from mockserver.catalogue.conduct import ProviderRule
from mockserver.contract import Contract
from mockserver.exchange import Exchange
from mockserver.judge.check import Finding, find_all
from mockserver.judge.conduct import lists, receivers, repeats
from mockserver.judge.rules import Hit, Rule, RuleInput, RuleSettings, credential_in_url, owner_of, rule
from mockserver.providers.provider import Provider
from mockserver.webhooks import Delivery

RULES: tuple[Rule, ...] = (
    lists.hand_made_page_link,
    lists.walk_stopped_early,
    lists.walk_past_end,
    lists.short_page_taken_as_last,
    repeats.ignored_retry_after,
    repeats.create_repeated_after_lost_reply,
    repeats.polling_too_fast,
    lists.retrieve_per_item,
    credential_in_url,
    receivers.accepted_bad_signature,
    receivers.slow_receiver,
    receivers.duplicate_acted_on,
)
"""The rules for every provider, in the order of docs/conduct.md."""


def rules_of(provider: Provider) -> tuple[Rule, ...]:
    """Return the rules for every provider, and those of this one alone."""
    return (*RULES, *map(_rule, provider.catalogue().conduct.rules))


def _rule(own: ProviderRule) -> Rule:
    @rule(own.id, own.severity, own.says)
    def found(traffic: RuleInput) -> Iterator[Hit]:
        for exchange in traffic.exchanges:
            if detail := own.sees(exchange):
                yield Hit(exchange=exchange, about=exchange.operation, place=own.place, detail=detail)

    return found


def rules_for_recordings(provider: Provider) -> tuple[Rule, ...]:
    """Return the rules that apply to recordings of a real service.

    `credential_in_url` is left out, since `check` applies it anyway.
    """
    return tuple(each for each in rules_of(provider) if not each.needs_mock and each is not credential_in_url)


def findings(
    exchanges: Iterable[Exchange],
    deliveries: Iterable[Delivery],
    contract: Contract,
    provider: Provider,
    *,
    ignore: Collection[str] = (),
    settings: RuleSettings = RuleSettings(),  # noqa: B008 - a frozen value
) -> tuple[Finding, ...]:
    """Return the findings in a provider's exchanges and deliveries, worst first.

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
    """Return the rules' input: the provider's exchanges and deliveries."""
    return RuleInput(
        tuple(each for each in exchanges if owner_of(each, contract) == provider.name),
        contract,
        provider,
        deliveries=tuple(each for each in deliveries if each.event.provider == provider.name),
        settings=settings,
    )
