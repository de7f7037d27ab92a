"""What one node of a syntax tree is changed into: each alternative is a small mistake that somebody could have made."""

import ast
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

NEIGHBOURS: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OPPOSITES: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
PLAIN_METHODS = ("lower", "upper", "capitalize", "strip")
"""Methods without arguments whose result has the type of what they are called on."""


def alternatives(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """Go through what the node is changed into."""
    if _is_condition(node, parent):
        yield from (ast.Constant(True), ast.Constant(False))
    for kind, change in _CHANGES:
        if isinstance(node, kind) and not _stays_whole(node, parent):
            yield from change(node)


def changed(node: Node, **fields: object) -> Node:
    """Return a copy of the node with other fields."""
    twin = copy(node)
    for name, value in fields.items():
        setattr(twin, name, value)
    return twin


def _is_condition(node: ast.AST, parent: ast.AST) -> bool:
    """Return whether the node as a whole decides something: it is tested, or it is true or false by its form."""
    if any(node is each for each in _tested(parent)):
        return True
    return _is_true_or_false(node) and not isinstance(parent, (ast.BoolOp, ast.UnaryOp))


def _tested(parent: ast.AST) -> Sequence[ast.AST | None]:
    match parent:
        case ast.If() | ast.IfExp():
            return [parent.test]
        case ast.comprehension():
            return parent.ifs
        case ast.match_case():
            return [parent.guard]
    return []


def _stays_whole(node: ast.AST, parent: ast.AST) -> bool:
    """Return whether nothing can be left out.

    It is so where several values are returned, where a name would not be known, and for the only statement below a condition,
    which is made false anyway.
    """
    if isinstance(node, ast.stmt) and isinstance(parent, (ast.If, ast.match_case)) and parent.body == [node]:
        return True
    if isinstance(node, ast.Assign):
        names = {each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)}
        used = {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
        return not isinstance(parent, ast.If) and not names & used
    return isinstance(node, ast.Tuple) and _takes_a_number(parent)


def _takes_a_number(parent: ast.AST) -> bool:
    """Return whether a tuple below this node has to have as many elements as it has."""
    if isinstance(parent, ast.Assign):
        return isinstance(parent.targets[0], ast.Tuple)
    if isinstance(parent, ast.Compare):
        return isinstance(parent.ops[0], (ast.Eq, ast.NotEq))
    return isinstance(parent, ast.Return)


def _is_true_or_false(node: ast.AST) -> bool:
    if isinstance(node, ast.BoolOp):
        return any(map(_is_true_or_false, node.values))
    return isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    """Flip, count on, add a letter; None and the dots stay."""
    match node.value:
        case bool():
            yield ast.Constant(not node.value)
        case int():
            yield ast.Constant(node.value + 1)
        case str():
            yield ast.Constant(f"{node.value}X")
        case bytes():
            yield ast.Constant(node.value + b"X")


def _comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for index, operator in enumerate(node.ops):
        if type(operator) in NEIGHBOURS:
            neighbour = NEIGHBOURS[type(operator)]()
            yield changed(node, ops=[*node.ops[:index], neighbour, *node.ops[index + 1 :]])


def _combination(node: ast.BoolOp) -> Iterator[ast.AST]:
    """Leave out each of the operands."""
    for values in _each_left_out(node.values):
        yield values[0] if len(values) == 1 else changed(node, values=values)


def _arithmetic(node: ast.BinOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.BitOr):
        yield from (node.left, node.right, changed(node, left=node.right, right=node.left))
    elif type(node.op) in OPPOSITES:
        yield changed(node, op=OPPOSITES[type(node.op)]())


def _call(node: ast.Call) -> Iterator[ast.AST]:
    """Leave out each named argument, or the call of a method that changes text."""
    for keywords in _each_left_out(node.keywords):
        yield changed(node, keywords=keywords)
    if isinstance(node.func, ast.Attribute) and node.func.attr in PLAIN_METHODS and not node.args:
        yield node.func.value


def _dict(node: ast.Dict) -> Iterator[ast.AST]:
    for keys, values in zip(_each_left_out(node.keys), _each_left_out(node.values), strict=True):
        yield changed(node, keys=keys, values=values)


def _display(node: ast.Tuple | ast.List | ast.Set) -> Iterator[ast.AST]:
    if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        for elements in _each_left_out(node.elts):
            yield changed(node, elts=elements)


def _slice(node: ast.Slice) -> Iterator[ast.AST]:
    for name in ("lower", "upper", "step"):
        if getattr(node, name) is not None:
            yield changed(node, **{name: None})


def _case(node: ast.match_case) -> Iterator[ast.AST]:
    """Leave out the case."""
    if not isinstance(node.pattern, ast.MatchAs) or node.pattern.pattern is not None:
        yield changed(node, guard=ast.Constant(False))


def _class_pattern(node: ast.MatchClass) -> Iterator[ast.AST]:
    """Leave out each condition on an attribute; those that only give it a name stay."""
    for index, pattern in enumerate(node.kwd_patterns):
        if not isinstance(pattern, ast.MatchAs):
            names, patterns = node.kwd_attrs, node.kwd_patterns
            yield changed(
                node, kwd_attrs=[*names[:index], *names[index + 1 :]], kwd_patterns=[*patterns[:index], *patterns[index + 1 :]]
            )


def _either_pattern(node: ast.MatchOr) -> Iterator[ast.AST]:
    for patterns in _each_left_out(node.patterns):
        yield patterns[0] if len(patterns) == 1 else changed(node, patterns=patterns)


def _statement(_node: ast.stmt) -> Iterator[ast.AST]:
    yield ast.Pass()


Item = TypeVar("Item")


def _each_left_out(items: Sequence[Item]) -> Iterator[list[Item]]:
    for index in range(len(items)):
        yield [*items[:index], *items[index + 1 :]]


_CHANGES: tuple[tuple[type[ast.AST] | tuple[type[ast.AST], ...], Callable[..., Iterator[ast.AST]]], ...] = (
    (ast.Constant, _constant),
    (ast.Compare, _comparison),
    (ast.BoolOp, _combination),
    (ast.BinOp, _arithmetic),
    (ast.Call, _call),
    (ast.Dict, _dict),
    ((ast.Tuple, ast.List, ast.Set), _display),
    (ast.Slice, _slice),
    (ast.match_case, _case),
    (ast.MatchClass, _class_pattern),
    (ast.MatchOr, _either_pattern),
    ((ast.Expr, ast.Raise, ast.Continue, ast.Assign), _statement),
)
