"""Run a provider's catalogue: observers of its choices, then behaviours."""

import os
import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
from msgspec import Struct, field
from msgspec.structs import replace

from mockserver.catalogue import Assumption, Behaviour
from mockserver.catalogue.client import Api
from mockserver.contract import Contract
from mockserver.errors import ConfigurationError
from mockserver.http.guard import is_loopback
from mockserver.providers.provider import Provider
from mockserver.state.clock import iso_seconds, machine_ms, stopwatch_us
from mockserver.verify import checking
from mockserver.verify.checking import FAILURE, first_look
from mockserver.verify.cleanup import Cleaner
from mockserver.verify.created import Collections, CreatedRecords
from mockserver.verify.interruption import Abandoned, Interrupted, Interruption
from mockserver.verify.outcome import Result, Seen, VerifyReport
from mockserver.verify.target import TOO_MANY, Connection, KeyMask, RequestPolicy, ServiceClient

MAX_SILENCES = 3
"""Failed checks in a row before the run looks for the service."""

BEFORE_IT = "the run ended before it"

Outcome = TypeVar("Outcome", Result, Seen)

MARK = "mockserver-check"
POLITE_RATE = 5.0
"""Requests per second to a service on another machine, by default."""

LIVE_WORD = re.compile(r"(?<![a-z0-9])(?:live|prod|production)(?![a-z0-9])", re.IGNORECASE)
"""Word in live keys of many services."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_marker() -> str:
    """Return a marker that no other run uses."""
    return f"{MARK}-{_base36(machine_ms())}{_base36(os.getpid())}"


class VerifyOptions(Struct, frozen=True, kw_only=True):
    """Options of a run.

    Attributes:
        url: the service's address, without a slash at the end.
        rate: requests per second at most; None: unlimited on this machine, `POLITE_RATE` elsewhere.
        allow_live: use a key although it may work on real money and real people.
        marker: beginning of the names of all created records.
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
        """Whether the key looks like a live one."""
        return self.token.startswith(tuple(self.provider.live_prefixes)) or LIVE_WORD.search(self.token) is not None

    @property
    def may_be_live(self) -> bool:
        """Whether the service is the real one and all keys look alike."""
        return not self.provider.live_prefixes and urlsplit(self.url).hostname == urlsplit(self.provider.origin).hostname


class RunListener:
    """Receive the progress of a run; this one ignores it."""

    def begin(self, steps: int) -> None:
        """Receive the number of checks."""

    def start(self, name: str) -> None:
        """Receive the name of the check that begins."""

    def saw(self, seen: Seen) -> None:
        """Receive the result of an assumption."""

    def checked(self, result: Result) -> None:
        """Receive the result of a behaviour."""


class Ended(Exception):  # noqa: N818 - the end of a run, not an error
    """Further checks are pointless; the message says why."""


class VerifyRun:
    """One run against one service."""

    def __init__(self, options: VerifyOptions, contract: Contract, service: ServiceClient, listener: RunListener) -> None:
        self._options = options
        self._provider = options.provider
        self._catalogue = options.provider.catalogue()
        self._contract = contract
        self._service = service
        self._cleaner = Cleaner(service, self._catalogue.cleanup)
        self._listener = listener
        self._checks = 0
        self._silences = 0
        self._seen = {each.key: checking.seen(each, "not observed", BEFORE_IT) for each in self._provider.assumptions}
        unchecked = (checking.result(each, "not checked", why=BEFORE_IT) for each in self._catalogue.behaviours)
        self._results = {each.name: each for each in unchecked}

    def report(self) -> VerifyReport:
        """Check everything, clean up and return the results."""
        started_us, started_ms = stopwatch_us(), machine_ms()
        finding = self._service.mask.hide(self._run_and_clean_up())
        return VerifyReport(
            provider=self._provider.name,
            title=self._provider.title,
            url=self._options.url,
            marker=self._options.marker,
            started=iso_seconds(started_ms),
            took_ms=(stopwatch_us() - started_us) // 1000,
            finding=finding,
            behaviours=tuple(self._results.values()),
            assumptions=tuple(self._seen.values()),
            remains=self._service.mask.hide_leftovers(self._cleaner.leftovers()),
        )

    def _run_and_clean_up(self) -> str:
        """Return why the run ended early, if so; afterwards nothing interrupts."""
        try:
            try:
                finding = self._run_checks()
            finally:
                self._cleaner.at_the_end(self._api(self._options.marker))
            self._service.interruption.close()
            return finding
        except Abandoned:
            self._service.interruption.close()
            return "it was stopped twice, the second time during the cleanup"

    def _run_checks(self) -> str:
        try:
            self._look()
            self._listener.begin(len(self._provider.assumptions) + len(self._catalogue.behaviours))
            for assumption in self._provider.assumptions:
                self._observe(assumption)
            for behaviour in self._catalogue.behaviours:
                self._check(behaviour)
        except Interrupted:
            return "it was stopped"
        except Ended as end:
            return str(end)
        return ""

    def _look(self) -> None:
        objection = first_look(self._api(), self._contract, self._provider.name)
        if objection:
            raise Ended(objection)

    def _observe(self, assumption: Assumption) -> None:
        observer = next((each for each in self._catalogue.observers if each.assumption is assumption), None)
        if observer is None:
            known = {each.assumption.key: each.why for each in self._catalogue.unobservable}
            seen = checking.seen(assumption, "not observed", known.get(assumption.key, "no check observes this"))
        else:
            seen = self._timed(assumption.key, lambda api: checking.observe(observer, api))
        self._seen[assumption.key] = seen = replace(seen, seen=self._service.mask.hide(seen.seen))
        self._listener.saw(seen)
        self._look_after_silence()

    def _check(self, behaviour: Behaviour) -> None:
        obstacle = checking.obstacle(behaviour, self._seen)
        if obstacle:
            result = checking.result(behaviour, "not checked", why=obstacle)
        else:
            result = self._timed(behaviour.name, lambda api: checking.check(behaviour, api, lambda: self._service.evidence))
        result = replace(result, found=self._service.mask.hide(result.found), why=self._service.mask.hide(result.why))
        self._results[behaviour.name] = result
        self._listener.checked(result)
        self._look_after_silence()

    def _timed(self, name: str, ask: Callable[[Api], Outcome]) -> Outcome:
        """Return the outcome of one check, and clean up after it."""
        self._listener.start(name)
        self._service.evidence = []
        started_us = stopwatch_us()
        api = self._api()
        try:
            outcome = ask(api)
        finally:
            self._cleaner.after_check(api)
        return replace(outcome, took_ms=(stopwatch_us() - started_us) // 1000)

    def _look_after_silence(self) -> None:
        """Look for the service after several checks without a good reply."""
        for last in self._service.evidence[-1:]:
            is_silent = last.status in (None, TOO_MANY) or last.status >= FAILURE
            self._silences = self._silences + 1 if is_silent else 0
        if self._silences >= MAX_SILENCES:
            self._silences = 0
            self._look()

    def _api(self, marker: str = "") -> Api:
        """Return a client for one check, with its number in the marker."""
        self._checks += 1
        options, service = self._options, self._service
        marker = marker or f"{options.marker}-{self._checks:03}"
        return Api(service.send, options.url, options.token, marker=marker, pause=service.pause)


def verify(
    options: VerifyOptions,
    *,
    interruption: Interruption | None = None,
    listener: RunListener | None = None,
    transport: httpx.BaseTransport | None = None,
) -> VerifyReport:
    """Run the provider's catalogue against the address, and return the report.

    transport: replaces the socket.
    Raises: ConfigurationError for a live key that is not allowed, and where checks could not fail.
    """
    check_options(options)
    contract = Contract.load(options.provider.contract_file)
    collections = Collections(contract, options.provider.name, options.url)
    service = ServiceClient(
        collections,
        Connection(options.url, timeout_s=options.timeout_s, transport=transport),
        CreatedRecords(collections, options.marker),
        policy=_policy(options),
        mask=KeyMask(options.token),
        interruption=interruption or Interruption(),
    )
    try:
        return VerifyRun(options, contract, service, listener or RunListener()).report()
    finally:
        service.connection.close()


def check_options(options: VerifyOptions) -> None:
    """Raise ConfigurationError if the run must not begin."""
    if not __debug__:
        raise ConfigurationError("checks need assertions, and Python runs without them", hint="run it without -O")
    if options.allow_live or not (options.is_live or options.may_be_live):
        return
    what = "the key looks live" if options.is_live else "a key of this service may be live, whatever it looks like"
    raise ConfigurationError(
        f"{what}, and a run creates and deletes records",
        where="--token",
        hint="use a test key, or pass both --allow-live-key and --yes",
    )


def _policy(options: VerifyOptions) -> RequestPolicy:
    is_near = is_loopback(urlsplit(options.url).hostname or "")
    rate = options.rate if options.rate is not None else 0 if is_near else POLITE_RATE
    return RequestPolicy(
        interval_s=1 / rate if rate else 0,
        read_only=options.read_only,
        is_live=options.is_live or options.may_be_live,
        live_prefixes=tuple(options.provider.live_prefixes),
    )


def _base36(number: int) -> str:
    head, last = divmod(number, 36)
    return (_base36(head) if head else "") + _DIGITS[last]
