"""A sandbox for as long as a test runs: made as its markers say, looked at when the test is over, and dropped."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from msgspec.structs import replace

from mockserver.client.server import Server, running
from mockserver.control.faults import arm, read_fault
from mockserver.providers.accounts import Accounts
from mockserver.pytest_plugin.judging import complaints, is_strict, leanings, providers_of, show
from mockserver.pytest_plugin.marker import MarkerOptions, terms_of
from mockserver.pytest_plugin.plugin import LEASE

if TYPE_CHECKING:
    from mockserver.client.interception import Interception

from types import TracebackType
from typing import Self, Unpack

from mockserver.app import SandboxOptions
from mockserver.pytest_plugin.judging import VERDICT
from mockserver.pytest_plugin.marker import fixture_of

FLIPPED = pytest.StashKey[tuple[str, str]]()
"""The assumption and the choice under which the test runs again."""

ENDED = pytest.StashKey[set[str]]()
"""The names of the sandboxes of tests that are over."""

LEANED = pytest.StashKey[list[tuple[str, str]]]()
"""Assumptions, with their choices, on which answers to the test leaned; not those that its markers chose."""


@contextmanager
def serving(address: tuple[str, int], fixture: Any, seed: int) -> Iterator[Server]:
    """Run the mock of one session."""
    host, port = address
    worker = re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", ""))
    with running(fixture=fixture, seed=seed, host=host, port=port + int(worker or 0) if port else 0) as server:
        yield server


@contextmanager
def leased(item: pytest.Item, server: Server) -> Iterator[Accounts]:
    """Make the test's sandbox; when the test is over, judge what happened in it and drop it."""
    terms = terms_of(item)
    if FLIPPED in item.stash:
        terms = replace(terms, assume=terms.assume | dict([item.stash[FLIPPED]]))
    else:
        item.stash[LEANED] = []
    ended = item.config.stash.setdefault(ENDED, set())
    with ExitStack() as stack:
        accounts = stack.enter_context(_made(server, _name(item), terms, ended))
        stack.callback(ended.add, accounts.name)
        _arm(accounts, terms.faults)
        interception = None
        if terms.intercept:
            interception = stack.enter_context(accounts.intercepted(strict=terms.intercept == "strict"))
        item.stash[LEASE] = lease = TestSandbox(item, accounts, terms, interception)
        try:
            yield accounts
        finally:
            lease.end()


class TestSandbox:
    """What is known of a test's sandbox while the test runs.

    Attributes:
        interception: that of the test's markers; None if they intercept nothing.
    """

    def __init__(self, item: pytest.Item, accounts: Accounts, terms: MarkerOptions, interception: "Interception | None") -> None:
        self._item = item
        self._accounts = accounts
        self._terms = terms
        self._seat = accounts.seat
        self._sandbox = accounts.seat.sandbox
        self._is_told = False
        self.interception = interception

    def note(self, report: pytest.TestReport) -> None:
        """Add the last requests, and webhooks that failed, to the first report that says that the test failed."""
        if report.failed and not self._is_told:
            show(report, self._accounts.name, self._sandbox, providers_of(self._seat))
        self._is_told = self._is_told or report.failed

    def end(self) -> None:
        """Note what the test leaned on, tell the verdict, and fail the test if it did what its markers forbid."""
        if FLIPPED in self._item.stash:
            return
        failures = [*self._refused(), *self._judged()]
        if failures:
            self._is_told = True
            pytest.fail("\n".join(failures), pytrace=False)

    def _refused(self) -> list[str]:
        """Return the URLs that were called against the marker's word, if the code hid that from the test."""
        if self.interception is None or self._is_told:
            return []
        return [f"{url} was called, which intercept='strict' forbids; the error was hidden" for url in self.interception.refused]

    def _judged(self) -> Sequence[str]:
        if not (self._sandbox.journal.number or len(self._sandbox.outbox)):
            return []
        chosen = sorted(dict(leanings(self._sandbox)).items())
        self._item.stash[LEANED] = [each for each in chosen if each[0] not in self._terms.assume]
        self._item.user_properties.append(("mockserver.requests", str(self._sandbox.journal.number)))
        if chosen:
            self._item.user_properties.append(("mockserver.assumed", ", ".join("=".join(each) for each in chosen)))
        strict = is_strict(self._item.config) if self._terms.strict is None else self._terms.strict
        return complaints(self._item.config, self._item.nodeid, self._seat, strict=strict, ignore=self._terms.ignore)


def _made(server: Server, name: str, terms: MarkerOptions, ended: set[str]) -> Accounts:
    """Make the sandbox; those of tests that are over, which late requests have brought back to life, are dropped first."""
    sandboxes = server.app.mock.sandboxes
    with server.app.mock.lock:
        for late in [each.name for each in sandboxes if each.name in ended]:
            sandboxes.drop(late)
        ended.discard(name)
        return server.sandbox(name, **terms.beginning())


def _name(item: pytest.Item) -> str:
    """Return a name that is the test's own, and the same in every run."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", item.name)[:40].strip("-") or "test"
    return f"{words}-{crc32(item.nodeid.encode()):08x}"


def _arm(accounts: Accounts, faults: Sequence[str | dict[str, Any]]) -> None:
    for each in faults:
        arm(accounts.seat.mock, accounts.seat.sandbox, read_fault(each))


class SharedAccounts(Accounts):
    """The accounts of a sandbox that several tests share; it is judged as a whole when it is dropped."""

    _config: pytest.Config
    _is_dropped = False
    seen = 0

    def drop(self) -> None:
        """Have the sandbox judged, and forget it.

        Raises: pytest.fail.Exception if tests are strict and a request broke the contract.
        """
        if self._is_dropped:
            return
        self._is_dropped = True
        failures = self._failures()
        super().drop()
        if failures:
            pytest.fail("\n".join(failures), pytrace=False)

    def note(self, report: pytest.TestReport) -> None:
        """Show the last requests if a test failed that sent any."""
        number = 0 if self._is_dropped else self.seat.sandbox.journal.number
        if report.failed and number not in (0, self.seen):
            show(report, self.name, self.seat.sandbox, providers_of(self.seat))
        if report.failed or report.when == "teardown":
            self.seen = number

    def _failures(self) -> Any:
        sandbox = self.seat.sandbox
        verdict = self._config.pluginmanager.get_plugin(VERDICT)
        if not (sandbox.journal.number or len(sandbox.outbox)) or (verdict is not None and verdict.is_flipping):
            return ()
        return complaints(self._config, f"sandbox {self.name}", self.seat, strict=is_strict(self._config))


class SandboxMaker:
    """Makes sandboxes of wider scope, and drops those that are left at the end."""

    def __init__(self, config: pytest.Config, server: Server) -> None:
        self._config = config
        self._server = server
        self._stack = ExitStack()
        self._made: list[SharedAccounts] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def __call__(self, name: str | None = None, **beginning: Unpack[SandboxOptions]) -> SharedAccounts:
        """Make a sandbox; it takes what the marker takes. As a context it is dropped at its end.

        Files of `fixture` are looked for in the root folder of the tests.
        Raises: MockServerError for what it cannot begin with, or a name that is taken.
        """
        if "fixture" in beginning:
            beginning["fixture"] = fixture_of(beginning["fixture"], [self._config.rootpath])
        accounts = SharedAccounts(self._server.sandbox(name, **beginning).seat)
        accounts._config = self._config
        self._made.append(accounts)
        return self._stack.enter_context(accounts)

    def note(self, report: pytest.TestReport) -> None:
        """Show the last requests of those to which a failed test sent any."""
        for accounts in self._made:
            accounts.note(report)
