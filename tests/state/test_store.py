"""Collections: against a list that does the same slowly, and one by one."""

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from mockserver.state.store import Collection
from tests.state.toys import SHELLS, TOYS, Toy

COLOURS = st.sampled_from(["red", "blue", None])
SIZES = st.integers(0, 2)
TIMES = st.integers(0, 4)


class Model:
    """The toys as a plain list in order, and the ids of deleted ones."""

    def __init__(self, toys: list[Toy] | None = None, deleted: list[str] | None = None) -> None:
        self.toys = toys or []
        self.deleted = deleted or []

    def copy(self) -> "Model":
        return Model(self.toys.copy(), self.deleted.copy())

    def add(self, toy: Toy) -> None:
        at = sum(other.made_at <= toy.made_at for other in self.toys)
        self.toys.insert(at, toy)
        self.deleted = [each for each in self.deleted if each != toy.id]

    def replace(self, toy: Toy) -> None:
        self.toys = [toy if other.id == toy.id else other for other in self.toys]

    def remove(self, toy: Toy) -> None:
        self.toys.remove(toy)
        self.mark_deleted(toy.id)

    def mark_deleted(self, toy_id: str) -> None:
        self.deleted.append(toy_id) if toy_id not in self.deleted else None


def check(collection: Collection, model: Model) -> None:
    """Compare all that a collection can be asked with the list."""
    ids = [toy.id for toy in model.toys]
    assert list(collection) == model.toys
    assert list(collection.all()) == ids
    assert list(collection.live_ids()) == [toy_id for toy_id in ids if toy_id not in model.deleted]
    assert len(collection) == len(ids)
    assert list(collection.deleted) == model.deleted
    for number in range(12):
        toy_id = f"toy_{number}"
        assert (toy_id in collection) == (toy_id in ids)
        assert collection.get(toy_id) == next((toy for toy in model.toys if toy.id == toy_id), None)
    for colour in ("red", "blue", "green"):
        assert list(collection.ids_where("colour", colour)) == [toy.id for toy in model.toys if toy.colour == colour]
    for size in range(3):
        assert list(collection.ids_where("size", size)) == [toy.id for toy in model.toys if toy.size == size]


class CollectionMachine(RuleBasedStateMachine):
    """Several copies of one collection, each changed by itself, beside their models."""

    pairs = Bundle("pairs")

    def __init__(self) -> None:
        super().__init__()
        self.all: list[tuple[Collection, Model]] = []

    @rule(target=pairs)
    def begin(self) -> tuple[Collection, Model]:
        return self.known(Collection(TOYS), Model())

    @rule(target=pairs, pair=pairs)
    def fork(self, pair: tuple[Collection, Model]) -> tuple[Collection, Model]:
        return self.known(pair[0].copy(), pair[1].copy())

    @rule(pair=pairs, number=st.integers(0, 11), made_at=TIMES, colour=COLOURS, size=SIZES)
    def add(self, pair: tuple[Collection, Model], number: int, made_at: int, colour: str | None, size: int) -> None:
        toy = Toy(f"toy_{number}", made_at, colour, size)
        if toy.id not in pair[0]:
            pair[0].add(toy)
            pair[1].add(toy)

    @rule(pair=pairs, index=st.integers(0, 11), colour=COLOURS, size=SIZES, made_at=TIMES)
    def replace(self, pair: tuple[Collection, Model], index: int, colour: str | None, size: int, made_at: int) -> None:
        if pair[1].toys:
            toy = pair[1].toys[index % len(pair[1].toys)]
            changed = replace(toy, colour=colour, size=size, made_at=made_at)
            pair[0].replace(changed)
            # Its place stays even if its time does not, so the list goes on with the first time.
            assert pair[0].get(toy.id) == changed
            pair[0].replace(replace(changed, made_at=toy.made_at))
            pair[1].replace(replace(changed, made_at=toy.made_at))

    @rule(pair=pairs, index=st.integers(0, 11))
    def remove(self, pair: tuple[Collection, Model], index: int) -> None:
        if pair[1].toys:
            toy = pair[1].toys[index % len(pair[1].toys)]
            pair[0].remove(toy.id)
            pair[1].remove(toy)

    @rule(pair=pairs, index=st.integers(0, 11))
    def mark_one_that_stays(self, pair: tuple[Collection, Model], index: int) -> None:
        if pair[1].toys:
            toy = pair[1].toys[index % len(pair[1].toys)]
            pair[0].mark_deleted(toy.id)
            pair[1].mark_deleted(toy.id)

    @rule(pair=pairs, number=st.integers(0, 11))
    def mark_deleted(self, pair: tuple[Collection, Model], number: int) -> None:
        pair[0].mark_deleted(f"toy_{number}")
        pair[1].mark_deleted(f"toy_{number}")

    @rule(pair=pairs, start=st.integers(0, 8), limit=st.integers(1, 5), newest_first=st.booleans(), colour=COLOURS)
    def page(self, pair: tuple[Collection, Model], start: int, limit: int, newest_first: bool, colour: str | None) -> None:
        collection, model = pair
        ids = collection.all() if colour is None else collection.ids_where("colour", colour)
        toys = [toy for toy in model.toys if colour in (None, toy.colour)]
        expected = (toys[::-1] if newest_first else toys)[start : start + limit]
        assert collection.page(ids, start, limit, newest_first=newest_first) == tuple(expected)

    @invariant()
    def agrees(self) -> None:
        for collection, model in self.all:
            check(collection, model)

    def known(self, collection: Collection, model: Model) -> tuple[Collection, Model]:
        self.all.append((collection, model))
        return collection, model


TestCollectionMachine = pytest.mark.slow(CollectionMachine.TestCase)


def collection_of(*toys: Toy) -> Collection:
    collection = Collection(TOYS)
    for toy in toys:
        collection.add(toy)
    return collection


def test_records_are_in_the_order_of_their_times() -> None:
    collection = collection_of(Toy("b", 2), Toy("c", 3), Toy("a", 1))
    assert list(collection.all()) == ["a", "b", "c"]


def test_records_of_one_time_are_in_the_order_in_which_they_came() -> None:
    collection = collection_of(Toy("z", 1), Toy("a", 1), Toy("m", 1))
    assert list(collection.all()) == ["z", "a", "m"]


def test_a_record_made_after_the_clock_went_back_is_older() -> None:
    collection = collection_of(Toy("first", 5), Toy("second", 5))
    collection.add(Toy("back", 4))
    assert list(collection.all()) == ["back", "first", "second"]


@pytest.mark.parametrize(
    ("start", "newest", "oldest"), [(0, "edc", "abc"), (3, "ba", "de"), (4, "a", "e"), (5, "", ""), (10**30, "", "")]
)
def test_a_page_is_counted_from_either_end(start: int, newest: str, oldest: str) -> None:
    collection = collection_of(*[Toy(name, index) for index, name in enumerate("abcde")])
    pages = [collection.page(collection.all(), start, 3, newest_first=first) for first in (True, False)]
    assert ["".join(toy.id for toy in page) for page in pages] == [newest, oldest]


def test_a_page_may_be_larger_than_any_list() -> None:
    collection = collection_of(Toy("a", 1), Toy("b", 2))
    assert [toy.id for toy in collection.page(collection.all(), 0, 10**30, newest_first=True)] == ["b", "a"]


def test_records_without_a_value_are_in_no_index() -> None:
    collection = collection_of(Toy("a", 1, None), Toy("b", 2, "red"))
    assert list(collection.ids_where("colour", None)) == []
    assert list(collection.ids_where("colour", "red")) == ["b"]


def test_a_deleted_id_is_remembered_until_it_is_used_again() -> None:
    collection = collection_of(Toy("a", 1))
    collection.remove("a")
    assert (collection.get("a"), list(collection.deleted)) == (None, ["a"])
    collection.add(Toy("a", 1))
    assert list(collection.deleted) == []


def test_a_record_that_was_deleted_but_stays_is_not_present() -> None:
    shells = Collection(SHELLS)
    for name in "abcd":
        shells.add(Toy(name, 1))
    twin = shells.copy()
    shells.mark_deleted("b")
    shells.mark_deleted("b")
    twin.mark_deleted("c")
    assert [list(shells.all()), list(shells.live_ids()), list(twin.live_ids())] == [list("abcd"), list("acd"), list("abd")]


def test_a_second_order_is_kept_only_while_it_differs() -> None:
    shells = Collection(SHELLS)
    for name in "abc":
        shells.add(Toy(name, 1))
    assert shells.live_ids() is shells.all()
    shells.mark_deleted("b")
    shells.remove("a")
    assert (list(shells.all()), list(shells.live_ids())) == (["b", "c"], ["c"])
    shells.remove("b")
    assert shells.live_ids() is shells.all()


def test_what_is_remembered_of_deleted_records_has_weight() -> None:
    gone, shells = collection_of(Toy("a", 1), Toy("b", 1)), Collection(SHELLS)
    gone.remove("a")
    shells.add(Toy("a", 1))
    shells.mark_deleted("a")
    assert (gone.count_with_deleted, shells.count_with_deleted) == (2, 1)


def test_an_index_forgets_values_that_no_record_has() -> None:
    collection = Collection(TOYS)
    for number in range(100):
        for name in ("a", "b"):
            collection.add(Toy(f"{name}{number}", 1, colour=f"colour {number}"))
    for toy in list(collection):
        collection.remove(toy.id)
    held: Any = [collection._indexes["colour"], collection._indexes["size"], collection._own_buckets]
    assert held == [{}, {}, set()]


def test_a_copy_shares_its_records() -> None:
    toy = Toy("a", 1)
    assert collection_of(toy).copy().get("a") is toy


def test_a_kind_has_a_section_and_a_series() -> None:
    assert TOYS.section == ["toys", "toys"]
    assert (TOYS.series, SHELLS.series) == ("toys.toys", "toys.shells")
    assert TOYS.render(Toy("a", 1)) == Toy("a", 1)
