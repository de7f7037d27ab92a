"""The command `mockserver`, which imports a command's module when it is called."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

import click
from click.core import ParameterSource

from mockserver import __version__
from mockserver.errors import MockServerError

COMMANDS = {
    "serve": ("serve", "Run the mock until Ctrl-C."),
    "verify": ("verify", "Check a service at a URL against its documentation."),
    "coverage": ("recording", "Show which documented behaviours recorded traffic has exercised."),
    "check": ("recording", "Compare recorded traffic with the contract and the rules of conduct."),
    "wait": ("wait", "Wait until a mock is ready."),
    "behaviours": ("listing", "List what the documentation promises."),
    "assumptions": ("listing", "List the questions that the documentation leaves open, and their choices."),
    "fixtures": ("listing", "List the built-in scenarios."),
    "openapi": ("listing", "Print the contract."),
}
"""Command → its module, and its summary in the help."""

PREFIX = "MOCKSERVER"
"""Prefix of environment variables."""

WRONG_USAGE = 2
INTERRUPTED = 130


class Commands(click.Group):
    """A group that imports only the command that is called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"mockserver.cli.{COMMANDS[cmd_name][0]}"), cmd_name)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names and summaries of the commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(
    cls=Commands,
    help="Mock documented HTTP APIs, and report how clients use them.",
    epilog="`mockserver COMMAND --help` lists the options of a command.",
    invoke_without_command=True,
    context_settings={"max_content_width": 120},
)
@click.version_option(__version__, message="mockserver %(version)s")
@click.pass_context
def commands(context: click.Context) -> None:
    """Print the help if no command is named."""
    if context.invoked_subcommand is None:
        say(context.get_help())
        context.exit(WRONG_USAGE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    0: success. 1: a check failed. 2: wrong usage or configuration. 130: interrupted.
    """
    try:
        code: int = commands.main(arguments, prog_name="mockserver", standalone_mode=False)
    except MockServerError as error:
        say(f"mockserver: {error}", to=sys.stderr)
    except click.ClickException as error:
        say(_in_one_line(error), to=sys.stderr)
    except click.Abort:
        return INTERRUPTED
    else:
        return code
    return WRONG_USAGE


def _in_one_line(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter) and context and error.param:
        return f"mockserver: {_source(error.param, context)}: {error.message.rstrip('.')}"
    path = context.command_path if context else "mockserver"
    return f"{path}: {error.format_message().rstrip('.')}; see `{path} --help`"


def _source(parameter: click.Parameter, context: click.Context) -> str:
    """Return the option, environment variable or argument that the value comes from."""
    if not isinstance(parameter, click.Option):
        return parameter.human_readable_name
    if context.get_parameter_source(parameter.name or "") is ParameterSource.ENVIRONMENT:
        return f"{PREFIX}_{parameter.opts[0].removeprefix('--').replace('-', '_').upper()}"
    return parameter.opts[0]


def say(text: str, *, to: TextIO | None = None) -> None:
    """Print a text and flush; escape characters that the stream cannot encode.

    When the reader has closed the pipe, this and all later output is discarded.
    """
    stream = to or sys.stdout
    encoding = stream.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
    except BrokenPipeError:
        # Python would flush once more at the end and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
