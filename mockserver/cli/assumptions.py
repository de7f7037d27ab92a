"""`mockserver assumptions`: lists the questions that the documents leave open, and the choices."""

import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from mockserver.cli import options
from mockserver.cli.options import Option
from mockserver.cli.terminal import say

if TYPE_CHECKING:
    from mockserver.catalogue import Assumption

OPTIONS = (Option("--json", "", "as JSON"),)


def declare(parser: ArgumentParser) -> None:
    """Have the parser take the command's options."""
    options.declare(parser, OPTIONS)


def run(given: Namespace) -> int:
    """Print every assumption."""
    from mockserver.providers import PROVIDERS

    assumptions = [assumption for provider in PROVIDERS for assumption in provider.assumptions]
    if options.read(given, OPTIONS).json:
        say(_as_json(assumptions))
    else:
        say("\n\n".join("\n".join(_described(each)) for each in assumptions))
    return 0


def _described(assumption: "Assumption") -> Iterator[str]:
    yield assumption.key
    yield from _wrapped(assumption.question, "  ")
    for choice, meaning in assumption.choices.items():
        mark = "*" if choice == assumption.default else " "
        yield from _wrapped(f"{choice}: {meaning}", f"  {mark} ")
    yield from _wrapped(f"Evidence: {assumption.evidence}", "  ")


def _wrapped(text: str, start: str) -> list[str]:
    width = min(get_terminal_size().columns, 120)
    return textwrap.wrap(text, width, initial_indent=start, subsequent_indent=" " * len(start))


def _as_json(assumptions: "list[Assumption]") -> str:
    import msgspec

    fields = ("key", "question", "choices", "default", "evidence")
    rows = [{field: getattr(assumption, field) for field in fields} for assumption in assumptions]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()
