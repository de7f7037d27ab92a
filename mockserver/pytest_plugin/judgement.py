"""Judge the sandbox of one test."""

from collections.abc import Collection
from itertools import chain

from msgspec import Struct

from mockserver.client.sandbox import FLUSH_S, SandboxRef
from mockserver.judge.check import Finding, check
from mockserver.judge.digest import combined
from mockserver.judge.report import VIOLATIONS, Judge
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
