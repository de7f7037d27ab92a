"""An httpx transport that calls the mock in the same process: no port, no thread, nothing to wait for."""

import httpx

from mockserver.edge.app import App
from mockserver.edge.transport import Response, call


class MockTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends the requests of an httpx client, sync or async, to an application of this process.

    A delay takes no time, but one as long as the client's read time-out raises that time-out.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a sync client."""
        return self._answer(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client."""
        return self._answer(request, await request.aread())

    def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        limit: float | None = request.extensions.get("timeout", {}).get("read")

        async def pause(seconds: float) -> None:
            if limit is not None and seconds >= limit:
                raise httpx.ReadTimeout(f"the mock waits {seconds} s, the client {limit} s", request=request)

        answer: Response = call(self._app, request.method, str(request.url), headers=request.headers.raw, body=body, pause=pause)
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body, request=request)
