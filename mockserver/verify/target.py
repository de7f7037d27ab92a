"""HTTP client of a run: limits, rate, created records and evidence."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

import httpx
from msgspec import Struct

from mockserver import __version__
from mockserver.catalogue import NotCheckable
from mockserver.catalogue.client import ApiResponse
from mockserver.http.guard import is_loopback
from mockserver.state.clock import machine_ms, stopwatch_us
from mockserver.verify.created import Collections, CreatedRecords
from mockserver.verify.interruption import Interruption
from mockserver.verify.outcome import Evidence, Leftovers

MAX_REPLY_BYTES = 16_000_000
KEEP_ALIVE_S = 1.0
"""Lifetime of an idle connection; servers close theirs within seconds."""


class Unanswered(Exception):  # noqa: N818 - what a service did, not an error of ours
    """No whole reply came; `was_sent` says whether the request may have arrived."""

    def __init__(self, why: str, *, was_sent: bool = True) -> None:
        super().__init__(why)
        self.why, self.was_sent = why, was_sent


class Connection:
    """A connection to a service, with a timeout for whole replies."""

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
        """Close the connection."""
        self._client.close()

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
        """Return the answer to one request, redirects included.

        Raises: Unanswered; AssertionError if the URL, which a service may have made, is none.
        """
        try:
            with self._client.stream(method, url, headers=dict(headers), content=body) as response:
                return self._whole(response)
        except httpx.InvalidURL as error:
            raise AssertionError(f"{url} is not a URL: {error}") from error
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


MASKED = "[key]"

_ISSUED = re.compile(rb'"(?:access_token|refresh_token|session_key|api_key)"\s*:\s*"((?:[^"\\]|\\.)+)"')
_LONG = 8


class KeyMask:
    """Hide the key of a run and those that the service issues."""

    def __init__(self, key: str) -> None:
        self._forms: dict[str, re.Pattern[str]] = {}
        self.add(key)

    def add(self, key: str) -> None:
        """Hide this key from now on, plain, URL-encoded and in JSON."""
        forms = {key, quote(key), quote(key, safe=""), json.dumps(key)[1:-1]} - {""}
        known = self._forms | {form: _pattern(form) for form in forms}
        self._forms = dict(sorted(known.items(), key=lambda each: -len(each[0])))  # no key may hide a part of a longer one

    def learn(self, body: bytes) -> None:
        """Hide what the reply issues as a key."""
        for issued in _ISSUED.findall(body):
            self.add(issued.decode("utf-8", "replace"))

    def hide(self, text: str) -> str:
        """Return the text without any key."""
        for pattern in self._forms.values():
            text = pattern.sub(MASKED, text)
        return text

    def hide_leftovers(self, remains: Leftovers) -> Leftovers:
        """Return the leftovers without keys."""
        left, unknown, for_good = (
            {self.hide(text): self.hide(why) for text, why in each.items()}
            for each in (remains.left, remains.unknown, remains.for_good)
        )
        return Leftovers(left, unknown, for_good, self.hide(remains.doubt))


def _pattern(form: str) -> re.Pattern[str]:
    """Match the key; a short one only as a word."""
    return re.compile(re.escape(form) if len(form) >= _LONG else rf"(?<!\w){re.escape(form)}(?!\w)")


READING = frozenset({"GET", "HEAD", "OPTIONS"})
TOO_MANY = 429
MAX_TRIES = 6
MAX_WAIT_S = 60.0
MAX_EVIDENCE = 20
MAX_SHOWN = 2_000


class RequestPolicy(Struct, frozen=True):
    """Rules for requests to a service.

    Attributes:
        interval_s: shortest time between the starts of two requests.
        is_live: whether the run's key works on real money or real people.
        live_prefixes: beginnings of such keys, since a check may use a key of its own.
    """

    interval_s: float = 0
    read_only: bool = False
    is_live: bool = False
    live_prefixes: tuple[str, ...] = ()


@dataclass(eq=False)
class ServiceClient:
    """A service under check.

    Attributes:
        created: what was created so far.
        evidence: the last exchanges of the current check.
    """

    collections: Collections
    connection: Connection
    created: CreatedRecords
    policy: RequestPolicy
    mask: KeyMask
    interruption: Interruption
    evidence: list[Evidence] = field(default_factory=list)
    _next_us: int = 0
    _is_cleaning: bool = False

    @contextmanager
    def cleaning(self) -> Iterator[None]:
        """Send requests even if the run is to stop."""
        self._is_cleaning = True
        try:
            yield
        finally:
            self._is_cleaning = False

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
        """Return the service's answer; repeat the request while the answer is 429.

        Raises: Unanswered; NotCheckable if the request is not allowed or every answer is 429; AssertionError if the URL
            leads elsewhere; Interrupted, Abandoned.
        """
        self._allow(method, url, headers)
        for tries in range(1, MAX_TRIES + 1):
            self._keep_interval()
            answer = self._exchange(method, url, headers, body)
            if answer.status != TOO_MANY:
                return answer
            if tries < MAX_TRIES:
                self._rest(_asked_wait_s(answer, tries))
        raise NotCheckable(f"the service wants fewer requests (429, {MAX_TRIES} times); slow down with --rate")

    def pause(self, seconds: float) -> None:
        """Give the service time; raises Interrupted, Abandoned."""
        self.interruption.wait(seconds, to_the_end=self._is_cleaning)

    def _allow(self, method: str, url: str, headers: Mapping[str, str]) -> None:
        if not self.collections.is_own(url):
            raise AssertionError(f"{url} leads away from {self.collections.base}, so it was not asked")
        if method in READING:
            return
        if self.policy.read_only:
            raise NotCheckable("needs write requests")
        if not self.collections.is_reversible(url) and self._is_live(headers):
            raise NotCheckable("what it makes could not be deleted, and the key is a live one")

    def _is_live(self, headers: Mapping[str, str]) -> bool:
        keys = [value.rpartition(" ")[2] for name, value in headers.items() if name.lower() == "authorization"]
        return self.policy.is_live or any(key.startswith(self.policy.live_prefixes) for key in keys)

    def _keep_interval(self) -> None:
        self.pause((self._next_us - stopwatch_us()) / 1_000_000)
        self.interruption.check(to_the_end=self._is_cleaning)
        self._next_us = stopwatch_us() + round(self.policy.interval_s * 1_000_000)

    def _rest(self, seconds: float) -> None:
        if seconds > MAX_WAIT_S:
            raise NotCheckable(f"the service wants no request for {seconds:.0f} s; slow down with --rate")
        self.pause(seconds)

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
        entry = self.created.sending(method, url, headers, body)
        try:
            answer = self.connection.exchange(method, url, headers, body)
        except Unanswered as silence:
            if entry is not None:
                self.created.unanswered(entry, silence.why, was_sent=silence.was_sent)
            self._remember(f"{method} {url}", body, None, silence.why)
            raise
        if entry is not None:
            self.created.answered(entry, answer)
        self.created.deleting(method, url, headers, answer)
        self.mask.learn(answer.body)
        self._remember(f"{method} {url}", body, answer.status, answer.body.decode("utf-8", "replace"))
        return answer

    def _remember(self, request: str, body: bytes, status: int | None, reply: str) -> None:
        request, sent, reply = (self._shown(text) for text in (request, body.decode("utf-8", "replace"), reply))
        self.evidence = [*self.evidence[1 - MAX_EVIDENCE :], Evidence(request, sent, status, reply)]

    def _shown(self, text: str) -> str:
        hidden = self.mask.hide(text[: 10 * MAX_SHOWN])
        return hidden if len(hidden) <= MAX_SHOWN else f"{hidden[:MAX_SHOWN]}… (of {len(text)} characters)"


def _asked_wait_s(answer: ApiResponse, tries: int) -> float:
    """Return the wait in the reply; without one it doubles each time."""
    asked = answer.headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return float(asked[:10])
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - machine_ms() / 1_000)
    except (ValueError, OverflowError, OSError):
        return float(2 ** (tries - 1))
