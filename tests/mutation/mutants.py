"""All mutants of the providers' code: where each is, what it changes, and how it becomes a module."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from types import CodeType

from msgspec import Struct

import mockserver.providers
from tests.mutation.left_out import MODULES, is_left_out
from tests.mutation.operators import alternatives

FOLDER = Path(mockserver.providers.__file__).parent
LONGEST = 100
"""Characters of code that a mutant shows at most, if what it changes is not longer by itself."""

WORDS_AROUND = 8
"""Words and signs shown on either side of what differs in code that is longer."""

Step = tuple[str, int | None]
"""From a node to one below: the field, and the place in it if it is a list."""


class Mutant(Struct, frozen=True):
    """The code of a module with one point changed.

    Attributes:
        module: file of the module below the providers' folder, such as `spoonity/listing.py`.
        function: function or class that is changed; empty for the module itself.
        change: code before and after; with module and function it names the mutant.
        steps: the way from the module's tree to the node that is changed.
        choice: which of the node's alternatives it is.
    """

    module: str
    function: str
    change: str
    steps: tuple[Step, ...]
    choice: int

    @property
    def name(self) -> str:
        """What the mutant is called, wherever it is spoken of."""
        return f"{self.module} {self.function or 'module'}: {self.change}"

    @property
    def provider(self) -> str:
        """The name of the provider whose code it changes."""
        return self.module.partition("/")[0]

    def compile(self) -> CodeType:
        """Return the module's code with the change."""
        tree = ast.parse((FOLDER / self.module).read_text(encoding="utf-8"))
        nodes = [tree, *_nodes(tree, self.steps)]
        other = list(alternatives(nodes[-1], nodes[-2]))[self.choice]
        _put(nodes[-2], self.steps[-1], other)
        return compile(ast.fix_missing_locations(tree), str(FOLDER / self.module), "exec")


class Place(Struct):
    """A node on the way through a module, with the nodes above it, the module first."""

    node: ast.AST
    above: tuple[ast.AST, ...]
    steps: tuple[Step, ...]

    def below(self) -> Iterator["Place"]:
        """Go through the places of the nodes below."""
        for field, value in ast.iter_fields(self.node):
            if isinstance(value, ast.AST):
                yield Place(value, (*self.above, self.node), (*self.steps, (field, None)))
            elif isinstance(value, list):
                for index, node in enumerate(value):
                    if isinstance(node, ast.AST):
                        yield Place(node, (*self.above, self.node), (*self.steps, (field, index)))


def all_mutants() -> list[Mutant]:
    """Return the mutants of all modules that are changed."""
    modules = [f"{provider}/{module}.py" for provider, modules in MODULES.items() for module in modules]
    return [each for module in modules for each in mutants_of(module, (FOLDER / module).read_text(encoding="utf-8"))]


def mutants_of(module: str, source: str) -> list[Mutant]:
    """Return the mutants of a module, in the order of its code; equal changes of a function are counted."""
    found, seen = [], Counter[tuple[str, str]]()
    for place in _places(Place(ast.parse(source), (), ()), module):
        function = _function(place)
        for choice, other in enumerate(alternatives(place.node, place.above[-1])):
            if _lacks_what_stays(place, other, module):
                continue
            change = _change(place, other)
            seen[function, change] += 1
            counted = change if seen[function, change] == 1 else f"{change} ({seen[function, change]})"
            found.append(Mutant(module, function, counted, place.steps, choice))
    return found


def _places(place: Place, module: str) -> Iterator[Place]:
    if is_left_out(place.node, place.above, module):
        return
    if place.above:
        yield place
    for each in place.below():
        yield from _places(each, module)


def _lacks_what_stays(place: Place, other: ast.AST, module: str) -> bool:
    """Return whether the change takes away an argument that is left out of all changes."""
    if not isinstance(place.node, ast.Call) or not isinstance(other, ast.Call):
        return False
    lacking = [each for each in place.node.keywords if each not in other.keywords]
    return any(is_left_out(each, (*place.above, place.node), module) for each in lacking)


def _nodes(tree: ast.AST, steps: Sequence[Step]) -> Iterator[ast.AST]:
    for field, index in steps:
        value = getattr(tree, field)
        tree = value if index is None else value[index]
        yield tree


def _put(parent: ast.AST, step: Step, node: ast.AST) -> None:
    field, index = step
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _function(place: Place) -> str:
    scopes = (ast.FunctionDef, ast.ClassDef)
    return ".".join(each.name for each in (*place.above, place.node) if isinstance(each, scopes))


def _change(place: Place, other: ast.AST) -> str:
    """Return the code before and after, with as much around it as is short and within one expression or statement."""
    best = _shown(place.node), _shown(other)
    step, parent = place.steps[-1], place.above[-1]
    _put(parent, step, other)
    afters = [_shown(each) for each in reversed(place.above) if _can_be_shown(each)]
    _put(parent, step, place.node)
    befores = [_shown(each) for each in reversed(place.above) if _can_be_shown(each)]
    for pair in zip(befores, afters, strict=True):
        if max(map(len, pair)) > LONGEST:
            break
        best = pair
    before, after = best if max(map(len, best)) <= LONGEST else _shortened(*best)
    return f"`{before}` → `{after}`"


def _shortened(before: str, after: str) -> Iterator[str]:
    """Return what differs, and a few words around it."""
    texts = [re.findall(r"\w+|\W", text) for text in (before, after)]
    start = _alike(*texts)
    end = _alike(*(text[start:][::-1] for text in texts))
    first = max(start - WORDS_AROUND, 0)
    for text in texts:
        last = len(text) - max(end - WORDS_AROUND, 0)
        yield f"{'…' if first else ''}{''.join(text[first:last])}{'…' if last < len(text) else ''}"


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return with how many equal words both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _can_be_shown(node: ast.AST) -> bool:
    whole = (ast.expr, ast.keyword, ast.Assign, ast.AnnAssign, ast.Return, ast.Expr, ast.Raise)
    return isinstance(node, whole)


def _shown(node: ast.AST) -> str:
    if isinstance(node, ast.match_case):
        return f"case {ast.unparse(node.pattern)}{f' if {ast.unparse(node.guard)}' if node.guard else ''}"
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())
