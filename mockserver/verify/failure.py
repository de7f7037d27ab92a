"""Says what a failed check found: its message, else the assertion itself with the values that it names."""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from types import FrameType, TracebackType
from typing import Any

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
