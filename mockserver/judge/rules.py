"""Define rules over traffic, and those on single exchanges.

Rules on the order of exchanges are in `judge/conduct`.
"""

import re
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from mockserver.catalogue.conduct import Conduct, Severity
from mockserver.contract import Contract
from mockserver.contract.contract import SchemaError
from mockserver.contract.routes import Routes
from mockserver.errors import ConfigurationError
from mockserver.exchange import Exchange, Violation
from mockserver.judge.redaction import Redaction, is_secret
from mockserver.providers.provider import Provider
from mockserver.webhooks import Delivery


class RuleSettings(Struct, frozen=True):
    """Settings of conduct rules.

    Attributes:
        clock: mode of the sandbox's clock; rules on real time apply only with `real`.
        polling_ms: shortest time between two equal requests that is not polling.
    """

    clock: Literal["real", "frozen", "step"] = "real"
    polling_ms: int = 1_000


class RuleInput:
    """Input of rules: exchanges and deliveries in order, contract and provider.

    Attributes:
        routes: the provider's paths.
        shared: results that several rules use.
    """

    def __init__(
        self,
        exchanges: Sequence[Exchange],
        contract: Contract,
        provider: Provider,
        *,
        deliveries: Sequence[Delivery] = (),
        settings: RuleSettings = RuleSettings(),  # noqa: B008 - a frozen value
    ) -> None:
        self.exchanges = exchanges
        self.deliveries = deliveries
        self.settings = settings
        self.provider = provider
        self.contract = contract
        self.operations = {name: each for name, each in contract.operations.items() if each.provider == provider.name}
        self.routes = Routes(self.operations.values())
        self.redaction = Redaction([provider], exchanges)
        self.shared: dict[Hashable, Any] = {}
        self._assumptions = {each.key: each for each in provider.assumptions}

    @cached_property
    def conduct(self) -> Conduct:
        """The conduct conventions in the provider's catalogue."""
        return self.provider.catalogue().conduct

    @cached_property
    def unfit_replies(self) -> list[tuple[Exchange, list[SchemaError], str]]:
        """The faultless replies that break the contract, with any excusing KEY=CHOICE."""
        own = [each for each in self.exchanges if each.status and each.operation in self.operations and not each.faults]
        found = [(each, self._reply_errors(each, each.assumed)) for each in own]
        return [(exchange, errors, self._excuse(exchange)) for exchange, errors in found if errors]

    def _reply_errors(self, exchange: Exchange, choices: Mapping[str, str]) -> list[SchemaError]:
        content_type = dict(exchange.headers).get(b"content-type", b"").decode("latin-1")
        return self.contract.under(choices, self._assumptions).reply_errors(
            exchange.operation,
            exchange.status,
            content_type.partition(";")[0].strip().lower(),
            None if "reply" in exchange.incomplete_parts else exchange.body,
        )

    def _excuse(self, exchange: Exchange) -> str:
        """Return the KEY=CHOICE under which the contract allows the reply; else ""."""
        for key, assumption in self._assumptions.items():
            for choice in assumption.overlays:
                if exchange.assumed.get(key) != choice and not self._reply_errors(exchange, {**exchange.assumed, key: choice}):
                    return f"{key}={choice}"
        return ""


SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Worst first; a note is not a mistake."""

MAX_PATH = 200

_INDEX = re.compile(r"\[\d+\]")
_PARAMETER = re.compile(r"\{[^}]*\}")
_IDENTITY = re.compile(r"(?=.*\d).{3,}")


class Hit(Struct, frozen=True, kw_only=True):
    """An exchange or delivery that breaks a rule.

    Attributes:
        about: the operation, else method and path pattern; of a delivery the event's type.
        place: the part of the request or reply.
        detail: one clause, perhaps with values that were sent.
        pointer: JSON pointer to the broken part of the contract, if any.
    """

    exchange: Exchange | None = None
    delivery: Delivery | None = None
    about: str
    place: str
    detail: str
    pointer: str = ""


Find = Callable[[RuleInput], Iterator[Hit]]


class Rule(Struct, frozen=True):
    """One rule over traffic.

    Attributes:
        says: why it matters, as a sentence.
        needs_mock: whether it needs what a recording lacks: lost replies, deliveries, or that a test suite ran.
    """

    id: str
    severity: Severity
    says: str
    find: Find
    needs_mock: bool = False


def rule(name: str, severity: Severity, says: str, *, needs_mock: bool = False) -> Callable[[Find], Rule]:
    """Make a rule of the function that yields its hits."""
    return lambda find: Rule(name, severity, says, find, needs_mock)


def owner_of(exchange: Exchange, contract: Contract) -> str:
    """Return the name of the called provider, or an empty string."""
    return exchange.operation.partition(".")[0] or contract.routes.owner(exchange.request.path) or ""


@rule("credential-in-url", "error", "URLs end up in logs, browser histories and referrer headers, and keys in them too.")
def credential_in_url(traffic: RuleInput) -> Iterator[Hit]:
    for exchange in traffic.exchanges:
        request, about = exchange.request, _about(exchange)
        operation = traffic.operations.get(exchange.operation)
        declared = {each.name for each in operation.parameters if each.place == "query"} if operation is not None else set()
        for name, value in parse_qsl(request.query.decode("utf-8", "replace")):
            if (is_secret(name) and name not in declared) or traffic.redaction.is_key(value):
                yield Hit(exchange=exchange, about=about, place=f"query.{name}", detail="a credential")
        if any(traffic.redaction.is_key(unquote(segment)) for segment in request.path.split("/")):
            yield Hit(exchange=exchange, about=about, place="path", detail="a credential")


@rule("unknown-path", "error", "The contract has no such path.")
def _unknown_paths(traffic: RuleInput) -> Iterator[Hit]:
    known = {_PARAMETER.sub("{}", operation.path): operation.path for operation in traffic.operations.values()}
    for exchange in traffic.exchanges:
        if not exchange.operation and traffic.routes.find(exchange.request.path) is None:
            near = get_close_matches(_shape(exchange.request.path), known, n=1, cutoff=0.5)
            detail = f"the nearest one is {known[near[0]]}" if near else "there is none like it"
            yield Hit(exchange=exchange, about=_about(exchange), place="path", detail=detail)


@rule("unknown-method", "error", "The contract has the path, but not the method.")
def _unknown_methods(traffic: RuleInput) -> Iterator[Hit]:
    for exchange in traffic.exchanges:
        route = None if exchange.operation else traffic.routes.find(exchange.request.path)
        if route is not None:
            operation = next(iter(route.operations.values()))
            yield Hit(
                exchange=exchange,
                about=f"{exchange.request.method} {operation.path}",
                place="method",
                detail=f"the contract has {' and '.join(route.operations)} here",
                pointer=operation.pointer.rpartition("/")[0],
            )


@rule("violation", "error", "The contract forbids this in a request, whether or not it was refused.")
def _forbidden(traffic: RuleInput) -> Iterator[Hit]:
    return _violations(traffic, lambda violation: violation.rule != "undeclared")


@rule("undeclared", "warning", "The contract does not declare this, so a service may ignore it.")
def _undeclared(traffic: RuleInput) -> Iterator[Hit]:
    """Yield undeclared parts of requests, without credentials in URLs."""
    return _violations(traffic, lambda each: each.rule == "undeclared" and not (each.place == "query" and is_secret(each.name)))


def _violations(traffic: RuleInput, concerns: Callable[[Violation], bool]) -> Iterator[Hit]:
    for exchange in traffic.exchanges:
        for violation in filter(concerns, exchange.violations):
            place = f"{violation.place}.{violation.name}" if violation.name else violation.place
            detail, pointer = violation.detail, violation.pointer
            yield Hit(exchange=exchange, about=exchange.operation, place=place, detail=detail, pointer=pointer)


@rule(
    "unfit-reply",
    "error",
    "The contract does not allow this reply: the contract or the mock is wrong, or the service has changed.",
)
def _unfit_replies(traffic: RuleInput) -> Iterator[Hit]:
    for exchange, errors, excuse in traffic.unfit_replies:
        relevant = errors if exchange.status >= 400 else _without_default(traffic, exchange, errors)
        for error in [] if excuse else relevant:
            place = _INDEX.sub("[]", f"reply.{error.place}")
            yield Hit(exchange=exchange, about=exchange.operation, place=place, detail=error.reason, pointer=error.pointer)


def _without_default(traffic: RuleInput, exchange: Exchange, errors: list[SchemaError]) -> list[SchemaError]:
    """Return a single error for an undeclared status of success."""
    operation = traffic.operations[exchange.operation]
    if {str(exchange.status), f"{exchange.status // 100}XX"} & operation.replies.keys():
        return errors
    return [SchemaError("status", f"{exchange.status} is not declared", f"{operation.pointer}/responses")]


@rule("other-choice", "note", "The documents leave this open, and the service made another choice than the mock.")
def _other_choices(traffic: RuleInput) -> Iterator[Hit]:
    for exchange, _, excuse in traffic.unfit_replies:
        if excuse:
            yield Hit(exchange=exchange, about=exchange.operation, place="reply", detail=f"as with {excuse}")


def _about(exchange: Exchange) -> str:
    """Return the operation; without one, method and path pattern."""
    return exchange.operation or f"{exchange.request.method} {_shape(exchange.request.path)}"


def _shape(path: str) -> str:
    """Return the path with {} instead of ids."""
    return "/".join("{}" if _IDENTITY.fullmatch(segment) else segment for segment in path[:MAX_PATH].split("/"))


RULES = (credential_in_url, _unknown_paths, _unknown_methods, _forbidden, _unfit_replies, _undeclared, _other_choices)
"""In the order in which reports show findings of one severity."""


def without(rules: Sequence[Rule], ignored: Collection[str]) -> tuple[Rule, ...]:
    """Return the rules without the ignored ones.

    Raises: ConfigurationError, which lists the known ids, for an unknown one.
    """
    known = [rule.id for rule in rules]
    unknown = [each for each in ignored if each not in known]
    if unknown:
        raise ConfigurationError(f"unknown rule {' or '.join(unknown)}", hint=f"known: {', '.join(known)}")
    return tuple(rule for rule in rules if rule.id not in ignored)
