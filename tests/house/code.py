"""What style asks of the code's shape and words, as functions that return what is wrong."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

BANNED = re.compile(
    r"\b(?:nobody|somebody|anybody's|what comes of|what stands|stands? (?:in|on|at|before|behind|there|beside)"
    r"|(?:is|are) told|in hand|go(?:es)? through|whoever|who may)\b",
    re.IGNORECASE,
)
"""Turns of phrase that are not plain English."""

FIRST_LINE_WORDS = 12
FUNCTION_LINES = 40
FILE_LINES = 400
FILES = 200

Trees = Mapping[str, ast.Module]


def classes_with_one_name(trees: Trees) -> dict[str, list[str]]:
    """Return public class name → modules that define it, where several do; each provider may have its own."""
    found: dict[str, list[str]] = defaultdict(list)
    for module, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(module)
    return {name: modules for name, modules in found.items() if len(modules) > 1 and not _of_different_providers(modules)}


def _of_different_providers(modules: Iterable[str]) -> bool:
    owners = [each.split(".")[2] if each.startswith("mockserver.providers.") else "" for each in modules]
    return "" not in owners and len({*owners}) == len(owners)


def statements(trees: Trees) -> set[str]:
    """Return the places of checks' docstrings: each is a statement of a provider's documents, so they set its length."""
    return {
        f"{module}:{node.body[0].lineno}"
        for module, tree in trees.items()
        if module.startswith("mockserver.providers.") and ".behaviours." in module
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.decorator_list
    }


def first_lines(trees: Trees) -> Iterator[tuple[str, str]]:
    """Yield place and first line of each docstring, those of values included."""
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                yield f"{module}:{node.lineno}", node.value.value.strip().partition("\n")[0]


def long_functions(trees: Trees) -> list[str]:
    """Return the functions with more lines than a function may have."""
    return [
        f"{module}:{node.lineno} {node.name}"
        for module, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES
    ]


def circles(uses: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other at their top, directly or not."""
    reached = {module: _reached(module, uses) for module in uses}
    groups = {frozenset(other for other in reached[module] if module in reached[other]) for module in uses}
    return sorted(sorted(group) for group in groups if group)


def _reached(module: str, uses: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [*uses[module]]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += uses.get(each, ())
    return found
