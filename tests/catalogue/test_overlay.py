"""How choices change the contract."""

from copy import deepcopy
from typing import Any

import pytest

from mockserver.catalogue import move, remove, update
from mockserver.catalogue.overlay import Change, apply, resolve
from mockserver.errors import ContractError

DOCUMENT = {"a": {"b": {"c": 1, "d": [1, 2]}}, "x/y": {"m~n": 1}, "list": [{"e": 1}]}


def changed(*changes: Change, of: dict[str, Any] | None = None) -> Any:
    """Return the document with the changes made, after a look at whether the given one stayed as it was."""
    document = of or DOCUMENT
    before = deepcopy(document)
    result = apply(document, changes)
    assert document == before
    return result


def test_remove_takes_out_what_is_there() -> None:
    assert changed(remove("/a/b/c"), remove("/x~1y/m~0n")) == {"a": {"b": {"d": [1, 2]}}, "x/y": {}, "list": [{"e": 1}]}


def test_remove_of_what_is_not_there_changes_nothing() -> None:
    assert changed(remove("/a/b/z")) == DOCUMENT


def test_update_merges_into_a_mapping() -> None:
    assert changed(update("/a/b", {"c": 2, "z": 3}))["a"] == {"b": {"c": 2, "d": [1, 2], "z": 3}}


@pytest.mark.parametrize(
    ("target", "value"), [("/a/b/c", {"z": 1}), ("/a/b", 5), ("/a/b/d", [3]), ("/a/new", {}), ("/a/b/c", None)]
)
def test_update_puts_itself_in_place_of_anything_else(target: str, value: Any) -> None:
    assert resolve(changed(update(target, value)), target) == value


def test_update_reaches_into_lists() -> None:
    assert changed(update("/list/0/e", 2), update("/list/0/f", 3))["list"] == [{"e": 2, "f": 3}]


def test_move_puts_what_is_at_one_place_at_another() -> None:
    assert changed(*move("/a/b", "/a/z"))["a"] == {"z": {"c": 1, "d": [1, 2]}}


def test_changes_are_made_in_order() -> None:
    assert changed(update("/a/b/c", 2), *move("/a/b/c", "/a/c"), update("/a/c", 3))["a"] == {"b": {"d": [1, 2]}, "c": 3}


def test_a_copy_shares_nothing_with_its_source() -> None:
    document = changed(Change("/a/z", copy="/a/b"), update("/a/z/c", 5))
    assert (document["a"]["z"]["c"], document["a"]["b"]["c"]) == (5, 1)


def test_an_overlay_can_be_used_again() -> None:
    overlay = (
        update("/a/new", {"inner": {"c": 1}}),
        remove("/a/new/inner/c"),
        update("/a/b", {"e": {"f": 1}}),
        remove("/a/b/e/f"),
    )
    assert changed(*overlay) == changed(*overlay)
    assert overlay[0].update == {"inner": {"c": 1}}
    assert overlay[2].update == {"e": {"f": 1}}


@pytest.mark.parametrize(
    "change", [update("/nowhere/b", 1), remove("/a/b/c/d/e"), move("/a/nowhere", "/a/z")[0], update("/list/5/e", 1)]
)
def test_a_place_that_is_not_there_is_named(change: Change) -> None:
    with pytest.raises(ContractError, match=r"^the contract has nothing at /"):
        changed(change)


@pytest.mark.parametrize(
    ("target", "named"), [("", "the whole contract"), ("/a/b/d/0", "/a/b/d/0"), ("/list/0", "/list/0"), ("/a/b/c/x", "/a/b/c/x")]
)
def test_only_members_of_mappings_can_be_changed(target: str, named: str) -> None:
    for change in (update(target, 1), remove(target), Change(target, copy="/a")):
        with pytest.raises(ContractError) as caught:
            changed(change)
        assert str(caught.value) == f"{named} is not a member of a mapping, so no overlay can change it"


@pytest.mark.parametrize(
    ("pointer", "value"), [("", DOCUMENT), ("/a/b/c", 1), ("/a/b/d/1", 2), ("/x~1y/m~0n", 1), ("/list/0/e", 1)]
)
def test_a_pointer_leads_to_its_value(pointer: str, value: Any) -> None:
    assert resolve(DOCUMENT, pointer) == value


@pytest.mark.parametrize("pointer", ["/z", "/a/b/d/2", "/a/b/d/-1", "/a/b/d/x", "/a/b/d/\u0661", "/a/b/d/", "/a/b/c/d", "/x/y"])
def test_a_pointer_to_nothing_is_named(pointer: str) -> None:
    with pytest.raises(ContractError) as caught:
        resolve(DOCUMENT, pointer)
    assert str(caught.value) == f"the contract has nothing at {pointer}"
