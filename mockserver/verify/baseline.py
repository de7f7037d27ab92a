"""Compares a report with that of an earlier run."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from mockserver.errors import DocumentError
from mockserver.verify.outcome import VERSION, Result, Seen, VerifyReport

NEW = "new"


class Baseline:
    """What an earlier run found."""

    def __init__(self, report: VerifyReport) -> None:
        self._outcomes: dict[str, str] = {each.name: each.outcome for each in report.behaviours}
        self._answers = {each.key: each.answer for each in report.assumptions}

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
            raise DocumentError(
                f"is no report of an earlier run: {error}", where=str(path), remedy="give one that --json wrote"
            ) from error
        if report.version != VERSION or report.provider != provider:
            raise DocumentError(
                f"is a report on {report.provider}, version {report.version}",
                where=str(path),
                remedy=f"give one on {provider}, version {VERSION}",
            )
        return cls(report)

    def differs(self, result: Result) -> bool:
        """Return whether the behaviour had another outcome."""
        return self._outcomes.get(result.name) != result.outcome

    def compare(self, report: VerifyReport) -> VerifyReport:
        """Return the report with what was before noted wherever it differs."""
        names = {each.name for each in report.behaviours} | {each.key for each in report.assumptions}
        return replace(
            report,
            behaviours=tuple(self._with_outcome_before(each) for each in report.behaviours),
            assumptions=tuple(self._with_answer_before(each) for each in report.assumptions),
            vanished=tuple(each for each in (*self._answers, *self._outcomes) if each not in names),
        )

    def _with_outcome_before(self, result: Result) -> Result:
        before = self._outcomes.get(result.name, NEW)
        return replace(result, before="" if before == result.outcome else before)

    def _with_answer_before(self, seen: Seen) -> Seen:
        before = self._answers.get(seen.key, NEW)
        return replace(seen, before="" if before == seen.answer else before)


def only_changes(report: VerifyReport) -> VerifyReport:
    """Return the report with nothing in it but what differs from the baseline with which it was compared."""
    return replace(report, behaviours=_changed(report.behaviours), assumptions=_changed(report.assumptions))


def _changed(found: Sequence[Result] | Sequence[Seen]) -> tuple:  # type: ignore[type-arg]
    return tuple(each for each in found if each.before)
