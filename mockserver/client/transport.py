"""An httpx transport that calls the mock in the same process."""

import httpx

from mockserver.client.in_process_target import InProcessTarget
from mockserver.client.interception.over_httpx import answer
from mockserver.http.app import App


class MockTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Send the requests of an httpx client, sync or async, to the mock.

    The host does not matter. A delay takes no time; one as long as the client's read timeout raises `ReadTimeout`. A
    connection that a fault ends raises the error of httpx for it.

        client = httpx.Client(transport=account.transport, base_url="https://api.example.com")
    """

    def __init__(self, app: App, sandbox: str = "") -> None:
        """Take the application and the sandbox; empty: the request selects it."""
        self._target = InProcessTarget(app, sandbox)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a sync client."""
        response: httpx.Response = answer(httpx, self._target, request, request.read())
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client."""
        response: httpx.Response = answer(httpx, self._target, request, await request.aread())
        return response
