"""Patch the connections of `http.client`, and so urllib, urllib3 and requests."""

from types import ModuleType
from typing import TYPE_CHECKING, Any

from mockserver.client.fake_connection import attach
from mockserver.client.interception.patches import Patch
from mockserver.errors import UnexpectedRequestError

if TYPE_CHECKING:
    from mockserver.client.interception import ActiveInterceptions

_PORTS = {"http": 80, "https": 443}


def _connect(original: Any, _library: ModuleType, active: "ActiveInterceptions") -> Any:
    """Connect only to hosts that are neither intercepted nor refused."""

    def connect(connection: Any) -> None:
        if active.is_open(_base_url(connection)):
            original(connection)
        else:
            connection.is_verified = True  # urllib3 warns of connections that are not; this one goes nowhere
            connection.sock = _Unused()

    return connect


def _putrequest(original: Any, _library: ModuleType, active: "ActiveInterceptions") -> Any:
    def putrequest(connection: Any, method: str, url: str, *more: Any, **options: Any) -> None:
        base_url = _base_url(connection)
        try:
            target = active.find(url if url.startswith(("http://", "https://")) else f"{base_url}{url}")
        except UnexpectedRequestError:
            connection.close()
            raise
        if target is not None:
            attach(connection, target, base_url)
        original(connection, method, url, *more, **options)

    return putrequest


class _Unused:
    """Placeholder of a socket until a request starts."""

    def close(self, *_ignored: Any) -> None:
        pass

    settimeout = close


def _base_url(connection: Any) -> str:
    """Return scheme and host of the server, or behind the proxy's tunnel."""
    is_tunnel = bool(connection._tunnel_host)
    host, port = (connection._tunnel_host, connection._tunnel_port) if is_tunnel else (connection.host, connection.port)
    scheme = "https" if is_tunnel or connection.default_port == _PORTS["https"] else "http"
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{scheme}://{name}" if port == _PORTS[scheme] else f"{scheme}://{name}:{port}"


PATCHES = (
    Patch("http.client", "HTTPConnection", "connect", _connect),
    Patch("http.client", "HTTPConnection", "putrequest", _putrequest),
    Patch("http.client", "HTTPSConnection", "connect", _connect),
    Patch("urllib3.connection", "HTTPConnection", "connect", _connect),
    Patch("urllib3.connection", "HTTPSConnection", "connect", _connect),
)
