"""The verdict over what happened in one sandbox, or in several: what the client did wrong, what leaned on what, the digest."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import structs

from mockserver.contract import Contract
from mockserver.errors import ConfigurationError
from mockserver.judge import conduct
from mockserver.judge.case import RuleSettings
from mockserver.judge.check import Finding, check
from mockserver.judge.coverage import coverage
from mockserver.judge.digest import combined, digest_of
from mockserver.judge.leanings import leanings_of
from mockserver.judge.reported import Applied, Deliveries, Group, ProviderCoverage, Report, ReportedFinding, RunDigest
from mockserver.judge.rules import CREDENTIAL_IN_URL, RULES, SEVERITIES, Rule
from mockserver.providers.provider import Provider
from mockserver.state import Sandbox

if TYPE_CHECKING:
    from mockserver.exchange import Exchange

VIOLATIONS = tuple(rule for rule in RULES if rule is not CREDENTIAL_IN_URL)
"""The rules on single requests, but for the one that is a rule of conduct."""


class Judge:
    """Judges sandboxes by what a contract and its providers say.

    ignore: ids of rules that are left out.
    Raises: ConfigurationError that lists the rules if one of those is no rule's id.
    """

    def __init__(self, contract: Contract, providers: Iterable[Provider], *, ignore: Collection[str] = ()) -> None:
        self._contract = contract
        self._providers = {each.name: each for each in providers}
        self._ignore = frozenset(ignore)
        unknown = sorted(self._ignore - self.rules.keys())
        if unknown:
            raise ConfigurationError(f"there is no rule {', '.join(unknown)}", remedy=f"there are {', '.join(self.rules)}")

    @cached_property
    def rules(self) -> Mapping[str, tuple[Group, Rule]]:
        """All rules by id."""
        of_conduct = [rule for each in self._providers.values() for rule in conduct.rules_of(each)]
        return {rule.id: ("violations", rule) for rule in VIOLATIONS} | {rule.id: ("conduct", rule) for rule in of_conduct}

    def report(self, sandboxes: Sequence[Sandbox]) -> Report:
        """Return the verdict over the sandboxes."""
        cases = [_Traffic(each, self._contract) for each in sandboxes]
        violations = tuple(found for each in cases for found in _worst_first(self._violations(each)))
        conducted = tuple(found for each in cases for found in _worst_first(self._conduct(each)))
        runs = tuple(each.run for each in cases)
        assumptions = [assumption for each in self._providers.values() for assumption in each.assumptions]
        return Report(
            is_clean=all(each.severity == "note" for each in (*violations, *conducted)),
            is_whole=not any(run.dropped or run.deliveries.forgotten for run in runs),
            violations=violations,
            conduct=conducted,
            assumptions=tuple(leaning for each in sandboxes for leaning in leanings_of(each, assumptions)),
            coverage=tuple(self._coverage(cases)),
            rules=tuple(self._applied((*violations, *conducted))),
            runs=runs,
            digest=runs[0].digest
            if len(runs) == 1
            else combined(run.digest for run in runs if run.exchanges or run.deliveries.attempts),
        )

    def _violations(self, traffic: "_Traffic") -> Iterable[ReportedFinding]:
        rules = [rule for rule in VIOLATIONS if rule.id not in self._ignore]
        for provider in (*self._providers.values(), _nobody(self._providers.values())):
            exchanges = traffic.by_owner.get(provider.name, ())
            for finding in check(exchanges, self._contract, provider, rules=rules).findings if exchanges else ():
                yield traffic.found(finding, provider)

    def _conduct(self, traffic: "_Traffic") -> Iterable[ReportedFinding]:
        box = traffic.sandbox
        terms = RuleSettings(clock=box.state.clock.mode)
        for provider in self._providers.values():
            found = conduct.findings(
                traffic.exchanges, box.outbox.deliveries, self._contract, provider, ignore=self._ignore, terms=terms
            )
            for finding in found:
                yield traffic.found(finding, provider)

    def _coverage(self, cases: Sequence["_Traffic"]) -> Iterable[ProviderCoverage]:
        for name, provider in self._providers.items():
            exchanges = [exchange for each in cases for exchange in each.by_owner.get(name, ())]
            if exchanges:
                found = coverage(exchanges, provider.catalogue())
                missing = tuple(use.name for use in found.missing)
                shares = found.percent, found.exercised, found.of, found.operations
                yield ProviderCoverage(name, provider.title, len(exchanges), *shares, missing)

    def _applied(self, found: Sequence[ReportedFinding]) -> Iterable[Applied]:
        for name, (group, rule) in self.rules.items():
            count = sum(each.rule == name for each in found)
            yield Applied(name, group, rule.severity, rule.says, name in self._ignore, count)


class _Traffic:
    """What happened in one sandbox, and whose part of it is what."""

    def __init__(self, sandbox: Sandbox, contract: Contract) -> None:
        self.sandbox = sandbox
        self.exchanges = tuple(sandbox.journal)
        self.by_owner: dict[str, list[Exchange]] = {}
        for exchange in self.exchanges:
            owner = exchange.operation.partition(".")[0] or contract.routes.owner(exchange.request.path) or ""
            self.by_owner.setdefault(owner, []).append(exchange)

    @property
    def run(self) -> RunDigest:
        journal = self.sandbox.journal
        return RunDigest(
            sandbox=self.sandbox.name,
            exchanges=len(self.exchanges),
            dropped=journal.dropped,
            cleared=journal.forgotten,
            unknown_bodies=sum(bool(each.partial) and each.status > 0 for each in self.exchanges),
            deliveries=_deliveries(self.sandbox),
            digest=digest_of(self.sandbox),
        )

    def found(self, finding: Finding, provider: Provider) -> ReportedFinding:
        return ReportedFinding(**structs.asdict(finding), sandbox=self.sandbox.name, provider=provider.name)


def _worst_first(findings: Iterable[ReportedFinding]) -> list[ReportedFinding]:
    return sorted(findings, key=lambda each: SEVERITIES.index(each.severity))


def _deliveries(sandbox: Sandbox) -> Deliveries:
    log = sandbox.outbox.deliveries
    status = [each.status for each in log]
    return Deliveries(
        events=len(sandbox.outbox),
        attempts=len(log),
        forgotten=sandbox.outbox.dropped,
        waiting=status.count("waiting"),
        sending=status.count("sending"),
        delivered=status.count("delivered"),
        failed=status.count("failed"),
        dropped=status.count("dropped"),
        collected=status.count("collected"),
        retries=sum(each.attempt > 1 for each in log),
        replays=sum(each.replays > 0 for each in log),
        on_purpose=sum(bool(each.how) for each in log),
    )


def _nobody(providers: Iterable[Provider]) -> Provider:
    """Return whose traffic it is that went to a path of no provider; it knows the keys of all of them."""
    known = tuple(providers)
    return Provider(
        name="",
        title="no provider",
        origin="",
        handlers=(),
        kinds=(),
        authenticate=lambda _sandbox, _call: None,
        render_problem=known[0].render_problem,
        credential=lambda request: next((key for each in known if (key := each.credential(request))), None),
        key_prefixes={label: prefix for each in known for label, prefix in each.key_prefixes.items()},
        live_prefixes=[prefix for each in known for prefix in each.live_prefixes],
    )
