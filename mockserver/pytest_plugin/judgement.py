"""What is found in the sandbox of one test, as values that can be sent from one process to another."""

from collections.abc import Collection
from itertools import chain

from msgspec import Struct

from mockserver.client.sandbox import FLUSH_S
from mockserver.client.sandbox_ref import SandboxRef
from mockserver.judge.check import Finding, check
from mockserver.judge.digest import combined
from mockserver.judge.report import VIOLATIONS, Judge, ProviderCoverage, ReportedFinding
from mockserver.providers.provider import Provider


class Judgement(Struct, frozen=True, kw_only=True):
    """What one test did with the mock.

    Attributes:
        violations: but those that the test allowed, and notes, which are nobody's fault.
        assumptions: `KEY=CHOICE` of each on which an answer leaned.
        exercised: names of behaviours.
        digest: two equal runs share it.
    """

    requests: int
    violations: tuple[Finding, ...]
    conduct: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    exercised: tuple[str, ...]
    digest: str

    def joined(self, other: "Judgement") -> "Judgement":
        """Return what both did together, whichever comes first."""
        return Judgement(
            requests=self.requests + other.requests,
            violations=(*self.violations, *other.violations),
            conduct=(*self.conduct, *other.conduct),
            assumptions=tuple(sorted({*self.assumptions, *other.assumptions})),
            exercised=tuple(sorted({*self.exercised, *other.exercised})),
            digest=combined((self.digest, other.digest)),
        )


def judge(seat: SandboxRef, *, ignore: Collection[str]) -> Judgement:
    """Return what is found in the sandbox, after its webhooks have had their answers.

    Raises: ConfigurationError if one of the rules to ignore is none.
    """
    seat.app.webhook_sender.flush(seat.sandbox, FLUSH_S)
    with seat.mock.lock:
        providers = list(seat.mock.pipeline.providers.values())
        report = Judge(seat.mock.pipeline.contract, providers, ignore=ignore).report([seat.sandbox])
        exercised = sorted(chain.from_iterable(_exercised(seat, each) for each in report.coverage))
        strange = [each for each in report.violations if not each.provider and not seat.is_allowed(each.exchanges)]
        violations = (*chain.from_iterable(_violations(seat, each, ignore) for each in providers), *map(_finding, strange))
    return Judgement(
        requests=report.runs[0].exchanges,
        violations=violations,
        conduct=tuple(_finding(each) for each in report.conduct if each.severity != "note"),
        assumptions=tuple(f"{each.key}={each.choice}" for each in report.assumptions),
        exercised=tuple(exercised),
        digest=report.digest,
    )


def _violations(seat: SandboxRef, provider: Provider, ignore: Collection[str]) -> list[Finding]:
    exchanges = [each for each in seat.exchanges(provider) if not seat.is_allowed([each.number])]
    rules = [rule for rule in VIOLATIONS if rule.id not in ignore]
    found = check(exchanges, seat.mock.pipeline.contract, provider, rules=rules).findings if exchanges else ()
    return [each for each in found if each.severity != "note"]


def _finding(found: ReportedFinding) -> Finding:
    return Finding(**{name: getattr(found, name) for name in Finding.__struct_fields__})


def _exercised(seat: SandboxRef, covered: ProviderCoverage) -> list[str]:
    behaviours = seat.mock.pipeline.providers[covered.provider].catalogue().behaviours
    return [each.name for each in behaviours if each.name not in covered.missing]
