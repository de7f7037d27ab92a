"""Assumptions and what may be chosen."""

import pytest

from mockserver.catalogue import Assumption, Decision, check_choices, remove
from mockserver.errors import ConfigurationError, UnknownChoiceError

SPEED = Assumption("toys.speed", "How fast?", {"fast": "in a second", "slow": "in a day"}, "fast", "None.")
COLOUR = Assumption("toys.colour", "Which?", {"red": "red", "blue": "blue", "any": "any"}, "red", "None.")


def chosen(**choices: str) -> dict[str, str]:
    return check_choices({f"toys.{name}": choice for name, choice in choices.items()}, [SPEED, COLOUR], where="here")


def test_choices_that_are_the_defaults_are_left_out() -> None:
    assert chosen() == {}
    assert chosen(speed="fast", colour="blue") == {"toys.colour": "blue"}
    assert chosen(speed="slow", colour="any") == {"toys.speed": "slow", "toys.colour": "any"}


def test_an_unknown_choice_is_refused_with_the_possible_ones() -> None:
    with pytest.raises(UnknownChoiceError) as caught:
        chosen(colour="green")
    assert str(caught.value) == "here: toys.colour has no choice 'green'; choose red or blue or any"


def test_an_unknown_assumption_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownChoiceError) as caught:
        chosen(colours="red")
    assert str(caught.value) == "here: unknown assumption 'toys.colours'; did you mean toys.colour?"


def test_an_assumption_like_none_is_refused_with_where_to_look() -> None:
    with pytest.raises(UnknownChoiceError) as caught:
        check_choices({"x": "red"}, [SPEED], where="here")
    assert str(caught.value) == "here: unknown assumption 'x'; `mockserver assumptions` lists them"


@pytest.mark.parametrize(
    ("default", "overlays", "strangers"),
    [("medium", {}, "medium"), ("fast", {"a": (), "slow": ()}, "a"), ("b", {"a": (remove("/x"),)}, "a, b")],
)
def test_a_default_or_overlay_that_is_no_choice_stops_the_start(
    default: str, overlays: dict[str, tuple[()]], strangers: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Assumption("toys.speed", "How fast?", SPEED.choices, default, "None.", overlays)
    assert str(caught.value) == f"toys.speed: {strangers} is not a choice"


def test_a_decision_is_a_value() -> None:
    assert Decision("toys.size", "How large?", "Small.", "None.") == Decision("toys.size", "How large?", "Small.", "None.")
