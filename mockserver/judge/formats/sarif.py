"""A report as SARIF 2.1.0, which code scanning shows at the lines of the contract that findings are about."""

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver import __version__
from mockserver.contract import Contract
from mockserver.judge import lines
from mockserver.judge.report import Applied, Report, ReportedFinding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
CONTRACT = "openapi.yaml"


def to_sarif(report: Report, contract: Contract, lines: Mapping[str, int], uri: str = CONTRACT) -> dict[str, Any]:
    """Return the report as a SARIF log.

    lines: JSON pointer → the line of the contract's file where what it points at begins, from 1.
    uri: what to call that file.
    """
    artifact = _Artifact(contract, lines, uri)
    order = [rule.id for rule in report.rules]
    results = [_result(each, order.index(each.rule), artifact) for each in (*report.violations, *report.conduct)]
    driver = {"name": "mockserver", "version": __version__, "rules": [_rule(each) for each in report.rules]}
    run = {
        "tool": {"driver": driver},
        "artifacts": [{"location": {"uri": uri}}],
        "results": results,
        "columnKind": "unicodeCodePoints",
        "properties": {"digest": report.digest, "isWhole": report.is_whole},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


class _Artifact:
    """The contract's file, as something to point at."""

    def __init__(self, contract: Contract, lines: Mapping[str, int], uri: str) -> None:
        self._operations = contract.operations
        self._lines = lines
        self._uri = uri

    def location(self, found: ReportedFinding) -> dict[str, Any]:
        """Return the place in the contract, as exactly as it is known; without any, the whole file."""
        operation = self._operations.get(found.about)
        pointers = [found.contract, operation.pointer if operation is not None else ""]
        line = next((self._lines[each] for each in pointers if each in self._lines and each), None)
        place: dict[str, Any] = {"artifactLocation": {"uri": self._uri, "index": 0}}
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


def _result(found: ReportedFinding, index: int, artifact: _Artifact) -> dict[str, Any]:
    numbers: Mapping[str, Sequence[int]] = {"exchanges": found.exchanges, "deliveries": found.deliveries}
    return {
        "ruleId": found.rule,
        "ruleIndex": index,
        "level": found.severity,
        "message": {"text": lines.sentence(found)},
        "locations": [artifact.location(found)],
        "occurrenceCount": found.times,
        "partialFingerprints": {"likeness/v1": f"{found.about}|{found.place}|{found.contract or found.detail}"},
        "properties": {"sandbox": found.sandbox, **{name: each for name, each in numbers.items() if each}},
    }
