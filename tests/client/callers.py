"""Code under test: clients of every library that is intercepted, each made once and used for all its requests."""

import asyncio
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp
import httpx
import httpx2
import requests
import urllib3
from msgspec import Struct, json

TIMEOUT_S = 1.0


class Answer(Struct, frozen=True):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.decode(self.body)


class Caller(Protocol):
    """A client.

    Attributes:
        too_late, lost, cut_off: what it raises for a reply that comes too late, not at all, or only in part.
    """

    @property
    def too_late(self) -> type[Exception]: ...

    @property
    def lost(self) -> type[Exception]: ...

    @property
    def cut_off(self) -> type[Exception]: ...

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer: ...

    def close(self) -> None: ...


def _answer(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
    return Answer(status, {name.lower(): value for name, value in headers}, body)


class Httpx:
    library: Any = httpx
    too_late: type[Exception] = httpx.ReadTimeout
    lost: type[Exception] = httpx.RemoteProtocolError
    cut_off: type[Exception] = httpx.RemoteProtocolError

    def __init__(self, **options: Any) -> None:
        self._client = self.library.Client(timeout=TIMEOUT_S, **options)

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        reply = self._client.request(method, url, headers=headers, content=body)
        return _answer(reply.status_code, reply.headers.items(), reply.content)

    def close(self) -> None:
        self._client.close()


class HttpxAsync:
    library: Any = httpx
    too_late: type[Exception] = httpx.ReadTimeout
    lost: type[Exception] = httpx.RemoteProtocolError
    cut_off: type[Exception] = httpx.RemoteProtocolError

    def __init__(self, **options: Any) -> None:
        self._runner = asyncio.Runner()
        self._client = self.library.AsyncClient(timeout=TIMEOUT_S, **options)

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        reply = self._runner.run(self._client.request(method, url, headers=headers, content=_pieces(body)))
        return _answer(reply.status_code, reply.headers.items(), reply.content)

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


class Httpx2(Httpx):
    library = httpx2
    too_late = httpx2.ReadTimeout
    lost = cut_off = httpx2.RemoteProtocolError


class Httpx2Async(HttpxAsync):
    library = httpx2
    too_late = httpx2.ReadTimeout
    lost = cut_off = httpx2.RemoteProtocolError


class Requests:
    too_late: type[Exception] = requests.ReadTimeout
    lost: type[Exception] = requests.ConnectionError
    cut_off: type[Exception] = requests.exceptions.ChunkedEncodingError

    def __init__(self) -> None:
        self.session = requests.Session()

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        reply = self.session.request(method, url, headers=headers, data=body, timeout=TIMEOUT_S)
        return _answer(reply.status_code, reply.headers.items(), reply.content)

    def close(self) -> None:
        self.session.close()


class Urllib3:
    too_late: type[Exception] = urllib3.exceptions.ReadTimeoutError
    lost: type[Exception] = urllib3.exceptions.ProtocolError
    cut_off: type[Exception] = urllib3.exceptions.ProtocolError

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(retries=False, timeout=TIMEOUT_S)

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        reply = self._pool.request(method, url, headers=dict(headers), body=body)
        return _answer(reply.status, reply.headers.items(), reply.data)

    def close(self) -> None:
        self._pool.clear()


class Urllib:
    too_late: type[Exception] = TimeoutError
    lost: type[Exception] = http.client.RemoteDisconnected
    cut_off: type[Exception] = http.client.IncompleteRead

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener()

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        request = urllib.request.Request(url, method=method, headers=dict(headers), data=body)
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as reply:
                return _answer(reply.status, reply.headers.items(), reply.read())
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.status or 0, error.headers.items(), error.read())

    def close(self) -> None:
        self._opener.close()


class HttpClient:
    too_late: type[Exception] = TimeoutError
    lost: type[Exception] = http.client.RemoteDisconnected
    cut_off: type[Exception] = http.client.IncompleteRead

    def __init__(self) -> None:
        self._connections: dict[str, http.client.HTTPConnection] = {}

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = self._connections.setdefault(parts.netloc, kind(parts.netloc, timeout=TIMEOUT_S))
        connection.request(method, f"{parts.path}?{parts.query}", body, dict(headers), encode_chunked=_is_stream(body))
        reply = connection.getresponse()
        return _answer(reply.status, reply.headers.items(), reply.read())

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()


class Aiohttp:
    too_late: type[Exception] = TimeoutError
    lost: type[Exception] = aiohttp.ServerDisconnectedError
    cut_off: type[Exception] = aiohttp.ClientPayloadError

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._session: aiohttp.ClientSession | None = None

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        return self._runner.run(self._ask(method, url, headers, _pieces(body)))

    def close(self) -> None:
        if self._session is not None:
            self._runner.run(self._session.close())
        self._runner.close()

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], body: Any) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=True, timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        async with self._session.request(method, url, headers=headers, data=body) as reply:
            return _answer(reply.status, reply.headers.items(), await reply.read())


def _is_stream(body: Any) -> bool:
    return body is not None and not isinstance(body, bytes)


def _pieces(body: Any) -> Any:
    """Return a stream as one that async clients take."""

    async def pieces() -> Any:
        for piece in body:
            yield piece

    return pieces() if _is_stream(body) else body


CALLERS: tuple[Callable[[], Caller], ...] = (
    Httpx,
    HttpxAsync,
    Httpx2,
    Httpx2Async,
    Requests,
    Urllib3,
    Urllib,
    HttpClient,
    Aiohttp,
)


@contextmanager
def closing(caller: Caller) -> Iterator[Caller]:
    try:
        yield caller
    finally:
        caller.close()
