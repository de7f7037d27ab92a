"""Patch the transports of httpx and httpx2."""

from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mockserver.client.in_process_target import InProcessTarget, LateReplyError
from mockserver.client.interception.patches import Patch
from mockserver.http.in_process import ConnectionLostError

if TYPE_CHECKING:
    from mockserver.client.interception import ActiveInterceptions

_DISCONNECTED = "Server disconnected without sending a response."
_CUT_OFF = "peer closed connection without sending complete message body"
_EXTENSIONS = {"http_version": b"HTTP/1.1"}


def answer(library: Any, target: InProcessTarget, request: Any, body: bytes) -> Any:
    """Return the library's response to its request.

    Raises: the library's ReadTimeout, and its RemoteProtocolError for a connection that a fault ends.
    """
    timeout_s: float | None = request.extensions.get("timeout", {}).get("read")
    try:
        came = target.send(request.method, str(request.url), request.headers.raw, body, timeout_s=timeout_s)
        content = {"content": came.body}
    except LateReplyError as late:
        raise library.ReadTimeout(str(late), request=request) from late
    except ConnectionLostError as lost:
        if lost.response is None:
            raise library.RemoteProtocolError(_DISCONNECTED, request=request) from lost
        came = lost.response
        content = {"stream": _cut_off(library, request, came.body)}
    return library.Response(came.status, headers=came.headers, request=request, extensions=_EXTENSIONS, **content)


def _cut_off(library: Any, request: Any, body: bytes) -> Any:
    """Return a sync and async stream that ends in the middle."""

    class CutOff(library.SyncByteStream, library.AsyncByteStream):  # type: ignore[misc]  # the library is an argument
        def __iter__(self) -> Iterator[bytes]:
            yield body
            raise library.RemoteProtocolError(_CUT_OFF, request=request)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield body
            raise library.RemoteProtocolError(_CUT_OFF, request=request)

    return CutOff()


def _sync(original: Any, library: ModuleType, active: "ActiveInterceptions") -> Any:
    def handle_request(transport: Any, request: Any) -> Any:
        target = active.find(str(request.url))
        return original(transport, request) if target is None else answer(library, target, request, request.read())

    return handle_request


def _async(original: Any, library: ModuleType, active: "ActiveInterceptions") -> Any:
    async def handle_async_request(transport: Any, request: Any) -> Any:
        target = active.find(str(request.url))
        if target is None:
            return await original(transport, request)
        return answer(library, target, request, await request.aread())

    return handle_async_request


PATCHES = tuple(
    patch
    for library in ("httpx", "httpx2")
    for patch in (
        Patch(library, "HTTPTransport", "handle_request", _sync),
        Patch(library, "AsyncHTTPTransport", "handle_async_request", _async),
    )
)
