"""Compare two states: records, clock, choices, webhook endpoints and due work."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from mockserver.state import Kind, State
from mockserver.state.clock import Clock, ClockReading, iso_milliseconds
from mockserver.state.store import Collection, fields_of

HIDDEN = "[secret]"
"""Replacement of a webhook's secret."""

_SECRETS = ("secret", "old_secret")


class FieldChange(Struct, frozen=True):
    """A changed field; new without `before`, removed without `after`."""

    field: Annotated[str, Meta(description="Its path, such as `metadata.tier`.")]
    before: Any | UnsetType = UNSET
    after: Any | UnsetType = UNSET


class Created(Struct, frozen=True):
    """A created record, as in the state document."""

    kind: str
    id: str
    record: dict[str, Any]


class Changed(Struct, frozen=True):
    """A changed record."""

    kind: str
    id: str
    fields: tuple[FieldChange, ...]


class Deleted(Struct, frozen=True):
    """A deleted record and what `remains` of it.

    Without `record` it was created meanwhile.
    """

    kind: str
    id: str
    record: dict[str, Any] | UnsetType = UNSET
    remains: dict[str, Any] | UnsetType = UNSET


class EndpointChange(Struct, frozen=True):
    """A new, removed or changed webhook endpoint."""

    id: str
    fields: tuple[FieldChange, ...]


class ClockChange(Struct, frozen=True):
    """A clock in another mode, or set to another time."""

    before: ClockReading
    after: ClockReading


class Due(Struct, frozen=True):
    """Due work and its time on the sandbox's clock."""

    work: str
    object: str
    due: str


class Changes(Struct, frozen=True, kw_only=True):
    """The changes from one state to another.

    Attributes:
        created, changed: by kind, in order of creation.
        deleted: by kind, in order of deletion.
        clock: absent if unchanged.
        assumptions: those with another choice.
        scheduled, settled: due work that is new, and due work that is done or removed; earliest first.
    """

    created: tuple[Created, ...]
    changed: tuple[Changed, ...]
    deleted: tuple[Deleted, ...]
    clock: ClockChange | UnsetType = UNSET
    assumptions: tuple[FieldChange, ...]
    webhooks: tuple[EndpointChange, ...]
    scheduled: tuple[Due, ...]
    settled: tuple[Due, ...]


def changes_between(before: State, after: State, kinds: Sequence[Kind], defaults: Mapping[str, str]) -> Changes:
    """Return the changes; kinds without writes since the fork are skipped.

    defaults: assumption → default choice.
    """
    written = [(kind, before.read(kind), after.read(kind)) for kind in kinds]
    written = [(kind, old, new) for kind, old, new in written if old is not new]
    old_tasks, new_tasks = (
        [Due(task.work, task.object, iso_milliseconds(task.due)) for task in state.agenda] for state in (before, after)
    )
    return Changes(
        created=tuple(each for one in written for each in _created(*one)),
        changed=tuple(each for one in written for each in _changed(*one)),
        deleted=tuple(each for one in written for each in _deleted(*one)),
        clock=ClockChange(_reading(before.clock), _reading(after.clock)) if before.clock != after.clock else UNSET,
        assumptions=tuple(_differences({**defaults, **before.choices}, {**defaults, **after.choices})),
        webhooks=tuple(_endpoints(before, after)),
        scheduled=tuple(each for each in new_tasks if each not in old_tasks),
        settled=tuple(each for each in old_tasks if each not in new_tasks),
    )


def _created(kind: Kind, old: Collection, new: Collection) -> Iterator[Created]:
    for record in new:
        if (record.id not in old or record.id in old.deleted) and record.id not in new.deleted:
            yield Created(kind.name, record.id, fields_of(record))


def _changed(kind: Kind, old: Collection, new: Collection) -> Iterator[Changed]:
    """Yield the replaced records; forks share all others."""
    for record in new:
        was = old.get(record.id)
        if was is not None and was is not record and (record.id in old.deleted) == (record.id in new.deleted):
            fields = tuple(_differences(fields_of(was), fields_of(record)))
            if fields:
                yield Changed(kind.name, record.id, fields)


def _deleted(kind: Kind, old: Collection, new: Collection) -> Iterator[Deleted]:
    """Yield the deleted records, marked ones first."""
    marked = [each for each in new.deleted if each not in old.deleted]
    lost = [each for each in old.all() if each not in new and each not in new.deleted and each not in old.deleted]
    for record_id in marked + lost:
        parts = [UNSET if each is None else fields_of(each) for each in (old.get(record_id), new.get(record_id))]
        yield Deleted(kind.name, record_id, *parts)


def _endpoints(before: State, after: State) -> Iterator[EndpointChange]:
    old, new = ({each.id: fields_of(each) for each in state.endpoints} for state in (before, after))
    for endpoint_id in {**old, **new}:
        fields = tuple(map(_hidden, _differences(old.get(endpoint_id, {}), new.get(endpoint_id, {}))))
        if fields:
            yield EndpointChange(endpoint_id, fields)


def _hidden(change: FieldChange) -> FieldChange:
    if change.field not in _SECRETS:
        return change
    return FieldChange(change.field, *(HIDDEN if each else each for each in (change.before, change.after)))


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], within: str = "") -> Iterator[FieldChange]:
    for name in {**old, **new}:
        one, other = old.get(name, UNSET), new.get(name, UNSET)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _differences(one, other, f"{within}{name}.")
        elif one != other or type(one) is not type(other):
            yield FieldChange(f"{within}{name}", one, other)


def _reading(clock: Clock) -> ClockReading:
    return ClockReading(clock.mode, iso_milliseconds(clock.now()))
