"""Sends a reply as a fault has it: not at all, in part, or slowly.

Where the connection must end, the scope says how (`mock.hang_up`): a server closes it, and a call within the process raises.
Under another server the reply just stays unfinished, which any server answers by closing the connection.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mockserver.exchange import RawHeaders
from mockserver.pipeline import EncodedReply

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

DRIPS = 10
"""Pieces of a reply that drips; a shorter one has a byte in each."""


async def send_disturbed(scope: Scope, receive: Receive, send: Send, answer: EncodedReply, headers: RawHeaders) -> None:
    """Send the answer, or what the fault leaves of it; `headers` are all that it carries."""
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    if answer.wire == "drip":
        await send(start)
        await _drip(scope, send, answer)
    elif answer.wire == "garbage":
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})
    else:
        if answer.wire == "truncate" and answer.body:
            await send(start)
            await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
        await _hang_up(scope, receive)


async def _drip(scope: Scope, send: Send, answer: EncodedReply) -> None:
    pause: Callable[[float], Awaitable[None]] = scope.get("mock.pause", asyncio.sleep)
    step = -(-len(answer.body) // DRIPS) or 1
    for at in range(0, len(answer.body), step):
        if at:
            await pause(answer.drip_ms / 1000)
        await send({"type": "http.response.body", "body": answer.body[at : at + step], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _hang_up(scope: Scope, receive: Receive) -> None:
    """End the connection, and wait until the server has noticed."""
    if "mock.hang_up" in scope:
        scope["mock.hang_up"]()
        while (await receive())["type"] != "http.disconnect":
            pass
