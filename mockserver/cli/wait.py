"""`mockserver wait`: wait until a mock is ready."""

import json
import sys
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event
from urllib.parse import urlsplit

import click

from mockserver.cli import say
from mockserver.cli.options import Text, base_url, command, number, option

PAUSE_S = 0.1
ATTEMPT_S = 2.0
"""Timeout of one attempt."""


@command(
    "wait",
    click.argument("url", metavar="URL", type=Text(base_url)),
    option("--timeout", "S", "Seconds to wait.", number, default=30),
)
def wait(url: str, timeout: float) -> int:
    """Ask until the mock is ready; return 1 at the timeout."""
    from mockserver.state.clock import stopwatch_us

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
    """Return why the mock is not ready, or None; ignore proxies."""
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
        return "what answers there is not a mockserver"
