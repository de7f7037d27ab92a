"""An adapter for requests that calls the mock in the same process."""

from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from mockserver.client.fake_connection import attach
from mockserver.client.in_process_target import InProcessTarget
from mockserver.http.app import App


class MockAdapter(HTTPAdapter):
    """Send the requests of a session to the mock: `session.mount("https://", adapter)`.

    The host does not matter. Retries, timeouts (raised at once) and connection errors are as over a network. Proxies and
    certificates are ignored.
    """

    def __init__(self, app: App, sandbox: str = "", **options: Any) -> None:
        """Take the application and the sandbox; empty: the request selects it.

        options: other options of `HTTPAdapter`, such as `max_retries`.
        """
        self._target = InProcessTarget(app, sandbox)
        super().__init__(**options)

    def init_poolmanager(self, *pools: Any, **options: Any) -> None:
        """Make pools whose connections lead to the application."""
        super().init_poolmanager(*pools, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(self._target)

    def send(self, request: PreparedRequest, *sending: Any, **options: Any) -> Response:
        """Send the request without proxies."""
        return super().send(request, *sending, **{**options, "proxies": None})


def _pools(target: InProcessTarget) -> dict[str, Any]:
    class Plain(HTTPConnection):
        def putrequest(self, *request: Any, **options: Any) -> None:
            attach(self, target, f"http://{self.host}:{self.port}")
            super().putrequest(*request, **options)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            attach(self, target, f"https://{self.host}:{self.port}")

        def putrequest(self, *request: Any, **options: Any) -> None:
            self.connect()
            super().putrequest(*request, **options)

    class Pool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": Pool, "https": SecurePool}
