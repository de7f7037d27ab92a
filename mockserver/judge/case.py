"""What rules look at: exchanges with one provider, and what is known of them together."""

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct

from mockserver.catalogue import Assumption
from mockserver.catalogue.conduct import Conduct
from mockserver.contract import Contract
from mockserver.contract.contract import SchemaError
from mockserver.contract.routes import Routes
from mockserver.exchange import Exchange
from mockserver.judge.redaction import Redaction
from mockserver.providers.provider import Provider
from mockserver.webhooks import Delivery

MAX_CONTRACTS = 64
"""Contracts, as choices change them, that are kept; there are more combinations than could be."""


class RuleSettings(Struct, frozen=True):
    """Under which terms conduct is judged.

    Attributes:
        clock: the mode of the sandbox's clock; what is told by the machine's time is judged with `real` only.
        polling_ms: how long a client waits before it asks for the same again, at least.
    """

    clock: Literal["real", "frozen", "step"] = "real"
    polling_ms: int = 1_000


class RuleInput:
    """What rules look at.

    Attributes:
        exchanges: in the order in which they were sent, each with its operation and violations.
        deliveries: in the order of their numbers.
        routes: the provider's paths.
        redaction: knows the credentials in the exchanges.
        shared: what one rule has worked out and others need as well, by what it is.
    """

    def __init__(
        self,
        exchanges: Sequence[Exchange],
        contract: Contract,
        provider: Provider,
        *,
        deliveries: Sequence[Delivery] = (),
        terms: RuleSettings = RuleSettings(),  # noqa: B008 - a frozen value
    ) -> None:
        self.exchanges = exchanges
        self.deliveries = deliveries
        self.terms = terms
        self.provider = provider
        self.contract = contract
        self.operations = {name: each for name, each in contract.operations.items() if each.provider == provider.name}
        self.routes = Routes(self.operations.values())
        self.redaction = Redaction([provider], exchanges)
        self.shared: dict[Hashable, Any] = {}
        self._choices = _Choices(contract, provider.assumptions)

    @cached_property
    def conduct(self) -> Conduct:
        """What the provider's catalogue says on reading a client's exchanges."""
        return self.provider.catalogue().conduct

    @cached_property
    def unfit_replies(self) -> list[tuple[Exchange, list[SchemaError], str]]:
        """The replies that the contract does not allow, why not, and the choice under which it would, if there is one.

        What a fault has spoiled on purpose is nobody's mistake.
        """
        found = []
        for exchange in self.exchanges:
            is_told = exchange.status and exchange.operation in self.operations and not exchange.faults
            faults = self._choices.faults(exchange) if is_told else []
            if faults:
                found.append((exchange, faults, self._choices.excuse(exchange)))
        return found


class _Choices:
    """The contract as the choices of assumptions change it."""

    def __init__(self, contract: Contract, assumptions: Sequence[Assumption]) -> None:
        self._overlays = {(each.key, choice): overlay for each in assumptions for choice, overlay in each.overlays.items()}
        self._contracts: dict[tuple[tuple[str, str], ...], Contract] = {(): contract}

    def faults(self, exchange: Exchange, **more: str) -> list[SchemaError]:
        """Return what the contract has against the reply, under the choices that it names and those that are given."""
        content_type = dict(exchange.headers).get(b"content-type", b"").decode("latin-1")
        return self._under({**exchange.assumed, **more}).reply_faults(
            exchange.operation,
            exchange.status,
            content_type.partition(";")[0].strip().lower(),
            None if "reply" in exchange.partial else exchange.body,
        )

    def excuse(self, exchange: Exchange) -> str:
        """Return the choice, as KEY=CHOICE, under which the contract allows the reply; empty if there is none."""
        others = ((key, choice) for key, choice in self._overlays if exchange.assumed.get(key) != choice)
        return next((f"{key}={choice}" for key, choice in others if not self.faults(exchange, **{key: choice})), "")

    def _under(self, choices: Mapping[str, str]) -> Contract:
        changing = tuple(each for each in sorted(choices.items()) if each in self._overlays)
        if changing not in self._contracts:
            self._forget_some()
            steps = [step for each in changing for step in self._overlays[each]]
            self._contracts[changing] = self._contracts[()].overlaid(steps)
        return self._contracts[changing]

    def _forget_some(self) -> None:
        if len(self._contracts) > MAX_CONTRACTS:
            self._contracts = {(): self._contracts[()]}
