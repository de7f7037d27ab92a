"""A report in its forms: Markdown that reads well, JUnit and SARIF that their readers take."""

import re
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from msgspec.structs import replace

from mockserver import documents, notation
from mockserver.contract import Contract
from mockserver.judge import lines
from mockserver.judge.coverage import Share
from mockserver.judge.formats import SCHEMA, ContractFile, to_junit, to_markdown, to_sarif
from mockserver.judge.report import Applied, AssumptionUse, ProviderCoverage, Report, ReportedFinding, RunDigest
from tests.judge.test_report import NO_DELIVERIES

OPENAPI = documents.packaged("openapi.yaml")
LIMIT = "/components/parameters/VexutopiaLimit/schema/maximum"


def found(rule: str, **known: Any) -> ReportedFinding:
    plain = {
        "rule": rule,
        "severity": "error",
        "says": "It matters.",
        "about": "vexutopia.listCustomers",
        "place": "query.limit",
        "detail": "200 is too much",
        "contract": "",
        "times": 1,
        "exchanges": (3,),
        "request": "GET /v1/customers?limit=200",
        "statuses": (400,),
        "deliveries": (),
        "sandbox": "default",
        "provider": "vexutopia",
    }
    return ReportedFinding(**{**plain, **known})


def applied(rule: str, group: str, severity: str = "error", *, is_ignored: bool = False, findings: int = 0) -> Applied:
    return Applied(rule, group, severity, "It matters.", is_ignored, findings)  # type: ignore[arg-type]


def run(name: str = "default", exchanges: int = 7, dropped: int = 0, forgotten: int = 0) -> RunDigest:
    return RunDigest(
        sandbox=name,
        exchanges=exchanges,
        dropped=dropped,
        cleared=0,
        unknown_bodies=0,
        deliveries=replace(NO_DELIVERIES, attempts=2, forgotten=forgotten),
        digest=f"sha256:{name}",
    )


LEANING = AssumptionUse(
    sandbox="default",
    key="vexutopia.list-order",
    choice="oldest-first",
    is_default=False,
    question="In which | order?",
    means="the oldest first",
    evidence="None.",
    times=3,
    exchanges=(1, 2, 3),
    events=(),
    deliveries=(),
)
REPORT = Report(
    is_clean=False,
    is_whole=False,
    violations=(
        found("violation", contract=LIMIT, times=7, exchanges=tuple(range(1, 8))),
        found("unknown-path", about="GET /a|b", place="path", detail="<b>\x1b[2m there\nis `none`", contract="", statuses=(0,)),
        found("other-choice", severity="note"),
    ),
    conduct=(
        found("slow-receiver", severity="warning", about="customer.created", place="answer", exchanges=(), deliveries=(4,)),
    ),
    assumptions=(LEANING, replace(LEANING, key="vexutopia.unset-fields", choice="null", is_default=True)),
    coverage=(ProviderCoverage("vexutopia", "Vexutopia", 7, 33.3, 1, 3, (Share("vexutopia.listCustomers", 1, 3),), ("a", "b")),),
    rules=(
        applied("unknown-path", "violations", findings=1),
        applied("violation", "violations", findings=1),
        applied("undeclared", "violations", "warning", is_ignored=True),
        applied("other-choice", "violations", "note", findings=1),
        applied("slow-receiver", "conduct", "warning", findings=1),
        applied("walk-past-end", "conduct", "warning"),
    ),
    runs=(run(), run("anna", exchanges=1, dropped=1, forgotten=2)),
    digest="sha256:both",
)
EMPTY = Report(
    is_clean=True,
    is_whole=True,
    violations=(),
    conduct=(),
    assumptions=(),
    coverage=(),
    rules=(applied("violation", "violations"),),
    runs=(run(exchanges=0),),
    digest="sha256:none",
)


def test_headline_counts() -> None:
    assert lines.headline(REPORT) == "2 errors, 1 warning, 1 note in 8 exchanges of 2 sandboxes"
    assert lines.headline(EMPTY) == "nothing found in 0 exchanges"


def test_what_is_missing_is_said_of_each_sandbox() -> None:
    assert lines.gaps(REPORT) == ["Sandbox anna dropped 1 exchange and 2 deliveries to make room; they were not judged."]
    assert lines.gaps(EMPTY) == []


def test_finding_is_one_sentence() -> None:
    assert lines.sentence(REPORT.violations[0]) == (
        "vexutopia.listCustomers query.limit: 200 is too much"
        " (GET /v1/customers?limit=200, answered 400; exchanges 1, 2, 3, 4, 5, … of sandbox default)"
    )
    assert lines.sentence(REPORT.conduct[0]).endswith("; delivery 4 of sandbox default)")
    assert lines.answers(REPORT.violations[1]) == lines.answers(found("x", statuses=())) == "nothing"


def test_markdown_has_the_worst_first_and_nothing_of_it_is_taken_for_markup() -> None:
    assert to_markdown(REPORT).splitlines() == [
        "# mockserver: 2 errors, 1 warning, 1 note in 8 exchanges of 2 sandboxes",
        "",
        "**Not whole.** Sandbox anna dropped 1 exchange and 2 deliveries to make room; they were not judged.",
        "",
        "Left out on request: undeclared.",
        "",
        "## Violations",
        "",
        "### unknown-path (error)",
        "",
        "It matters.",
        "",
        "| what | where | request | answered |",
        "|---|---|---|---|",
        "| GET /a\\|b path: \\<b\\>\\\\x1b\\[2m there is \\`none\\` | exchange 3 of sandbox default"
        " | GET /v1/customers?limit=200 | nothing |",
        "",
        "### violation (error)",
        "",
        "It matters.",
        "",
        "| what | where | request | answered |",
        "|---|---|---|---|",
        f"| vexutopia.listCustomers query.limit: 200 is too much (`{LIMIT}`) | exchanges 1, 2, 3, 4, 5, … of sandbox default"
        " | GET /v1/customers?limit=200 | 400 |",
        "",
        "### other-choice (note)",
        "",
        "It matters.",
        "",
        "| what | where | request | answered |",
        "|---|---|---|---|",
        "| vexutopia.listCustomers query.limit: 200 is too much | exchange 3 of sandbox default"
        " | GET /v1/customers?limit=200 | 400 |",
        "",
        "## Conduct",
        "",
        "### slow-receiver (warning)",
        "",
        "It matters.",
        "",
        "| what | where | request | answered |",
        "|---|---|---|---|",
        "| customer.created answer: 200 is too much | delivery 4 of sandbox default | GET /v1/customers?limit=200 | 400 |",
        "",
        "## Assumptions used",
        "",
        "| assumption | choice | question | times | sandbox |",
        "|---|---|---|---|---|",
        "| vexutopia.list-order | **oldest-first** | In which \\| order? | 3 | default |",
        "| vexutopia.unset-fields | null | In which \\| order? | 3 | default |",
        "",
        "## Documented behaviours exercised",
        "",
        "| provider | exercised | |",
        "|---|---|---|",
        "| Vexutopia | 1 of 3 | 33.3 % |",
        "",
        "## Runs",
        "",
        "| sandbox | exchanges | deliveries | digest |",
        "|---|---|---|---|",
        "| default | 7 | 2 | `sha256:default` |",
        "| anna | 1 | 2 | `sha256:anna` |",
    ]


def test_markdown_of_nothing_is_short() -> None:
    assert to_markdown(EMPTY).splitlines() == [
        "# mockserver: nothing found in 0 exchanges",
        "",
        "## Runs",
        "",
        "| sandbox | exchanges | deliveries | digest |",
        "|---|---|---|---|",
        "| default | 0 | 2 | `sha256:default` |",
    ]


# What the schema of Jenkins' xUnit plugin (junit-10.xsd) allows: element → its attributes, those that it must have with a
# star, and what may stand within it.
JUNIT = {
    "testsuites": ("name time tests failures errors", "testsuite"),
    "testsuite": (
        "name* tests* failures* errors* skipped time timestamp hostname id package group file log url",
        "testsuite properties testcase system-out system-err",
    ),
    "properties": ("", "property"),
    "property": ("name* value*", ""),
    "testcase": ("name* classname time group", "skipped error failure system-out system-err"),
    "failure": ("type message", ""),
    "error": ("type message", ""),
    "skipped": ("type message", ""),
    "system-out": ("", ""),
}


def check_junit(element: Element) -> None:
    attributes, children = JUNIT[element.tag]
    assert set(element.attrib) <= {name.rstrip("*") for name in attributes.split()}
    assert {name.rstrip("*") for name in attributes.split() if name.endswith("*")} <= set(element.attrib)
    assert re.fullmatch(r"\d*(\.\d*)?", element.get("time", ""))
    for child in element:
        assert child.tag in children.split()
        check_junit(child)


@pytest.mark.parametrize("report", [REPORT, EMPTY])
def test_junit_fits_its_schema(report: Report) -> None:
    text = to_junit(report)
    root = ElementTree.fromstring(text)

    assert text.startswith('<?xml version="1.0" encoding="utf-8"?>\n<testsuites ')
    check_junit(root)
    assert [suite.get("tests") for suite in root] == [str(len(suite.findall("testcase"))) for suite in root]


def test_junit_has_a_test_for_each_rule() -> None:
    root = ElementTree.fromstring(to_junit(REPORT))
    tests = {f"{test.get('classname')}.{test.get('name')}": [child.tag for child in test] for test in root.iter("testcase")}

    assert tests == {
        "mockserver.violations.unknown-path": ["failure"],
        "mockserver.violations.violation": ["failure"],
        "mockserver.violations.undeclared": ["skipped"],
        "mockserver.violations.other-choice": ["system-out"],
        "mockserver.conduct.slow-receiver": ["failure"],
        "mockserver.conduct.walk-past-end": [],
    }
    assert [(suite.get("name"), suite.get("failures"), suite.get("skipped")) for suite in root] == [
        ("mockserver.violations", "2", "1"),
        ("mockserver.conduct", "1", "0"),
    ]


def test_junit_names_the_exchanges_of_a_failure_and_what_xml_cannot_say_is_replaced() -> None:
    root = ElementTree.fromstring(to_junit(REPORT))
    first, second, *_ = root.iter("failure")

    assert (second.get("type"), second.get("message")) == ("error", "1 error: It matters.")
    assert second.text == lines.sentence(REPORT.violations[0])
    assert "\ufffd[2m" in (first.text or "")


def test_junit_says_whether_the_report_is_whole_and_what_its_digest_is() -> None:
    root = ElementTree.fromstring(to_junit(REPORT))

    for suite in root:
        assert [each.attrib for each in suite.iter("property")] == [
            {"name": "digest", "value": "sha256:both"},
            {"name": "whole", "value": "false"},
        ]


@pytest.fixture(scope="module", name="contract")
def load_contract() -> Contract:
    return Contract.load()


@pytest.fixture(scope="module", name="log")
def make_log(contract: Contract) -> dict[str, Any]:
    return to_sarif(
        REPORT, contract, dict.fromkeys(contract.files, ContractFile("openapi.yaml", notation.lines_of(OPENAPI.read_bytes())))
    )


def check_sarif(log: dict[str, Any]) -> None:
    """Hold what SARIF 2.1.0 requires of the parts that are used here."""
    assert (log["$schema"], log["version"]) == (SCHEMA, "2.1.0")
    (only,) = log["runs"]
    assert only["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    rules = only["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["shortDescription"]["text"].endswith(".")
        assert rule["fullDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
        assert isinstance(rule["defaultConfiguration"]["enabled"], bool)
    for result in only["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        assert result["occurrenceCount"] >= 1
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
        (location,) = result["locations"]
        artifact = location["physicalLocation"]["artifactLocation"]
        assert only["artifacts"][artifact["index"]]["location"]["uri"] == artifact["uri"]
        assert location["physicalLocation"].get("region", {"startLine": 1})["startLine"] >= 1


def test_sarif_has_what_its_standard_requires(log: dict[str, Any], contract: Contract) -> None:
    check_sarif(log)
    check_sarif(to_sarif(EMPTY, contract, {"vexutopia": ContractFile("openapi.yaml", {})}))
    assert len(log["runs"][0]["results"]) == 4


def test_sarif_points_at_the_line_of_the_contract(log: dict[str, Any]) -> None:
    violation, unknown, note, _ = log["runs"][0]["results"]
    lines = OPENAPI.read_text(encoding="utf-8").splitlines()

    def line_of(result: dict[str, Any]) -> str:
        number: int = result["locations"][0]["physicalLocation"]["region"]["startLine"]
        return lines[number - 1]

    assert "maximum: 100" in line_of(violation)
    assert line_of(note).strip() == "get:"
    assert unknown["locations"] == [
        {
            "physicalLocation": {"artifactLocation": {"uri": "openapi.yaml", "index": 0}},
            "logicalLocations": [{"fullyQualifiedName": "GET /a|b", "kind": "function"}],
        }
    ]


def test_sarif_result_has_all_that_is_known(log: dict[str, Any]) -> None:
    result = dict(log["runs"][0]["results"][0])
    result["locations"] = [result["locations"][0]["logicalLocations"]]

    assert result == {
        "ruleId": "violation",
        "ruleIndex": 1,
        "level": "error",
        "message": {"text": lines.sentence(REPORT.violations[0])},
        "locations": [[{"fullyQualifiedName": "vexutopia.listCustomers", "kind": "function"}]],
        "occurrenceCount": 7,
        "partialFingerprints": {"likeness/v1": f"vexutopia.listCustomers|query.limit|{LIMIT}"},
        "properties": {"sandbox": "default", "exchanges": (1, 2, 3, 4, 5, 6, 7)},
    }


def test_sarif_of_a_finding_about_nothing_points_at_the_whole_file(contract: Contract) -> None:
    about_nothing = replace(REPORT, violations=(found("violation", about=""),), conduct=())
    (result,) = to_sarif(about_nothing, contract, {"vexutopia": ContractFile("mine.yaml", {})})["runs"][0]["results"]

    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "mine.yaml", "index": 0}}}]


def test_rules_left_out_are_disabled_in_sarif(log: dict[str, Any]) -> None:
    rules = {rule["id"]: rule for rule in log["runs"][0]["tool"]["driver"]["rules"]}

    assert rules["undeclared"]["defaultConfiguration"] == {"level": "warning", "enabled": False}
    assert rules["undeclared"]["name"] == "Undeclared"
    assert rules["unknown-path"]["shortDescription"] == {"text": "Unknown path."}
