"""What is wrong with some traffic: what the rules find in it, the same things together and the worst first."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from mockserver.contract import Contract
from mockserver.exchange import Exchange
from mockserver.judge.redaction import Redaction
from mockserver.judge.rules import RULES, SEVERITIES, Hit, Rule, RuleInput, Severity
from mockserver.providers.provider import Provider

MAX_NUMBERS = 20
"""Exchanges that are named for each finding; all are counted."""

MAX_TEXT = 200


class Finding(Struct, frozen=True):
    """Something that a rule found, in as many exchanges or deliveries as it did; no credential is in it.

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
    """What was found in some traffic.

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
        """Whether nothing was found that is anybody's fault."""
        return all(finding.severity == "note" for finding in self.findings)


def check(exchanges: Iterable[Exchange], contract: Contract, provider: Provider, *, rules: Sequence[Rule] = RULES) -> CheckResult:
    """Return what the rules find in exchanges with the provider, which know their operations and violations."""
    case = RuleInput(tuple(exchanges), contract, provider)
    unknown = sum(bool(exchange.partial) and exchange.status > 0 for exchange in case.exchanges)
    return CheckResult(len(case.exchanges), unknown, find_all(rules, case))


def find_all(rules: Iterable[Rule], case: RuleInput) -> tuple[Finding, ...]:
    """Return what the rules find, the same things together and the worst first."""
    findings = [finding for rule in rules for finding in _findings(rule, case)]
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))


def _findings(rule: Rule, case: RuleInput) -> list[Finding]:
    alike: dict[tuple[str, str, str], list[Hit]] = {}
    for sighting in rule.find(case):
        likeness = sighting.about, sighting.place, sighting.pointer or sighting.detail
        alike.setdefault(likeness, []).append(sighting)
    return sorted((_finding(rule, each, case.redaction) for each in alike.values()), key=lambda finding: -finding.times)


def _finding(rule: Rule, sightings: Sequence[Hit], redaction: Redaction) -> Finding:
    first = sightings[0]
    exchanges = {each.exchange.number: each.exchange for each in sightings if each.exchange is not None}
    deliveries = {each.delivery.number: each.delivery for each in sightings if each.delivery is not None}
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


def _sent(sighting: Hit, redaction: Redaction) -> str:
    """Return what was sent, in short; an endpoint's URL may hold a credential, so its id stands for it."""
    if sighting.exchange is not None:
        request = sighting.exchange.request
        return f"{redaction.text(request.method)} {redaction.path(request)}"
    delivery = sighting.delivery
    return f"delivery {delivery.number} to {delivery.endpoint}" if delivery is not None else ""


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
