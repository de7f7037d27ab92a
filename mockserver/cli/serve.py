"""`mockserver serve`: plays the providers until Ctrl-C."""

import gc
import logging
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.cli import options
from mockserver.cli.options import Option, base_url, http_url, number, one_of, pair, timestamp, whole
from mockserver.cli.terminal import is_coloured, say

if TYPE_CHECKING:
    from mockserver.cli.state_file import StateFile
    from mockserver.http.app import App, ASGIApp
    from mockserver.http.server import Background

LEVELS = ("debug", "info", "warning", "error", "critical")

OPTIONS = (
    Option("--host", "HOST", "address to listen at", default="127.0.0.1"),
    Option("--port", "PORT", "port to listen at; 0 finds a free one", whole(0, 65_535), 4_010),
    Option("--fixture", "NAME|FILE", "scenario or file to begin with; several add up", str, ["default"], repeated=True),
    Option("--state", "FILE", "the default sandbox's state: read at the start if it is there, written at the end", Path),
    Option("--seed", "N", "what ids and generated records come from (1)", whole(0, 2**53 - 1)),
    Option("--clock", "MODE", "real, frozen, or step: a second with each exchange (real)", one_of("real", "frozen", "step")),
    Option("--now", "TIMESTAMP", "what the clock starts at (frozen and step: the fixture's now)", timestamp),
    Option("--assume", "KEY=CHOICE", "answer to a question that the documents leave open", pair, [], repeated=True),
    Option("--assumptions", "FILE", "YAML of such answers, `KEY: CHOICE` a line; --assume wins over it", Path),
    Option("--latency", "MS", "how long each answer of a provider waits", number, 0),
    Option("--webhook", "URL", "where events are sent, of this machine unless --allow-webhook-host names its host", http_url),
    Option("--webhook-secret", "S", "what signs the events to --webhook"),
    Option("--public-url", "URL", "what links start with, where a proxy hides the client's own origin", base_url),
    Option("--watch", "", "read fixtures, contract and assumptions again when one changes; sandboxes then begin anew"),
    Option("--allow-host", "H", "host that calls to /_mock may name, beside loopback ones", str.lower, [], repeated=True),
    Option("--allow-origin", "O", "origin whose pages may call /_mock, beside loopback ones", base_url, [], repeated=True),
    Option("--allow-webhook-host", "H", "host that webhooks may go to, beside loopback ones", str.lower, [], repeated=True),
    Option("--max-body", "BYTES", "largest body of a request to a provider", whole(1, 2**31), 1_000_000),
    Option("--max-sandboxes", "N", "how many sandboxes there may be", whole(1, 10**9), 1_000),
    Option("--journal-limit", "N", "how many exchanges each sandbox remembers", whole(0, 10**9), 1_000),
    Option("--check-replies", "", "compare every reply with the contract before it is sent"),
    Option("--log-level", "L", f"{', '.join(LEVELS)}; info shows requests (on a terminal info, else warning)", one_of(*LEVELS)),
)


def declare(parser: ArgumentParser) -> None:
    """Have the parser take the command's options."""
    options.declare(parser, OPTIONS)


def run(given: Namespace) -> int:
    """Serve until a signal ends it."""
    gc.disable()  # hardly anything that is made at the start ever goes
    from mockserver.app import create_app
    from mockserver.cli.setup import app_options, setup
    from mockserver.cli.state_file import StateFile

    values = options.read(given, OPTIONS)
    app = create_app(options=app_options(values), **setup(values))
    state = StateFile(values.state) if values.state else None
    if state is not None:
        state.load(app.mock)
    _serve(app, values, state)
    return 0


def _serve(app: "App", values: Namespace, state: "StateFile | None") -> None:
    from mockserver.cli.announcement import announcement
    from mockserver.http.server import Address, HttpServer, ending_on_signals, listen

    sockets = listen(values.host, values.port)
    address = Address(values.host, sockets[0].getsockname()[1])
    server = HttpServer(_logged(app, values.log_level), sockets)

    url = values.public_url or address.url

    _collect_rarely()
    with ending_on_signals(server):
        try:
            server.run(ready=lambda: say(announcement(app, url, state)), background=_background(app, values))
        finally:
            if state is not None:
                state.save(app.mock)


def _collect_rarely() -> None:
    """Spare the garbage collector what stays for good and what soon goes by itself: nearly all that there is.

    By default it looks through everything so often that it takes a quarter of the time of a request.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def _background(app: "App", values: Namespace) -> list["Background"]:
    if not values.watch:
        return []
    from mockserver.cli.watch import Watch

    return [Watch(app.mock, values).run]


def _logged(app: "App", level: str | None) -> "ASGIApp":
    """Return the application, with a line for each request at level `info` and below."""
    level = level or ("info" if sys.stderr.isatty() else "warning")
    number = logging.getLevelNamesMapping()[level.upper()]
    others = number if level == "debug" else max(number, logging.WARNING)
    logging.basicConfig(format="%(message)s", level=others, force=True)
    logging.getLogger("mockserver").setLevel(number)
    if number > logging.INFO:
        return app
    from mockserver.http.server import RequestLog

    return RequestLog(app, coloured=is_coloured(sys.stderr))
