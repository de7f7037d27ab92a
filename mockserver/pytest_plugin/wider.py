"""Sandboxes that are no test's own: of a class, a module, a session."""

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, Unpack

import pytest

from mockserver.client.server import SandboxOptions, Server
from mockserver.providers.accounts import Accounts
from mockserver.pytest_plugin.ending import VERDICT, complaints, is_strict, providers_of, show
from mockserver.pytest_plugin.terms import fixture_of


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
