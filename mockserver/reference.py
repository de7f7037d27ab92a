"""The contract as an API reference with promises, decisions and assumptions per operation.

Each is there as data (`x-…`) and as text in the descriptions, which any OpenAPI viewer shows. What concerns every operation
is at the top of the document.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from mockserver.catalogue import Assumption, Behaviour, Decision, Unchecked
from mockserver.contract import Contract
from mockserver.providers.provider import Provider

BEHAVIOURS = "x-behaviours"
UNCHECKED = "x-unchecked"
DECISIONS = "x-decisions"
ASSUMPTIONS = "x-assumptions"

_SECTIONS = ("paths", "webhooks")
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

PROMISED = "What the documents promise"
PROMISED_UNCHECKED = "What the documents promise and cannot be checked from outside"
DECIDED = "What the documents leave open and is decided here"
ASSUMED = "What the documents leave open and a sandbox can choose"


class Entries(Struct, frozen=True):
    """Descriptions of one place of the document, in the order of the catalogues."""

    behaviours: Sequence[Behaviour] = ()
    unchecked: Sequence[Unchecked] = ()
    decisions: Sequence[Decision] = ()
    assumptions: Sequence[Assumption] = ()

    def of(self, operation: str) -> "Entries":
        """Return what is about this operation in particular."""
        return Entries(
            behaviours=[each for each in self.behaviours if each.operation == operation],
            decisions=[each for each in self.decisions if operation in each.operations],
            assumptions=[each for each in self.assumptions if operation in each.operations],
        )

    def in_general(self) -> "Entries":
        """Return what is about no operation in particular."""
        return Entries(
            unchecked=self.unchecked,
            decisions=[each for each in self.decisions if not each.operations],
            assumptions=[each for each in self.assumptions if not each.operations],
        )


def write_reference(contract: Contract, providers: Iterable[Provider], choices: Mapping[str, str]) -> dict[str, Any]:
    """Return the contract's document with the providers' catalogues written into it.

    contract: as the choices change it.
    choices: assumption → choice, for those that differ from the defaults.
    """
    providers = list(providers)
    every = [_entries(provider) for provider in providers]
    whole = Entries(*([each for part in parts for each in part] for parts in zip(*map(_parts, every), strict=True)))
    document = contract.document
    general = [
        _text(entries.in_general(), choices, title=provider.title) for provider, entries in zip(providers, every, strict=True)
    ]
    written = {**document, "info": _with_text(document.get("info", {}), "\n\n".join(filter(None, general)))}
    for section in _SECTIONS:
        if section in document:
            written[section] = {name: _item(item, whole, choices) for name, item in document[section].items()}
    return {
        **written,
        **_data(whole, choices),
        UNCHECKED: [_plain(each, "name", "says", "source", "why") for each in whole.unchecked],
    }


def _entries(provider: Provider) -> Entries:
    catalogue = provider.catalogue()
    return Entries(catalogue.behaviours, catalogue.unchecked, catalogue.decisions, provider.assumptions)


def _parts(entries: Entries) -> tuple[Sequence[Any], ...]:
    return entries.behaviours, entries.unchecked, entries.decisions, entries.assumptions


def _item(item: Mapping[str, Any], whole: Entries, choices: Mapping[str, str]) -> dict[str, Any]:
    """Return a path or an event with the operations described further."""
    described = {method: _operation(item[method], whole, choices) for method in _METHODS if method in item}
    return {**item, **described}


def _operation(operation: Mapping[str, Any], whole: Entries, choices: Mapping[str, str]) -> dict[str, Any]:
    entries = whole.of(operation["operationId"])
    return {**_with_text(operation, _text(entries, choices)), **_data(entries, choices)}


def _with_text(place: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return a part of the document with text after its description."""
    parts = [part for part in (str(place.get("description", "")).rstrip(), text) if part]
    return {**place, "description": "\n\n".join(parts)} if parts else dict(place)


def _data(entries: Entries, choices: Mapping[str, str]) -> dict[str, Any]:
    return {
        BEHAVIOURS: [
            {**_plain(each, "name", "says", "source", "operation"), "only_with": dict(each.only_with)}
            for each in entries.behaviours
        ],
        DECISIONS: [
            {**_plain(each, "key", "question", "answer", "evidence"), "operations": list(each.operations)}
            for each in entries.decisions
        ],
        ASSUMPTIONS: [_assumption(each, choices) for each in entries.assumptions],
    }


def _assumption(assumption: Assumption, choices: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": assumption.key,
        "question": assumption.question,
        "choices": dict(assumption.choices),
        "default": assumption.default,
        "choice": choices.get(assumption.key, assumption.default),
        "evidence": assumption.evidence,
        "operations": list(assumption.operations),
    }


def _plain(entry: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in names}


def _text(entries: Entries, choices: Mapping[str, str], *, title: str = "") -> str:
    """Return the entries in Markdown.

    title: the provider's name, if the text needs it.
    """
    lists = {
        PROMISED: [f"{each.says} ({each.source}; `{each.name}`)" for each in entries.behaviours],
        PROMISED_UNCHECKED: [f"{each.says} {each.why} ({each.source}; `{each.name}`)" for each in entries.unchecked],
        DECIDED: [f"{each.question} {each.answer} (`{each.key}`)" for each in entries.decisions],
        ASSUMED: [f"{each.question} {_answers(each, choices)} (`{each.key}`)" for each in entries.assumptions],
    }
    heads = {head: f"{title}, every operation: {head[0].lower()}{head[1:]}" if title else head for head in lists}
    return "\n\n".join(_list(heads[head], rows) for head, rows in lists.items() if rows)


def _list(head: str, rows: Iterable[str]) -> str:
    return "\n".join([f"**{head}**", "", *(f"- {row}" for row in rows)])


def _answers(assumption: Assumption, choices: Mapping[str, str]) -> str:
    """Return the choice that holds and what it means, then the others."""
    chosen = choices.get(assumption.key, assumption.default)
    others = list(_meanings(assumption, [name for name in assumption.choices if name != chosen]))
    return f"Here {', '.join(_meanings(assumption, [chosen]))}. Instead: {'; '.join(others)}."


def _meanings(assumption: Assumption, names: Iterable[str]) -> Iterator[str]:
    return (f"`{name}` ({assumption.choices[name]})" for name in names)
