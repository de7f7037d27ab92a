"""Apply rules to traffic and group equal hits into findings."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from mockserver.contract import Contract
from mockserver.exchange import Exchange
from mockserver.judge.redaction import Redaction
from mockserver.judge.rules import RULES, SEVERITIES, Hit, Rule, RuleInput, Severity
from mockserver.providers.provider import Provider

MAX_NUMBERS = 20
"""Exchanges or deliveries that are listed for a finding, behaviour or choice; all are counted."""

MAX_TEXT = 200


class Finding(Struct, frozen=True):
    """One finding of a rule, grouped over exchanges or deliveries; credentials are redacted.

    Attributes:
        about: the operation, or method and form of the path if there is none; of a delivery its event's type.
        place: where in the request or reply.
        detail: what is wrong, in the words of the first.
        contract: what in the contract is broken, as a JSON pointer; empty if nothing there says so.
        times: in how many exchanges, or deliveries if it is about those.
        exchanges: the numbers of the first of them.
        request: method, path and query of the first; of a delivery its number and its endpoint's id.
        statuses: what was answered; 0 for no reply.
        deliveries: the numbers of the first deliveries that it is about.
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


class CheckResult(Struct, frozen=True):
    """All findings in some traffic.

    Attributes:
        exchanges: how many were looked at.
        unknown_bodies: how many of them have a body that is not known as a whole, and was not judged.
        findings: the worst first.
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
    unknown = sum(bool(exchange.partial) and exchange.status > 0 for exchange in traffic.exchanges)
    return CheckResult(len(traffic.exchanges), unknown, find_all(rules, traffic))


def find_all(rules: Iterable[Rule], traffic: RuleInput) -> tuple[Finding, ...]:
    """Return the findings of the rules, grouped, worst first."""
    findings = [finding for rule in rules for finding in _findings(rule, traffic)]
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))


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
        about=_short(redaction.segments(first.about)),
        place=_short(redaction.text(first.place)),
        detail=_short(redaction.text(first.detail)),
        contract=first.pointer,
        times=len(exchanges) or len(deliveries),
        exchanges=tuple(exchanges)[:MAX_NUMBERS],
        request=_short(_sent(first, redaction)),
        statuses=tuple(sorted(answers)),
        deliveries=tuple(deliveries)[:MAX_NUMBERS],
    )


def _sent(hit: Hit, redaction: Redaction) -> str:
    """Return the request in short; a delivery by its endpoint's id, since URLs may hold credentials."""
    if hit.exchange is not None:
        request = hit.exchange.request
        return f"{redaction.text(request.method)} {redaction.path(request)}"
    delivery = hit.delivery
    return f"delivery {delivery.number} to {delivery.endpoint}" if delivery is not None else ""


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
