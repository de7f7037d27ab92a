"""Ids and chance: functions of seed, kind and ordinal, the same everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.state.ids import ALPHANUMERIC, DIGITS, HEX, IdForm, choose, digest, make_id, permute

FORMS = {
    "digits": IdForm("pay_", DIGITS, 10),
    "letters": IdForm("cus_", ALPHANUMERIC, 12),
    "hexadecimal": IdForm("cust_", HEX, 16),
    "odd": IdForm("x-", DIGITS, 3),
    "one": IdForm("", HEX, 1),
}


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 10, 100, 1000, 1024, 4097])
@pytest.mark.parametrize("seed", [1, 2, -5])
def test_a_permutation_gives_each_number_once(size: int, seed: int) -> None:
    assert sorted(permute(number, size, seed=seed, kind="k") for number in range(size)) == list(range(size))


@given(st.integers(1, 10**24), st.data(), st.integers(), st.text(st.characters(codec="utf-8")))
def test_a_permutation_stays_below_its_size(size: int, data: st.DataObject, seed: int, kind: str) -> None:
    number = data.draw(st.integers(0, size - 1))
    assert 0 <= permute(number, size, seed=seed, kind=kind) < size


def test_permutations_differ_by_seed_and_by_kind() -> None:
    orders = {tuple(permute(number, 50, seed=seed, kind=kind) for number in range(50)) for seed in (1, 2) for kind in "ab"}
    assert len(orders) == 4


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_two_ordinals_share_an_id(form: IdForm) -> None:
    count = min(form.size, 10_000)
    made = {make_id(form, seed=1, kind="k", ordinal=ordinal) for ordinal in range(count)}
    assert len(made) == count
    assert all(form.fits(each) and len(each) == len(form.prefix) + form.length for each in made)


def test_ids_begin_anew_when_all_of_a_form_are_used() -> None:
    form = FORMS["one"]
    assert make_id(form, seed=1, kind="k", ordinal=16) == make_id(form, seed=1, kind="k", ordinal=0)


@pytest.mark.parametrize(
    ("form", "seed", "kind", "ids"),
    [
        ("digits", 1, "payments", ["pay_5937449317", "pay_5449269165", "pay_0460567603"]),
        ("letters", 1, "customers", ["cus_ymekv08n818i", "cus_20y6p6xidvox", "cus_yt3hre4h4519"]),
        ("hexadecimal", 2, "customers", ["cust_e4c26a0f458a1f13", "cust_c10ee280eb585a58", "cust_c33d36bfcfd1161d"]),
        ("odd", -7, "größe", ["x-710", "x-984", "x-589"]),
    ],
)
def test_ids_are_the_same_everywhere(form: str, seed: int, kind: str, ids: list[str]) -> None:
    assert [make_id(FORMS[form], seed=seed, kind=kind, ordinal=ordinal) for ordinal in (0, 1, 9_999)] == ids


def test_chance_is_the_same_everywhere() -> None:
    assert [choose(1_000, seed=1, kind="gap", ordinal=ordinal) for ordinal in range(6)] == [521, 28, 843, 681, 238, 668]
    assert digest("text") == "d7f35fa228381a1c"
    assert digest("größe", 8) == "a0f6c858"


def test_chance_is_spread_over_its_range() -> None:
    drawn = [choose(10, seed=1, kind="k", ordinal=ordinal) for ordinal in range(10_000)]
    assert all(800 < drawn.count(number) < 1_200 for number in range(10))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("cus_abc123def456", True),
        ("cus_abc123", True),
        ("cus_", False),
        ("cus_abc123def4567", False),
        ("cus_ABC123", False),
        ("cust_abc123", False),
        ("abc123", False),
        ("", False),
    ],
)
def test_an_id_fits_by_prefix_letters_and_length(text: str, fits: bool) -> None:
    assert FORMS["letters"].fits(text) is fits


def test_a_form_has_so_many_ids() -> None:
    assert (FORMS["digits"].size, FORMS["odd"].size) == (10**10, 1_000)
