"""Send a reply with a connection fault: drop, truncate, drip.

`mock.hang_up` in the scope ends the connection: a server closes it, an in-process call raises. Other servers close it because
the reply stays unfinished.
"""

import asyncio
from typing import TYPE_CHECKING

from mockserver.exchange import RawHeaders
from mockserver.pipeline import EncodedReply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Receive, Scope, Send

DRIPS = 10
"""Largest number of pieces of a dripping reply."""


async def send_disturbed(scope: "Scope", receive: "Receive", send: "Send", reply: EncodedReply, headers: RawHeaders) -> None:
    """Send the reply with its fault and these headers."""
    start = {"type": "http.response.start", "status": reply.status, "headers": headers}
    if reply.wire == "drip":
        await send(start)
        await _drip(scope, send, reply)
    elif reply.wire == "garbage":
        await send(start)
        await send({"type": "http.response.body", "body": reply.body})
    else:
        if reply.wire == "truncate" and reply.body:
            await send(start)
            await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
        await _hang_up(scope, receive)


async def _drip(scope: "Scope", send: "Send", reply: EncodedReply) -> None:
    pause: Callable[[float], Awaitable[None]] = scope.get("mock.pause", asyncio.sleep)
    step = -(-len(reply.body) // DRIPS) or 1
    for at in range(0, len(reply.body), step):
        if at:
            await pause(reply.drip_ms / 1000)
        await send({"type": "http.response.body", "body": reply.body[at : at + step], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _hang_up(scope: "Scope", receive: "Receive") -> None:
    """End the connection, and wait for the disconnect."""
    if "mock.hang_up" in scope:
        scope["mock.hang_up"]()
        while (await receive())["type"] != "http.disconnect":
            pass
