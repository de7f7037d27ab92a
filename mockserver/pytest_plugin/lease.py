"""A sandbox for as long as a test runs: made as its markers say, looked at when the test is over, and dropped."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from zlib import crc32

import pytest

from mockserver.client.faults import order
from mockserver.client.seat import Seat
from mockserver.client.server import Server, running
from mockserver.providers.accounts import Accounts
from mockserver.pytest_plugin.terms import Terms, terms_of
from mockserver.state import Sandbox

FLIPPED = pytest.StashKey[tuple[str, str]]()
"""The assumption and the choice under which the test runs again."""

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
        terms.assume |= [item.stash[FLIPPED]]
    with ExitStack() as stack:
        accounts = stack.enter_context(server.sandbox(_name(item), **terms.beginning()))
        _arm(accounts, terms.faults)
        if terms.intercept:
            stack.enter_context(accounts.intercepted(strict=terms.intercept == "strict"))
        lease = Lease(item, accounts, terms)
        item.__dict__["_mockserver_lease"] = lease
        try:
            yield accounts
        finally:
            del item.__dict__["_mockserver_lease"]
            lease.end()


class Lease:
    """What is known of a test's sandbox while the test runs."""

    def __init__(self, item: pytest.Item, accounts: Accounts, terms: Terms) -> None:
        self._item = item
        self._accounts = accounts
        self._terms = terms

    def note(self, report: pytest.TestReport) -> None:
        """Add the last requests to the report of a test that failed."""
        if report.failed and self._sandbox.journal.number:
            from mockserver.pytest_plugin.text import last_requests

            heading = f"mockserver: last requests of sandbox {self._accounts.name}"
            report.sections.append((heading, "\n".join(last_requests(self._sandbox, self._providers))))

    def end(self) -> None:
        """Note what the test leaned on, tell the verdict, and fail the test if it is strict and broke the contract."""
        sandbox = self._sandbox
        if not (sandbox.journal.number or len(sandbox.outbox)):
            return
        if FLIPPED in self._item.stash:
            return
        chosen = {key: choice for exchange in sandbox.journal for key, choice in exchange.assumed.items()}
        chosen |= {key: choice for event in sandbox.outbox for key, choice in event.assumed.items()}
        self._item.stash[LEANED] = sorted((key, choice) for key, choice in chosen.items() if key not in self._terms.assume)
        self._item.user_properties.append(("mockserver.requests", str(sandbox.journal.number)))
        if chosen:
            leaned = ", ".join(f"{key}={choice}" for key, choice in sorted(chosen.items()))
            self._item.user_properties.append(("mockserver.assumed", leaned))
        self._judge()

    def _judge(self) -> None:
        config = self._item.config
        verdict = config.pluginmanager.get_plugin("mockserver-verdict")
        is_strict = self._terms.strict
        if is_strict is None:
            is_strict = bool(config.getoption("mock_strict") or config.getini("mock_strict"))
        if verdict is None and not is_strict:
            return
        from mockserver.pytest_plugin.judgement import judge

        judgement = judge(self._seat, ignore=(*config.getini("mock_ignore"), *self._terms.ignore))
        if verdict is not None:
            verdict.add(self._item.nodeid, judgement)
        if is_strict and judgement.violations:
            from mockserver.pytest_plugin.text import broken_contract

            pytest.fail("\n".join(broken_contract(judgement.violations, self._sandbox, self._providers)), pytrace=False)

    @property
    def _seat(self) -> Seat:
        return self._accounts.seat

    @property
    def _sandbox(self) -> Sandbox:
        return self._seat.mock.sandboxes.get(self._accounts.name)

    @property
    def _providers(self) -> Sequence[Any]:
        return list(self._seat.mock.pipeline.providers.values())


def _name(item: pytest.Item) -> str:
    """Return a name that is the test's own, and the same in every run."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", item.name)[:40].strip("-") or "test"
    return f"{words}-{crc32(item.nodeid.encode()):08x}"


def _arm(accounts: Accounts, faults: Sequence[str | dict[str, Any]]) -> None:
    from mockserver.control.faults import arm

    for each in faults:
        arm(accounts.seat.mock, accounts.seat.sandbox, order({"preset": each} if isinstance(each, str) else dict(each)))
