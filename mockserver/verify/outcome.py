"""Results of a run, and the baseline from an earlier one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mockserver.catalogue.behaviour import Statement
from mockserver.errors import DocumentError

Outcome = Literal["holds", "broken", "not checked"]
Sight = Literal["observed", "none of them", "not observed"]

VERSION = 1
"""Version of a report's form; a baseline of another one is refused."""


class Evidence(Struct, frozen=True):
    """One request and its reply, shortened and without keys.

    Attributes:
        request: method and URL; the body is `sent`.
        status: None if no whole reply came; `reply` then says why.
    """

    request: str
    sent: str
    status: int | None
    reply: str


class Result(Statement, frozen=True, kw_only=True):
    """Result of one behaviour.

    Attributes:
        found: what the check of a broken behaviour found instead of what it says.
        why: why it was not checked.
        evidence: the last exchanges of a broken behaviour's check, in order.
        before: the outcome in the baseline, `new` if it had none; empty without a baseline or a change.
    """

    operation: str
    outcome: Outcome
    found: str = ""
    why: str = ""
    evidence: tuple[Evidence, ...] = ()
    took_ms: int = 0
    before: str = ""


class Seen(Struct, frozen=True, kw_only=True):
    """Result of one assumption.

    Attributes:
        choice: the choice that the service follows; None if it follows none or that is unknown.
        seen: what the service did, or why that could not be observed.
        before: as a result's; of an observed choice, the choice.
    """

    key: str
    question: str
    outcome: Sight
    choice: str | None
    default: str
    seen: str
    took_ms: int = 0
    before: str = ""

    @property
    def answer(self) -> str:
        """The choice, or the outcome if there is none."""
        return self.choice or self.outcome


class Leftovers(Struct, frozen=True):
    """Records that a run left in the account: URL → reason.

    Attributes:
        left: records whose deletion failed.
        unknown: creations with an unknown outcome, by what was sent.
        for_good: records that the service keeps, whole or in part.
        doubt: why the search for leftovers failed; else empty.
    """

    left: Mapping[str, str] = {}
    unknown: Mapping[str, str] = {}
    for_good: Mapping[str, str] = {}
    doubt: str = ""


class VerifyReport(Struct, frozen=True, kw_only=True):
    """Results of a run.

    Attributes:
        marker: beginning of the names of all created records.
        finding: why the run ended early, if it did.
        vanished: names in the baseline that are no longer in the catalogue.
    """

    provider: str
    title: str
    url: str
    marker: str
    started: str
    took_ms: int = 0
    finding: str = ""
    behaviours: tuple[Result, ...] = ()
    assumptions: tuple[Seen, ...] = ()
    remains: Leftovers = Leftovers()
    vanished: tuple[str, ...] = ()
    version: int = VERSION

    @property
    def broken(self) -> list[Result]:
        """The behaviours that are broken."""
        return [each for each in self.behaviours if each.outcome == "broken"]

    @property
    def unfollowed(self) -> list[Seen]:
        """The assumptions of which the service follows no choice."""
        return [each for each in self.assumptions if each.outcome == "none of them"]

    @property
    def was_begun(self) -> bool:
        """Whether anything was checked or left in the account."""
        if self.remains != Leftovers():
            return True
        asked = [each.took_ms or each.outcome != "not checked" for each in self.behaviours]
        return any(asked) or any(each.took_ms or each.outcome != "not observed" for each in self.assumptions)

    @property
    def is_clean(self) -> bool:
        """Whether the run was complete, without broken behaviours and unknown choices."""
        return not (self.finding or self.broken or self.unfollowed)


class Baseline:
    """Results of an earlier run."""

    def __init__(self, report: VerifyReport) -> None:
        self._known = {each.key: each.answer for each in report.assumptions}
        self._known |= {each.name: each.outcome for each in report.behaviours}

    @classmethod
    def read(cls, path: Path, provider: str) -> "Baseline":
        """Read the JSON report of an earlier run.

        Raises: DocumentError if the file holds none of this provider.
        """
        try:
            report = msgspec.json.decode(path.read_bytes(), type=VerifyReport)
        except OSError as error:
            raise DocumentError(f"cannot be read: {error.strerror}", where=str(path)) from error
        except (msgspec.DecodeError, RecursionError) as error:
            what, hint = f"is not a report of an earlier run: {error}", "give one that --json wrote"
            raise DocumentError(what, where=str(path), hint=hint) from error
        if report.version != VERSION or report.provider != provider:
            what = f"is a report on {report.provider}, version {report.version}"
            raise DocumentError(what, where=str(path), hint=f"give one on {provider}, version {VERSION}")
        return cls(report)

    def differs(self, result: Result) -> bool:
        """Return whether the behaviour had another outcome."""
        return self._known.get(result.name) != result.outcome

    def compare(self, report: VerifyReport) -> VerifyReport:
        """Return the report with the earlier result wherever it differs."""
        names = {each.name for each in report.behaviours} | {each.key for each in report.assumptions}
        return replace(
            report,
            behaviours=tuple(replace(each, before=self._before(each.name, each.outcome)) for each in report.behaviours),
            assumptions=tuple(replace(each, before=self._before(each.key, each.answer)) for each in report.assumptions),
            vanished=tuple(each for each in self._known if each not in names),
        )

    def _before(self, name: str, now: str) -> str:
        before = self._known.get(name, "new")
        return "" if before == now else before


def only_changes(report: VerifyReport) -> VerifyReport:
    """Return only what differs from the baseline."""
    return replace(
        report,
        behaviours=tuple(each for each in report.behaviours if each.before),
        assumptions=tuple(each for each in report.assumptions if each.before),
    )
