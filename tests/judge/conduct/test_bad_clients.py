"""Each bad client gets its verdict, and no other."""

import pytest

from mockserver.judge.conduct import rules_of
from mockserver.providers import PROVIDERS
from tests.judge.conduct.bad import BAD
from tests.judge.conduct.judging import world


def test_there_is_a_bad_client_for_each_rule() -> None:
    rules = {rule.id for provider in PROVIDERS for rule in rules_of(provider)}

    assert rules == set(BAD)


@pytest.mark.parametrize("rule", BAD)
def test_bad_client_gets_exactly_its_verdict(rule: str) -> None:
    there = world()

    deliveries = BAD[rule](there)

    assert there.rules(*deliveries, clock="real") == [rule]


@pytest.mark.parametrize("rule", BAD)
def test_rule_can_be_opted_out_of(rule: str) -> None:
    there = world()

    deliveries = BAD[rule](there)

    assert there.found(*deliveries, clock="real", ignore=[rule]) == []
