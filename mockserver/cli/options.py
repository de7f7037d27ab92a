"""Options as data: each is a flag and an environment variable, read by one function."""

import os
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mockserver.errors import ConfigurationError

if TYPE_CHECKING:
    from mockserver.providers import Provider


class Option(Struct, frozen=True):
    """One option of a command.

    Attributes:
        metavar: what stands for the value in the help; empty: a switch, which takes none.
        read: makes the value of the text; raises ValueError that says what is wrong with it.
        default: the value if none is given, which the help names; None: `help` says what happens then.
        repeated: whether it may be given several times; its value is then a list.
    """

    flag: str
    metavar: str
    help: str
    read: Callable[[str], Any] = str
    default: Any = None
    repeated: bool = False

    @property
    def name(self) -> str:
        """What the option is called among the values."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable that stands for the option."""
        return f"MOCKSERVER_{self.name.upper()}"


def declare(parser: ArgumentParser, options: Iterable[Option]) -> None:
    """Have the parser take the options, all as text."""
    for option in options:
        if not option.metavar:
            parser.add_argument(option.flag, action=BooleanOptionalAction, default=None, help=_help(option))
        else:
            action = "append" if option.repeated else "store"
            parser.add_argument(option.flag, action=action, metavar=option.metavar, help=_help(option))


def read(given: Namespace, options: Sequence[Option], environment: Mapping[str, str] | None = None) -> Namespace:
    """Return the values of the options: from the command line, else from the environment, else the defaults.

    Raises: ConfigurationError that names the flag or the variable.
    """
    variables = os.environ if environment is None else environment
    return Namespace(**{option.name: _value(option, getattr(given, option.name), variables) for option in options})


def _help(option: Option) -> str:
    default = ", ".join(option.default) if option.repeated else option.default
    return option.help if default in (None, "") else f"{option.help} ({default})"


def _value(option: Option, given: Any, variables: Mapping[str, str]) -> Any:
    where = option.flag
    if given is None and variables.get(option.variable):
        where, given = option.variable, variables[option.variable]
        given = _split(given) if option.repeated else given
    if given is None or isinstance(given, bool):
        return option.default if given is None else given
    reader = option.read if option.metavar else yes_or_no
    try:
        return [reader(each) for each in given] if option.repeated else reader(given)
    except ValueError as error:
        raise ConfigurationError(str(error), where=where) from error


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def yes_or_no(text: str) -> bool:
    """Read what a variable says of a switch."""
    answers = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in answers:
        raise ValueError(f"{text!r} is neither 1 nor 0")
    return answers[text.lower()]


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number within these bounds."""

    def read_whole(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text[:20]) <= most):
            raise ValueError(f"{text!r} is no whole number from {least} to {most}")
        return int(text)

    return read_whole


def number(text: str) -> float:
    """Read a number that is not negative."""
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 1e9:
        raise ValueError(f"{text!r} is no number from 0 up")
    return value


def one_of(*choices: str) -> Callable[[str], str]:
    """Return what reads one of these words."""

    def read_one(text: str) -> str:
        if text not in choices:
            raise ValueError(f"{text!r} is none of {', '.join(choices)}")
        return text

    return read_one


def timestamp(text: str) -> int:
    """Read a timestamp as milliseconds since 1970."""
    from mockserver.state.clock import parse_timestamp

    try:
        return parse_timestamp(text)
    except ValueError:
        raise ValueError(f"{text!r} is no timestamp; write one like 2026-02-02T13:48:05.683Z") from None


def pair(text: str) -> tuple[str, str]:
    """Read `KEY=CHOICE`."""
    key, equals, choice = text.partition("=")
    if not (key and equals and choice):
        raise ValueError(f"{text!r} is no pair; write KEY=CHOICE")
    return key.strip(), choice.strip()


def http_url(text: str) -> str:
    """Read an absolute http URL."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ValueError(f"{text!r} is no URL; write one like http://127.0.0.1:4010")
    return text


def base_url(text: str) -> str:
    """Read an absolute http URL that paths can be put after."""
    if "?" in text or "#" in text:
        raise ValueError(f"{text!r} has more than a path; write http://127.0.0.1:4010")
    return http_url(text).rstrip("/")


def named_provider(name: str | None) -> "Provider":
    """Return the provider that `--provider` names.

    Raises: ConfigurationError that lists those that are played.
    """
    from mockserver.providers import PROVIDERS

    known = {provider.name: provider for provider in PROVIDERS}
    if name not in known:
        what = "is missing" if name is None else f"there is no provider {name!r}"
        raise ConfigurationError(what, where="--provider", hint=f"name one of {', '.join(known)}")
    return known[name]
