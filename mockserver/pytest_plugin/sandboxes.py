"""Make the sandboxes of tests, judge them at teardown, and drop them."""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, Unpack
from zlib import crc32

import pytest
from msgspec.structs import replace

from mockserver.app import SandboxOptions
from mockserver.catalogue import Assumption
from mockserver.client.account import Account
from mockserver.client.sandbox import SandboxRef
from mockserver.client.server import Server, running
from mockserver.providers.accounts import Accounts
from mockserver.pytest_plugin.marker import MarkerOptions, find_fixture, not_played, number_setting, options_of, played_providers
from mockserver.pytest_plugin.plugin import TEST_SANDBOX
from mockserver.state import Sandbox

if TYPE_CHECKING:
    from mockserver.client.interception import Interception

VERDICT = "mockserver-verdict"
"""Name of the plugin that collects judgements for the report."""

FLIPPED = pytest.StashKey[tuple[str, str]]()
"""Assumption and choice of a rerun."""

ENDED = pytest.StashKey[set[str]]()
"""Names of the sandboxes of finished tests."""

USED = pytest.StashKey[list[tuple[Assumption, str]]]()
"""Assumptions and choices that a test used, without its markers' own."""


@contextmanager
def start_server(config: pytest.Config, address: tuple[str, int], fixture: Any, seed: int) -> Iterator[Server]:
    """Run the mock of a session."""
    host, port = address
    worker = re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", ""))
    with running(
        fixture=fixture,
        seed=seed,
        providers=played_providers(config),
        journal_limit=number_setting(config, "mock_journal_limit"),
        host=host,
        port=port + int(worker or 0) if port else 0,
    ) as server:
        yield server


def account_of(config: pytest.Config, accounts: Accounts, provider: str) -> Account:
    """Return a sandbox's account at a provider.

    Raises: ConfigurationError if the mock does not play it, or its package cannot be imported.
    """
    if provider in accounts.sandbox_ref.mock.pipeline.providers:
        return accounts[provider]
    raise not_played(config, provider)


@contextmanager
def make_sandbox(item: pytest.Item, server: Server) -> Iterator[Accounts]:
    """Make the test's sandbox; judge and drop it at the end."""
    options = options_of(item)
    if FLIPPED in item.stash:
        options = replace(options, assume=options.assume | dict([item.stash[FLIPPED]]))
    else:
        item.stash[USED] = []
    ended = item.config.stash.setdefault(ENDED, set())
    with ExitStack() as stack:
        accounts = stack.enter_context(_make(server, _name(item), options, ended))
        stack.callback(ended.add, accounts.name)
        item.stash[TEST_SANDBOX] = sandbox = TestSandbox(item, accounts.sandbox_ref, options)
        if options.intercept:
            sandbox.interception = stack.enter_context(accounts.intercepted(strict=options.intercept == "strict"))
        try:
            yield accounts
        finally:
            sandbox.end()


def _make(server: Server, name: str, options: MarkerOptions, ended: set[str]) -> Accounts:
    """Make a sandbox; drop those that late requests made again."""
    sandboxes = server.app.mock.sandboxes
    with server.app.mock.lock:
        for late in [each.name for each in sandboxes if each.name in ended]:
            sandboxes.drop(late)
        ended.discard(name)
        return server.sandbox(name, **options.of_sandbox())


def _name(item: pytest.Item) -> str:
    """Return the test's own sandbox name, the same in every run."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", item.name)[:40].strip("-") or "test"
    return f"{words}-{crc32(item.nodeid.encode()):08x}"


class TestSandbox:
    """The sandbox of a running test, and its markers' interception."""

    def __init__(self, item: pytest.Item, sandbox_ref: SandboxRef, options: MarkerOptions) -> None:
        self.interception: Interception | None = None
        self._item = item
        self._options = options
        self._ref = sandbox_ref
        self._sandbox = sandbox_ref.sandbox
        self._has_failed = False

    def note(self, report: pytest.TestReport) -> None:
        """Add the last requests and failed webhooks to the first failure."""
        if report.failed and not self._has_failed:
            _add_requests(report, self._ref, self._sandbox)
        self._has_failed = self._has_failed or report.failed

    def end(self) -> None:
        """Judge the sandbox, and fail the test if its markers demand it."""
        if FLIPPED in self._item.stash:
            return
        refused = self.interception.refused if self.interception and not self._has_failed else []
        failures = [f"{url} was called, but intercept='strict' refuses it; the code hid the error" for url in refused]
        failures += self._judge()
        if failures:
            self._has_failed = True
            pytest.fail("\n".join(failures), pytrace=False)

    def _judge(self) -> Sequence[str]:
        if _is_unused(self._sandbox):
            return []
        noted = (each.assumed for each in (*self._sandbox.journal, *self._sandbox.outbox))
        assumed = dict(chain.from_iterable(each.items() for each in noted))
        known = {each.key: each for each in self._ref.mock.pipeline.assumptions}
        self._item.stash[USED] = [(known[key], assumed[key]) for key in sorted(assumed) if key not in self._options.assume]
        self._item.user_properties.append(("mockserver.requests", str(self._sandbox.journal.number)))
        if assumed:
            self._item.user_properties.append(("mockserver.assumed", ", ".join(map("=".join, sorted(assumed.items())))))
        options = self._options
        return _judge(self._item.config, self._item.nodeid, self._ref, strict=options.strict, ignore=options.ignore)


class SharedAccounts(Accounts):
    """The accounts of a shared sandbox; dropping it judges it."""

    _config: pytest.Config
    _is_dropped = False
    _noted = 0

    def drop(self) -> None:
        """Judge and drop the sandbox.

        Raises: pytest.fail.Exception if tests are strict and a request violated the contract.
        """
        if self._is_dropped:
            return
        self._is_dropped = True
        failures = self._judge()
        super().drop()
        if failures:
            pytest.fail("\n".join(failures), pytrace=False)

    def note(self, report: pytest.TestReport) -> None:
        """Add the last requests, if any, to a failed test's report."""
        number = 0 if self._is_dropped else self.sandbox_ref.sandbox.journal.number
        if report.failed and number not in (0, self._noted):
            _add_requests(report, self.sandbox_ref, self.sandbox_ref.sandbox)
        if report.failed or report.when == "teardown":
            self._noted = number

    def _judge(self) -> Sequence[str]:
        verdict = self._config.pluginmanager.get_plugin(VERDICT)
        if _is_unused(self.sandbox_ref.sandbox) or (verdict is not None and verdict.is_flipping):
            return []
        return _judge(self._config, f"sandbox {self.name}", self.sandbox_ref)


class SandboxMaker:
    """Make sandboxes that tests share; the stack drops those that are left."""

    def __init__(self, config: pytest.Config, server: Server, stack: ExitStack) -> None:
        self._config = config
        self._server = server
        self._stack = stack
        self._made: list[SharedAccounts] = []

    def __call__(self, name: str | None = None, **options: Unpack[SandboxOptions]) -> SharedAccounts:
        """Make a sandbox, also as a context, with the marker's keywords.

        Files of `fixture` are searched in the root folder of the tests.
        Raises: MockServerError for invalid options, or a name that is taken.
        """
        if "fixture" in options:
            providers = list(self._server.app.mock.pipeline.providers.values())
            options["fixture"] = find_fixture(options["fixture"], [self._config.rootpath], providers)
        accounts = SharedAccounts(self._server.sandbox(name, **options).sandbox_ref)
        accounts._config = self._config
        self._made.append(accounts)
        return self._stack.enter_context(accounts)

    def note(self, report: pytest.TestReport) -> None:
        """Add the last requests of each sandbox to a failed test's report."""
        for accounts in self._made:
            accounts.note(report)


def _is_unused(sandbox: Sandbox) -> bool:
    return not (sandbox.journal.number or len(sandbox.outbox))


def _judge(
    config: pytest.Config, test: str, sandbox_ref: SandboxRef, *, strict: bool | None = None, ignore: Collection[str] = ()
) -> Sequence[str]:
    """Judge a sandbox; return the lines of violations that fail the test."""
    if strict is None:
        strict = config.getoption("mock_strict") or config.getini("mock_strict")
    verdict = config.pluginmanager.get_plugin(VERDICT)
    if verdict is None and not strict:
        return []
    from mockserver.pytest_plugin.summary import judge
    from mockserver.pytest_plugin.text import violation_lines

    judgement = judge(sandbox_ref, ignore=(*config.getini("mock_ignore"), *ignore))
    if verdict is not None:
        verdict.add(test, judgement, sandbox_ref.mock.pipeline.providers.values())
    if not (strict and judgement.violations):
        return []
    return list(violation_lines(judgement.violations, sandbox_ref))


def _add_requests(report: pytest.TestReport, sandbox_ref: SandboxRef, sandbox: Sandbox) -> None:
    """Add the last requests and failed webhooks to a failed test's report."""
    from mockserver.pytest_plugin.text import failed_deliveries, last_requests

    providers = list(sandbox_ref.mock.pipeline.providers.values())
    parts = ("last requests", last_requests(sandbox, providers)), ("webhooks that failed", failed_deliveries(sandbox))
    for title, lines in parts:
        text = "\n".join(lines)
        if text:
            report.sections.append((f"mockserver: {title} of sandbox {sandbox.name}", text))
