"""HTTP client of checks."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from mockserver.conversion import NOT_JSON

Send = Callable[[str, str, Mapping[str, str], bytes], "ApiResponse"]
"""Send method, URL, headers and body."""

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class ApiResponse(Struct, frozen=True):
    """A service's response with lower-case header names, and its request for messages."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    request: str = ""

    @property
    def json(self) -> Any:
        """The JSON value of the body.

        Raises: AssertionError if it is not JSON.
        """
        try:
            return msgspec.json.decode(self.body)
        except NOT_JSON as error:
            raise AssertionError(f"{self.request} answered no JSON: {self.body[:200]!r}") from error

    def expect(self, *statuses: int) -> "ApiResponse":
        """Return the response; AssertionError unless it has a status of these."""
        wanted = " or ".join(map(str, statuses))
        assert self.status in statuses, f"{self.request} answered {self.status}, not {wanted}: {self.body[:300]!r}"
        return self


class Api:
    """Client of one check.

    Attributes:
        marker: beginning of the check's texts; no other check may use it at the same time.
        pause: gives the service time, in seconds; does not move a frozen clock.
    """

    def __init__(
        self,
        send: Send,
        url: str,
        token: str,
        *,
        marker: str = "mockserver-check",
        pause: Callable[[float], object] = lambda _seconds: None,
    ) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.marker = marker
        self._send = send
        self.pause = pause
        self._cleanups: list[Callable[[], object]] = []
        self._names = 0

    def __enter__(self) -> "Api":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | str | None = None,
        json: object = ...,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> ApiResponse:
        """Send a request with the credential, and return the response.

        query: a mapping to encode, or encoded text.
        json, form, body: at most one.
        headers: replace the implied ones; None removes one.
        """
        target = path if path.startswith("http") else f"{self.url}{path}"
        if query:
            target += "?" + (query if isinstance(query, str) else urlencode({key: str(value) for key, value in query.items()}))
        sent: dict[str, str | None] = {"authorization": f"Bearer {self.token}"}
        content = body or b""
        if json is not ...:
            content, sent["content-type"] = msgspec.json.encode(json), JSON
        elif form is not None:
            content, sent["content-type"] = urlencode(form).encode(), FORM
        sent |= headers or {}
        real = {name: value for name, value in sent.items() if value is not None}
        answer = self._send(method, target, real, content)
        return ApiResponse(answer.status, answer.headers, answer.body, f"{method} {target}")

    def unique(self, word: str = "check") -> str:
        """Return a unique text with the marker."""
        self._names += 1
        return f"{self.marker}-{word}-{self._names:03}"

    def cleanup(self, action: Callable[[], object]) -> None:
        """Register an action for the end of the check."""
        self._cleanups.append(action)

    def close(self) -> None:
        """Run the registered actions, latest first."""
        while self._cleanups:
            self._cleanups.pop()()
