"""The mock on a real socket, for clients that are not written in Python."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from mockserver.edge.app import App


@contextmanager
def serving(app: App) -> Iterator[str]:
    """Serve the application on a free port of this machine, and give its address."""
    loop = asyncio.new_event_loop()
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
    config.load()
    state = ServerState()
    making = loop.create_server(lambda: HttpToolsProtocol(config, state, {}, loop), "127.0.0.1", 0)
    server = loop.run_until_complete(making)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        asyncio.run_coroutine_threadsafe(_hang_up(state), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _hang_up(state: ServerState) -> None:
    for connection in list(state.connections):
        connection.transport.abort()
    await asyncio.sleep(0)
