"""One run of a provider's catalogue: observers first, since they tell which choices a service follows, then behaviours."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
from msgspec import Struct, field
from msgspec.structs import replace

from mockserver.catalogue import Assumption, Behaviour, Catalogue
from mockserver.catalogue.client import Api
from mockserver.contract import Contract
from mockserver.errors import ConfigurationError
from mockserver.http.guard import is_loopback
from mockserver.providers.provider import Provider
from mockserver.state.clock import iso_seconds, machine_ms, stopwatch_us
from mockserver.verify import checking
from mockserver.verify.cleanup import Cleaner
from mockserver.verify.created import CreatedRecords, Places
from mockserver.verify.interruption import Abandoned, Interrupted, Interruption
from mockserver.verify.outcome import Result, Seen, VerifyReport
from mockserver.verify.probe import FAILURE, first_look
from mockserver.verify.target import TOO_MANY, Mask, RequestPolicy, ServiceClient, Wire

MAX_SILENCES = 3
"""Checks in a row that may end without a reply, or with a failure, before it is asked whether anybody is there at all."""

BEFORE_IT = "the run ended before it"

Outcome = TypeVar("Outcome", Result, Seen)


class Subject(Struct, frozen=True):
    """What a run is about.

    Attributes:
        url: the service's address, without a slash at the end.
        marker: what the names of all created records begin with.
    """

    provider: Provider
    catalogue: Catalogue
    contract: Contract
    url: str
    token: str
    marker: str


class RunListener:
    """Is told how a run goes on; this one does nothing about it."""

    def begin(self, steps: int) -> None:
        """Hear how many checks are to come."""

    def start(self, name: str) -> None:
        """Hear that the check of this name begins."""

    def saw(self, seen: Seen) -> None:
        """Hear what became of an assumption's question."""

    def checked(self, result: Result) -> None:
        """Hear what became of a behaviour."""


class Ended(Exception):  # noqa: N818 - an outcome of a run, no error of anybody's
    """Further checks have no point; the message says why."""


class VerifyRun:
    """One run against one service."""

    def __init__(
        self,
        subject: Subject,
        target: ServiceClient,
        tidying: Cleaner,
        *,
        mask: Mask,
        interruption: Interruption,
        watcher: RunListener,
    ) -> None:
        self._subject = subject
        self._target = target
        self._tidying = tidying
        self._mask = mask
        self._interruption = interruption
        self._watcher = watcher
        self._checks = 0
        self._silences = 0
        self._sights: dict[str, Seen] = {}
        self._results: dict[str, Result] = {}

    def report(self) -> VerifyReport:
        """Check everything, take back what was created, and return what was found, however the run ends."""
        started_us, started_ms = stopwatch_us(), machine_ms()
        finding = self._mask.hide(self._until_tidy())
        subject = self._subject
        return VerifyReport(
            provider=subject.provider.name,
            title=subject.provider.title,
            url=subject.url,
            marker=subject.marker,
            started=iso_seconds(started_ms),
            took_ms=(stopwatch_us() - started_us) // 1000,
            finding=finding,
            behaviours=tuple(self._result_of(each) for each in subject.catalogue.behaviours),
            assumptions=tuple(self._sight_of(each) for each in subject.provider.assumptions),
            remains=self._mask.hide_in(self._tidying.remains()),
        )

    def _until_tidy(self) -> str:
        """Return why the run ended before its end, empty if it did not; from then on nothing interrupts."""
        try:
            try:
                finding = self._until_end()
            finally:
                self._tidying.at_the_end(self._api(self._subject.marker))
            self._interruption.close()
            return finding
        except Abandoned:
            self._interruption.close()
            return "it was told to stop, and told again in the middle of the clean-up"

    def _until_end(self) -> str:
        try:
            self._begin()
            for assumption in self._subject.provider.assumptions:
                self._observe(assumption)
            for behaviour in self._subject.catalogue.behaviours:
                self._check(behaviour)
        except Interrupted:
            return "it was told to stop"
        except Ended as end:
            return str(end)
        return ""

    def _begin(self) -> None:
        self._look()
        self._watcher.begin(len(self._subject.provider.assumptions) + len(self._subject.catalogue.behaviours))

    def _look(self) -> None:
        objection = first_look(self._api(), self._subject.contract, self._subject.provider.name)
        if objection:
            raise Ended(objection)

    def _observe(self, assumption: Assumption) -> None:
        observer = next((each for each in self._subject.catalogue.observers if each.assumption is assumption), None)
        if observer is None:
            seen = checking.seen(assumption, "not observed", self._why_unobservable(assumption))
        else:
            seen = self._timed(assumption.key, lambda api: checking.observe(observer, api))
        self._sights[assumption.key] = seen = replace(seen, seen=self._mask.hide(seen.seen))
        self._watcher.saw(seen)
        self._heed_silence()

    def _check(self, behaviour: Behaviour) -> None:
        obstacle = checking.obstacle(behaviour, self._sights)
        if obstacle:
            result = checking.result(behaviour, "not checked", why=obstacle)
        else:
            result = self._timed(behaviour.name, lambda api: checking.check(behaviour, api, lambda: self._target.evidence))
        result = replace(result, found=self._mask.hide(result.found), why=self._mask.hide(result.why))
        self._results[behaviour.name] = result
        self._watcher.checked(result)
        self._heed_silence()

    def _timed(self, name: str, ask: Callable[[Api], Outcome]) -> Outcome:
        """Return what a check with a service of its own comes to; afterwards, nothing of it is left there."""
        self._watcher.start(name)
        self._target.evidence = []
        started_us = stopwatch_us()
        with self._tidied() as api:
            outcome = ask(api)
        return replace(outcome, took_ms=(stopwatch_us() - started_us) // 1000)

    @contextmanager
    def _tidied(self) -> Iterator[Api]:
        api = self._api()
        try:
            yield api
        finally:
            self._tidying.after_check(api)

    def _heed_silence(self) -> None:
        """Look whether the service can be asked at all if several checks in a row got no reply, a failure, or that it is busy."""
        for last in self._target.evidence[-1:]:
            is_silent = last.status in (None, TOO_MANY) or last.status >= FAILURE
            self._silences = self._silences + 1 if is_silent else 0
        if self._silences >= MAX_SILENCES:
            self._silences = 0
            self._look()

    def _api(self, marker: str = "") -> Api:
        """Return the service for one check, by whose number, after the run's own mark, its records can be told."""
        self._checks += 1
        subject, target = self._subject, self._target
        marker = marker or f"{subject.marker}-{self._checks:03}"
        return Api(target.send, subject.url, subject.token, marker=marker, pause=target.pause)

    def _why_unobservable(self, assumption: Assumption) -> str:
        known = {each.assumption.key: each.why for each in self._subject.catalogue.unobservable}
        return known.get(assumption.key, "no way to observe it is known")

    def _result_of(self, behaviour: Behaviour) -> Result:
        return self._results.get(behaviour.name) or checking.result(behaviour, "not checked", why=BEFORE_IT)

    def _sight_of(self, assumption: Assumption) -> Seen:
        return self._sights.get(assumption.key) or checking.seen(assumption, "not observed", BEFORE_IT)


MARK = "mockserver-check"
POLITE_RATE = 5.0
"""Requests per second to a service that is not on this machine, unless another rate is given."""

LIVE_WORD = re.compile(r"(?<![a-z0-9])(?:live|prod|production)(?![a-z0-9])", re.IGNORECASE)
"""What stands in live keys of many services, between hyphens or underscores."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_marker() -> str:
    """Return text that no other run puts into its records."""
    return f"{MARK}-{_base36(machine_ms())}{_base36(os.getpid())}"


class VerifyOptions(Struct, frozen=True, kw_only=True):
    """What is to be run against what.

    Attributes:
        url: the service's address, without a slash at the end.
        rate: requests per second at most; None: as fast as it answers on this machine, `POLITE_RATE` elsewhere.
        timeout_s: how long a reply may take.
        allow_live: use a key although it looks like one that works on real money and real people.
        marker: what the names of all created records begin with.
    """

    provider: Provider
    url: str
    token: str
    rate: float | None = None
    timeout_s: float = 10
    read_only: bool = False
    allow_live: bool = False
    marker: str = field(default_factory=new_marker)

    @property
    def is_live(self) -> bool:
        """Whether the key looks like one that works on real money and real people."""
        return self.token.startswith(tuple(self.provider.live_prefixes)) or LIVE_WORD.search(self.token) is not None

    @property
    def may_be_live(self) -> bool:
        """Whether the service is the provider's own, and no key of this provider tells what it works on."""
        return not self.provider.live_prefixes and urlsplit(self.url).hostname == urlsplit(self.provider.origin).hostname


def verify(
    order: VerifyOptions,
    *,
    interruption: Interruption | None = None,
    watcher: RunListener | None = None,
    transport: httpx.BaseTransport | None = None,
) -> VerifyReport:
    """Run the provider's catalogue against the address, and return what was found.

    transport: reaches the service in another way than over a socket; None: over one.
    Raises: ConfigurationError for a live key that is not allowed, and where checks could not fail.
    """
    check_order(order)
    mask, interruption = Mask(order.token), interruption or Interruption()
    contract, catalogue = Contract.load(order.provider.contract_file), order.provider.catalogue()
    subject = Subject(order.provider, catalogue, contract, order.url, order.token, order.marker)
    places = Places(contract, order.provider.name, order.url)
    wire = Wire(order.url, timeout_s=order.timeout_s, transport=transport)
    ledger = CreatedRecords(places, subject.marker)
    target = ServiceClient(places, wire, manners=_manners(order), ledger=ledger, mask=mask, interruption=interruption)
    tidying = Cleaner(target, places, catalogue.cleanup)
    run = VerifyRun(subject, target, tidying, mask=mask, interruption=interruption, watcher=watcher or RunListener())
    try:
        return run.report()
    finally:
        wire.close()


def check_order(order: VerifyOptions) -> None:
    """Raise ConfigurationError if the run must not begin."""
    if not __debug__:
        raise ConfigurationError("checks assert, and Python was told to leave assertions out", hint="run it without -O")
    if order.allow_live or not (order.is_live or order.may_be_live):
        return
    what = "the key looks live" if order.is_live else "a key of this service may be live, whatever it looks like"
    raise ConfigurationError(
        f"{what}, and a run creates and deletes records",
        where="--token",
        hint="use a test key, or say both --allow-live-key and --yes",
    )


def _manners(order: VerifyOptions) -> RequestPolicy:
    is_near = is_loopback(urlsplit(order.url).hostname or "")
    rate = order.rate if order.rate is not None else 0 if is_near else POLITE_RATE
    return RequestPolicy(
        interval_s=1 / rate if rate else 0,
        read_only=order.read_only,
        is_live=order.is_live or order.may_be_live,
        live_prefixes=tuple(order.provider.live_prefixes),
    )


def _base36(number: int) -> str:
    head, last = divmod(number, 36)
    return (_base36(head) if head else "") + _DIGITS[last]
