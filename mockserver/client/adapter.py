"""An adapter for requests that calls the mock in the same process, without port or thread."""

from functools import partial
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from mockserver.client.receiver import Receiver
from mockserver.client.wire import attach
from mockserver.http.app import App


class MockAdapter(HTTPAdapter):
    """Send the requests of a session to an application of this process: `session.mount("https://", adapter)`.

    The host does not matter. Retries, timeouts (raised at once) and connection errors are as over a network. Proxies and
    certificates are ignored.
    """

    def __init__(self, app: App, sandbox: str = "", **options: Any) -> None:
        """Take the application and the sandbox of all requests; empty: path, header or key selects it.

        options: other options of `HTTPAdapter`, such as `max_retries`.
        """
        self._receiver = Receiver(app, sandbox)
        super().__init__(**options)

    def init_poolmanager(self, *pools: Any, **options: Any) -> None:
        """Make pools whose connections lead to the application."""
        super().init_poolmanager(*pools, **options)
        manager: PoolManager = self.poolmanager
        pools_by_scheme: Any = {"http": partial(_Pool, self._receiver), "https": partial(_SecurePool, self._receiver)}
        manager.pool_classes_by_scheme = pools_by_scheme

    def send(self, request: PreparedRequest, *sending: Any, **options: Any) -> Response:
        """Send the request without proxies."""
        return super().send(request, *sending, **{**options, "proxies": None})


class _Plain(HTTPConnection):
    def __init__(self, receiver: Receiver, *where: Any, **options: Any) -> None:
        super().__init__(*where, **options)
        self._receiver = receiver

    def putrequest(self, *request: Any, **options: Any) -> None:
        attach(self, self._receiver, f"http://{self.host}:{self.port}")
        super().putrequest(*request, **options)


class _Secure(HTTPSConnection):
    def __init__(self, receiver: Receiver, *where: Any, **options: Any) -> None:
        super().__init__(*where, **options)
        self._receiver = receiver

    def connect(self) -> None:
        attach(self, self._receiver, f"https://{self.host}:{self.port}")

    def putrequest(self, *request: Any, **options: Any) -> None:
        self.connect()
        super().putrequest(*request, **options)


class _Pool(HTTPConnectionPool):
    def __init__(self, receiver: Receiver, *where: Any, **options: Any) -> None:
        super().__init__(*where, **options)
        self.ConnectionCls: Any = partial(_Plain, receiver)


class _SecurePool(HTTPSConnectionPool):
    def __init__(self, receiver: Receiver, *where: Any, **options: Any) -> None:
        super().__init__(*where, **options)
        self.ConnectionCls: Any = partial(_Secure, receiver)
