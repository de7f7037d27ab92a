"""A report as JUnit XML, which CI systems show test by test: a rule is a test, and what it found is its failure."""

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement

from mockserver.judge import lines
from mockserver.judge.lines import counted
from mockserver.judge.report import Applied, Report, ReportedFinding
from mockserver.markup import junit_suite, xml_document, xml_text


def to_junit(report: Report) -> str:
    """Return the report as XML; what only a note says is the output of a test that passes."""
    root = Element("testsuites", name=f"mockserver: {lines.headline(report)}")
    for group, rules in groupby(report.rules, key=lambda each: each.group):
        suite = junit_suite(f"mockserver.{group}", [_test(each, report) for each in rules], time="0")
        suite.insert(0, _properties(report))
        root.append(suite)
    return xml_document(root)


def _properties(report: Report) -> Element:
    """Return what else there is to say of the run, so that no CI system shows a part of it as the whole."""
    properties = Element("properties")
    told = {"digest": report.digest, "whole": str(report.is_whole).lower()}
    for name, value in told.items():
        SubElement(properties, "property", name=name, value=value)
    return properties


def _test(rule: Applied, report: Report) -> Element:
    test = Element("testcase", classname=f"mockserver.{rule.group}", name=rule.id, time="0")
    found = report.of(rule.id)
    if rule.is_ignored:
        SubElement(test, "skipped", message="left out on request")
    elif found and rule.severity == "note":
        SubElement(test, "system-out").text = _told(found)
    elif found:
        message = xml_text(f"{counted(len(found), rule.severity)}: {rule.says}")
        SubElement(test, "failure", message=message, type=rule.severity).text = _told(found)
    return test


def _told(found: list[ReportedFinding]) -> str:
    return xml_text("\n".join(lines.sentence(each) for each in found))
