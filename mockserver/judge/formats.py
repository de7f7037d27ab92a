"""A report as Markdown, JUnit XML and SARIF."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from msgspec import Struct

from mockserver import __version__
from mockserver.contract import Contract
from mockserver.judge import lines
from mockserver.judge.report import Applied, AssumptionUse, Report, ReportedFinding
from mockserver.judge.rules import SEVERITIES
from mockserver.markup import junit_suite, plain, table, xml_document, xml_text

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_TITLES = {"violations": "Violations", "conduct": "Conduct"}


def to_markdown(report: Report) -> str:
    """Return the report as a Markdown page."""
    parts = [_head(report), _findings("violations", report.violations), _findings("conduct", report.conduct)]
    parts += [_assumptions(report.assumptions), _coverage(report), _runs(report)]
    return "\n".join(line for part in parts for line in part)


def _head(report: Report) -> Iterator[str]:
    yield from (f"# mockserver: {lines.headline(report)}", "")
    for gap in lines.gaps(report):
        yield from (f"**Not whole.** {plain(gap)}", "")
    ignored = [each.id for each in report.rules if each.is_ignored]
    if ignored:
        yield from (f"Left out on request: {', '.join(ignored)}.", "")


def _findings(group: str, findings: Iterable[ReportedFinding]) -> Iterator[str]:
    ordered = sorted(findings, key=lambda each: (SEVERITIES.index(each.severity), each.rule))
    for position, (rule, alike) in enumerate(groupby(ordered, key=lambda each: each.rule)):
        rows = list(alike)
        yield from [f"## {_TITLES[group]}", ""] if not position else []
        yield from (f"### {rule} ({rows[0].severity})", "", plain(rows[0].says), "")
        yield from table(("what", "where", "request", "answered"), map(_row, rows))


def _row(found: ReportedFinding) -> tuple[str, ...]:
    contract = f" (`{found.contract}`)" if found.contract else ""
    what = f"{plain(f'{found.about} {found.place}: {found.detail}')}{contract}"
    return what, plain(lines.where(found)), plain(found.request), lines.answers(found)


def _assumptions(used: tuple[AssumptionUse, ...]) -> Iterator[str]:
    if used:
        yield from ("## Assumptions used", "")
        yield from table(("assumption", "choice", "question", "times", "sandbox"), map(_assumption, used))


def _assumption(use: AssumptionUse) -> tuple[str, ...]:
    choice = use.choice if use.is_default else f"**{use.choice}**"
    return use.key, choice, plain(use.question), str(use.times), plain(use.sandbox)


def _coverage(report: Report) -> Iterator[str]:
    if report.coverage:
        rows = ((each.title, f"{each.exercised} of {each.of}", f"{each.percent:g} %") for each in report.coverage)
        yield from ("## Documented behaviours exercised", "")
        yield from table(("provider", "exercised", ""), rows)


def _runs(report: Report) -> Iterator[str]:
    rows = ((plain(run.sandbox), str(run.exchanges), str(run.deliveries.attempts), f"`{run.digest}`") for run in report.runs)
    yield from ("## Runs", "")
    yield from table(("sandbox", "exchanges", "deliveries", "digest"), rows)


def to_junit(report: Report) -> str:
    """Return the report as JUnit XML; a rule of notes passes."""
    root = Element("testsuites", name=f"mockserver: {lines.headline(report)}")
    for group, rules in groupby(report.rules, key=lambda each: each.group):
        suite = junit_suite(f"mockserver.{group}", [_test(each, report) for each in rules], time="0")
        suite.insert(0, _properties(report))
        root.append(suite)
    return xml_document(root)


def _properties(report: Report) -> Element:
    properties = Element("properties")
    SubElement(properties, "property", name="digest", value=report.digest)
    SubElement(properties, "property", name="whole", value=str(report.is_whole).lower())
    return properties


def _test(rule: Applied, report: Report) -> Element:
    test = Element("testcase", classname=f"mockserver.{rule.group}", name=rule.id, time="0")
    found = report.of(rule.id)
    if rule.is_ignored:
        SubElement(test, "skipped", message="ignored on request")
    elif found and rule.severity == "note":
        SubElement(test, "system-out").text = _sentences(found)
    elif found:
        message = xml_text(f"{lines.counted(len(found), rule.severity)}: {rule.says}")
        SubElement(test, "failure", message=message, type=rule.severity).text = _sentences(found)
    return test


def _sentences(found: list[ReportedFinding]) -> str:
    return xml_text("\n".join(lines.sentence(each) for each in found))


class ContractFile(Struct, frozen=True):
    """An OpenAPI file: its name, and JSON pointer → line number."""

    uri: str
    positions: Mapping[str, int]


def to_sarif(report: Report, contract: Contract, files: Mapping[str, ContractFile]) -> dict[str, Any]:
    """Return the report as a SARIF log.

    files: provider → the file that has its part of the contract.
    """
    artifacts = _Artifacts(contract, files)
    order = [rule.id for rule in report.rules]
    results = [_result(each, order.index(each.rule), artifacts) for each in report.findings]
    driver = {"name": "mockserver", "version": __version__, "rules": [_rule(each) for each in report.rules]}
    run = {
        "tool": {"driver": driver},
        "artifacts": [{"location": {"uri": uri}} for uri in artifacts.uris],
        "results": results,
        "columnKind": "unicodeCodePoints",
        "properties": {"digest": report.digest, "isWhole": report.is_whole},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


class _Artifacts:
    """Locations in the contract's files."""

    def __init__(self, contract: Contract, files: Mapping[str, ContractFile]) -> None:
        self._operations = contract.operations
        self._files = files
        self.uris = list(dict.fromkeys(file.uri for file in files.values()))

    def location(self, found: ReportedFinding) -> dict[str, Any]:
        """Return the location in the contract; the whole file if unknown."""
        operation = self._operations.get(found.about)
        provider, pointer = (operation.provider, operation.pointer) if operation is not None else ("", "")
        file = self._files.get(provider) or next(iter(self._files.values()))
        line = next((file.positions[each] for each in (found.contract, pointer) if each and each in file.positions), None)
        place: dict[str, Any] = {"artifactLocation": {"uri": file.uri, "index": self.uris.index(file.uri)}}
        if line is not None:
            place["region"] = {"startLine": line}
        logical = [{"fullyQualifiedName": found.about, "kind": "function"}] if found.about else []
        return {"physicalLocation": place, **({"logicalLocations": logical} if logical else {})}


def _rule(rule: Applied) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": rule.id.replace("-", " ").capitalize() + "."},
        "fullDescription": {"text": rule.says},
        "defaultConfiguration": {"level": rule.severity, "enabled": not rule.is_ignored},
        "properties": {"tags": [rule.group]},
    }


def _result(found: ReportedFinding, index: int, artifacts: _Artifacts) -> dict[str, Any]:
    numbers = {"exchanges": found.exchanges, "deliveries": found.deliveries}
    return {
        "ruleId": found.rule,
        "ruleIndex": index,
        "level": found.severity,
        "message": {"text": lines.sentence(found)},
        "locations": [artifacts.location(found)],
        "occurrenceCount": found.times,
        "partialFingerprints": {"likeness/v1": f"{found.about}|{found.place}|{found.contract or found.detail}"},
        "properties": {"sandbox": found.sandbox, **{name: each for name, each in numbers.items() if each}},
    }
