"""What a test can ask of the requests that its sandbox has seen."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET

from mockserver.client.sandbox_ref import SandboxRef
from mockserver.errors import ConfigurationError
from mockserver.exchange import Exchange
from mockserver.judge.expectations import Expectation, verify
from mockserver.judge.recordings.har import to_har
from mockserver.judge.redaction import Redaction
from mockserver.judge.rows import ExchangeRow, row
from mockserver.judge.selection import Selection, check_operation
from mockserver.providers.provider import Provider


class Requests:
    """The exchanges with one provider in one sandbox, the oldest first, and assertions about them.

    Operations are named as in the contract, with or without the provider's name before them: `createCustomer`.
    """

    def __init__(self, seat: SandboxRef, provider: Provider) -> None:
        self._seat = seat
        self._provider = provider

    def __len__(self) -> int:
        return len(self._seat.exchanges(self._provider))

    def __iter__(self) -> Iterator[ExchangeRow]:
        return iter(self.list())

    def __repr__(self) -> str:
        return "\n".join([f"<{len(self)} requests to {self._provider.name} in {self._seat.name}>", *map(_line, self.list())])

    @property
    def last(self) -> ExchangeRow | None:
        """The latest exchange; None if there was none."""
        found = self.list(limit=1)
        return found[0] if found else None

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
        """Return the exchanges of which all that is given holds, as rows without any credential.

        path: `*` stands for anything. status: `429` or `4xx`; 0: no reply came. limit: so many of the latest.

            [created] = account.requests.list("createCustomer", status=201)
            assert created.request.body["email"] == "jane@example.com"
        """
        named = self._operation(operation)
        selection = Selection(
            operation=named,
            method=method,
            path=path,
            status=None if status is None else str(status),
            violations=violations,
            limit=limit,
        )
        exchanges = self._seat.exchanges(self._provider)
        redaction = self._redaction(exchanges)
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
        """Fail, with what came nearest, unless there were such exchanges: at least one if no count is given.

        wanted: `method`, `path`, `query`, `headers`, `json` (a part of the body; a form's fields too), `status`.

            account.requests.assert_called("createPayment", times=1, json={"amount": 2000})
        """
        __tracebackhide__ = True
        self._hold(self.expect(operation, times=times, at_least=at_least, at_most=at_most, **wanted))

    def assert_not_called(self, operation: str | None = None, **wanted: Any) -> None:
        """Fail unless there was no such exchange.

        account.requests.assert_not_called("deleteCustomer")
        """
        __tracebackhide__ = True
        self._hold(self.expect(operation, times=0, **wanted))

    def assert_order(self, *expected: str | Expectation) -> None:
        """Fail unless such exchanges came in this order; others may come between.

        account.requests.assert_order("createCustomer", "createPayment")
        """
        __tracebackhide__ = True
        self._hold([self.expect(each) if isinstance(each, str) else each for each in expected])

    def expect(self, operation: str | None = None, **wanted: Any) -> Expectation:
        """Return an expectation for `assert_order`, which takes what `assert_called` takes.

        Raises: ConfigurationError for what cannot be meant.
        """
        for name in wanted:
            if name not in Expectation.__struct_fields__:
                known = ", ".join(Expectation.__struct_fields__)
                raise ConfigurationError(f"an expectation has no {name!r}", hint=f"it may have {known}")
        told = {name: value for name, value in wanted.items() if value is not None}
        expectation = msgspec.convert(
            {"json": UNSET, **told, "operation": self._operation(operation)}, Expectation, from_attributes=True
        )
        expectation.check(self._operations())
        return expectation

    def clear(self) -> None:
        """Forget the sandbox's exchanges, those with other providers too; numbers go on."""
        with self._seat.mock.lock:
            self._seat.sandbox.journal.forget()

    def har(self) -> Mapping[str, Any]:
        """Return the exchanges as a HAR 1.2 document."""
        exchanges = self._seat.exchanges(self._provider)
        return to_har(exchanges, self._redaction(exchanges))

    def save_har(self, path: str | Path) -> None:
        """Write the exchanges as a HAR file, which browsers' tools open."""
        Path(path).write_bytes(msgspec.json.format(msgspec.json.encode(self.har())))

    def _hold(self, expected: Expectation | Sequence[Expectation]) -> None:
        __tracebackhide__ = True
        exchanges = self._seat.exchanges(self._provider)
        outcome = verify(exchanges, expected, self._redaction(exchanges))
        if not outcome.is_met:
            raise AssertionError(str(outcome))

    def _redaction(self, exchanges: Sequence[Exchange]) -> Redaction:
        return Redaction([self._provider], exchanges)

    def _operations(self) -> Sequence[str]:
        operations = self._seat.mock.pipeline.contract.operations.values()
        return [each.id for each in operations if each.provider == self._provider.name]

    def _operation(self, name: str | None) -> str | None:
        """Return the operation's full name.

        Raises: ConfigurationError that names the nearest ones.
        """
        if name is None:
            return None
        full = name if "." in name else f"{self._provider.name}.{name}"
        check_operation(full, self._operations(), "operation")
        return full


def _line(exchange: ExchangeRow) -> str:
    query = f"?{exchange.request.query}" if exchange.request.query else ""
    return f"  {exchange.number}: {exchange.request.method} {exchange.request.path}{query} → {exchange.reply.status or 'nothing'}"
