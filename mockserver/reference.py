"""Write promises, decisions and assumptions into the contract, per operation.

Each is there as data (`x-…`) and as text in the descriptions, which any OpenAPI viewer shows. What concerns every operation
is at the top of the document.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mockserver.catalogue import Assumption, Behaviour
from mockserver.contract import Contract
from mockserver.contract.operation import METHODS
from mockserver.providers.provider import Provider

BEHAVIOURS = "x-behaviours"
UNCHECKED = "x-unchecked"
DECISIONS = "x-decisions"
ASSUMPTIONS = "x-assumptions"

Choices = Mapping[str, str]

Entries = Mapping[str, Sequence[Any]]
"""Name of the extension → entries of the catalogues."""

_FIELDS = {
    BEHAVIOURS: ("name", "says", "source", "operation", "only_with"),
    DECISIONS: ("key", "question", "answer", "evidence", "operations"),
    ASSUMPTIONS: ("key", "question", "choices", "default", "choice", "evidence", "operations"),
    UNCHECKED: ("name", "says", "source", "why"),
}

_LISTS: Mapping[str, tuple[str, Callable[[Any, Choices], str]]] = {
    BEHAVIOURS: ("What the documents promise", lambda each, _: f"{each.says} ({each.source}; `{each.name}`)"),
    UNCHECKED: (
        "What the documents promise and cannot be checked from outside",
        lambda each, _: f"{each.says} {each.why} ({each.source}; `{each.name}`)",
    ),
    DECISIONS: (
        "What the documents leave open and is decided here",
        lambda each, _: f"{each.question} {each.answer} (`{each.key}`)",
    ),
    ASSUMPTIONS: (
        "What the documents leave open and a sandbox can choose",
        lambda each, choices: f"{each.question} {_answers(each, choices)} (`{each.key}`)",
    ),
}
"""Heads of the lists in descriptions, and texts of entries."""


def write_reference(contract: Contract, providers: Iterable[Provider], choices: Choices) -> dict[str, Any]:
    """Return the contract's document with the providers' catalogues written into it.

    contract: as the choices change it.
    choices: assumption → choice, for those that differ from the defaults.
    """
    entries_of = {provider.title: _entries(provider) for provider in providers}
    whole = {name: [each for entries in entries_of.values() for each in entries[name]] for name in _FIELDS}
    general = [_text(_about(None, entries), choices, title) for title, entries in entries_of.items()]
    document = contract.document
    written = {**document, "info": _with_text(document.get("info", {}), "\n\n".join(filter(None, general)))}
    for section in {"paths", "webhooks"} & document.keys():
        written[section] = {name: _item(item, whole, choices) for name, item in document[section].items()}
    return {**written, **_data(whole, choices)}


def _entries(provider: Provider) -> Entries:
    catalogue = provider.catalogue()
    return {
        BEHAVIOURS: catalogue.behaviours,
        UNCHECKED: catalogue.unchecked,
        DECISIONS: catalogue.decisions,
        ASSUMPTIONS: provider.assumptions,
    }


def _about(operation: str | None, entries: Entries) -> Entries:
    """Return the entries about the operation; None: about none in particular."""

    def is_about(entry: Any) -> bool:
        operations = [entry.operation] if isinstance(entry, Behaviour) else getattr(entry, "operations", ())
        return operation in operations if operation else not operations

    return {name: [each for each in listed if is_about(each)] for name, listed in entries.items()}


def _item(item: Mapping[str, Any], whole: Entries, choices: Choices) -> dict[str, Any]:
    """Return a path or an event with its operations described further."""
    described = dict(item)
    for method in item.keys() & METHODS:
        entries = _about(item[method]["operationId"], whole)
        data = _data({name: listed for name, listed in entries.items() if name != UNCHECKED}, choices)
        described[method] = {**_with_text(item[method], _text(entries, choices)), **data}
    return described


def _with_text(place: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return a part of the document with text after its description."""
    parts = [part for part in (str(place.get("description", "")).rstrip(), text) if part]
    return {**place, "description": "\n\n".join(parts)} if parts else dict(place)


def _data(entries: Entries, choices: Choices) -> dict[str, Any]:
    return {name: [_plain(each, _FIELDS[name], choices) for each in listed] for name, listed in entries.items()}


def _plain(entry: Any, fields: Iterable[str], choices: Choices) -> dict[str, Any]:
    values = {name: _choice(entry, choices) if name == "choice" else getattr(entry, name) for name in fields}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _choice(assumption: Assumption, choices: Choices) -> str:
    return choices.get(assumption.key, assumption.default)


def _text(entries: Entries, choices: Choices, title: str = "") -> str:
    """Return the entries in Markdown, below the provider's title."""
    lists = []
    for name, (head, line) in _LISTS.items():
        head = f"{title}, every operation: {head[0].lower()}{head[1:]}" if title else head
        if entries[name]:
            lists.append("\n".join([f"**{head}**", "", *(f"- {line(each, choices)}" for each in entries[name])]))
    return "\n\n".join(lists)


def _answers(assumption: Assumption, choices: Choices) -> str:
    """Return the choice that holds and what it means, then the others."""
    meanings = {name: f"`{name}` ({meaning})" for name, meaning in assumption.choices.items()}
    chosen = meanings.pop(_choice(assumption, choices))
    return f"Here {chosen}. Instead: {'; '.join(meanings.values())}."
