"""One line for each request, for people who look on; put around the application only when they do, so else it costs nothing."""

import logging
from collections.abc import Mapping

from mockserver.edge.app import CONTROL, ASGIApp, Message, Receive, Scope, Send
from mockserver.state.clock import stopwatch_us

_log = logging.getLogger("mockserver.requests")

_DIM, _PLAIN = "2", "0"
_COLOURS = {2: "32", 3: "36", 4: "33", 5: "31"}
"""First digit of a status → colour of a terminal."""


class RequestLog:
    """An application that logs what another one answers: providers' paths at level `info`, those of `/_mock` at `debug`.

    Query and headers are left out, since credentials may stand in them.
    """

    def __init__(self, app: ASGIApp, *, coloured: bool) -> None:
        self._app = app
        self._coloured = coloured

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection of the ASGI protocol."""
        started = stopwatch_us()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, message, stopwatch_us() - started)
            await send(message)

        await self._app(scope, receive, noting)

    def _note(self, scope: Scope, message: Message, took_us: int) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
        status = self._paint(str(message["status"]), _COLOURS.get(message["status"] // 100, _PLAIN))
        path = scope["path"].encode("unicode_escape").decode()
        rest = self._paint(f"{took_us / 1000:.1f} ms{_notes(headers)}", _DIM)
        level = logging.DEBUG if f"{CONTROL}/" in f"{path}/" else logging.INFO
        _log.log(level, "%s %s %s %s", status, scope["method"], path, rest)

    def _paint(self, text: str, colour: str) -> str:
        return f"\033[{colour}m{text}\033[0m" if self._coloured else text


def _notes(headers: Mapping[str, str]) -> str:
    """Return what the mock noticed about the exchange, as its headers say it."""
    noted = [name for name in ("mock-fault", "mock-violation", "mock-assumed") if name in headers]
    notes = [f"{name.removeprefix('mock-')} {headers[name]}" for name in noted]
    return "".join(f" · {note}" for note in notes)
