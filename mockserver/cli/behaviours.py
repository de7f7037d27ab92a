"""`mockserver behaviours`: lists what the documents promise, and what of it nobody can check from outside."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mockserver.cli import options
from mockserver.cli.options import Option
from mockserver.cli.terminal import say

if TYPE_CHECKING:
    from mockserver.catalogue import Catalogue

OPTIONS = (Option("--json", "", "as JSON"),)


def declare(parser: ArgumentParser) -> None:
    """Have the parser take the command's options."""
    options.declare(parser, OPTIONS)


def run(given: Namespace) -> int:
    """Print every statement of every provider's documents."""
    from mockserver.providers import PROVIDERS

    rows = [row for provider in PROVIDERS for row in _rows(provider.catalogue())]
    if options.read(given, OPTIONS).json:
        say(_as_json(rows))
    else:
        say("\n\n".join(_described(row) for row in rows))
    return 0


def _rows(catalogue: "Catalogue") -> Iterator[dict[str, Any]]:
    for behaviour in catalogue.behaviours:
        yield {
            "name": behaviour.name,
            "says": behaviour.says,
            "source": behaviour.source,
            "operation": behaviour.operation,
            "only_with": dict(behaviour.only_with),
            "unchecked": None,
        }
    for statement in catalogue.unchecked:
        known = {"name": statement.name, "says": statement.says, "source": statement.source}
        yield {**known, "operation": None, "only_with": {}, "unchecked": statement.why}


def _described(row: dict[str, Any]) -> str:
    lines = [row["name"], f"  {row['says']}", f"  {row['source']}"]
    if row["only_with"]:
        lines.append(f"  Only with {', '.join(f'{key}={choice}' for key, choice in row['only_with'].items())}")
    if row["unchecked"] is not None:
        lines.append(f"  Not checked: {row['unchecked']}")
    return "\n".join(lines)


def _as_json(rows: list[dict[str, Any]]) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()
