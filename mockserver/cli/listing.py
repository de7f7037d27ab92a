"""The commands that print what the package contains: behaviours, assumptions, scenarios, the contract."""

import textwrap
from collections.abc import Iterator
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from mockserver.cli import say
from mockserver.cli.options import AS_JSON, as_json, command, played_providers, switch

if TYPE_CHECKING:
    from mockserver.catalogue import Assumption, Catalogue


@command("behaviours", AS_JSON)
def behaviours(json: bool) -> int:
    """Print every statement of every provider's documentation."""
    rows = [row for provider in played_providers() for row in _rows(provider.catalogue())]
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


@command("assumptions", AS_JSON)
def assumptions(json: bool) -> int:
    """Print every assumption."""
    fields = ("key", "question", "choices", "default", "evidence")
    found = [assumption for provider in played_providers() for assumption in provider.assumptions]
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


@command("fixtures")
def fixtures() -> int:
    """Print each scenario's name and first comment."""
    from mockserver.mock import fixture_path, scenarios

    names = scenarios()
    width = max(len(name) for name in names)
    for name in names:
        first = fixture_path(name).read_text(encoding="utf-8").partition("\n")[0]
        say(f"{name:{width}}  {first.removeprefix('#').strip() if first.startswith('#') else ''}".rstrip())
    return 0


@command(
    "openapi",
    switch("--json", "Print JSON instead of YAML."),
    switch("--bare", "Leave out behaviours, decisions and assumptions; YAML keeps the comments of the file."),
)
def openapi(json: bool, bare: bool) -> int:
    """Print the contract, with the catalogue or as it is written."""
    from mockserver import documents

    path = documents.packaged("openapi.yaml")
    if bare and not json:
        say(path.read_text(encoding="utf-8").rstrip("\n"))
        return 0
    document = documents.read(path).value if bare else _reference()
    say(as_json(document) if json else documents.to_yaml(document).rstrip("\n"))
    return 0


def _reference() -> dict[str, Any]:
    from mockserver.contract import Contract
    from mockserver.reference import write_reference

    return write_reference(Contract.load(), played_providers(), {})
