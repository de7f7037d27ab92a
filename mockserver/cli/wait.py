"""`mockserver wait`: waits until a mock is ready."""

import json
import sys
from argparse import ArgumentParser, Namespace
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event
from urllib.parse import urlsplit

from mockserver.cli import options
from mockserver.cli.options import Option, base_url, number
from mockserver.cli.terminal import say
from mockserver.errors import ConfigurationError

OPTIONS = (Option("--timeout", "S", "how many seconds to wait", number, 30),)

PAUSE_S = 0.1
ATTEMPT_S = 2.0
"""How long one question may go unanswered before it is asked again."""


def declare(parser: ArgumentParser) -> None:
    """Have the parser take the address and the command's options."""
    parser.add_argument("url", metavar="URL", help="the mock's address, such as http://127.0.0.1:4010")
    options.declare(parser, OPTIONS)


def run(given: Namespace) -> int:
    """Ask until the mock says that it is ready; 1 if it did not within the time."""
    from mockserver.state.clock import stopwatch_us

    try:
        url = base_url(given.url)
    except ValueError as error:
        raise ConfigurationError(str(error), where="URL") from error
    timeout = options.read(given, OPTIONS).timeout
    started = stopwatch_us()
    while True:
        left = timeout - (stopwatch_us() - started) / 1e6
        why_not = ask(url, min(max(left, PAUSE_S), ATTEMPT_S))
        if why_not is None:
            say(f"{url} is ready")
            return 0
        if left <= PAUSE_S:
            say(f"mockserver: {url} is not ready after {timeout:g} s: {why_not}", to=sys.stderr)
            return 1
        Event().wait(PAUSE_S)


def ask(url: str, timeout_s: float) -> str | None:
    """Return why the mock is not ready; None if it is. Proxies of the environment are passed over: it is near."""
    parts = urlsplit(url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=timeout_s)
    try:
        connection.request("GET", f"{parts.path}/_mock/health")
        reply = connection.getresponse()
        return _why_not(reply.status, reply.read())
    except (OSError, HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()


def _why_not(status: int, body: bytes) -> str | None:
    if status != 200:
        return f"/_mock/health answers {status}"
    try:
        return None if json.loads(body)["ready"] is True else "it says that it is not"
    except (ValueError, KeyError, TypeError):
        return "what answers there is no mockserver"
