"""The service under check as checks see it: what may be sent, how fast, what was created, and what was said last."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime

from msgspec import Struct

from mockserver.catalogue import NotCheckable
from mockserver.catalogue.client import ApiResponse
from mockserver.state.clock import machine_ms, stopwatch_us
from mockserver.verify.interruption import Interruption
from mockserver.verify.ledger import CreatedRecords
from mockserver.verify.mask import Mask
from mockserver.verify.outcome import Evidence
from mockserver.verify.places import Places
from mockserver.verify.wire import Unanswered, Wire

READING = frozenset({"GET", "HEAD", "OPTIONS"})
TOO_MANY = 429
MAX_TRIES = 6
MAX_WAIT_S = 60.0
MAX_EVIDENCE = 20
MAX_SHOWN = 2_000


class RequestPolicy(Struct, frozen=True):
    """How to behave towards a service.

    Attributes:
        interval_s: time between the starts of two requests, at least.
        read_only: send nothing that may write.
        is_live: whether the run's key works on real money or real people.
        live_prefixes: what such keys begin with, since a check may come with a key of its own.
    """

    interval_s: float = 0
    read_only: bool = False
    is_live: bool = False
    live_prefixes: tuple[str, ...] = ()


class ServiceClient:
    """A service under check.

    Attributes:
        evidence: the last exchanges of the check that runs.
        ledger: what was created so far.
    """

    def __init__(
        self,
        places: Places,
        wire: Wire,
        *,
        manners: RequestPolicy,
        ledger: CreatedRecords,
        mask: Mask,
        interruption: Interruption,
    ) -> None:
        self.evidence: list[Evidence] = []
        self.ledger = ledger
        self._places = places
        self._wire = wire
        self._manners = manners
        self._mask = mask
        self._interruption = interruption
        self._next_us = stopwatch_us()
        self._is_cleaning = False

    @contextmanager
    def cleaning(self) -> Iterator[None]:
        """Send what is asked for even if the run is to stop."""
        self._is_cleaning = True
        try:
            yield
        finally:
            self._is_cleaning = False

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
        """Return the service's answer, asked for again as long as it wants fewer requests.

        Raises: Unanswered; NotCheckable if it may not be asked, or goes on wanting fewer requests; AssertionError if the
            URL, which a service may have made, leads elsewhere; Interrupted, Abandoned.
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
        """Give the service time.

        Raises: Interrupted, Abandoned.
        """
        self._interruption.wait(seconds, to_the_end=self._is_cleaning)

    def _allow(self, method: str, url: str, headers: Mapping[str, str]) -> None:
        if not self._places.is_own(url):
            raise AssertionError(f"{url} leads away from {self._places.base}, so it was not asked")
        if method in READING:
            return
        if self._manners.read_only:
            raise NotCheckable("it has to write")
        if not self._places.is_reversible(url) and self._is_live(headers):
            raise NotCheckable("what it makes could not be deleted, and the key is a live one")

    def _is_live(self, headers: Mapping[str, str]) -> bool:
        keys = [value.rpartition(" ")[2] for name, value in headers.items() if name.lower() == "authorization"]
        return self._manners.is_live or any(key.startswith(self._manners.live_prefixes) for key in keys)

    def _keep_interval(self) -> None:
        self.pause((self._next_us - stopwatch_us()) / 1_000_000)
        self._interruption.check(to_the_end=self._is_cleaning)
        self._next_us = stopwatch_us() + round(self._manners.interval_s * 1_000_000)

    def _rest(self, seconds: float) -> None:
        if seconds > MAX_WAIT_S:
            raise NotCheckable(f"the service wants no request for {seconds:.0f} s; slow down with --rate")
        self.pause(seconds)

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
        entry = self.ledger.sending(method, url, headers, body)
        try:
            answer = self._wire.exchange(method, url, headers, body)
        except Unanswered as silence:
            if entry is not None:
                self.ledger.unanswered(entry, silence.why, was_sent=silence.was_sent)
            self._remember(f"{method} {url}", body, None, silence.why)
            raise
        if entry is not None:
            self.ledger.answered(entry, answer)
        self.ledger.deleting(method, url, headers, answer)
        self._mask.learn(answer.body)
        self._remember(f"{method} {url}", body, answer.status, answer.body.decode("utf-8", "replace"))
        return answer

    def _remember(self, request: str, body: bytes, status: int | None, reply: str) -> None:
        request, sent, reply = (self._shown(text) for text in (request, body.decode("utf-8", "replace"), reply))
        self.evidence = [*self.evidence[1 - MAX_EVIDENCE :], Evidence(request, sent, status, reply)]

    def _shown(self, text: str) -> str:
        hidden = self._mask.hide(text[: 10 * MAX_SHOWN])
        return hidden if len(hidden) <= MAX_SHOWN else f"{hidden[:MAX_SHOWN]}… (of {len(text)} characters)"


def _asked_wait_s(answer: ApiResponse, tries: int) -> float:
    """Return for how long the service asks to be left alone; it doubles with each try if it does not say."""
    asked = answer.headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return float(asked[:10])
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - machine_ms() / 1_000)
    except (ValueError, OverflowError, OSError):
        return float(2 ** (tries - 1))
