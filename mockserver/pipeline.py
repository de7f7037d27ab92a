"""Answer one request synchronously, so that each request is atomic.

The order is: operation, authentication, validation, handler, check of our own reply, journal. Earlier steps (sizes, hosts,
sandbox, delays) belong to `http`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from mockserver.catalogue import Assumption
from mockserver.contract import Contract, Operation, Route
from mockserver.errors import ConfigurationError, ReplyError
from mockserver.exchange import (
    Call,
    Exchange,
    InjectedFailure,
    Page,
    Problem,
    RawHeaders,
    Reply,
    Request,
    UnknownPath,
    WrongMethod,
)
from mockserver.faults import Armed, Disturbance, Wire, apply_prefer_header
from mockserver.providers.defaults import problem_json
from mockserver.providers.provider import Handler, Provider
from mockserver.state import Kind, Sandbox
from mockserver.state.clock import machine_ms, stopwatch_us

MAX_NOTES = 16
"""Violations that a reply's header names; the journal has them all."""

_encode = msgspec.json.Encoder().encode


class EncodedReply(msgspec.Struct, frozen=True):
    """A reply as bytes, with the provider's headers and the mock's own.

    Attributes:
        wire: its connection fault, or empty.
        drip_ms: the wait between the pieces of a `drip`.
    """

    status: int
    headers: RawHeaders
    body: bytes
    wire: Wire = ""
    drip_ms: float = 0


class RouteMatch(msgspec.Struct, frozen=True):
    """Provider and route of a path, each None if unknown."""

    provider: Provider | None
    route: Route | None


class Pipeline:
    """The contract and its providers by name.

    Attributes:
        check_replies: whether to check every reply against the contract before it is sent.
    """

    def __init__(self, contract: Contract, providers: Sequence[Provider], *, check_replies: bool = False) -> None:
        self.contract = contract
        self.providers = {provider.name: provider for provider in providers}
        self.check_replies = check_replies
        self._handlers = _handlers(contract, providers)
        self._assumptions = {each.key: each for provider in providers for each in provider.assumptions}

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of record of all providers."""
        return [kind for provider in self.providers.values() for kind in provider.kinds]

    @property
    def assumptions(self) -> list[Assumption]:
        """The assumptions of all providers."""
        return list(self._assumptions.values())

    def match_route(self, path: str) -> RouteMatch:
        """Return provider and route of the path."""
        routes = self.contract.routes
        owner = routes.owner(path)
        return RouteMatch(self.providers[owner] if owner is not None else None, routes.find(path))

    def apply_faults(self, matched: RouteMatch, sandbox: Sandbox, request: Request) -> Disturbance | None:
        """Return the disturbance by faults and the Prefer header, or None."""
        route = matched.route
        operation = route.operations.get(request.method) if route is not None else None
        if matched.provider is None:
            return None
        found = sandbox.apply_faults(operation.id if operation is not None else "", request.path)
        if b"prefer" in request.headers:
            found = found or Disturbance()
            header = ",".join([value.decode("latin-1") for name, value in request.raw_headers if name == b"prefer"])
            apply_prefer_header(found, header)
        return found

    def answer(
        self,
        matched: RouteMatch,
        sandbox: Sandbox,
        request: Request,
        refusal: Problem | None = None,
        disturbance: Disturbance | None = None,
    ) -> EncodedReply:
        """Return the provider's answer and record the exchange.

        refusal: a problem that `http` has found; it is the answer.
        disturbance: the effect of faults; `http` has already waited for its delay.
        """
        started = request.arrived_us or stopwatch_us()
        sandbox.begin_exchange()
        number = sandbox.journal.next_number()
        at = sandbox.now
        operation, call = _call(matched.route, request, sandbox)
        if disturbance is not None:
            call.disturbance = disturbance
            refusal = refusal or _injected_problem(disturbance)
        try:
            reply = self._reply(matched, sandbox, operation, call, refusal)
        finally:
            sandbox.end_exchange()
        answer = _encode_reply(reply, call, number)
        if self.check_replies and operation is not None:
            self._check(reply, answer, operation, call)
        if disturbance is not None:
            answer = _with_disturbance(answer, disturbance)
        sandbox.journal.record(_exchange(call, answer, number, at, stopwatch_us() - started))
        return answer

    def reply_to_crash(self, matched: RouteMatch, sandbox: Sandbox, request: Request, problem: Problem) -> EncodedReply:
        """Return and record the reply to a request that failed here."""
        operation, call = _call(matched.route, request, sandbox)
        number = sandbox.journal.number
        answer = _encode_reply(self._reply(matched, sandbox, operation, call, problem), call, number)
        sandbox.journal.record(_exchange(call, answer, number, sandbox.now, 0))
        return answer

    def reply_without_sandbox(self, matched: RouteMatch, request: Request, problem: Problem) -> EncodedReply:
        """Return the reply to a request without a sandbox, unrecorded."""
        call, provider = Call(request=request, choices={}), matched.provider
        reply = self._unknown_provider(request) if provider is None else provider.render_problem(problem, call)
        return _encode_reply(reply, call, 0)

    def effective_contract(self, choices: Mapping[str, str]) -> Contract:
        """Return the contract as the choices change it."""
        return self.contract.under(choices, self._assumptions)

    def _reply(
        self, matched: RouteMatch, sandbox: Sandbox, operation: Operation | None, call: Call, refusal: Problem | None
    ) -> Reply:
        provider = matched.provider
        if provider is None:
            return self._unknown_provider(call.request)
        try:
            if refusal is not None:
                raise refusal
            if matched.route is None:
                raise UnknownPath(call.request.path)
            if operation is None:
                raise WrongMethod(call.request.path, tuple(matched.route.operations))
            return self._handle(provider, sandbox, operation, call)
        except Problem as problem:
            return provider.render_problem(problem, call)

    def _handle(self, provider: Provider, sandbox: Sandbox, operation: Operation, call: Call) -> Reply:
        if not operation.public:
            provider.authenticate(sandbox, call)
        self._validate(provider, operation, call)
        if call.disturbance is not None and call.disturbance.paging is not None:
            return self._inconsistent_list(provider, sandbox, operation, call, call.disturbance.paging)
        return self._rendered(provider, call, self._handlers[operation.id](sandbox, call))

    def _rendered(self, provider: Provider, call: Call, result: Page | Reply) -> Reply:
        rendered = provider.render_page(call, result) if isinstance(result, Page) else result
        return rendered if isinstance(rendered, Reply) else Reply(200, rendered)

    def _inconsistent_list(self, provider: Provider, sandbox: Sandbox, operation: Operation, call: Call, armed: Armed) -> Reply:
        """Answer with an inconsistent page; count the fault if it shows."""
        from mockserver.paging import InconsistentPage, ListCall, read_inconsistent

        listing = ListCall(self.contract, self._handlers, operation, sandbox, call, provider.page_size)
        found = read_inconsistent(listing, armed)
        if not isinstance(found, InconsistentPage):
            return self._rendered(provider, call, found)
        shown = self._rendered(provider, call, found.shown)
        comparison_call = Call(request=call.request, choices=call.choices, query=call.query)
        differs = found.changed_records or shown.body != self._rendered(provider, comparison_call, found.real).body
        if call.disturbance is not None and differs:
            armed.hits += 1
            call.disturbance.names.append(f"paging={armed.fault.mode}")
        return shown

    def _validate(self, provider: Provider, operation: Operation, call: Call) -> None:
        """Set the call's typed values and violations; raise the provider's refusal."""
        check, request = self.contract.check(operation), call.request
        call.path, violations = check.path(call.path)
        call.query, wrong = check.query(request)
        violations += wrong
        if request.body or operation.body_required:
            call.body, wrong = check.body(request)
            violations += wrong
        violations += check.headers(request)
        if violations:
            call.violations = violations
            problem = provider.refuse(call, violations)
            if problem is not None:
                raise problem

    def _unknown_provider(self, request: Request) -> Reply:
        """Return 404 for a path that belongs to no provider."""
        paths = ", ".join(dict.fromkeys(operation.path for operation in self.contract.operations.values()))
        detail = f"No provider has {request.path[:200]}. The paths are {paths}, and /_mock/ for the mock itself."
        return problem_json(404, detail)

    def _check(self, reply: Reply, answer: EncodedReply, operation: Operation, call: Call) -> None:
        contract = self.effective_contract(call.choices)
        content_type = reply.content_type if answer.body else ""
        errors = contract.reply_errors(operation.id, answer.status, content_type, answer.body)
        if errors:
            raise ReplyError("; ".join(map(str, errors)), where=f"{operation.id}, reply {answer.status}")


def _call(route: Route | None, request: Request, sandbox: Sandbox) -> tuple[Operation | None, Call]:
    """Return the operation, or None, and its untyped call."""
    choices = sandbox.state.choices
    operation = route.operations.get(request.method) if route is not None else None
    if route is None or operation is None:
        return None, Call(request=request, choices=choices)
    return operation, Call(request=request, operation=operation.id, path=route.parameters, choices=choices)


def _exchange(call: Call, answer: EncodedReply, number: int, at: int, took_us: int) -> Exchange:
    return Exchange(
        number=number,
        at=at,
        request=call.request,
        operation=call.operation,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        assumed=call.assumed,
        violations=tuple(call.violations),
        faults=tuple(call.disturbance.names) if call.disturbance is not None else (),
        took_us=took_us,
        real_ms=machine_ms() - took_us // 1000,
    )


def _injected_problem(disturbance: Disturbance) -> Problem | None:
    """Return the failure that the disturbance demands, or None."""
    if disturbance.wire == "drop":
        return InjectedFailure(503)
    if disturbance.status:
        return InjectedFailure(disturbance.status, code=disturbance.code, retry_after_s=disturbance.retry_after_s)
    return None


def _with_disturbance(answer: EncodedReply, disturbance: Disturbance) -> EncodedReply:
    """Return the reply with the disturbance applied and named in its headers."""
    if disturbance.wire == "drop":
        return EncodedReply(0, [], b"", "drop")
    body, headers = answer.body, answer.headers
    if disturbance.wire == "garbage":
        body = body[:-1] + b"," if body else b"{"
        headers = [each for each in headers if each[0] != b"content-length"] + [(b"content-length", b"%d" % len(body))]
    if disturbance.names:
        headers.append((b"mock-fault", ", ".join(disturbance.names).encode()))
    if disturbance.applied:
        headers.append((b"preference-applied", ", ".join(disturbance.applied).encode()))
    return EncodedReply(answer.status, headers, body, disturbance.wire, disturbance.drip_ms)


def _encode_reply(reply: Reply, call: Call, number: int) -> EncodedReply:
    body, headers = _content(reply)
    headers.append((b"mock-exchange", b"%d" % number))
    for name, value in reply.headers:
        headers.append((name.encode(), value.encode()))
    if call.assumed:
        headers.append((b"mock-assumed", ", ".join([f"{key}={choice}" for key, choice in call.assumed.items()]).encode()))
    if call.violations:
        notes = ", ".join([str(violation)[:200] for violation in call.violations[:MAX_NOTES]])
        headers.append((b"mock-violation", notes.encode("unicode_escape")))
    return EncodedReply(reply.status, headers, body)


def _content(reply: Reply) -> tuple[bytes, RawHeaders]:
    """Return the body and its headers; a 204 has none."""
    if reply.body is UNSET:
        return b"", [] if reply.status == 204 else [(b"content-length", b"0")]
    body = _encode(reply.body)
    return body, [(b"content-type", reply.content_type.encode()), (b"content-length", b"%d" % len(body))]


def _handlers(contract: Contract, providers: Iterable[Provider]) -> dict[str, Handler]:
    """Return handlers by operation.

    Raises: ConfigurationError that names each operation without a handler, and each handler without an operation.
    """
    handlers: dict[str, Any] = {}
    names = {}
    for provider in providers:
        names[provider.name] = provider
        handlers |= {provider.operation_of(handler): handler for handler in provider.handlers}
    problems = [f"handler of {name} has no operation in the contract" for name in handlers if name not in contract.operations]
    for operation in contract.operations.values():
        if operation.provider not in names:
            problems.append(f"operation {operation.id} is of no provider that is played")
        elif operation.id not in handlers:
            wanted = names[operation.provider].handler_name(operation.id)
            problems.append(f"operation {operation.id} has no handler {wanted}")
    if problems:
        raise ConfigurationError("; ".join(problems), where="contract and providers")
    return handlers
