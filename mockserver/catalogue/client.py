"""HTTP client of checks: it knows an address and a credential."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from mockserver.conversion import NOT_JSON

Send = Callable[[str, str, Mapping[str, str], bytes], "ApiResponse"]
"""Sends method, URL, headers and body."""

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class ApiResponse(Struct, frozen=True):
    """A service's response; header names are in lower case.

    Attributes:
        request: method and URL, for messages.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    request: str = ""

    @property
    def json(self) -> Any:
        """The JSON value of the body.

        Raises: AssertionError if it is no JSON.
        """
        try:
            return msgspec.json.decode(self.body)
        except NOT_JSON as error:
            raise AssertionError(f"{self.request} answered no JSON: {self.body[:200]!r}") from error

    def expect(self, *statuses: int) -> "ApiResponse":
        """Return the answer itself.

        Raises: AssertionError unless it has one of the statuses.
        """
        wanted = " or ".join(map(str, statuses))
        assert self.status in statuses, f"{self.request} answered {self.status}, not {wanted}: {self.body[:300]!r}"
        return self


class Api:
    """A service under check; one for each check.

    What a check creates it hands to `cleanup`; when the check is over, however it ends, `close` does the clean-up in
    reverse order.

    Attributes:
        marker: what is put into whatever the check creates; checks that run at the same time, or again after one that could
            not clean up, need different ones.
    """

    def __init__(
        self, send: Send, url: str, token: str, *, marker: str = "mockserver-check", pause: Callable[[float], None] | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.marker = marker
        self._send = send
        self._pause = pause
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
        """Send a request with the credential, and return the answer.

        query: a mapping, which is encoded, or text that is sent as it is.
        json, form, body: at most one; `headers` may change or, with None, remove what they imply.
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

    def pause(self, seconds: float) -> None:
        """Give the service time; a sandbox's clock that is frozen does not move."""
        if self._pause is not None:
            self._pause(seconds)

    def unique(self, word: str = "check") -> str:
        """Return a text with the marker that no other record has."""
        self._names += 1
        return f"{self.marker}-{word}-{self._names:03}"

    def cleanup(self, action: Callable[[], object]) -> None:
        """Have this done when the check is over."""
        self._cleanups.append(action)

    def close(self) -> None:
        """Do what was handed to `cleanup`, the latest first."""
        while self._cleanups:
            self._cleanups.pop()()
