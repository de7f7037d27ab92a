"""`mockserver serve`: run the mock until Ctrl-C."""

import gc
import logging
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TextIO

import click

from mockserver.cli import say
from mockserver.cli.options import PROVIDERS, Whole, base_url, command, host, http_url, number, option, origin, switch

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from mockserver.cli.state_file import StateFile
    from mockserver.http.app import App
    from mockserver.providers.provider import Provider

MODES = ("real", "frozen", "step")
OURSELVES = "Control API"
LEVELS = ("debug", "info", "warning", "error", "critical")


def _timestamp(text: str) -> int:
    """Read a timestamp as milliseconds since 1970."""
    from mockserver.state.clock import parse_timestamp

    try:
        return parse_timestamp(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a timestamp; write one like 2026-02-02T13:48:05.683Z") from None


def _pair(text: str) -> tuple[str, str]:
    """Read `KEY=CHOICE`."""
    key, equals, choice = text.partition("=")
    if not (key and equals and choice):
        raise ValueError(f"{text!r} is not a pair; write KEY=CHOICE")
    return key.strip(), choice.strip()


OPTIONS = (
    option("--host", "HOST", "Address to listen on.", default="127.0.0.1"),
    option("--port", "PORT", "Port to listen on; 0 finds a free one.", Whole(0, 65_535), default=4_010),
    PROVIDERS,
    option("--fixture", "NAME|FILE", "Scenario or file to start with; repeatable.", multiple=True, default=["default"]),
    option("--state", "FILE", "State of the default sandbox: read at the start if it exists, written at the end.", Path),
    option("--seed", "N", "Seed of ids and generated records.", Whole(1 - 2**53, 2**53 - 1), show_default="1"),
    option("--clock", None, "step: advance by a second with each exchange.", click.Choice(MODES), show_default="real"),
    option("--now", "TIMESTAMP", "Start of the clock.", _timestamp, show_default="frozen and step: the fixture's now"),
    option("--assume", "KEY=CHOICE", "Choice for an assumption (`mockserver assumptions`); repeatable.", _pair, multiple=True),
    option("--assumptions", "FILE", "YAML file of choices, `KEY: CHOICE` on each line; --assume takes precedence.", Path),
    option("--latency", "MS", "Delay added to each provider response.", number, default=0),
    option("--webhook", "URL", "Where to send events; on this machine, or a host of --allow-webhook-host.", http_url),
    option("--webhook-secret", "S", "Secret that signs the events sent to --webhook."),
    option("--public-url", "URL", "Base URL of links in responses, when the mock is behind a proxy.", base_url),
    switch("--watch", "Reload fixtures, contract and assumptions when a file changes; resets all sandboxes."),
    option("--allow-host", "H", "Extra Host value accepted on /_mock, beside loopback; repeatable.", host, multiple=True),
    option("--allow-origin", "O", "Extra Origin value accepted on /_mock, beside loopback; repeatable.", origin, multiple=True),
    option("--allow-webhook-host", "H", "Extra host for webhooks, beside loopback; repeatable.", host, multiple=True),
    option("--max-body", "BYTES", "Largest body of a request to a provider.", Whole(1, 2**31), default=1_000_000),
    option("--max-sandboxes", "N", "Largest number of sandboxes.", Whole(1, 10**9), default=1_000),
    option("--journal-limit", "N", "Number of exchanges that each sandbox remembers.", Whole(0, 10**9), default=1_000),
    switch("--check-replies", "Compare every response with the contract before it is sent."),
    option("--log-level", None, "info shows each request.", click.Choice(LEVELS), show_default="info on terminals, else warning"),
)


@command("serve", *OPTIONS)
def serve(**given: Any) -> int:
    """Serve until a signal ends it."""
    gc.disable()  # hardly anything that is made at the start ever goes
    from mockserver.app import asgi_app
    from mockserver.cli.setup import Watch, setup
    from mockserver.cli.state_file import StateFile
    from mockserver.http.server import Address, HttpServer, ending_on_signals, listen

    values = SimpleNamespace(**given)
    app = asgi_app(**setup(values))
    state = StateFile(values.state) if values.state else None
    if state is not None:
        state.load(app.mock)
    sockets = listen(values.host, values.port)
    url = values.public_url or Address(values.host, sockets[0].getsockname()[1]).url
    server = HttpServer(_logged(app, values.log_level))
    background = [Watch(app.mock, values).run] if values.watch else []
    _collect_rarely()
    with ending_on_signals(server):
        try:
            server.run(sockets, ready=lambda: say(announcement(app, url, state)), background=background)
        finally:
            if state is not None:
                state.save(app.mock)
    return 0


def announcement(app: "App", url: str, state: "StateFile | None" = None) -> str:
    """Return the announcement: base URLs, examples, webhooks, control API."""
    from mockserver.state.sandbox import DEFAULT

    providers = app.mock.pipeline.providers.values()
    width = max(len(OURSELVES), *(len(provider.title) for provider in providers))
    lines = [f"{provider.title:{width}}  {url}  replaces {provider.origin}" for provider in providers]
    examples = [
        f"curl {example.format(url=url)}" for provider in providers if (example := provider.example or _first_get(app, provider))
    ]
    lines += ["", *examples, ""] if examples else [""]
    for endpoint in app.mock.sandboxes.get(DEFAULT).state.endpoints:
        to, which = endpoint.url or "collected, not sent", ", ".join(endpoint.events) or "all events"
        lines.append(f"{'Webhook':{width}}  {to}  ({which})")
    if state is not None:
        done = "loaded, will be saved at shutdown" if state.was_there else "will be created at shutdown"
        lines.append(f"{'State file':{width}}  {state.path}, {done}")
    return "\n".join([*lines, f"{OURSELVES:{width}}  {url}/_mock/"])


def _first_get(app: "App", provider: "Provider") -> str:
    """Return a call of the provider's first GET without parameters in its path; empty if there is none."""
    operations = app.mock.pipeline.contract.operations.values()
    paths = [each.path for each in operations if each.provider == provider.name and each.method == "GET" and "{" not in each.path]
    return f'{{url}}{paths[0]} -H "Authorization: Bearer any"' if paths else ""


def _collect_rarely() -> None:
    """Collect garbage rarely; by default it takes a quarter of a request."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def _logged(app: "App", level: str | None) -> "ASGIApp":
    """Return the application, with a request log at `info` and below."""
    level = level or ("info" if sys.stderr.isatty() else "warning")
    number = logging.getLevelNamesMapping()[level.upper()]
    others = number if level == "debug" else max(number, logging.WARNING)
    logging.basicConfig(format="%(message)s", level=others, force=True)
    logging.getLogger("mockserver").setLevel(number)
    if number > logging.INFO:
        return app
    from mockserver.http.server import RequestLog

    return RequestLog(app, coloured=is_coloured(sys.stderr))


def is_coloured(stream: TextIO) -> bool:
    """Return whether colours may be sent to the stream."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
