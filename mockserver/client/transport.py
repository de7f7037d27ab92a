"""An httpx transport that calls the mock in the same process: no port, no thread, nothing to wait for."""

import httpx

from mockserver.client.httpx_reply import answer
from mockserver.client.receiver import Receiver
from mockserver.http.app import App


class MockTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends the requests of an httpx client, sync or async, to an application of this process.

    Any host will do: that of the mock, or the provider's own. A delay takes no time, but one as long as the client's read
    time-out raises that time-out, and a connection that a fault ends raises what httpx raises for it.

        client = httpx.Client(transport=account.transport, base_url="https://api.example.com")
    """

    def __init__(self, app: App, sandbox: str = "") -> None:
        """Take the application, and the sandbox that all requests go to; empty: path, header or key says which one."""
        self._receiver = Receiver(app, sandbox)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a sync client."""
        response: httpx.Response = answer(httpx, self._receiver, request, request.read())
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client."""
        response: httpx.Response = answer(httpx, self._receiver, request, await request.aread())
        return response
