"""docs/conduct.md is true of the rules."""

import re

from mockserver.judge.conduct import rules_for_recordings, rules_of
from mockserver.judge.rules import credential_in_url
from mockserver.providers import PROVIDERS
from tests.tools import ROOT

PAGE = (ROOT / "docs" / "conduct.md").read_text(encoding="utf-8")
RULES = {rule.id: rule for provider in PROVIDERS for rule in rules_of(provider)}
RECORDED = {credential_in_url.id, *(rule.id for provider in PROVIDERS for rule in rules_for_recordings(provider))}


def test_each_rule_has_its_part_that_begins_with_what_it_says() -> None:
    parts = dict(re.findall(r"^## ([a-z-]+)\n\n(.*)$", PAGE, re.MULTILINE))

    assert parts == {rule.id: rule.says for rule in RULES.values()}


def test_table_has_each_rule_with_its_severity_and_whether_recordings_are_judged_by_it() -> None:
    rows = re.findall(r"^\| \[`([a-z-]+)`\]\(#\1\) \| (\w+) \| (\w+) \|$", PAGE, re.MULTILINE)

    assert sorted(rows) == sorted((each.id, each.severity, "yes" if each.id in RECORDED else "no") for each in RULES.values())
