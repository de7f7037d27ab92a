"""The commands that print behaviours, assumptions, scenarios and the contract."""

import textwrap
from collections.abc import Iterator, Sequence
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from mockserver.cli import say
from mockserver.cli.options import AS_JSON, PROVIDERS, as_json, command, played_providers, switch

if TYPE_CHECKING:
    from mockserver.catalogue import Assumption, Catalogue


@command("behaviours", PROVIDERS, AS_JSON)
def behaviours(provider: Sequence[str], json: bool) -> int:
    """Print every statement of every provider's documentation."""
    rows = [row for each in played_providers(provider) for row in _rows(each.catalogue())]
    say(as_json(rows) if json else "\n\n".join(_behaviour(row) for row in rows))
    return 0


def _rows(catalogue: "Catalogue") -> Iterator[dict[str, Any]]:
    for behaviour in catalogue.behaviours:
        known = {"name": behaviour.name, "says": behaviour.says, "source": behaviour.source}
        yield {**known, "operation": behaviour.operation, "only_with": dict(behaviour.only_with), "unchecked": None}
    for statement in catalogue.unchecked:
        known = {"name": statement.name, "says": statement.says, "source": statement.source}
        yield {**known, "operation": None, "only_with": {}, "unchecked": statement.why}


def _behaviour(row: dict[str, Any]) -> str:
    lines = [row["name"], f"  {row['says']}", f"  {row['source']}"]
    if row["only_with"]:
        lines.append(f"  Only with {', '.join(f'{key}={choice}' for key, choice in row['only_with'].items())}")
    if row["unchecked"] is not None:
        lines.append(f"  Not checked: {row['unchecked']}")
    return "\n".join(lines)


@command("assumptions", PROVIDERS, AS_JSON)
def assumptions(provider: Sequence[str], json: bool) -> int:
    """Print every assumption."""
    fields = ("key", "question", "choices", "default", "evidence")
    found = [assumption for each in played_providers(provider) for assumption in each.assumptions]
    if json:
        say(as_json([{field: getattr(assumption, field) for field in fields} for assumption in found]))
    else:
        say("\n\n".join("\n".join(_assumption(each)) for each in found))
    return 0


def _assumption(assumption: "Assumption") -> Iterator[str]:
    yield assumption.key
    yield from _wrapped(assumption.question, "  ")
    for choice, meaning in assumption.choices.items():
        mark = "*" if choice == assumption.default else " "
        yield from _wrapped(f"{choice}: {meaning}", f"  {mark} ")
    yield from _wrapped(f"Evidence: {assumption.evidence}", "  ")


def _wrapped(text: str, start: str) -> list[str]:
    width = min(get_terminal_size().columns, 120)
    return textwrap.wrap(text, width, initial_indent=start, subsequent_indent=" " * len(start))


@command("fixtures", PROVIDERS)
def fixtures(provider: Sequence[str]) -> int:
    """Print each scenario's name and first comment."""
    from mockserver.mock import fixture_files, scenarios

    played = played_providers(provider)
    names = scenarios(played)
    width = max(len(name) for name in names)
    for name in names:
        firsts = [file.read_text(encoding="utf-8").partition("\n")[0] for file in fixture_files(name, played)]
        comments = " ".join(first.removeprefix("#").strip() for first in firsts if first.startswith("#"))
        say(f"{name:{width}}  {comments}".rstrip())
    return 0


@command(
    "openapi",
    PROVIDERS,
    switch("--json", "Print JSON instead of YAML."),
    switch("--bare", "Leave out behaviours, decisions and assumptions; YAML keeps the comments of the file."),
)
def openapi(provider: Sequence[str], json: bool, bare: bool) -> int:
    """Print the contract, with the catalogue or as it is written."""
    from mockserver import documents
    from mockserver.providers.provider import contract_of
    from mockserver.reference import write_reference

    played = played_providers(provider)
    contract = contract_of(played)
    first = next(iter(contract.files.values()))
    if bare and not json and documents.read(first).value == contract.document:
        say(first.read_text(encoding="utf-8").rstrip("\n"))
        return 0
    document = contract.document if bare else write_reference(contract, played, {})
    say(as_json(document) if json else documents.to_yaml(document).rstrip("\n"))
    return 0
