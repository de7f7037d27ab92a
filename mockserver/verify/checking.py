"""One check against one service, and what is made of the way it ends."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from types import FrameType, TracebackType
from typing import Any

from mockserver.catalogue import Assumption, Behaviour, NotCheckable
from mockserver.catalogue.client import Api
from mockserver.catalogue.observer import NotObserved, Observer
from mockserver.verify.outcome import Evidence, Outcome, Result, Seen, Sight
from mockserver.verify.target import Unanswered

MAX_VALUE = 200

UNREADABLE = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)
"""What a check stumbles over if a reply is not at all what the documents print."""


def what_failed(error: BaseException) -> str:
    """Return what the check found that ended with the error, on one line."""
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
    """Return the assertion of the frame's code at the line; None if its source is not at hand."""
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
    return ", ".join(f"{name} = {_cut(repr(known[name]))}" for name in plain)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}…"


Showing = Callable[[], list[Evidence]]
"""Gives the last exchanges of the check that runs."""


def check(behaviour: Behaviour, api: Api, showing: Showing) -> Result:
    """Return what became of the behaviour at this service."""
    try:
        behaviour.check(api)
    except NotCheckable as reason:
        return result(behaviour, "not checked", why=str(reason))
    except Unanswered:
        return result(behaviour, "broken", found="no reply", evidence=showing())
    except (AssertionError, *UNREADABLE) as error:
        return result(behaviour, "broken", found=what_failed(error), evidence=showing())
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
    """Return why the behaviour cannot be checked, given what the service follows; empty if it can."""
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
    """Return an outcome of the behaviour."""
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
    """Return an outcome of the question."""
    return Seen(
        key=assumption.key,
        question=assumption.question,
        outcome=outcome,
        choice=choice,
        default=assumption.default,
        seen=what,
    )
