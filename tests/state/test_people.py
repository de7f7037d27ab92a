"""Made-up people."""

import re

from mockserver.state.people import DOMAINS, FIRST_NAMES, LAST_NAMES, Person, person

COMBINATIONS = len(FIRST_NAMES) * len(LAST_NAMES)


def test_people_are_the_same_everywhere() -> None:
    assert [person(number, seed=1, kind="customers") for number in (0, 1, COMBINATIONS)] == [
        Person("Felix Lopez", "felix.lopez@example.org", "+1 555 128 3855"),
        Person("Maja Hoffmann", "maja.hoffmann@example.com", "+1 555 361 7606"),
        Person("Felix Lopez", "felix.lopez2@example.com", "+1 555 482 9537"),
    ]


def test_nobody_shares_a_name_before_all_names_are_used() -> None:
    people = [person(number, seed=1, kind="customers") for number in range(COMBINATIONS)]
    assert len({each.name for each in people}) == COMBINATIONS
    assert len({each.email for each in people}) == COMBINATIONS


def test_namesakes_have_different_addresses() -> None:
    first, second, third = (person(5 + use * COMBINATIONS, seed=1, kind="k") for use in range(3))
    assert first.name == second.name == third.name
    assert len({each.email.partition("@")[0] for each in (first, second, third)}) == 3


def test_people_differ_by_seed_and_by_kind() -> None:
    assert len({person(0, seed=seed, kind=kind) for seed in (1, 2) for kind in "ab"}) == 4


def test_nobody_can_be_reached() -> None:
    for number in range(1_000):
        someone = person(number, seed=1, kind="k")
        mailbox, _, domain = someone.email.partition("@")
        assert re.fullmatch(r"[a-z]+\.[a-z]+", mailbox)
        assert domain in DOMAINS
        assert re.fullmatch(r"\+1 555 \d{3} \d{4}", someone.phone)


def test_names_are_plain_and_none_stands_twice() -> None:
    for names in (FIRST_NAMES, LAST_NAMES):
        assert len(set(names)) == len(names)
        assert all(re.fullmatch("[A-Z][a-z]+", name) for name in names)
