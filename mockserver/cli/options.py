"""Declarations, option types and providers that the commands share."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli import COMMANDS, PREFIX
from mockserver.errors import ConfigurationError

if TYPE_CHECKING:
    from mockserver.providers import Provider

EPILOGUE = (
    f"Each option is also an environment variable: --allow-host is {PREFIX}_ALLOW_HOST. Separate the values of repeatable "
    "options by commas there. Options on the command line take precedence."
)

Declare = Callable[[Callable[..., int]], Any]


def command(name: str, *parameters: Declare) -> Callable[[Callable[..., int]], click.Command]:
    """Return a decorator that makes a function a command."""
    settings = {"auto_envvar_prefix": PREFIX, "show_default": True, "max_content_width": 120}

    def declare(function: Callable[..., int]) -> click.Command:
        for parameter in reversed(parameters):
            function = parameter(function)
        return click.command(name, help=COMMANDS[name][1], epilog=EPILOGUE, context_settings=settings)(function)

    return declare


class Text(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5
    """A value read by a function whose ValueError is the error message."""

    name = "text"

    def __init__(self, read: Callable[[Any], Any] = str) -> None:
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the value."""
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def split_envvar_value(self, rv: str) -> list[str]:
        """Split the environment variable of a repeatable option at commas."""
        return [part.strip() for part in rv.split(",") if part.strip()]


class Whole(click.IntRange):
    """A whole number, written in digits and perhaps a minus."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the number."""
        text = str(value)
        digits = text.removeprefix("-")
        is_plain = digits.isascii() and digits.isdigit() and len(digits) <= 20
        try:
            return super().convert(int(text) if is_plain else -(2**99), param, ctx)
        except click.BadParameter:
            self.fail(f"{text!r} is not a whole number from {self.min} to {self.max}", param, ctx)


def option(flag: str, metavar: str | None, description: str, kind: Any = str, **settings: Any) -> Declare:
    """Return an option; `kind` is a click type or a function."""
    kind = kind if isinstance(kind, click.ParamType) else Text(kind)
    return click.option(flag, metavar=metavar, help=description, type=kind, **settings)


def switch(flag: str, description: str) -> Declare:
    """Return an option without a value; its `--no-` form overrides the environment."""
    return click.option(f"{flag}/--no-{flag[2:]}", default=False, show_default=False, help=description)


PROVIDER = option("--provider", "P", "Provider whose API it is.")
PROVIDERS = option(
    "--provider", "NAME", "Built-in or installed provider; repeatable.", multiple=True, show_default="the built-in ones"
)
AS_JSON = switch("--json", "Print JSON.")


def number(text: str | float) -> float:
    """Read a number that is not negative."""
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 1e9:
        raise ValueError(f"{text!r} is not a number from 0 up")
    return value


def http_url(text: str) -> str:
    """Read an absolute http URL."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ValueError(f"{text!r} is not a URL; write one like http://127.0.0.1:4010")
    return text


def base_url(text: str) -> str:
    """Read an absolute http URL to which paths can be added."""
    if "?" in text or "#" in text:
        raise ValueError(f"{text!r} has more than a path; write http://127.0.0.1:4010")
    return http_url(text).rstrip("/")


def host(text: str) -> str:
    """Read a host, with or without a port."""
    if "/" in text:
        raise ValueError(f"give a host, not a URL, got {text!r}")
    return text.lower()


def origin(text: str) -> str:
    """Read an origin: scheme, host and port."""
    url = base_url(text)
    if "/" in url.partition("://")[2]:
        raise ValueError(f"{text!r} has a path; give an origin such as http://127.0.0.1:3000")
    return url


def played_providers(names: Sequence[str | None] = ()) -> "Sequence[Provider]":
    """Return the named providers; default: the built-in ones.

    Raises: ConfigurationError that lists the known names.
    """
    from mockserver.providers import find_providers, provider_names

    if None in names:
        raise ConfigurationError("is missing", where="--provider", hint=f"name one of {', '.join(provider_names())}")
    return find_providers([name for name in names if name is not None] or None, where="--provider")


def as_json(value: Any) -> str:
    """Return a value as indented JSON."""
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
