"""`mockserver verify`: checks at any address whether a service does what the documents say, and what it does beyond."""

import re
import sys
from argparse import ArgumentParser, Namespace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mockserver.cli import options
from mockserver.cli.options import Option, base_url, named_provider, number
from mockserver.cli.terminal import say
from mockserver.errors import ConfigurationError

if TYPE_CHECKING:
    from mockserver.verify.run import VerifyOptions

OPTIONS = (
    Option("--provider", "P", "whose API it is"),
    Option("--token", "T", "the key; better given as MOCKSERVER_TOKEN, since other users see command lines"),
    Option("--read-only", "", "send nothing that writes; what needs to is not checked"),
    Option("--rate", "N", "requests per second at most, 0 for no limit (no limit on this machine, 5 elsewhere)", number),
    Option("--timeout", "S", "how many seconds a reply may take (10)", number, 10.0),
    Option("--allow-live-key", "", "use a key that looks live; needs --yes as well"),
    Option("--yes", "", "yes, records may be created in the live account"),
    Option("--json", "FILE", "write the report as JSON", Path),
    Option("--junit", "FILE", "write the report as JUnit XML", Path),
    Option("--markdown", "FILE", "write the report as Markdown", Path),
    Option("--write-assumptions", "FILE", "write the choices that the service follows, for serve --assumptions", Path),
    Option("--baseline", "FILE", "the JSON report of an earlier run: tell only what differs", Path),
)


def declare(parser: ArgumentParser) -> None:
    """Have the parser take the address and the command's options."""
    parser.add_argument("url", metavar="URL", help="the service's base URL, such as http://127.0.0.1:4010")
    options.declare(parser, OPTIONS)


def run(given: Namespace) -> int:
    """Run the provider's catalogue; 1 if a behaviour is broken, or the service follows none of an assumption's choices."""
    if find_spec("httpx") is None:
        raise ConfigurationError("verify needs httpx", hint="install mockserver[verify]")
    values = options.read(given, OPTIONS)
    order = _order(given.url, values)
    from mockserver.verify import command, files

    paths = {name: path for name in files.FORMS if (path := getattr(values, name)) is not None}
    wishes = command.Wishes(paths, values.baseline)
    return command.run(order, wishes, say=say, complain=partial(say, to=sys.stderr))


def _order(url: str, values: Namespace) -> "VerifyOptions":
    from mockserver.verify.run import VerifyOptions

    token = _token(values.token)
    if not values.timeout:
        raise ConfigurationError("a reply takes longer than 0 s", where="--timeout")
    return VerifyOptions(
        provider=named_provider(values.provider),
        url=_address(url),
        token=token,
        rate=values.rate,
        timeout_s=values.timeout,
        read_only=bool(values.read_only),
        allow_live=bool(values.allow_live_key and values.yes),
    )


def _token(text: str | None) -> str:
    """Return the key without what a file or a variable puts around it; any other than plain text could not be sent."""
    token = (text or "").strip()
    if not token:
        raise ConfigurationError("is missing", where="--token", hint="give a key, or set MOCKSERVER_TOKEN")
    if not re.fullmatch("[!-~]+", token):
        raise ConfigurationError(
            "has blanks or strange characters in it", where="--token", hint="give the key alone, without Bearer"
        )
    return token


def _address(url: str) -> str:
    try:
        address = base_url(url)
    except ValueError as error:
        raise ConfigurationError(str(error), where="URL") from error
    if "@" in urlsplit(address).netloc:
        raise ConfigurationError("has a credential in it, which would be printed", where="URL", hint="give it with --token")
    return address
