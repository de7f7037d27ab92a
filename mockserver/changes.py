"""Compare two states: records, clock, choices, webhook endpoints and due work."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from mockserver.state import Kind, State
from mockserver.state.clock import Clock, ClockReading, iso_milliseconds
from mockserver.state.schedule import Task
from mockserver.state.store import Collection, Record
from mockserver.webhooks import Endpoint

HIDDEN = "[secret]"
"""Stands for a webhook's secret."""

_SECRETS = ("secret", "old_secret")


class FieldChange(Struct, frozen=True):
    """A changed field. Without `before` it is new, without `after` it is gone."""

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
    """A deleted record. Without `record` it was created meanwhile. `remains` is what is left of it."""

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

    defaults: assumption → the choice that holds where a state names none.
    """
    written = [(kind, before.read(kind), after.read(kind)) for kind in kinds]
    written = [(kind, old, new) for kind, old, new in written if old is not new]
    old_tasks, new_tasks = (list(map(_due, state.agenda)) for state in (before, after))
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
        if not _is_there(old, record.id) and _is_there(new, record.id):
            yield Created(kind.name, record.id, _fields(record))


def _changed(kind: Kind, old: Collection, new: Collection) -> Iterator[Changed]:
    """Yield the replaced records; forks share all others."""
    for record in new:
        was = old.get(record.id)
        if was is not None and was is not record and (record.id in old.deleted) == (record.id in new.deleted):
            fields = tuple(_differences(_fields(was), _fields(record)))
            if fields:
                yield Changed(kind.name, record.id, fields)


def _deleted(kind: Kind, old: Collection, new: Collection) -> Iterator[Deleted]:
    """Yield the deleted records, marked ones first."""
    marked = [each for each in new.deleted if each not in old.deleted]
    lost = [each for each in old.all() if each not in new and each not in new.deleted and each not in old.deleted]
    for record_id in marked + lost:
        was, stays = old.get(record_id), new.get(record_id)
        yield Deleted(
            kind.name,
            record_id,
            _fields(was) if was is not None else UNSET,
            _fields(stays) if stays is not None else UNSET,
        )


def _is_there(collection: Collection, record_id: str) -> bool:
    return record_id in collection and record_id not in collection.deleted


def _endpoints(before: State, after: State) -> Iterator[EndpointChange]:
    old, new = ({each.id: each for each in state.endpoints} for state in (before, after))
    for endpoint_id in dict.fromkeys([*old, *new]):
        fields = tuple(map(_hidden, _differences(_endpoint(old, endpoint_id), _endpoint(new, endpoint_id))))
        if fields:
            yield EndpointChange(endpoint_id, fields)


def _endpoint(endpoints: Mapping[str, Endpoint], endpoint_id: str) -> dict[str, Any]:
    return _fields(endpoints[endpoint_id]) if endpoint_id in endpoints else {}


def _hidden(change: FieldChange) -> FieldChange:
    if change.field not in _SECRETS:
        return change
    return FieldChange(change.field, *(HIDDEN if each else each for each in (change.before, change.after)))


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], within: str = "") -> Iterator[FieldChange]:
    for name in dict.fromkeys([*old, *new]):
        was, stands = old.get(name, UNSET), new.get(name, UNSET)
        if isinstance(was, dict) and isinstance(stands, dict):
            yield from _differences(was, stands, f"{within}{name}.")
        elif was != stands or type(was) is not type(stands):
            yield FieldChange(f"{within}{name}", was, stands)


def _fields(record: Record) -> dict[str, Any]:
    """Return the fields in JSON's types."""
    fields: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(record))
    return fields


def _reading(clock: Clock) -> ClockReading:
    return ClockReading(clock.mode, iso_milliseconds(clock.now()))


def _due(task: Task) -> Due:
    return Due(task.work, task.object, iso_milliseconds(task.due))
