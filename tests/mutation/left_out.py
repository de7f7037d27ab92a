"""Which code is not changed, by rule: what no documents can speak of, and what another change covers already."""

import ast
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

MODULES: Mapping[str, Sequence[str]] = {
    "spoonity": ("__init__", "customers", "dialect", "listing", "records"),
    "vexutopia": ("__init__", "customers", "dialect", "payments", "records"),
}
"""What is changed of each provider: what plays the service, not what is said of it."""

MADE_UP: Mapping[str, Sequence[str]] = {
    "spoonity/records.py": ("_complete_customer", "_anonymised"),
    "vexutopia/records.py": ("_complete_customer", "_complete_payment"),
}
NOTES: Mapping[str, Sequence[str]] = {
    "spoonity/listing.py": ("_note", "_questions", "_shown"),
    "vexutopia/dialect.py": ("_is_same_either_way",),
    "vexutopia/records.py": ("_always", "has_or_had"),
}
SANDBOXES: Mapping[str, Sequence[str]] = {"spoonity/dialect.py": ("credential", "TOKEN_PATH")}
FAULTS: Mapping[str, Sequence[str]] = {
    "spoonity/dialect.py": ("_SIMULATED",),
    "vexutopia/dialect.py": ("ERROR_CODES", "_CODES", "_simulated"),
}
MOCKS_OWN: Mapping[str, Sequence[str]] = {
    "Provider": (
        *"title origin example account kinds assumptions catalogue error_codes".split(),
        *"fixtures key_prefixes live_prefixes credential".split(),
    ),
    "Kind": "name noun schema complete render".split(),
}
"""What is made → the arguments that only the mock's own pages, state documents and sandboxes show."""

WORDS: Mapping[str, Sequence[str]] = {
    "spoonity/dialect.py": ("_status_and_message", "_transport_status_and_message"),
    "vexutopia/dialect.py": ("_transport_words", "_problem"),
}

Above = Sequence[ast.AST]
"""The nodes above a node, the module first."""


class Rule(Struct, frozen=True):
    """One kind of code that stays as it is, with all that is within it.

    Attributes:
        says: what stays, and why nothing is lost.
        holds: whether the node, with those above it, in the module, is of this kind.
    """

    says: str
    holds: Callable[[ast.AST, Above, str], bool]


def is_left_out(node: ast.AST, above: Above, module: str) -> bool:
    """Return whether the node stays as it is."""
    return bool(above) and any(rule.holds(node, above, module) for rule in RULES)


def _is_about_the_code(node: ast.AST, above: Above, _module: str) -> bool:
    parent = above[-1]
    fields = ("annotation", "returns", "decorator_list", "type_params", "format_spec", "keywords")
    names = fields if not isinstance(parent, ast.Call) else ()
    return (
        isinstance(node, (ast.Import, ast.ImportFrom))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Assign) and _names_no_value(ast.unparse(node.targets[0])))
        or any(_is_in(node, getattr(parent, name, None)) for name in names)
    )


def _names_no_value(name: str) -> bool:
    """Return whether what has this name is a type, or the list of a module's names."""
    return name == "__all__" or (name[0].isupper() and not name.isupper())


def _is_in(node: ast.AST, field: object) -> bool:
    return node is field or (isinstance(field, list) and any(node is each for each in field))


def _is_about_the_mock(node: ast.AST, above: Above, module: str) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name in SANDBOXES.get(module, ())
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) in SANDBOXES.get(module, ())
    parent = above[-1]
    if not isinstance(node, ast.keyword) or not isinstance(parent, ast.Call):
        return False
    return node.arg in MOCKS_OWN.get(ast.unparse(parent.func), ())


def _is_a_fault(node: ast.AST, _above: Above, module: str) -> bool:
    if isinstance(node, (ast.match_case, ast.If)):
        return "InjectedFailure" in ast.unparse(node.pattern if isinstance(node, ast.match_case) else node.test)
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target) in FAULTS.get(module, ())
    return isinstance(node, ast.FunctionDef) and node.name in FAULTS.get(module, ())


def _is_made_up(node: ast.AST, _above: Above, module: str) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name in MADE_UP.get(module, ())


def _is_a_note(node: ast.AST, _above: Above, module: str) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name in NOTES.get(module, ())
    return isinstance(node, ast.Expr) and ast.unparse(node).startswith(("call.assume(", "_note("))


def _is_a_mistake_of_ours(node: ast.AST, _above: Above, _module: str) -> bool:
    return isinstance(node, ast.Raise) and node.exc is not None and ast.unparse(node.exc).startswith(("TypeError", "ValueError"))


def _is_wording(node: ast.AST, above: Above, module: str) -> bool:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    if any(isinstance(each, ast.keyword) and each.arg == "detail" for each in above):
        return True
    function = next((each.name for each in reversed(above) if isinstance(each, ast.FunctionDef)), "")
    is_prose = " " in node.value or node.value[:1].isupper()
    return function in WORDS.get(module, ()) and is_prose


def _is_covered(node: ast.AST, above: Above, _module: str) -> bool:
    if not isinstance(node, ast.Constant):
        return False
    parent = above[-1]
    if isinstance(parent, (ast.MatchValue, ast.MatchSingleton)):
        return True
    if isinstance(parent, ast.Dict):
        return node in parent.keys
    is_compared = any(isinstance(each, ast.Compare) for each in above[-2:])
    return is_compared and isinstance(node.value, str) and not isinstance(parent, (ast.Call, ast.Subscript))


RULES = (
    Rule("docstrings, annotations, imports, decorators, options of record classes: they are about the code", _is_about_the_code),
    Rule(
        "what only the mock's own pages, its state documents and its choice of a sandbox show: what a provider and its kinds of "
        "record are called, and which key belongs to which sandbox",
        _is_about_the_mock,
    ),
    Rule("what only a fault brings about, such as errors that are sent on purpose: it is asked for at the mock", _is_a_fault),
    Rule("functions that make up what a fixture leaves out: no page speaks of fixtures", _is_made_up),
    Rule(
        "functions and statements that only find out whether a reply leans on an assumption: the header `Mock-Assumed` is ours",
        _is_a_note,
    ),
    Rule("errors that are raised for mistakes of the mock or in fixtures: no client sees them", _is_a_mistake_of_ours),
    Rule("texts of errors that no page prints; Spoonity's page even says that its samples are not literal", _is_wording),
    Rule(
        "what another mutant covers: constants of a comparison that is made true and false anyway, keys of a dict whose items "
        "are left out one by one",
        _is_covered,
    ),
)
