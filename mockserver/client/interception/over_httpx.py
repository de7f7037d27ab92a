"""httpx and its successor, where a client hands a request to its transport."""

from types import ModuleType
from typing import Any

from mockserver.client.httpx_reply import answer
from mockserver.client.interception.points import Point, Router


def _sync(original: Any, library: ModuleType, router: Router) -> Any:
    def handle_request(transport: Any, request: Any) -> Any:
        receiver = router.find(str(request.url))
        return original(transport, request) if receiver is None else answer(library, receiver, request, request.read())

    return handle_request


def _async(original: Any, library: ModuleType, router: Router) -> Any:
    async def handle_async_request(transport: Any, request: Any) -> Any:
        receiver = router.find(str(request.url))
        if receiver is None:
            return await original(transport, request)
        return answer(library, receiver, request, await request.aread())

    return handle_async_request


POINTS = tuple(
    point
    for library in ("httpx", "httpx2")
    for point in (
        Point(library, "HTTPTransport", "handle_request", _sync),
        Point(library, "AsyncHTTPTransport", "handle_async_request", _async),
    )
)
