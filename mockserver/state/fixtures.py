"""Between documents and states: what a fixture says becomes a state, and a state can be written down as a fixture."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from mockserver import __version__, documents
from mockserver.catalogue import Assumption, check_choices
from mockserver.contract import Contract
from mockserver.documents import Document
from mockserver.errors import FixtureError, UnknownChoiceError
from mockserver.state.clock import MODES, Clock, Mode, iso_milliseconds, parse_timestamp
from mockserver.state.ids import choose, make_id
from mockserver.state.sandbox import State
from mockserver.state.schedule import Task
from mockserver.state.store import Draft, Kind, Record
from mockserver.webhooks import Endpoint

DEFAULT_NOW = "2026-01-01T00:00:00.000Z"
"""The `now` of a fixture that names none."""

MAX_GENERATED = 1_000_000

_SETTINGS = ("now", "seed", "clock", "ordinals", "assumptions", "pending", "webhooks")
_SHORTEST_GAP_MS, _LONGEST_GAP_MS = 37 * 60_000, 3 * 86_400_000


class Settings(msgspec.Struct, frozen=True):
    """What decides about a state beside its fixtures; None: what the fixtures say, else the default."""

    seed: int | None = None
    mode: Mode | None = None
    now: int | None = None
    choices: Mapping[str, str] | None = None


class Entry(msgspec.Struct, frozen=True):
    """One record as a document gives it, and where it stands."""

    given: dict[str, Any]
    where: str
    place: str
    deleted: bool = False


class Fixtures:
    """Makes states of documents, for these kinds and assumptions under this contract."""

    def __init__(self, contract: Contract, kinds: Sequence[Kind], assumptions: Iterable[Assumption]) -> None:
        self._contract = contract
        self._kinds = kinds
        self._assumptions = tuple(assumptions)

    def build(self, sources: Sequence[Document], settings: Settings | None = None, *, checked: bool = True) -> State:
        """Return the state that the documents describe; later ones add to earlier ones and win over them.

        checked: False skips the comparison of records with the contract's schemas, for documents that passed before.
        Raises: FixtureError that names the document, the place in it and what is wrong there.
        """
        settings = settings or Settings()
        merged: dict[str, Any] = {}
        for source in sources:
            self._check_keys(source)
            merged |= {key: source.value[key] for key in _SETTINGS if key in source.value}
        where = ", ".join(source.name for source in sources)
        seed = settings.seed if settings.seed is not None else _integer(merged.get("seed", 1), f"{where}: seed")
        now = settings.now if settings.now is not None else _instant(merged.get("now", DEFAULT_NOW), f"{where}: now")
        state = State(seed, _clock(merged.get("clock") or {}, now, settings, where))
        state.choices = self._choices(merged, settings, where)
        state.ordinals.update({str(key): _integer(each, f"{where}: ordinals") for key, each in _map(merged, "ordinals").items()})
        for kind in self._kinds:
            self._fill(state, kind, self._entries(kind, sources), now, checked=checked)
        for task in _structs(merged.get("pending", []), Task, f"{where}: pending", due=True):
            state.write_agenda().add(task)
        state.endpoints = tuple(_structs(merged.get("webhooks", []), Endpoint, f"{where}: webhooks"))
        return state

    def load(self, paths: Sequence[Path], settings: Settings | None = None) -> State:
        """Read the files and build their state; files that fitted the contract before are not compared with it again."""
        sources = [documents.read(path) for path in paths]
        proof = "-".join([__version__, self._contract.digest[:16], *(source.digest[:16] for source in sources)])
        proven = documents.recall(proof) is True
        state = self.build(sources, settings, checked=not proven)
        if not proven:
            documents.remember(proof, True)
        return state

    def dump(self, state: State) -> dict[str, Any]:
        """Return the state as a document from which `build` makes an equal one."""
        clock: dict[str, Any] = {"mode": state.clock.mode}
        document: dict[str, Any] = {} if state.clock.mode == "real" else {"now": iso_milliseconds(state.clock.value)}
        if state.clock.mode == "real":
            clock["offset_ms"] = state.clock.value
        document |= {
            "seed": state.seed,
            "clock": clock,
            "ordinals": dict(sorted(state.ordinals.items())),
            "assumptions": dict(sorted(state.choices.items())),
            "pending": [_task_document(task) for task in state.agenda],
            "webhooks": [msgspec.to_builtins(endpoint) for endpoint in state.endpoints],
        }
        for kind in self._kinds:
            place = document
            for key in kind.section[:-1]:
                place = place.setdefault(key, {})
            place[kind.section[-1]] = _dump_kind(state, kind)
        return document

    def _choices(self, merged: Mapping[str, Any], settings: Settings, where: str) -> dict[str, str]:
        given = {str(key): str(choice) for key, choice in _map(merged, "assumptions").items()}
        try:
            choices = check_choices(given, self._assumptions, where=f"{where}: assumptions")
        except UnknownChoiceError as error:
            raise FixtureError(error.what, where=error.where, remedy=error.remedy) from error
        # The settings may name defaults: where a document chose otherwise they take its choice back.
        return check_choices({**choices, **(settings.choices or {})}, self._assumptions, where="assumptions")

    def _check_keys(self, source: Document) -> None:
        if not isinstance(source.value, dict):
            raise FixtureError("is no mapping", where=source.name, remedy="start it with `now:` or a provider's name")
        _check_section(source, source.value, "", [kind.section for kind in self._kinds], _SETTINGS)

    def _entries(self, kind: Kind, sources: Sequence[Document]) -> list[Entry]:
        """Return the kind's entries of all documents in order, `generate` unrolled; a later one of an id replaces it."""
        entries: list[Entry] = []
        known: dict[str, int] = {}
        for source in sources:
            for entry in _read_entries(kind, source):
                record_id = entry.given.get("id")
                if record_id is not None and record_id in known:
                    entries[known[record_id]] = entry
                    continue
                if record_id is not None:
                    known[str(record_id)] = len(entries)
                entries.append(entry)
        return entries

    def _fill(self, state: State, kind: Kind, entries: Sequence[Entry], now: int, *, checked: bool) -> None:
        collection = state.write(kind)
        used = {str(entry.given["id"]) for entry in entries if "id" in entry.given}
        latest = now
        records: list[tuple[Record, bool]] = []
        gone: list[str] = []
        ordinal = 0
        for number, entry in enumerate(entries):
            if entry.deleted and not kind.keeps_deleted:
                gone.append(_gone(entry))
                continue
            record_id = entry.given.get("id")
            while record_id is None or (record_id in used and "id" not in entry.given):
                record_id = make_id(kind.form, seed=state.seed, kind=f"{kind.series}/fixture", ordinal=ordinal)
                ordinal += 1
            used.add(str(record_id))
            span = _LONGEST_GAP_MS - _SHORTEST_GAP_MS
            gap = _SHORTEST_GAP_MS + choose(span, seed=state.seed, kind=f"{kind.name}/gap", ordinal=number)
            draft = Draft(state.seed, kind.series, number, str(record_id), max(latest - gap, 0), entry.deleted)
            record = self._record(kind, entry, draft, checked=checked)
            latest = min(latest, kind.created(record))
            records.append((record, entry.deleted))
        # Documents list the newest first, as the providers do; of one millisecond, the first listed is the newest.
        for record, deleted in sorted(reversed(records), key=lambda pair: kind.created(pair[0])):
            collection.add(record)
            if deleted:
                collection.mark_deleted(record.id)
        for record_id in reversed(gone):
            collection.mark_deleted(record_id)

    def _record(self, kind: Kind, entry: Entry, draft: Draft, *, checked: bool) -> Record:
        where = f"{entry.where}: {entry.place}"
        try:
            fields = kind.complete(entry.given, draft)
            record = msgspec.convert(fields, kind.record)
            kind.created(record)
        except (msgspec.ValidationError, ValueError, TypeError) as error:
            raise FixtureError(str(error), where=where) from error
        if checked and kind.schema is not None:
            self._contract.schema(kind.schema)
            rendered = msgspec.to_builtins(kind.render(record))
            faults = self._contract.faults_of(rendered, f"/components/schemas/{kind.schema}")
            if faults:
                raise FixtureError(faults[0].reason, where=f"{where}.{faults[0].place}".rstrip("."))
        return record


def _check_section(source: Document, value: Any, place: str, sections: list[list[str]], also: Sequence[str] = ()) -> None:
    """Raise FixtureError for a key that names no setting, no provider and no kind."""
    if not isinstance(value, dict):
        raise FixtureError("must be a mapping", where=f"{source.name}: {place}")
    known = [*also, *dict.fromkeys(section[0] for section in sections)]
    for key, below in value.items():
        if key not in known:
            raise FixtureError(
                f"there is no {key!r} here", where=f"{source.name}: {place or 'top'}", remedy=f"known: {', '.join(known)}"
            )
        deeper = [section[1:] for section in sections if section[0] == key and len(section) > 1]
        is_list = any(section == [key] for section in sections)
        if key not in also and not is_list:
            _check_section(source, below, f"{place}.{key}".lstrip("."), deeper)


def _read_entries(kind: Kind, source: Document) -> Iterable[Entry]:
    value: Any = source.value
    for key in kind.section:
        value = value.get(key, {}) if isinstance(value, dict) else {}
    if value == {}:
        return
    if not isinstance(value, list):
        raise FixtureError("must be a list", where=f"{source.name}: {kind.name}")
    for index, given in enumerate(value):
        place = f"{kind.name}[{index}]"
        if not isinstance(given, dict):
            raise FixtureError(f"must be a mapping, not {given!r}", where=f"{source.name}: {place}")
        fields = {key: member for key, member in given.items() if key not in ("generate", "deleted")}
        entry = Entry(fields, source.name, place, deleted=given.get("deleted", False) is True)
        yield from [entry] * _count(given.get("generate", 1), f"{source.name}: {place}.generate", fields)


def _count(value: Any, where: str, fields: Mapping[str, Any]) -> int:
    count = _integer(value, where)
    if not 0 <= count <= MAX_GENERATED:
        raise FixtureError(f"must be from 0 to {MAX_GENERATED}", where=where)
    if count > 1 and "id" in fields:
        raise FixtureError("cannot make several records of one id", where=where, remedy="leave the id out")
    return count


def _gone(entry: Entry) -> str:
    if set(entry.given) != {"id"}:
        raise FixtureError("a deleted record has an id and nothing else", where=f"{entry.where}: {entry.place}")
    return str(entry.given["id"])


def _clock(document: Any, now: int, settings: Settings, where: str) -> Clock:
    if not isinstance(document, dict) or document.keys() - {"mode", "offset_ms"}:
        raise FixtureError("must be a mapping of mode and offset_ms", where=f"{where}: clock")
    mode = settings.mode or document.get("mode", "real")
    if mode not in MODES:
        raise FixtureError(f"there is no mode {mode!r}", where=f"{where}: clock.mode", remedy=f"choose {', '.join(MODES)}")
    if mode != "real":
        return Clock(mode, now)
    if settings.now is not None:
        return Clock.starting("real", settings.now)
    return Clock("real", _integer(document.get("offset_ms", 0), f"{where}: clock.offset_ms"))


def _map(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key) or {}
    if not isinstance(value, dict):
        raise FixtureError("must be a mapping", where=key)
    return value


def _integer(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FixtureError(f"must be an integer, not {value!r}", where=where)
    return value


def _instant(value: Any, where: str) -> int:
    try:
        return parse_timestamp(value)
    except (TypeError, ValueError) as error:
        raise FixtureError(f"{value!r} is no timestamp", where=where, remedy="write 2026-02-02T13:48:05.683Z") from error


def _structs(values: Any, kind: type[Any], where: str, *, due: bool = False) -> list[Any]:
    if not isinstance(values, list):
        raise FixtureError("must be a list", where=where)
    made = []
    for index, value in enumerate(values):
        if due and isinstance(value, dict) and "due" in value:
            value = value | {"due": _instant(value["due"], f"{where}[{index}].due")}
        try:
            made.append(msgspec.convert(value, kind))
        except msgspec.ValidationError as error:
            raise FixtureError(str(error), where=f"{where}[{index}]") from error
    return made


def _task_document(task: Task) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(task)
    del document["number"]
    return document | {"due": iso_milliseconds(task.due)}


def _dump_kind(state: State, kind: Kind) -> list[Any]:
    collection = state.read(kind)
    listed = []
    for record in reversed(list(collection)):
        fields = msgspec.to_builtins(record)
        listed.append(fields | {"deleted": True} if record.id in collection.deleted else fields)
    gone = [record_id for record_id in collection.deleted if record_id not in collection]
    return listed + [{"id": record_id, "deleted": True} for record_id in reversed(gone)]
