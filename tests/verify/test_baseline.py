"""With the report of an earlier run, only what differs from it is told."""

from pathlib import Path

import msgspec
import pytest

from mockserver.errors import DocumentError
from mockserver.verify.files import to_json
from mockserver.verify.outcome import Baseline, Result, Seen, VerifyReport, only_changes
from tests.verify.test_reports import CLEAN, REPORT


def _compared(before: VerifyReport, after: VerifyReport) -> VerifyReport:
    return Baseline(before).compare(after)


def test_the_same_again_is_no_change() -> None:
    told = only_changes(_compared(REPORT, REPORT))

    assert (told.behaviours, told.assumptions, told.vanished) == ((), (), ())
    assert told.is_clean


def test_another_outcome_is_told_with_the_one_before() -> None:
    fixed = msgspec.structs.replace(REPORT.behaviours[1], outcome="holds")
    after = msgspec.structs.replace(REPORT, behaviours=(REPORT.behaviours[0], fixed, REPORT.behaviours[2]))

    assert only_changes(_compared(REPORT, after)).behaviours == (msgspec.structs.replace(fixed, before="broken"),)
    assert only_changes(_compared(after, REPORT)).behaviours == (msgspec.structs.replace(REPORT.behaviours[1], before="holds"),)


def test_what_was_broken_before_is_no_finding_any_more_but_what_broke_since_is() -> None:
    assert only_changes(_compared(REPORT, REPORT)).is_clean
    assert not only_changes(_compared(CLEAN, REPORT)).is_clean


@pytest.mark.parametrize(("index", "before"), [(1, "yes"), (2, "yes"), (3, "yes")])
def test_another_choice_is_told_with_the_one_before(index: int, before: str) -> None:
    now: Seen = REPORT.assumptions[index]
    earlier = msgspec.structs.replace(now, outcome="observed", choice="yes")

    told = only_changes(_compared(_with(REPORT, earlier), _with(REPORT, now)))

    assert told.assumptions == (msgspec.structs.replace(now, before=before),)


def test_another_sight_of_the_same_choice_is_no_change() -> None:
    now = msgspec.structs.replace(REPORT.assumptions[0], seen="it was so again")

    assert only_changes(_compared(REPORT, _with(REPORT, now))).assumptions == ()


def test_new_statements_and_those_that_are_gone_are_told() -> None:
    less = msgspec.structs.replace(REPORT, behaviours=REPORT.behaviours[1:], assumptions=REPORT.assumptions[1:])

    assert _names(only_changes(_compared(less, REPORT))) == {"library.list.envelope": "new", "library.default": "new"}
    assert only_changes(_compared(REPORT, less)).vanished == ("library.default", "library.list.envelope")


def test_a_comparison_keeps_the_whole_report() -> None:
    compared = _compared(CLEAN, REPORT)

    assert len(compared.behaviours) == len(REPORT.behaviours)
    assert [each.before for each in compared.behaviours] == ["", "new", "new"]


def test_a_behaviour_that_differs_is_worth_a_line() -> None:
    baseline, result = Baseline(REPORT), REPORT.behaviours[0]

    assert not baseline.differs(result)
    assert baseline.differs(msgspec.structs.replace(result, outcome="broken"))
    assert baseline.differs(msgspec.structs.replace(result, name="library.list.other"))


def test_a_written_report_is_read_as_a_baseline(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(to_json(REPORT))

    assert only_changes(Baseline.read(file, "library").compare(REPORT)).behaviours == ()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is not a report of an earlier run: Input data was truncated; give one that --json wrote"),
        (b"{}", "is not a report of an earlier run: Object missing required field `provider`; give one that --json wrote"),
        (
            to_json(msgspec.structs.replace(CLEAN, provider="other")).encode(),
            "is a report on other, version 1; give one on library, version 1",
        ),
        (
            to_json(msgspec.structs.replace(CLEAN, version=0)).encode(),
            "is a report on library, version 0; give one on library, version 1",
        ),
    ],
    ids=["no JSON", "no report", "another provider", "another version"],
)
def test_what_is_no_baseline_is_refused(content: bytes, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    file.write_bytes(content)

    with pytest.raises(DocumentError) as caught:
        Baseline.read(file, "library")

    assert str(caught.value) == f"{file}: {complaint}"


def test_a_baseline_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"none\.json: cannot be read: No such file or directory"):
        Baseline.read(tmp_path / "none.json", "library")


def _with(report: VerifyReport, seen: Seen) -> VerifyReport:
    return msgspec.structs.replace(report, assumptions=(seen,))


def _names(report: VerifyReport) -> dict[str, str]:
    results: tuple[Result, ...] = report.behaviours
    return {each.name: each.before for each in results} | {each.key: each.before for each in report.assumptions}
