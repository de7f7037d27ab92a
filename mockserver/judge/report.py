"""Judge sandboxes: findings, assumptions used, coverage and digest."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from msgspec import Meta, Struct, structs

from mockserver.catalogue import Assumption
from mockserver.catalogue.conduct import Severity
from mockserver.contract import Contract
from mockserver.judge import conduct
from mockserver.judge.check import MAX_NUMBERS, Finding, check, unknown_bodies, worst_first
from mockserver.judge.coverage import Share, coverage
from mockserver.judge.digest import combined, digest_of
from mockserver.judge.rules import RULES, SEVERITIES, Rule, RuleSettings, credential_in_url, owner_of, without
from mockserver.providers.provider import Provider
from mockserver.state import Sandbox
from mockserver.webhooks import Status

if TYPE_CHECKING:
    from mockserver.exchange import Exchange


class AssumptionUse(Struct, frozen=True, kw_only=True):
    """An assumption that replies, events or deliveries used."""

    sandbox: str
    key: str
    choice: str
    is_default: bool
    question: str
    means: str
    evidence: Annotated[str, Meta(description="Evidence for the default.")]
    times: int
    exchanges: tuple[int, ...]
    events: tuple[str, ...]
    deliveries: tuple[int, ...]


def assumptions_used(sandbox: Sandbox, assumptions: Iterable[Assumption]) -> list[AssumptionUse]:
    """Return the assumptions that a sandbox's exchanges, events and deliveries used."""
    known = {each.key: each for each in assumptions}
    marks: dict[tuple[str, str], dict[str, list[Any]]] = {}
    for part, number, assumed in _assumed(sandbox):
        for each in assumed.items():
            marks.setdefault(each, {"exchanges": [], "events": [], "deliveries": []})[part].append(number)
    order = list(known)
    found = sorted((each for each in marks if each[0] in known), key=lambda each: (order.index(each[0]), each[1]))
    return [_use(sandbox.name, known[key], choice, marks[key, choice]) for key, choice in found]


def _assumed(sandbox: Sandbox) -> Iterator[tuple[str, int | str, Mapping[str, str]]]:
    """Yield the kind, number and assumptions of each exchange, event and delivery."""
    for exchange in sandbox.journal:
        yield "exchanges", exchange.number, exchange.assumed
    for event in sandbox.outbox:
        yield "events", event.id, event.assumed
    for delivery in sandbox.outbox.deliveries:
        yield "deliveries", delivery.number, delivery.assumed


def _use(sandbox: str, assumption: Assumption, choice: str, marks: Mapping[str, Sequence[Any]]) -> AssumptionUse:
    return AssumptionUse(
        sandbox=sandbox,
        key=assumption.key,
        choice=choice,
        is_default=choice == assumption.default,
        question=assumption.question,
        means=assumption.choices.get(choice, ""),
        evidence=assumption.evidence,
        times=sum(map(len, marks.values())),
        **{part: tuple(numbers[:MAX_NUMBERS]) for part, numbers in marks.items()},
    )


Group = Literal["violations", "conduct"]


class ReportedFinding(Finding, frozen=True, kw_only=True):
    """A finding with its sandbox and provider, if it has one."""

    sandbox: str
    provider: str
    deliveries: tuple[int, ...]


class Applied(Struct, frozen=True):
    """A rule and its number of findings; `is_ignored` on request."""

    id: str
    group: Group
    severity: Severity
    says: str
    is_ignored: bool
    findings: int


class ProviderCoverage(Struct, frozen=True):
    """Coverage of a provider's documented behaviours, as in `Coverage`."""

    provider: str
    title: str
    exchanges: int
    percent: float
    exercised: int
    of: int
    operations: tuple[Share, ...]
    missing: tuple[str, ...]


class Deliveries(Struct, frozen=True, kw_only=True):
    """Deliveries in numbers.

    Attributes:
        attempts: those in the log; `forgotten` counts older ones that were dropped.
        on_purpose: those that were broken on request.
    """

    events: int
    attempts: int
    forgotten: int
    waiting: int
    sending: int
    delivered: int
    failed: int
    dropped: int
    collected: int
    retries: int
    replays: int
    on_purpose: int


class RunDigest(Struct, frozen=True, kw_only=True):
    """Numbers and digest of one sandbox.

    Attributes:
        dropped: older exchanges that were dropped, not judged.
        cleared: number of the last exchange cleared on request; 0: none.
        unknown_bodies: exchanges with a cut body, which was not judged.
    """

    sandbox: str
    exchanges: int
    dropped: int
    cleared: int
    unknown_bodies: int
    deliveries: Deliveries
    digest: Annotated[str, Meta(description="Equal runs share it; one changed byte changes it.")]


class Report(Struct, frozen=True, kw_only=True):
    """The report over sandboxes.

    Attributes:
        is_clean: no error and no warning was found.
        is_whole: no journal or log dropped entries, which were not judged.
        violations: requests that the contract forbids or does not declare; by sandbox, worst first.
        conduct: mistakes over several calls that each succeeded; by sandbox, worst first.
    """

    is_clean: bool
    is_whole: bool
    violations: tuple[ReportedFinding, ...]
    conduct: tuple[ReportedFinding, ...]
    assumptions: tuple[AssumptionUse, ...]
    coverage: tuple[ProviderCoverage, ...]
    rules: tuple[Applied, ...]
    runs: tuple[RunDigest, ...]
    digest: str

    @property
    def findings(self) -> tuple[ReportedFinding, ...]:
        """All findings."""
        return (*self.violations, *self.conduct)

    def of(self, rule: str) -> list[ReportedFinding]:
        """Return the findings of a rule."""
        return [each for each in self.findings if each.rule == rule]

    def counts(self) -> dict[Severity, int]:
        """Return severity → number of findings, worst first."""
        found = [each.severity for each in self.findings]
        return {severity: found.count(severity) for severity in SEVERITIES}


VIOLATIONS = tuple(rule for rule in RULES if rule is not credential_in_url)
"""Rules on single requests; the credential rule belongs to conduct."""


class Judge:
    """Judge sandboxes by a contract and its providers.

    ignore: ids of rules to skip.
    Raises: ConfigurationError, which lists the known ids, for an unknown one.
    """

    def __init__(self, contract: Contract, providers: Iterable[Provider], *, ignore: Collection[str] = ()) -> None:
        self._contract = contract
        self._providers = {each.name: each for each in providers}
        self._ignore = frozenset(ignore)
        without([rule for _, rule in self.rules.values()], sorted(self._ignore))

    @cached_property
    def rules(self) -> Mapping[str, tuple[Group, Rule]]:
        """All rules by id."""
        of_conduct = [rule for each in self._providers.values() for rule in conduct.rules_of(each)]
        return {rule.id: ("violations", rule) for rule in VIOLATIONS} | {rule.id: ("conduct", rule) for rule in of_conduct}

    def report(self, sandboxes: Sequence[Sandbox]) -> Report:
        """Return the report on the sandboxes."""
        judged = [_SandboxTraffic(each, self._contract) for each in sandboxes]
        violations = tuple(found for each in judged for found in worst_first(self._violations(each)))
        conducted = tuple(found for each in judged for found in worst_first(self._conduct(each)))
        runs = tuple(each.run for each in judged)
        assumptions = [assumption for each in self._providers.values() for assumption in each.assumptions]
        return Report(
            is_clean=all(each.severity == "note" for each in (*violations, *conducted)),
            is_whole=not any(run.dropped or run.deliveries.forgotten for run in runs),
            violations=violations,
            conduct=conducted,
            assumptions=tuple(use for each in sandboxes for use in assumptions_used(each, assumptions)),
            coverage=tuple(self._coverage(judged)),
            rules=tuple(self._applied((*violations, *conducted))),
            runs=runs,
            digest=_digest(runs),
        )

    def _violations(self, traffic: "_SandboxTraffic") -> Iterable[ReportedFinding]:
        rules = [rule for rule in VIOLATIONS if rule.id not in self._ignore]
        for provider in (*self._providers.values(), _no_provider(self._providers.values())):
            exchanges = traffic.by_owner.get(provider.name, ())
            for finding in check(exchanges, self._contract, provider, rules=rules).findings if exchanges else ():
                yield traffic.found(finding, provider)

    def _conduct(self, traffic: "_SandboxTraffic") -> Iterable[ReportedFinding]:
        box = traffic.sandbox
        settings = RuleSettings(clock=box.state.clock.mode)
        for provider in self._providers.values():
            judged = traffic.exchanges, box.outbox.deliveries, self._contract, provider
            for finding in conduct.findings(*judged, ignore=self._ignore, settings=settings):
                yield traffic.found(finding, provider)

    def _coverage(self, judged: Sequence["_SandboxTraffic"]) -> Iterable[ProviderCoverage]:
        for name, provider in self._providers.items():
            exchanges = [exchange for each in judged for exchange in each.by_owner.get(name, ())]
            if exchanges:
                found = coverage(exchanges, provider.catalogue())
                shares = found.percent, found.exercised, found.of, found.operations
                missing = tuple(use.name for use in found.missing)
                yield ProviderCoverage(name, provider.title, len(exchanges), *shares, missing)

    def _applied(self, found: Sequence[ReportedFinding]) -> Iterable[Applied]:
        for name, (group, rule) in self.rules.items():
            count = sum(each.rule == name for each in found)
            yield Applied(name, group, rule.severity, rule.says, name in self._ignore, count)


class _SandboxTraffic:
    """Exchanges of one sandbox, grouped by provider."""

    def __init__(self, sandbox: Sandbox, contract: Contract) -> None:
        self.sandbox = sandbox
        self.exchanges = tuple(sandbox.journal)
        self.by_owner: dict[str, list[Exchange]] = {}
        for exchange in self.exchanges:
            self.by_owner.setdefault(owner_of(exchange, contract), []).append(exchange)

    @property
    def run(self) -> RunDigest:
        journal = self.sandbox.journal
        return RunDigest(
            sandbox=self.sandbox.name,
            exchanges=len(self.exchanges),
            dropped=journal.dropped,
            cleared=journal.forgotten,
            unknown_bodies=unknown_bodies(self.exchanges),
            deliveries=_deliveries(self.sandbox),
            digest=digest_of(self.sandbox),
        )

    def found(self, finding: Finding, provider: Provider) -> ReportedFinding:
        return ReportedFinding(**structs.asdict(finding), sandbox=self.sandbox.name, provider=provider.name)


def _digest(runs: Sequence[RunDigest]) -> str:
    if len(runs) == 1:
        return runs[0].digest
    return combined(run.digest for run in runs if run.exchanges or run.deliveries.attempts)


def _deliveries(sandbox: Sandbox) -> Deliveries:
    log = sandbox.outbox.deliveries
    status = Counter(each.status for each in log)
    return Deliveries(
        events=len(sandbox.outbox),
        attempts=len(log),
        forgotten=sandbox.outbox.dropped,
        **{each: status[each] for each in get_args(Status)},
        retries=sum(each.attempt > 1 for each in log),
        replays=sum(each.replays > 0 for each in log),
        on_purpose=sum(bool(each.how) for each in log),
    )


def _no_provider(providers: Iterable[Provider]) -> Provider:
    """Return the provider of unknown paths; it knows all credentials."""
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
        key_prefixes={label: prefix for each in known for label, prefix in each.labels.items()},
        live_prefixes=[prefix for each in known for prefix in each.live_prefixes],
    )
