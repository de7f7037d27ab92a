"""`mockserver openapi`: prints the contract."""

from argparse import ArgumentParser, Namespace

from mockserver.cli import options
from mockserver.cli.options import Option
from mockserver.cli.terminal import say

OPTIONS = (Option("--json", "", "as JSON instead of YAML"),)


def declare(parser: ArgumentParser) -> None:
    """Have the parser take the command's options."""
    options.declare(parser, OPTIONS)


def run(given: Namespace) -> int:
    """Print the contract: as it is written, comments included, or as JSON."""
    import msgspec

    from mockserver import documents

    path = documents.packaged("openapi.yaml")
    if options.read(given, OPTIONS).json:
        say(msgspec.json.format(msgspec.json.encode(documents.read(path).value), indent=2).decode())
    else:
        say(path.read_text(encoding="utf-8").rstrip("\n"))
    return 0
