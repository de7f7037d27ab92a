"""What a report says, as plain values."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mockserver.judge.check import Finding
from mockserver.judge.coverage import Share
from mockserver.judge.leanings import AssumptionUse
from mockserver.judge.rules import SEVERITIES, Severity

Group = Literal["violations", "conduct"]


class ReportedFinding(Finding, frozen=True, kw_only=True):
    """A finding, and in whose traffic it was made; `provider` is empty for a path that is no provider's."""

    sandbox: str
    provider: str
    deliveries: tuple[int, ...]


class Applied(Struct, frozen=True):
    """A rule that was applied.

    Attributes:
        is_ignored: whether the report was asked to leave it out.
        findings: how many there are.
    """

    id: str
    group: Group
    severity: Severity
    says: str
    is_ignored: bool
    findings: int


class ProviderCoverage(Struct, frozen=True):
    """How many of a provider's documented behaviours the traffic exercised.

    Attributes:
        percent: rounded down to one decimal, so that 100 means all.
        operations: the same by operation, the smallest share first.
        missing: the names of those that nothing exercised.
    """

    provider: str
    title: str
    exchanges: int
    percent: float
    exercised: int
    of: int
    operations: tuple[Share, ...]
    missing: tuple[str, ...]


class Deliveries(Struct, frozen=True, kw_only=True):
    """What became of the attempts to send events to webhooks, in numbers.

    Attributes:
        attempts: that are in the log; those that came before them and made room are `forgotten`.
        retries, replays, on_purpose: those of the attempts that come after a first one, that repeat another on request, and
            with which something is wrong on purpose.
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
    """What was judged of one sandbox.

    Attributes:
        exchanges: that are in the journal, and judged.
        dropped: that made room for those, and are not.
        cleared: the number of the last one that was forgotten on request; 0: none was.
        unknown_bodies: of how many exchanges a body is not known as a whole, and was not judged.
    """

    sandbox: str
    exchanges: int
    dropped: int
    cleared: int
    unknown_bodies: int
    deliveries: Deliveries
    digest: Annotated[str, Meta(description="Two equal runs share it, and one changed byte changes it.")]


class Report(Struct, frozen=True, kw_only=True):
    """The verdict.

    Attributes:
        is_clean: whether nothing was found that is anybody's fault.
        is_whole: whether all that happened was judged: no journal or log had to make room.
        violations: what the contract forbids or does not declare; by sandbox, the worst first.
        conduct: what the client did wrong although its calls succeeded; by sandbox, the worst first.
        coverage: the providers that were called.
        digest: of all sandboxes; the only one's own if there is one.
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

    def of(self, rule: str) -> list[ReportedFinding]:
        """Return what a rule found."""
        return [each for each in (*self.violations, *self.conduct) if each.rule == rule]

    def counts(self) -> dict[Severity, int]:
        """Return how many findings there are of each severity, the worst first."""
        found = [each.severity for each in (*self.violations, *self.conduct)]
        return {severity: found.count(severity) for severity in SEVERITIES}
