"""What is looked for in traffic: each rule is a value with an id, how bad it is, and a function that finds it.

A rule of conduct, which looks at the order of exchanges rather than at one of them, is another such value: those are in
`judge/conduct`.
"""

import re
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal
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
        self._assumptions = {each.key: each for each in provider.assumptions}

    @cached_property
    def conduct(self) -> Conduct:
        """What the provider's catalogue says on reading a client's exchanges."""
        return self.provider.catalogue().conduct

    @cached_property
    def unfit_replies(self) -> list[tuple[Exchange, list[SchemaError], str]]:
        """The replies that break the contract, with their errors and the KEY=CHOICE that would allow them, else "".

        Replies that a fault changed are left out.
        """
        found = []
        for exchange in self.exchanges:
            is_own = exchange.status and exchange.operation in self.operations and not exchange.faults
            errors = self._reply_errors(exchange, exchange.assumed) if is_own else []
            if errors:
                found.append((exchange, errors, self._excuse(exchange)))
        return found

    def _reply_errors(self, exchange: Exchange, choices: Mapping[str, str]) -> list[SchemaError]:
        content_type = dict(exchange.headers).get(b"content-type", b"").decode("latin-1")
        return self.contract.under(choices, self._assumptions).reply_errors(
            exchange.operation,
            exchange.status,
            content_type.partition(";")[0].strip().lower(),
            None if "reply" in exchange.partial else exchange.body,
        )

    def _excuse(self, exchange: Exchange) -> str:
        """Return the choice, as KEY=CHOICE, under which the contract allows the reply; empty if there is none."""
        for key, assumption in self._assumptions.items():
            for choice in assumption.overlays:
                if exchange.assumed.get(key) != choice and not self._reply_errors(exchange, {**exchange.assumed, key: choice}):
                    return f"{key}={choice}"
        return ""


SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The worst first. A note is nobody's fault."""

MAX_PATH = 200

_INDEX = re.compile(r"\[\d+\]")
_PARAMETER = re.compile(r"\{[^}]*\}")
_IDENTITY = re.compile(r"(?=.*\d).{3,}")


class Hit(Struct, frozen=True, kw_only=True):
    """One exchange, or one delivery, in which a rule finds something.

    Attributes:
        exchange: None if it is about a delivery alone.
        delivery: None if it is about an exchange alone.
        about: the operation, or method and form of the path if there is none; of a delivery its event's type.
        place: where in the request or reply.
        detail: one clause; it may hold what was sent.
        pointer: what in the contract is broken, as a JSON pointer; empty if nothing there says so.
    """

    exchange: Exchange | None = None
    delivery: Delivery | None = None
    about: str
    place: str
    detail: str
    pointer: str = ""


class Rule(Struct, frozen=True):
    """One thing that is looked for.

    Attributes:
        id: words with hyphens, as they stand in reports.
        says: why it matters, as a sentence.
    """

    id: str
    severity: Severity
    says: str
    find: Callable[[RuleInput], Iterator[Hit]]


def _credentials_in_urls(case: RuleInput) -> Iterator[Hit]:
    for exchange in case.exchanges:
        request, about = exchange.request, _about(exchange)
        declared = _declared_query(case, exchange)
        for name, value in parse_qsl(request.query.decode("utf-8", "replace")):
            if (is_secret(name) and name not in declared) or case.redaction.is_key(value):
                yield Hit(exchange=exchange, about=about, place=f"query.{name}", detail="a credential")
        if any(case.redaction.is_key(unquote(segment)) for segment in request.path.split("/")):
            yield Hit(exchange=exchange, about=about, place="path", detail="a credential")


def _unknown_paths(case: RuleInput) -> Iterator[Hit]:
    known = {_PARAMETER.sub("{}", operation.path): operation.path for operation in case.operations.values()}
    for exchange in case.exchanges:
        if not exchange.operation and case.routes.find(exchange.request.path) is None:
            near = get_close_matches(_shape(exchange.request.path), known, n=1, cutoff=0.5)
            detail = f"the nearest one is {known[near[0]]}" if near else "there is none like it"
            yield Hit(exchange=exchange, about=_about(exchange), place="path", detail=detail)


def _unknown_methods(case: RuleInput) -> Iterator[Hit]:
    for exchange in case.exchanges:
        route = None if exchange.operation else case.routes.find(exchange.request.path)
        if route is not None:
            operation = next(iter(route.operations.values()))
            yield Hit(
                exchange=exchange,
                about=f"{exchange.request.method} {operation.path}",
                place="method",
                detail=f"the contract has {' and '.join(route.operations)} here",
                pointer=operation.pointer.rpartition("/")[0],
            )


def _forbidden(case: RuleInput) -> Iterator[Hit]:
    return _violations(case, lambda violation: violation.rule != "undeclared")


def _undeclared(case: RuleInput) -> Iterator[Hit]:
    """Find what is undeclared, but for what a worse rule finds as well."""
    return _violations(case, lambda each: each.rule == "undeclared" and not (each.place == "query" and is_secret(each.name)))


def _violations(case: RuleInput, concerns: Callable[[Violation], bool]) -> Iterator[Hit]:
    for exchange in case.exchanges:
        for violation in filter(concerns, exchange.violations):
            place = f"{violation.place}.{violation.name}" if violation.name else violation.place
            detail, pointer = violation.detail, violation.pointer
            yield Hit(exchange=exchange, about=exchange.operation, place=place, detail=detail, pointer=pointer)


def _unfit_replies(case: RuleInput) -> Iterator[Hit]:
    for exchange, faults, excuse in case.unfit_replies:
        told = faults if exchange.status >= 400 else _without_default(case, exchange, faults)
        for fault in [] if excuse else told:
            place = _INDEX.sub("[]", f"reply.{fault.place}")
            yield Hit(exchange=exchange, about=exchange.operation, place=place, detail=fault.reason, pointer=fault.pointer)


def _without_default(case: RuleInput, exchange: Exchange, faults: list[SchemaError]) -> list[SchemaError]:
    """Return one fault for a success whose status only the declaration of errors covers: it need not look like one."""
    operation = case.operations[exchange.operation]
    if {str(exchange.status), f"{exchange.status // 100}XX"} & operation.replies.keys():
        return faults
    return [SchemaError("status", f"{exchange.status} is not declared", f"{operation.pointer}/responses")]


def _other_choices(case: RuleInput) -> Iterator[Hit]:
    for exchange, _, excuse in case.unfit_replies:
        if excuse:
            yield Hit(exchange=exchange, about=exchange.operation, place="reply", detail=f"as with {excuse}")


def _about(exchange: Exchange) -> str:
    """Return the operation; without one the method and the form of the path."""
    return exchange.operation or f"{exchange.request.method} {_shape(exchange.request.path)}"


def _shape(path: str) -> str:
    """Return the path without ids, as far as they can be told."""
    return "/".join("{}" if _IDENTITY.fullmatch(segment) else segment for segment in path[:MAX_PATH].split("/"))


def _declared_query(case: RuleInput, exchange: Exchange) -> set[str]:
    operation = case.operations.get(exchange.operation)
    parameters = operation.parameters if operation is not None else ()
    return {parameter.name for parameter in parameters if parameter.place == "query"}


CREDENTIAL_IN_URL = Rule(
    "credential-in-url",
    "error",
    "URLs end up in logs, histories and the headers of other requests, and keys with them.",
    _credentials_in_urls,
)
"""The one rule on single requests that is a rule of conduct as well: the contract does not forbid it everywhere."""

RULES = (
    CREDENTIAL_IN_URL,
    Rule("unknown-path", "error", "The contract has no such path.", _unknown_paths),
    Rule("unknown-method", "error", "The contract has the path, but not the method.", _unknown_methods),
    Rule("violation", "error", "The contract forbids this in a request, whether or not it was refused.", _forbidden),
    Rule(
        "unfit-reply",
        "error",
        "The contract does not allow this reply: the contract or the mock is wrong, or the service has changed.",
        _unfit_replies,
    ),
    Rule("undeclared", "warning", "Nobody declares this, so nobody promises to read it.", _undeclared),
    Rule(
        "other-choice",
        "note",
        "The documents leave this open, and the service chose otherwise than the mock.",
        _other_choices,
    ),
)
"""In the order in which findings of one severity are told."""


def without(rules: Sequence[Rule], ignored: Collection[str]) -> tuple[Rule, ...]:
    """Return the rules but for those of these ids.

    Raises: ConfigurationError, which lists the ids that there are, if no rule has one of these.
    """
    known = [rule.id for rule in rules]
    unknown = [each for each in ignored if each not in known]
    if unknown:
        raise ConfigurationError(f"there is no rule {' or '.join(unknown)}", hint=f"there are {', '.join(known)}")
    return tuple(rule for rule in rules if rule.id not in ignored)


__all__ = ["CREDENTIAL_IN_URL", "RULES", "SEVERITIES", "Hit", "Rule", "RuleInput", "Severity", "without"]
