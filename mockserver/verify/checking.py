"""Run single checks, and look first whether the API is there."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from types import FrameType, TracebackType
from typing import Any

from mockserver.catalogue import Assumption, Behaviour, NotCheckable
from mockserver.catalogue.catalogue import NotObserved, Observer
from mockserver.catalogue.client import Api, ApiResponse
from mockserver.contract import Contract, Operation
from mockserver.contract.operation import Reader
from mockserver.conversion import cut, json_or_none
from mockserver.verify.outcome import Evidence, Outcome, Result, Seen, Sight
from mockserver.verify.target import Unanswered

MAX_VALUE = 200

UNREADABLE = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)
"""Errors of a check whose reply is not at all as documented."""


def what_failed(error: BaseException) -> str:
    """Return on one line what the failed check found."""
    if not isinstance(error, AssertionError):
        return f"a reply that cannot be read as the documents print it ({type(error).__name__}: {error})"
    return " ".join(str(error).split()) or f"that this does not hold: {_assertion(error.__traceback__)}"


def _assertion(trace: TracebackType | None) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    found = None if trace is None else _statement(trace.tb_frame, trace.tb_lineno)
    if trace is None or found is None:
        return "what the statement says"
    values = _values(found.test, trace.tb_frame.f_locals)
    return f"{ast.unparse(found.test)}{f', where {values}' if values else ''}"


def _statement(frame: FrameType, line: int) -> ast.Assert | None:
    """Return the assertion at the frame's line, if there is source code."""
    try:
        lines, first = inspect.getsourcelines(frame.f_code)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):
        return None
    at = line - first + 1 if first else line
    spanning = (each for each in ast.walk(tree) if isinstance(each, ast.Assert))
    return next((each for each in spanning if each.lineno <= at <= (each.end_lineno or each.lineno)), None)


def _values(test: ast.expr, known: Mapping[str, Any]) -> str:
    """Return `name = value` for the plain data that the expression names."""
    names = dict.fromkeys(each.id for each in ast.walk(test) if isinstance(each, ast.Name) and each.id in known)
    plain = [name for name in names if isinstance(known[name], str | int | float | list | tuple | dict | set | type(None))]
    return ", ".join(f"{name} = {cut(repr(known[name]), MAX_VALUE)}" for name in plain)


def check(behaviour: Behaviour, api: Api, evidence: Callable[[], list[Evidence]]) -> Result:
    """Return the result of the behaviour's check.

    evidence: returns the last exchanges of the check.
    """
    try:
        behaviour.check(api)
    except NotCheckable as reason:
        return result(behaviour, "not checked", why=str(reason))
    except Unanswered:
        return result(behaviour, "broken", found="no reply", evidence=evidence())
    except (AssertionError, *UNREADABLE) as error:
        return result(behaviour, "broken", found=what_failed(error), evidence=evidence())
    return result(behaviour, "holds")


def observe(observer: Observer, api: Api) -> Seen:
    """Return which choice of the assumption the service follows."""
    assumption = observer.assumption
    try:
        observation = observer.observe(api)
    except (NotObserved, NotCheckable) as reason:
        return seen(assumption, "not observed", str(reason))
    except Unanswered as silence:
        return seen(assumption, "not observed", f"there was no reply: {silence.why}")
    except (AssertionError, *UNREADABLE) as error:
        return seen(assumption, "none of them", what_failed(error))
    if observation.choice not in assumption.choices:
        return seen(assumption, "none of them", observation.seen)
    return seen(assumption, "observed", observation.seen, choice=observation.choice)


def obstacle(behaviour: Behaviour, followed: Mapping[str, Seen]) -> str:
    """Return why the behaviour cannot be checked here, if so."""
    for key, needed in behaviour.only_with.items():
        found = followed.get(key)
        if found is None or found.outcome == "not observed":
            return f"it needs {key}={needed}, and which choice the service follows was not observed"
        if found.choice != needed:
            return f"the service follows {key}={found.answer}; it needs {needed}"
    return ""


def result(
    behaviour: Behaviour, outcome: Outcome, *, found: str = "", why: str = "", evidence: list[Evidence] | None = None
) -> Result:
    """Return a result of the behaviour."""
    return Result(
        name=behaviour.name,
        says=behaviour.says,
        source=behaviour.source,
        operation=behaviour.operation,
        outcome=outcome,
        found=found,
        why=why,
        evidence=tuple(evidence or ()),
    )


def seen(assumption: Assumption, outcome: Sight, what: str, *, choice: str | None = None) -> Seen:
    """Return a result of the assumption."""
    key, question, default = assumption.key, assumption.question, assumption.default
    return Seen(key=key, question=question, outcome=outcome, choice=choice, default=default, seen=what)


REFUSED = (401, 403)
FAILURE = 500
MAX_SHOWN = 80


def first_look(api: Api, contract: Contract, provider: str) -> str:
    """Return why the address does not have the provider's API, if so.

    A service that speaks it badly has it; the behaviours say what is wrong.
    """
    readable = (each for each in contract.operations.values() if each.method == "GET" and "{" not in each.path)
    operation = next((each for each in readable if each.provider == provider and not each.public), None)
    if operation is None:
        return ""
    try:
        answer = api.call("GET", operation.path)
    except Unanswered as silence:
        return f"{api.url} cannot be reached: {silence.why}"
    except NotCheckable as refusal:
        return f"{api.url} cannot be checked: {refusal}"
    return _objection(answer, contract, operation)


def _objection(answer: ApiResponse, contract: Contract, operation: Operation) -> str:
    if 300 <= answer.status < 400:
        return f"{answer.request} redirects to {answer.headers.get('location', 'nowhere')}; give the address that it leads to"
    body, other = json_or_none(answer.body), ""
    if body is None:
        kind = answer.headers.get("content-type", "").partition(";")[0] or "nothing readable"
        what, other = f"{kind}, no JSON", "another service, or another base URL"
    elif not _is_alike(body, contract, operation.reply(answer.status)):
        what, other = _sketch(body), "another API, or another base URL"
    if other:
        why = "the service or a proxy before it fails" if answer.status >= FAILURE else other
        return f"{answer.request} answers {answer.status} with {what}: {why}"
    if answer.status in REFUSED:
        return f"{answer.request} answers {answer.status}: the service does not take this key"
    return ""


def _is_alike(body: Any, contract: Contract, declared: Mapping[str, str] | None) -> bool:
    """Return whether the body resembles the declared one.

    It is a list if a list is declared, or has at least half of the required properties.
    """
    pointers = list((declared or {}).values())
    reader = Reader(contract.document)
    if isinstance(body, list):
        return bool(pointers) and "array" in reader.follow(pointers[0])[1].get("type", ())
    required = _required(reader, pointers[0]) if pointers else set()
    return isinstance(body, dict) and (not required or 2 * len(required & body.keys()) >= len(required))


def _required(reader: Reader, pointer: str) -> set[str]:
    place, schema = reader.follow(pointer)
    required = set(schema.get("required", ()))
    for index in range(len(schema.get("allOf", ()))):
        required |= _required(reader, f"{place}/allOf/{index}")
    return required


def _sketch(body: Any) -> str:
    if not isinstance(body, dict):
        return f"a JSON {type(body).__name__}"
    names = ", ".join(map(str, body)) or "nothing"
    return f"an object of {names[:MAX_SHOWN]}"
