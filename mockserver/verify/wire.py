"""Sends one request over httpx and waits for the whole reply, but not for ever and not for ever more of it."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from mockserver import __version__
from mockserver.catalogue.client import ApiResponse
from mockserver.edge.guard import is_loopback
from mockserver.state.clock import stopwatch_us

MAX_REPLY_BYTES = 16_000_000
KEEP_ALIVE_S = 1.0
"""How long an idle connection is used again; servers close theirs after a few seconds, unseen until the next request."""


class Unanswered(Exception):  # noqa: N818 - what a service did, not an error of ours
    """No whole reply came.

    Attributes:
        why: one clause.
        was_sent: whether the request may have reached the service.
    """

    def __init__(self, why: str, *, was_sent: bool = True) -> None:
        super().__init__(why)
        self.why, self.was_sent = why, was_sent


class Wire:
    """A connection to a service.

    Attributes:
        timeout_s: how long a reply may take as a whole.
    """

    def __init__(self, url: str, *, timeout_s: float, transport: httpx.BaseTransport | None = None) -> None:
        self.timeout_s = timeout_s
        self._client = httpx.Client(
            transport=transport,
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=not is_loopback(urlsplit(url).hostname or ""),  # a proxy rarely leads back to this machine
            limits=httpx.Limits(keepalive_expiry=KEEP_ALIVE_S),
            headers={"user-agent": f"mockserver-verify/{__version__}"},
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
        """Return the answer to one request, redirects included.

        Raises: Unanswered; AssertionError if the URL, which a service may have made, is none.
        """
        try:
            with self._client.stream(method, url, headers=dict(headers), content=body) as response:
                return self._whole(response)
        except httpx.InvalidURL as error:
            raise AssertionError(f"{url} is no URL: {error}") from error
        except httpx.HTTPError as error:
            raise self._unanswered(error) from error
        finally:
            self._client.cookies.clear()

    def _whole(self, response: httpx.Response) -> ApiResponse:
        until, chunks, size = stopwatch_us() + self.timeout_s * 1_000_000, [], 0
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > MAX_REPLY_BYTES:
                raise Unanswered(f"the reply is larger than {MAX_REPLY_BYTES} bytes")
            if stopwatch_us() > until:
                raise Unanswered(f"the reply was not whole after {self.timeout_s:g} s")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return ApiResponse(response.status_code, headers, b"".join(chunks))

    def _unanswered(self, error: httpx.HTTPError) -> Unanswered:
        match error:
            case httpx.ConnectTimeout():
                return Unanswered(f"no connection within {self.timeout_s:g} s", was_sent=False)
            case httpx.ConnectError():
                return Unanswered(f"no connection: {error}", was_sent=False)
            case httpx.TimeoutException():
                return Unanswered(f"no reply within {self.timeout_s:g} s")
            case httpx.DecodingError():
                return Unanswered(f"the reply cannot be unpacked: {error}")
        return Unanswered(f"the connection broke before the reply was whole: {error}".rstrip(": "))
