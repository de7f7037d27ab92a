"""The command `mockserver`: one module for each command, imported when that command is called."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from mockserver import __version__
from mockserver.cli.terminal import say
from mockserver.errors import MockServerError

COMMANDS = {
    "serve": "play the providers until Ctrl-C",
    "verify": "check at any address whether a service does what the documents say",
    "coverage": "say which documented behaviours recorded traffic has exercised",
    "check": "compare recorded traffic with what the documents allow",
    "wait": "wait until a mock is ready",
    "behaviours": "list what the documents promise",
    "assumptions": "list the questions that the documents leave open, and the choices",
    "fixtures": "list the scenarios that come with the mock",
    "openapi": "print the contract",
}

EPILOGUE = """every option is also an environment variable: --allow-host is MOCKSERVER_ALLOW_HOST;
repeated options are separated by commas there, and what stands on the command line wins"""

WRONG_USAGE = 2
INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line, and leave."""
        self.exit(WRONG_USAGE, f"{self.prog}: {message}; `{self.prog} --help` says what there is\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 fine, 1 a check found something, 2 wrong usage or configuration."""
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except MockServerError as error:
        say(f"mockserver: {error}", to=sys.stderr)
        return WRONG_USAGE
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(arguments: Sequence[str]) -> int:
    parser = Parser(
        prog="mockserver",
        description="Plays documented HTTP APIs, and says on what its answers rest.",
        epilog="`mockserver COMMAND --help` says what a command can do",
        formatter_class=_Help,
    )
    parser.add_argument("--version", action="version", version=f"mockserver {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", parser_class=Parser)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(
            name, help=summary, description=summary, epilog=EPILOGUE, allow_abbrev=False, formatter_class=_Help
        )
        if name in arguments:
            import_module(f"mockserver.cli.{name}").declare(command)
    given, unknown = parser.parse_known_args(arguments)
    if unknown:
        commands.choices.get(given.command, parser).error(f"there is no {unknown[0]} here")
    if given.command is None:
        parser.print_help()
        return WRONG_USAGE
    code: int = import_module(f"mockserver.cli.{given.command}").run(given)
    return code


class _Help(argparse.RawDescriptionHelpFormatter):
    """Leaves the epilogue's lines as they are, and room for the names of options."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32)
