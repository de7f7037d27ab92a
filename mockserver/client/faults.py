"""Arm faults in a sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict, Unpack

from mockserver.client.hints import hints_in_python
from mockserver.client.sandbox import SandboxRef, full_name
from mockserver.control.faults import FaultRow, arm, read_fault
from mockserver.faults import FaultKind, PagingMode, Preset
from mockserver.providers.provider import Provider


class FaultTerms(TypedDict, total=False):
    """Options of a fault; docs/faults.md says which kind takes what.

    Keys:
        status, code, retry_after: the failure; the provider's error code; seconds.
        ms: milliseconds, `[low, high]`, or `{"median": …, "p95": …}`; nothing really waits in process.
        limit, per: requests allowed per window, such as `10s` of the sandbox's clock.
        mode: how a list is inconsistent.
        operations: with or without the provider's name before them; default: all of this provider's.
        path: a glob.
        first, every, probability: only the first N, each Nth, or a share of the matching requests.
        lasting: how long it lasts, such as `10m` of the sandbox's clock.
    """

    status: int
    code: str
    retry_after: int
    ms: float | list[float] | dict[str, float]
    limit: int
    per: str
    mode: PagingMode
    operations: list[str]
    path: str
    first: int
    every: int
    probability: float
    lasting: str


class Faults:
    """The faults of a sandbox for the operations of one provider."""

    def __init__(self, sandbox_ref: SandboxRef, provider: Provider) -> None:
        self._ref = sandbox_ref
        self._provider = provider

    def add(self, kind: FaultKind, **terms: Unpack[FaultTerms]) -> FaultRow:
        """Arm a fault from the next request on, and return it.

            account.faults.add("status", status=429, retry_after=3, operations=["createCustomer"], first=2)
            account.faults.add("lost-reply", operations=["createCustomer"], first=1)

        Raises: MockServerError that names the place and the hint.
        """
        return self._arm({"kind": kind, **terms})[0]

    def preset(self, name: Preset, **terms: Unpack[FaultTerms]) -> list[FaultRow]:
        """Arm the faults of a preset.

        account.faults.preset("flaky")
        """
        return self._arm({"preset": name, **terms})

    @contextmanager
    def during(self, kind: FaultKind, **terms: Unpack[FaultTerms]) -> Iterator[FaultRow]:
        """Arm a fault while the context lasts.

        with account.faults.during("drop"):
            ...
        """
        armed = self.add(kind, **terms)
        try:
            yield armed
        finally:
            with self._ref.mock.lock:
                faults = self._ref.sandbox.faults
                if any(each.id == armed.id for each in faults.armed):
                    faults.disarm(armed.id)

    def clear(self) -> None:
        """Disarm all faults of the sandbox."""
        with self._ref.mock.lock:
            self._ref.sandbox.faults.disarm_all()

    def _arm(self, terms: dict[str, Any]) -> list[FaultRow]:
        operations = terms.get("operations", self._ref.operations(self._provider))
        fault = {**terms, "operations": [full_name(each, self._provider) for each in operations]}
        with self._ref.mock.lock, hints_in_python():
            return arm(self._ref.mock, self._ref.sandbox, read_fault(fault))
