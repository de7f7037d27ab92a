"""`http.client`, and so urllib, urllib3 and requests, where a connection is opened and where a request begins."""

from types import ModuleType
from typing import Any

from mockserver.client.interception.points import Point, Router
from mockserver.client.wire import attach
from mockserver.errors import UnexpectedRequestError

_PORTS = {"http": 80, "https": 443}


def _connect(original: Any, _library: ModuleType, router: Router) -> Any:
    """Open no connection to a host that is played or refused; the request says which, when it begins."""

    def connect(connection: Any) -> None:
        if router.is_open(_base_url(connection)):
            original(connection)
        else:
            connection.is_verified = True  # urllib3 warns of connections that are not; this one goes nowhere
            connection.sock = _Unused()

    return connect


def _putrequest(original: Any, _library: ModuleType, router: Router) -> Any:
    def putrequest(connection: Any, method: str, url: str, *more: Any, **options: Any) -> None:
        base_url = _base_url(connection)
        try:
            receiver = router.find(url if url.startswith(("http://", "https://")) else f"{base_url}{url}")
        except UnexpectedRequestError:
            connection.close()
            raise
        if receiver is not None:
            attach(connection, receiver, base_url)
        original(connection, method, url, *more, **options)

    return putrequest


class _Unused:
    """What stands for a socket from the moment when one is opened until a request begins."""

    def settimeout(self, _seconds: float | None) -> None:
        """Pass over what the connection knows as well."""

    def close(self) -> None:
        """Pass over the end of a connection that is none."""


def _base_url(connection: Any) -> str:
    """Return scheme and host of the server that the connection leads to, be it through a proxy's tunnel."""
    is_tunnel = bool(connection._tunnel_host)
    host, port = (connection._tunnel_host, connection._tunnel_port) if is_tunnel else (connection.host, connection.port)
    scheme = "https" if is_tunnel or connection.default_port == _PORTS["https"] else "http"
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{scheme}://{name}" if port == _PORTS[scheme] else f"{scheme}://{name}:{port}"


POINTS = (
    Point("http.client", "HTTPConnection", "connect", _connect),
    Point("http.client", "HTTPConnection", "putrequest", _putrequest),
    Point("http.client", "HTTPSConnection", "connect", _connect),
    Point("urllib3.connection", "HTTPConnection", "connect", _connect),
    Point("urllib3.connection", "HTTPSConnection", "connect", _connect),
)
