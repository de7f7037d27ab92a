"""Serve the application over HTTP with uvicorn, starting and stopping in milliseconds.

uvicorn itself polls ten times a second whether it should stop, sleeps while it stops, and then sends itself the signal again.
"""

import asyncio
import errno
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Literal

import uvicorn
from msgspec import Struct

from mockserver.errors import ConfigurationError
from mockserver.http.app import CONTROL
from mockserver.http.protocol import MAX_HEAD_BYTES, HttpTools, h11_protocol
from mockserver.state.clock import stopwatch_us

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Parser = Literal["httptools", "h11"]
Background = Callable[[], Coroutine[Any, Any, None]]

GRACE_S = 1.0
"""Seconds for replies on their way when the server ends."""

KEEP_ALIVE_S = 60
"""Seconds that a connection may be idle between two requests."""

HEAD_TIMEOUT_S = 30.0
"""Seconds between checks; one without a head at two is closed."""

_ABSENT = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_REFUSALS: Mapping[int | None, tuple[str, str | None]] = {
    errno.EADDRINUSE: ("the port is taken", "choose another with --port, or 0 for a free one"),
    errno.EACCES: ("the port needs more rights", "choose one above 1023 with --port"),
    errno.EADDRNOTAVAIL: ("this machine has no such address", "choose another with --host"),
}
_log = logging.getLogger("uvicorn.error")


class Address(Struct, frozen=True):
    """Address of a server."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The base URL; loopback for a server at all addresses."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def listen(host: str, port: int) -> list[socket.socket]:
    """Return sockets for the host's addresses, all at one port.

    Addresses that this machine lacks are left out while there are others.
    Raises: ConfigurationError if the port is taken, or the host is none of this machine.
    """
    sockets: list[socket.socket] = []
    absent: OSError | None = None
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
            chosen = sockets[0].getsockname()[1] if sockets else port
            try:
                sockets.append(_bound(family, (address[0], chosen, *address[2:])))
            except OSError as error:
                if error.errno not in _ABSENT:
                    raise
                absent = error
        if absent is not None and not sockets:
            raise absent
    except OSError as error:
        for each in sockets:
            each.close()
        number = errno.EADDRNOTAVAIL if isinstance(error, socket.gaierror) else error.errno
        what, hint = _REFUSALS.get(number, (f"cannot listen: {error.strerror}", None))
        raise ConfigurationError(what, where=f"{host}:{port}", hint=hint) from error
    return sockets


class HttpServer(uvicorn.Server):
    """uvicorn's server, which ends at once."""

    def __init__(self, app: "ASGIApp", *, parser: Parser = "httptools", head_timeout_s: float = HEAD_TIMEOUT_S) -> None:
        super().__init__(_configuration(app, parser))
        self._head_timeout_s = head_timeout_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._ready: Callable[[], None] = lambda: None
        self._background: Sequence[Background] = ()

    def run(
        self,
        sockets: list[socket.socket] | None = None,
        *,
        ready: Callable[[], None] | None = None,
        background: Sequence[Background] = (),
    ) -> None:
        """Serve until `end` is called, and close the sockets.

        ready: callback once requests are answered.
        background: coroutine functions to run in the event loop meanwhile.
        """
        self._ready, self._background = ready or self._ready, background
        try:
            with asyncio.Runner(loop_factory=self.config.get_loop_factory()) as runner:
                runner.run(self.serve(sockets))
        finally:
            for each in sockets or ():
                each.close()

    def end(self) -> None:
        """Make `run` return; safe in other threads, signal handlers, and before `run`."""
        if self._loop is None:
            self._ended.set()
        else:
            self._loop.call_soon_threadsafe(self._ended.set)

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Leave signals to `ending_on_signals`; uvicorn would send them to the process again."""
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, and listen.

        Raises: RuntimeError if the application does not start.
        """
        self._loop = asyncio.get_running_loop()
        with suppress(SystemExit):  # older versions return instead
            await super().startup(sockets)
        if self.lifespan.should_exit:
            raise RuntimeError("the application did not start; its log says why")

    async def main_loop(self) -> None:
        """Wait until the server is ended."""
        tasks = [_started(each) for each in (*self._background, self._close_silent)]
        try:
            self._ready()
            await self._ended.wait()
        finally:
            for task in tasks:
                task.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - `run` closes them
        """Close listeners, end the application, then await replies under way."""
        for listener in self.servers:
            listener.close()
        await self.lifespan.shutdown()  # first, so that open streams can end
        for connection in self._connections:
            connection.shutdown()
        try:
            async with asyncio.timeout(GRACE_S):
                while self.server_state.connections or self.server_state.tasks:
                    await asyncio.sleep(0.001)
        except TimeoutError:
            await self._cut_off()

    async def _close_silent(self) -> None:
        """Close connections whose request head is overdue; uvicorn closes only idle ones."""
        silent: dict[Any, Any] = {}
        while True:
            await asyncio.sleep(self._head_timeout_s)
            owing = {each: each.cycle for each in self._connections if _owes_head(each)}
            for connection, cycle in owing.items():
                if connection in silent and silent[connection] is cycle:
                    connection.transport.close()
            silent = owing

    async def _cut_off(self) -> None:
        """Abort the remaining connections and cancel their replies."""
        for connection in self._connections:
            connection.transport.abort()
        await asyncio.sleep(0.01)
        _log.addFilter(_is_no_cancellation)
        try:
            for task in self.server_state.tasks:
                task.cancel()
            if self.server_state.tasks:
                await asyncio.wait(self.server_state.tasks, timeout=GRACE_S)
        finally:
            _log.removeFilter(_is_no_cancellation)

    @property
    def _connections(self) -> list[Any]:
        return list(self.server_state.connections)


@contextmanager
def running_server(
    app: "ASGIApp",
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    parser: Parser = "httptools",
    head_timeout_s: float = HEAD_TIMEOUT_S,
) -> Iterator[Address]:
    """Serve the application in a thread while the context lasts.

    Raises: ConfigurationError if the port is taken, or the host is none of this machine.
    """
    sockets = listen(host, port)
    server = HttpServer(app, parser=parser, head_timeout_s=head_timeout_s)
    started: Future[None] = Future()
    address = Address(host, sockets[0].getsockname()[1])

    def run() -> None:
        try:
            server.run(sockets, ready=lambda: started.set_result(None))
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=run, name="mockserver", daemon=True)
    thread.start()
    started.result()
    try:
        yield address
    finally:
        server.end()
        thread.join()


@contextmanager
def ending_on_signals(server: HttpServer) -> Iterator[None]:
    """Make Ctrl-C and SIGTERM end the server; main thread only."""
    before = {each: signal.signal(each, lambda *_: server.end()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _configuration(app: "ASGIApp", parser: Parser) -> uvicorn.Config:
    """Return uvicorn's settings; the answers do not depend on the parser."""
    return uvicorn.Config(
        app,
        http=HttpTools if parser == "httptools" else h11_protocol(),
        loop="auto",
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
    )


def _bound(family: int, address: tuple[Any, ...]) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; left on, it costs 44 ms with every request.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere the option lets two servers have one port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, address[0] != "::")
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made


def _started(background: Background) -> asyncio.Task[None]:
    task = asyncio.create_task(background())
    task.add_done_callback(_report)
    return task


def _report(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("%s failed", task.get_coro(), exc_info=error)


def _owes_head(connection: Any) -> bool:
    """Return whether the connection is neither answering nor idle."""
    answered = connection.cycle is None or connection.cycle.response_complete
    return answered and connection.timeout_keep_alive_task is None


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)


_requests_log = logging.getLogger("mockserver.requests")

_DIM, _PLAIN = "2", "0"
_COLOURS = {2: "32", 3: "36", 4: "33", 5: "31"}
"""First digit of a status → colour of a terminal."""


class RequestLog:
    """Access log: providers' paths at level `info`, those of `/_mock` at `debug`.

    Query and headers are left out, since credentials may stand in them.
    """

    def __init__(self, app: "ASGIApp", *, coloured: bool) -> None:
        self._app = app
        self._coloured = coloured

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one connection of the ASGI protocol."""
        started = stopwatch_us()

        async def noting(message: "Message") -> None:
            if message["type"] == "http.response.start":
                self._note(scope, message, stopwatch_us() - started)
            await send(message)

        await self._app(scope, receive, noting)

    def _note(self, scope: "Scope", message: "Message", took_us: int) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
        status = self._paint(str(message["status"]), _COLOURS.get(message["status"] // 100, _PLAIN))
        path = scope["path"].encode("unicode_escape").decode()
        rest = self._paint(f"{took_us / 1000:.1f} ms{_notes(headers)}", _DIM)
        level = logging.DEBUG if f"{CONTROL}/" in f"{path}/" else logging.INFO
        _requests_log.log(level, "%s %s %s %s", status, scope["method"], path, rest)

    def _paint(self, text: str, colour: str) -> str:
        return f"\033[{colour}m{text}\033[0m" if self._coloured else text


def _notes(headers: Mapping[str, str]) -> str:
    """Return the notes of the `Mock-` headers."""
    noted = [name for name in ("mock-fault", "mock-violation", "mock-assumed") if name in headers]
    notes = [f"{name.removeprefix('mock-')} {headers[name]}" for name in noted]
    return "".join(f" · {note}" for note in notes)
