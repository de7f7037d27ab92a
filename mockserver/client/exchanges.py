"""List the requests of a sandbox, and assert about them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET

from mockserver.client.sandbox import SandboxRef, full_name
from mockserver.errors import ConfigurationError
from mockserver.judge.expectations import Expectation, verify
from mockserver.judge.recordings.har import to_har
from mockserver.judge.redaction import Redaction
from mockserver.judge.rows import ExchangeRow, row
from mockserver.judge.selection import Selection, check_operation
from mockserver.providers.provider import Provider


class Requests:
    """The exchanges of one sandbox with one provider, oldest first.

    Operations are named as in the contract, with or without the provider's name before them: `createCustomer`.
    """

    def __init__(self, sandbox_ref: SandboxRef, provider: Provider) -> None:
        self._ref = sandbox_ref
        self._provider = provider

    def __len__(self) -> int:
        return len(self._ref.exchanges(self._provider))

    def __iter__(self) -> Iterator[ExchangeRow]:
        return iter(self.list())

    def __repr__(self) -> str:
        return "\n".join([f"<{len(self)} requests to {self._provider.name} in {self._ref.name}>", *map(_line, self.list())])

    @property
    def last(self) -> ExchangeRow | None:
        """The latest exchange; None if there was none."""
        return next(iter(self.list(limit=1)), None)

    def list(
        self,
        operation: str | None = None,
        *,
        method: str | None = None,
        path: str | None = None,
        status: int | str | None = None,
        violations: bool | None = None,
        limit: int | None = None,
    ) -> list[ExchangeRow]:
        """Return the exchanges that match all arguments, without credentials.

        path: `*` matches anything. status: `429` or `4xx`; 0: no reply was sent. limit: number of the latest.

            [created] = account.requests.list("createCustomer", status=201)
            assert created.request.body["email"] == "jane@example.com"
        """
        selection = Selection(
            operation=self._operation(operation),
            method=method,
            path=path,
            status=None if status is None else str(status),
            violations=violations,
            limit=limit,
        )
        exchanges = self._ref.exchanges(self._provider)
        redaction = Redaction([self._provider], exchanges)
        return [row(each, redaction) for each in selection.choose(exchanges)]

    def assert_called(
        self,
        operation: str | None = None,
        *,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        **wanted: Any,
    ) -> None:
        """Fail and show the nearest exchanges unless some match: at least one if no count is given.

        wanted: `method`, `path`, `query`, `headers`, `json` (part of the body, or of a form's fields), `status`.

            account.requests.assert_called("createPayment", times=1, json={"amount": 2000})
        """
        __tracebackhide__ = True
        self._hold(self.expect(operation, times=times, at_least=at_least, at_most=at_most, **wanted))

    def assert_not_called(self, operation: str | None = None, **wanted: Any) -> None:
        """Fail if an exchange matches.

        account.requests.assert_not_called("deleteCustomer")
        """
        __tracebackhide__ = True
        self._hold(self.expect(operation, times=0, **wanted))

    def assert_order(self, *expected: str | Expectation) -> None:
        """Fail unless exchanges match in this order; others may come between.

        account.requests.assert_order("createCustomer", "createPayment")
        """
        __tracebackhide__ = True
        self._hold([self.expect(each) if isinstance(each, str) else each for each in expected])

    def expect(self, operation: str | None = None, **wanted: Any) -> Expectation:
        """Return an expectation for `assert_order`, with the arguments of `assert_called`."""
        for name in wanted:
            if name not in Expectation.__struct_fields__:
                known = ", ".join(Expectation.__struct_fields__)
                raise ConfigurationError(f"an expectation has no {name!r}", hint=f"it may have {known}")
        given = {name: value for name, value in wanted.items() if value is not None}
        given = {"json": UNSET, **given, "operation": self._operation(operation)}
        expectation = msgspec.convert(given, Expectation, from_attributes=True)
        expectation.check(self._ref.operations(self._provider))
        return expectation

    def clear(self) -> None:
        """Clear the sandbox's journal, exchanges with other providers included; numbers go on."""
        with self._ref.mock.lock:
            self._ref.sandbox.journal.forget()

    def har(self) -> Mapping[str, Any]:
        """Return the exchanges as a HAR 1.2 document."""
        exchanges = self._ref.exchanges(self._provider)
        return to_har(exchanges, Redaction([self._provider], exchanges))

    def save_har(self, path: str | Path) -> None:
        """Write the exchanges to a HAR file, which browser tools open."""
        Path(path).write_bytes(msgspec.json.format(msgspec.json.encode(self.har())))

    def _hold(self, expected: Expectation | Sequence[Expectation]) -> None:
        __tracebackhide__ = True
        exchanges = self._ref.exchanges(self._provider)
        outcome = verify(exchanges, expected, Redaction([self._provider], exchanges))
        if not outcome.is_met:
            raise AssertionError(str(outcome))

    def _operation(self, name: str | None) -> str | None:
        """Return the operation's full name, after checking it."""
        full = full_name(name, self._provider) if name is not None else None
        if full is not None:
            check_operation(full, self._ref.operations(self._provider), "operation")
        return full


def _line(exchange: ExchangeRow) -> str:
    query = f"?{exchange.request.query}" if exchange.request.query else ""
    return f"  {exchange.number}: {exchange.request.method} {exchange.request.path}{query} → {exchange.reply.status or 'nothing'}"
