"""Connections to an ASGI application, message by message: for what no HTTP client would send."""

import asyncio
from typing import Any

HOST = (b"host", b"mock.localhost")


def scope_of(path: str, **more: Any) -> dict[str, Any]:
    """Return the scope of a GET of the path, with whatever else it shall say."""
    named = {"method": "GET", "scheme": "http", "path": path, "query_string": b"", "headers": [HOST]}
    return {"type": "http", **named, **more}


def converse(app: Any, scope: dict[str, Any], *messages: dict[str, Any]) -> list[Any]:
    """Return what the application sends on a connection on which these messages come, and none after them."""
    incoming, sent = iter(messages), []

    async def receive() -> dict[str, Any]:
        return next(incoming)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent
