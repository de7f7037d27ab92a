"""Judge the sandboxes of tests; summarise the judgements of a run."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

from msgspec import Struct, convert, field
from msgspec.structs import asdict

from mockserver.catalogue.conduct import Severity
from mockserver.client.sandbox import FLUSH_S, SandboxRef
from mockserver.judge.check import Finding, check
from mockserver.judge.digest import combined
from mockserver.judge.report import VIOLATIONS, Judge
from mockserver.judge.rules import SEVERITIES
from mockserver.providers.provider import Provider


class Judgement(Struct, frozen=True, kw_only=True):
    """The judgement on one test.

    violations: without notes, and without those that the test allows.
    assumptions: `KEY=CHOICE` of each that was used.
    exercised: names of behaviours.
    """

    requests: int
    violations: tuple[Finding, ...]
    conduct: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    exercised: tuple[str, ...]
    digest: str

    def joined(self, other: "Judgement") -> "Judgement":
        """Return both judgements as one, in either order."""
        return Judgement(
            requests=self.requests + other.requests,
            violations=(*self.violations, *other.violations),
            conduct=(*self.conduct, *other.conduct),
            assumptions=tuple(sorted({*self.assumptions, *other.assumptions})),
            exercised=tuple(sorted({*self.exercised, *other.exercised})),
            digest=combined((self.digest, other.digest)),
        )


class Flip(Struct, frozen=True, kw_only=True):
    """A test that passes under one choice and fails under another."""

    test: str
    key: str
    choice: str
    other: str
    question: str
    evidence: str
    error: str = ""


class Documented(Struct, frozen=True):
    """A provider's title and the names of its documented behaviours."""

    title: str
    behaviours: tuple[str, ...]


class RunResults(Struct):
    """Results of one process.

    judgements, providers: test → judgement; name → provider.
    flipped: number of reruns.
    unrepeatable: tests that fail when they run a second time, whatever the choice.
    """

    judgements: dict[str, Judgement] = field(default_factory=dict)
    providers: dict[str, Documented] = field(default_factory=dict)
    flips: list[Flip] = field(default_factory=list)
    flipped: int = 0
    unrepeatable: list[str] = field(default_factory=list)

    def merge(self, other: "RunResults") -> None:
        """Add the results of another process."""
        self.providers |= other.providers
        for name, judgement in other.judgements.items():
            own = self.judgements.get(name)
            self.judgements[name] = judgement if own is None else own.joined(judgement)
        self.flips += other.flips
        self.flipped += other.flipped
        self.unrepeatable += other.unrepeatable


class GroupedFinding(Struct, frozen=True, kw_only=True):
    """A finding and the tests in which it was made."""

    rule: str
    severity: Severity
    says: str
    about: str
    place: str
    detail: str
    contract: str
    tests: tuple[str, ...]


class CoverageSummary(Struct, frozen=True):
    """Coverage of a provider's behaviours; percent is rounded down."""

    provider: str
    title: str
    exercised: int
    of: int
    percent: float
    missing: tuple[str, ...]


class Summary(Struct, frozen=True, kw_only=True):
    """The report on all tests that sent requests."""

    tests: int
    requests: int
    violations: tuple[GroupedFinding, ...]
    conduct: tuple[GroupedFinding, ...]
    assumptions: Mapping[str, tuple[str, ...]]
    coverage: tuple[CoverageSummary, ...]
    flips: tuple[Flip, ...]
    flipped: int
    unrepeatable: tuple[str, ...]
    digests: Mapping[str, str]


def judge(sandbox_ref: SandboxRef, *, ignore: Collection[str]) -> Judgement:
    """Judge a sandbox after its webhooks were answered.

    Raises: ConfigurationError for an unknown rule.
    """
    sandbox_ref.app.webhook_sender.flush(sandbox_ref.sandbox, FLUSH_S)
    pipeline = sandbox_ref.mock.pipeline
    with sandbox_ref.mock.lock:
        providers = list(pipeline.providers.values())
        report = Judge(pipeline.contract, providers, ignore=ignore).report([sandbox_ref.sandbox])
        unknown = [each for each in report.violations if not each.provider and not sandbox_ref.is_allowed(each.exchanges)]
        violations = (*chain.from_iterable(_violations(sandbox_ref, each, ignore) for each in providers), *unknown)
    missing = {each.provider: each.missing for each in report.coverage}
    behaviours = [(name, each.name) for name in missing for each in pipeline.providers[name].catalogue().behaviours]
    return Judgement(
        requests=report.runs[0].exchanges,
        violations=violations,
        conduct=tuple(each for each in report.conduct if each.severity != "note"),
        assumptions=tuple(f"{each.key}={each.choice}" for each in report.assumptions),
        exercised=tuple(sorted(name for provider, name in behaviours if name not in missing[provider])),
        digest=report.digest,
    )


def _violations(sandbox_ref: SandboxRef, provider: Provider, ignore: Collection[str]) -> list[Finding]:
    exchanges = [each for each in sandbox_ref.exchanges(provider) if not sandbox_ref.is_allowed([each.number])]
    rules = [rule for rule in VIOLATIONS if rule.id not in ignore]
    found = check(exchanges, sandbox_ref.mock.pipeline.contract, provider, rules=rules).findings if exchanges else ()
    return [each for each in found if each.severity != "note"]


def summarise(results: RunResults) -> Summary:
    """Return the summary of results, in any order of tests."""
    judgements = dict(sorted(results.judgements.items()))
    used: dict[str, list[str]] = {}
    for test, judgement in judgements.items():
        for choice in judgement.assumptions:
            used.setdefault(choice, []).append(test)
    exercised = set(chain.from_iterable(each.exercised for each in judgements.values()))
    return Summary(
        tests=len(judgements),
        requests=sum(each.requests for each in judgements.values()),
        violations=_grouped({test: each.violations for test, each in judgements.items()}),
        conduct=_grouped({test: each.conduct for test, each in judgements.items()}),
        assumptions={choice: tuple(tests) for choice, tests in sorted(used.items())},
        coverage=tuple(_covered(results.providers, exercised)),
        flips=tuple(sorted(results.flips, key=lambda flip: (flip.test, flip.key, flip.other))),
        flipped=results.flipped,
        unrepeatable=tuple(sorted(results.unrepeatable)),
        digests={test: each.digest for test, each in judgements.items()},
    )


def _grouped(findings: Mapping[str, Sequence[Finding]]) -> tuple[GroupedFinding, ...]:
    alike: dict[tuple[str, str, str, str], list[tuple[str, Finding]]] = {}
    for test, found in findings.items():
        for each in found:
            alike.setdefault((each.rule, each.about, each.place, each.contract or each.detail), []).append((test, each))
    groups = [
        convert({**asdict(members[0][1]), "tests": tuple(dict.fromkeys(test for test, _ in members))}, GroupedFinding)
        for members in alike.values()
    ]
    return tuple(sorted(groups, key=lambda group: (SEVERITIES.index(group.severity), -len(group.tests), group.rule, group.about)))


def _covered(providers: Mapping[str, Documented], exercised: set[str]) -> Iterable[CoverageSummary]:
    """Yield the coverage of each provider that tests exercised, or that has nothing to exercise."""
    for provider, documented in sorted(providers.items()):
        of = len(documented.behaviours)
        missing = tuple(name for name in documented.behaviours if name not in exercised)
        done = of - len(missing)
        if done or not of:
            yield CoverageSummary(provider, documented.title, done, of, 1000 * done // of / 10 if of else 100.0, missing)
