"""Apply rules to traffic and group equal hits into findings."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct

from mockserver.catalogue.conduct import Severity
from mockserver.contract import Contract
from mockserver.conversion import cut
from mockserver.exchange import Exchange
from mockserver.judge.redaction import Redaction
from mockserver.judge.rules import RULES, SEVERITIES, Hit, Rule, RuleInput
from mockserver.providers.provider import Provider

MAX_NUMBERS = 20
"""Numbers that are listed for a finding, behaviour or choice."""

MAX_TEXT = 200


class Finding(Struct, frozen=True):
    """Equal hits of a rule, without credentials.

    Attributes:
        about: the operation, else method and form of the path; of a delivery its event's type.
        detail: what is wrong with the first one.
        contract: JSON pointer to the broken part of the contract, if any.
        times: number of exchanges, else of deliveries.
        exchanges, deliveries: the first numbers.
        request: method, path and query of the first one; of a delivery its number and its endpoint's id.
        statuses: what was answered; 0 for no reply.
    """

    rule: str
    severity: Severity
    says: str
    about: str
    place: str
    detail: str
    contract: str
    times: int
    exchanges: tuple[int, ...]
    request: str
    statuses: tuple[int, ...]
    deliveries: tuple[int, ...] = ()


AnyFinding = TypeVar("AnyFinding", bound=Finding)


class CheckResult(Struct, frozen=True):
    """All findings in some traffic, worst first.

    Attributes:
        unknown_bodies: exchanges with an incomplete body, which was not judged.
    """

    exchanges: int
    unknown_bodies: int
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        """Whether there are no errors or warnings."""
        return all(finding.severity == "note" for finding in self.findings)


def check(exchanges: Iterable[Exchange], contract: Contract, provider: Provider, *, rules: Sequence[Rule] = RULES) -> CheckResult:
    """Return the findings of the rules in exchanges with the provider."""
    traffic = RuleInput(tuple(exchanges), contract, provider)
    return CheckResult(len(traffic.exchanges), unknown_bodies(traffic.exchanges), find_all(rules, traffic))


def unknown_bodies(exchanges: Iterable[Exchange]) -> int:
    """Return the number of answered exchanges with an incomplete body."""
    return sum(bool(each.incomplete_parts) and each.status > 0 for each in exchanges)


def worst_first(findings: Iterable[AnyFinding]) -> tuple[AnyFinding, ...]:
    """Return the findings by severity."""
    return tuple(sorted(findings, key=lambda each: SEVERITIES.index(each.severity)))


def find_all(rules: Iterable[Rule], traffic: RuleInput) -> tuple[Finding, ...]:
    """Return the findings of the rules, grouped, worst first."""
    return worst_first(finding for rule in rules for finding in _findings(rule, traffic))


def _findings(rule: Rule, traffic: RuleInput) -> list[Finding]:
    alike: dict[tuple[str, str, str], list[Hit]] = {}
    for hit in rule.find(traffic):
        likeness = hit.about, hit.place, hit.pointer or hit.detail
        alike.setdefault(likeness, []).append(hit)
    return sorted((_finding(rule, each, traffic.redaction) for each in alike.values()), key=lambda finding: -finding.times)


def _finding(rule: Rule, hits: Sequence[Hit], redaction: Redaction) -> Finding:
    first = hits[0]
    exchanges = {each.exchange.number: each.exchange for each in hits if each.exchange is not None}
    deliveries = {each.delivery.number: each.delivery for each in hits if each.delivery is not None}
    answers = {exchange.status for exchange in exchanges.values()} or {delivery.answer for delivery in deliveries.values()}
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        says=rule.says,
        about=cut(redaction.segments(first.about), MAX_TEXT),
        place=cut(redaction.text(first.place), MAX_TEXT),
        detail=cut(redaction.text(first.detail), MAX_TEXT),
        contract=first.pointer,
        times=len(exchanges) or len(deliveries),
        exchanges=tuple(exchanges)[:MAX_NUMBERS],
        request=cut(_sent(first, redaction), MAX_TEXT),
        statuses=tuple(sorted(answers)),
        deliveries=tuple(deliveries)[:MAX_NUMBERS],
    )


def _sent(hit: Hit, redaction: Redaction) -> str:
    """Return the request in short, without a delivery's URL."""
    if hit.exchange is not None:
        request = hit.exchange.request
        return f"{redaction.text(request.method)} {redaction.path(request)}"
    delivery = hit.delivery
    return f"delivery {delivery.number} to {delivery.endpoint}" if delivery is not None else ""
