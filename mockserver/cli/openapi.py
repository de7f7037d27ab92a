"""`mockserver openapi`: prints the contract with the catalogue, or as it is written."""

from argparse import ArgumentParser, Namespace
from typing import Any

from mockserver.cli import options
from mockserver.cli.options import Option
from mockserver.cli.terminal import say

OPTIONS = (
    Option("--json", "", "as JSON instead of YAML"),
    Option("--bare", "", "without what is promised, decided and assumed; in YAML as it is written, comments included"),
)


def declare(parser: ArgumentParser) -> None:
    """Have the parser take the command's options."""
    options.declare(parser, OPTIONS)


def run(given: Namespace) -> int:
    """Print the contract."""
    import msgspec

    from mockserver import documents

    values = options.read(given, OPTIONS)
    path = documents.packaged("openapi.yaml")
    if values.bare and not values.json:
        say(path.read_text(encoding="utf-8").rstrip("\n"))
        return 0
    document = documents.read(path).value if values.bare else _reference()
    say(
        msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
        if values.json
        else documents.to_yaml(document).rstrip("\n")
    )
    return 0


def _reference() -> dict[str, Any]:
    from mockserver.contract import Contract
    from mockserver.providers import PROVIDERS
    from mockserver.reference import write_reference

    return write_reference(Contract.load(), PROVIDERS, {})
