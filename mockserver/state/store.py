"""Store a state, and its records by id, creation and index values.

Records are immutable, so copying a collection copies references, and the copy shares every record.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from mockserver.state.clock import Clock
from mockserver.state.ids import IdForm
from mockserver.state.schedule import Agenda

if TYPE_CHECKING:
    from mockserver.webhooks import Endpoint

Bucket = str | list[str]
"""The ids under one value of an index: one, or a list."""

Record = Any
"""An immutable Struct with an `id`; each kind has its own class."""


class Draft(Struct, frozen=True):
    """Input to complete an incomplete fixture record.

    Attributes:
        number: the draft's number within its kind, from 0; with seed and kind it decides all generated values.
        created_at: milliseconds since 1970.
        deleted: whether the record was deleted and stays in some form.
    """

    seed: int
    kind: str
    number: int
    id: str
    created_at: int
    deleted: bool = False


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of record, as its provider declares it.

    Attributes:
        name: `PROVIDER.section`; `PROVIDER.a.b` is a section below two keys of a fixture.
        noun: name of one record in messages.
        record: the class of its records.
        created: returns a record's time of creation in milliseconds, which decides its place in lists.
        complete: returns all fields of an incomplete fixture record.
        schema: the contract's schema of rendered records; None for kinds that clients never see.
        render: returns a record as a client sees it under the default choices.
        ids: kinds of the same `ids` share one series of ids; None: the kind has its own.
        indexes: name → returns the value to find records by, or None for those in no index.
        keeps_deleted: whether a deleted record stays in the collection in some form.
    """

    name: str
    noun: str
    record: type[Any]
    form: IdForm
    created: Callable[[Record], int]
    complete: Callable[[Mapping[str, Any], Draft], dict[str, Any]]
    schema: str | None = None
    render: Callable[[Record], Any] = lambda record: record
    ids: str | None = None
    indexes: Mapping[str, Callable[[Record], Hashable | None]] = field(default_factory=dict)
    keeps_deleted: bool = False

    @property
    def series(self) -> str:
        """The series that its ids come from."""
        return self.ids or self.name

    @property
    def section(self) -> list[str]:
        """The keys of its records in a fixture."""
        return self.name.split(".")


class Row(Struct, frozen=True, gc=False):
    """A record, its time of creation, and its position within that millisecond."""

    created: int
    position: int
    record: Record


class Collection:
    """The records of one kind in one state.

    Attributes:
        deleted: ids of deleted records, in order of deletion.
    """

    __slots__ = ("_indexes", "_live", "_order", "_own_buckets", "_positions", "_rows", "deleted", "kind")

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.deleted: dict[str, None] = {}
        self._rows: dict[str, Row] = {}
        self._order: list[str] = []
        # None while equal to the order: few collections keep records that are marked deleted.
        self._live: list[str] | None = None
        self._indexes: dict[str, dict[Hashable, Bucket]] = {name: {} for name in kind.indexes}
        self._own_buckets: set[tuple[str, Hashable]] = set()
        self._positions = 0

    def copy(self) -> "Collection":
        """Return an independent copy that shares the records."""
        twin = Collection.__new__(Collection)
        twin.kind = self.kind
        twin.deleted = self.deleted.copy()
        twin._rows = self._rows.copy()
        twin._order = self._order.copy()
        twin._live = self._live.copy() if self._live is not None else None
        twin._indexes = {name: index.copy() for name, index in self._indexes.items()}
        twin._own_buckets = set()
        twin._positions = self._positions
        self._own_buckets.clear()
        return twin

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._rows

    @property
    def count_with_deleted(self) -> int:
        """Number of records, deleted ids included."""
        return len(self._order) + (0 if self.kind.keeps_deleted else len(self.deleted))

    def __iter__(self) -> Iterator[Record]:
        """Yield the records, oldest first."""
        return (self._rows[record_id].record for record_id in self._order)

    def get(self, record_id: str) -> Record | None:
        """Return the record; None if there is none of this id."""
        row = self._rows.get(record_id)
        return row.record if row is not None else None

    def all(self) -> Sequence[str]:
        """Return the ids of all records, oldest first, read-only."""
        return self._order

    def live_ids(self) -> Sequence[str]:
        """Return the ids of all records that are not marked deleted."""
        return self._order if self._live is None else self._live

    def ids_where(self, index: str, value: Hashable) -> Sequence[str]:
        """Return the ids of the records with the value, oldest first."""
        found = self._indexes[index].get(value, ())
        return (found,) if isinstance(found, str) else found

    def page(self, ids: Sequence[str], start: int, limit: int, *, newest_first: bool) -> tuple[Record, ...]:
        """Return a slice of the records, counted from either end."""
        if newest_first:
            stop = max(len(ids) - start, 0)
            chosen = ids[max(stop - limit, 0) : stop][::-1]
        else:
            chosen = ids[start : start + limit]
        rows = self._rows
        return tuple(rows[record_id].record for record_id in chosen)

    def add(self, record: Record) -> None:
        """Add a record with a new id."""
        row = Row(self.kind.created(record), self._positions, record)
        self._positions += 1
        self._rows[record.id] = row
        self.deleted.pop(record.id, None)
        self._insert(self._order, row)
        if self._live is not None:
            self._insert(self._live, row)
        self._index(row, self.kind.indexes)

    def replace(self, record: Record) -> None:
        """Replace a record; its position stays."""
        before = self._rows[record.id]
        row = Row(before.created, before.position, record)
        changed = [name for name, value_of in self.kind.indexes.items() if value_of(before.record) != value_of(record)]
        self._unindex(before, changed)
        self._rows[record.id] = row
        self._index(row, changed)

    def remove(self, record_id: str) -> None:
        """Remove the record and mark its id as deleted."""
        row = self._rows[record_id]
        self._unindex(row, self.kind.indexes)
        del self._order[self._find(self._order, row)]
        if self._live is not None and record_id not in self.deleted:
            del self._live[self._find(self._live, row)]
        elif self._live is not None and len(self._live) == len(self._order):
            self._live = None
        del self._rows[record_id]
        self.deleted[record_id] = None

    def mark_deleted(self, record_id: str) -> None:
        """Mark the id as deleted; its record may stay."""
        row = self._rows.get(record_id)
        if row is not None and record_id not in self.deleted:
            self._live = self._order.copy() if self._live is None else self._live
            del self._live[self._find(self._live, row)]
        self.deleted[record_id] = None

    def _insert(self, ids: list[str], row: Row) -> None:
        if not ids or self._key(ids[-1]) < (row.created, row.position):
            ids.append(row.record.id)
        else:
            ids.insert(self._find(ids, row), row.record.id)

    def _find(self, ids: Sequence[str], row: Row) -> int:
        return bisect_left(ids, (row.created, row.position), key=self._key)

    def _key(self, record_id: str) -> tuple[int, int]:
        row = self._rows[record_id]
        return row.created, row.position

    def _index(self, row: Row, names: Iterable[str]) -> None:
        for name in names:
            value = self.kind.indexes[name](row.record)
            if value is None:
                continue
            if value in self._indexes[name]:
                self._insert(self._bucket(name, value), row)
            else:
                self._indexes[name][value] = row.record.id

    def _unindex(self, row: Row, names: Iterable[str]) -> None:
        for name in names:
            value = self.kind.indexes[name](row.record)
            if value is None:
                continue
            ids = self._bucket(name, value)
            del ids[self._find(ids, row)]
            if not ids:
                del self._indexes[name][value]
                self._own_buckets.discard((name, value))

    def _bucket(self, name: str, value: Hashable) -> list[str]:
        """Return an unshared list of the ids under an index value."""
        found = self._indexes[name][value]
        if isinstance(found, str) or (name, value) not in self._own_buckets:
            found = [found] if isinstance(found, str) else found.copy()
            self._indexes[name][value] = found
            self._own_buckets.add((name, value))
        return found


class State:
    """State that a fork copies: records, ordinals, clock, choices, endpoints, tasks.

    Forks share collections and agenda until one of them writes, to its own copy.

    Attributes:
        ordinals: series of ids → how many were given out.
        choices: the choices that differ from the defaults; replaced, never changed.
        held_time_ms: the time at which the clock pauses; None: it runs, as in each fork.
    """

    __slots__ = ("_agenda", "_collections", "_owned", "choices", "clock", "endpoints", "held_time_ms", "ordinals", "seed")

    def __init__(self, seed: int, clock: Clock) -> None:
        self.seed = seed
        self.clock = clock
        self.held_time_ms: int | None = None
        self.ordinals: dict[str, int] = {}
        self.choices: Mapping[str, str] = {}
        self.endpoints: tuple[Endpoint, ...] = ()
        self._collections: dict[str, Collection] = {}
        self._agenda = Agenda()
        self._owned: set[str] = set()

    def fork(self) -> "State":
        """Return an independent copy, in constant time."""
        twin = State(self.seed, self.clock)
        twin.ordinals = self.ordinals.copy()
        twin.choices = self.choices
        twin.endpoints = self.endpoints
        twin._collections = self._collections.copy()
        twin._agenda = self._agenda
        self._owned.clear()
        return twin

    def read(self, kind: Kind) -> Collection:
        """Return the kind's records, read-only."""
        collection = self._collections.get(kind.name)
        return collection if collection is not None else self.write(kind)

    def write(self, kind: Kind) -> Collection:
        """Return the kind's records, to be changed by this state alone."""
        if kind.name not in self._owned:
            shared = self._collections.get(kind.name)
            self._collections[kind.name] = Collection(kind) if shared is None else shared.copy()
            self._owned.add(kind.name)
        return self._collections[kind.name]

    @property
    def agenda(self) -> Agenda:
        """The tasks, read-only."""
        return self._agenda

    def write_agenda(self) -> Agenda:
        """Return the tasks, to be changed by this state alone."""
        if "" not in self._owned:
            self._agenda = self._agenda.copy()
            self._owned.add("")
        return self._agenda

    @property
    def time(self) -> int:
        """The clock's or the held time, in milliseconds since 1970."""
        return self.clock.now() if self.held_time_ms is None else self.held_time_ms

    def count(self) -> int:
        """Return the number of records of all kinds, deleted ids included."""
        return sum([collection.count_with_deleted for collection in self._collections.values()])


def fields_of(value: Struct) -> dict[str, Any]:
    """Return the fields as JSON types that share nothing with the value."""
    fields: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return fields
