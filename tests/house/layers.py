"""The rules of docs/architecture.md, as functions of source text that return what is wrong."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from mockserver.providers import PROVIDERS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "mockserver"

FOREIGN: Mapping[str, set[str]] = {
    "aiohttp": {"client"},
    "click": {"cli"},
    "httptools": {"client", "http"},
    "httpx": {"client", "verify"},
    "jsonschema_rs": {"contract"},
    "msgspec": {"*"},
    "mockserver_contract": {"__main__", "client"},
    "_pytest": {"pytest_plugin"},
    "pytest": {"pytest_plugin"},
    "requests": {"client"},
    "starlette": {"control", "http"},
    "urllib3": {"client"},
    "uvicorn": {"http"},
    "uvloop": {"http"},
    "yaml": {"notation"},
}
"""Package that is not ours → the parts of ours that may import it; * stands for all."""

WRAPPER = f"{PACKAGE}.http.routes"
"""The module that wraps the bare application in a Starlette one; imported by `create_app` alone."""

LATE: Mapping[str, set[str]] = {
    "jsonschema_rs": set(),
    "yaml": set(),
    "starlette": {"control"},
    WRAPPER: set(),
    "httpx": {"client", "verify"},
    f"{PACKAGE}.client": {"client", "pytest_plugin"},
    f"{PACKAGE}.control": {"client", "control", "pytest_plugin"},
    f"{PACKAGE}.judge": {"client", "control", "judge", "pytest_plugin", "verify"},
    f"{PACKAGE}.verify": {"verify"},
}
"""What serving loads when it is first needed → the parts that may import it at the top of a module all the same."""

TYPES_ONLY = {(f"{PACKAGE}.exchange", f"{PACKAGE}.catalogue"), (f"{PACKAGE}.exchange", f"{PACKAGE}.faults")}
"""Imports that go up, but only for a type checker: a call carries what a fault does to it and is asked for choices."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

CLOCK = f"{PACKAGE}.state.clock"
MACHINE = {
    "time",
    "random",
    "secrets",
    "uuid",
    "os.urandom",
    "os.times",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
}
"""Modules and functions that give the machine's own time or chance."""


class Import(Struct, frozen=True):
    """One import: where it stands, what it brings in, whether within a function, and whether only a type checker sees it."""

    module: str
    line: int
    target: str
    late: bool
    for_types: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def sources() -> dict[str, str]:
    """Return module → source text of the whole package."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = path.read_text(encoding="utf-8")
    return found


def layers(architecture: str) -> list[list[str]]:
    """Return the layers that the page on architecture draws, the highest first, each with the parts that stand in it."""
    drawing = re.search(r"^## Layers\n.*?^```\n(.*?)^```", architecture, re.MULTILINE | re.DOTALL)
    assert drawing is not None
    return [[part.split()[0] for part in line.split(",")] for line in drawing[1].splitlines()]


ACCOUNTS = re.compile(rf"{PACKAGE}\.providers\.(?:accounts|\w+\.account)")
"""A provider's view for tests stands in its folder, and as high as the client on which it rests."""


def part(module: str) -> str:
    """Return the part of the package to which the module belongs: the file or folder right below the top."""
    if ACCOUNTS.fullmatch(module):
        return "client"
    below = module.split(".")[1:2]
    return below[0] if below else ""


def imports(module: str, source: str, *, known: Mapping[str, str]) -> Iterator[Import]:
    """Go through the imports of a module; names that a module of ours gives count as imports of that module."""
    tree = ast.parse(source)
    late = {id(each) for function in ast.walk(tree) if isinstance(function, _FUNCTIONS) for each in ast.walk(function)}
    types = {id(each) for test in ast.walk(tree) if _is_type_checking(test) for each in ast.walk(test)}
    for node in ast.walk(tree):
        for target in _targets(node, known):
            yield Import(module, getattr(node, "lineno", 0), target, id(node) in late, id(node) in types)


def _targets(node: ast.AST, known: Mapping[str, str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    if node.level:
        return ["." * node.level + (node.module or "")]
    source = node.module or ""
    return sorted({f"{source}.{alias.name}" if f"{source}.{alias.name}" in known else source for alias in node.names})


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def going_up(found: Import, ranks: Mapping[str, int]) -> str | None:
    """Return what is wrong if an import of our own does not go down, or has no place among the layers."""
    if not found.target.startswith(PACKAGE) or part(found.target) == part(found.module):
        return None
    if found.module == PACKAGE and (found.late or found.for_types):
        return None  # the front door hands out what is asked for
    for module in (found.module, found.target):
        if part(module) not in ranks:
            return f"{module} stands in no layer of docs/architecture.md"
    if ranks[part(found.target)] > ranks[part(found.module)]:
        allowed = found.for_types and (found.module, found.target) in TYPES_ONLY
        return None if allowed else f"{found}, which is above it"
    return None


def between_providers(found: Import) -> str | None:
    """Return what is wrong if a provider's module imports something of providers that is not its own or common to all."""
    home = f"{PACKAGE}.providers."
    own = ".".join(found.module.split(".")[:3])
    if part(found.module) != "providers" or own in (home.rstrip("."), f"{home}provider", f"{home}accounts"):
        return None
    is_common = found.target in (own, f"{home}provider", f"{home}defaults") or found.target.startswith(f"{own}.")
    return f"{found}, of another provider" if found.target.startswith(home.rstrip(".")) and not is_common else None


def out_of_place(found: Import) -> str | None:
    """Return what is wrong if a package that is not ours is imported where it has no business."""
    top = found.target.split(".")[0]
    allowed = FOREIGN.get(top, {"*"} if top == PACKAGE or top in sys.stdlib_module_names else set())
    names_a_type = top == "starlette" and found.for_types
    if not names_a_type and not allowed & {"*", part(found.module)}:
        return f"{found}, which is left to {', '.join(sorted(allowed)) or 'nobody'}"
    return None


def too_early(found: Import) -> str | None:
    """Return what is wrong if something that serving loads late is imported at the top of a module."""
    for name, parts in LATE.items():
        early = not found.late and not found.for_types and part(found.module) not in parts and found.module != WRAPPER
        if early and (found.target == name or found.target.startswith(f"{name}.")):
            return f"{found} before it is needed"
    return None


def machine_time_and_chance(module: str, source: str) -> list[str]:
    """Return where the module asks the machine for time or chance."""
    if module == CLOCK:
        return []
    complaints = []
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Attribute):
            names = [".".join(ast.unparse(node).split(".")[-2:])]
        complaints += [f"{module}:{getattr(node, 'lineno', 0)} uses {name}" for name in names if name in MACHINE]
    return complaints


def waiting(module: str, source: str, ranks: Mapping[str, int]) -> list[str]:
    """Return where a module below http awaits something."""
    if ranks.get(part(module), 0) >= ranks["http"]:
        return []
    kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    return [f"{module}:{node.lineno} waits" for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]


def files() -> dict[str, str]:
    """Return path → text of every file of the package outside `providers`, whatever it is written in."""
    package = ROOT / PACKAGE
    paths = [path.relative_to(package) for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {str(path): (package / path).read_text(encoding="utf-8") for path in paths if path.parts[0] != "providers"}


def names_of_providers(text: str) -> list[str]:
    """Return the lines of a text that have a provider's name in them, be it in a comment."""
    names = "|".join(provider.name for provider in PROVIDERS)
    return [line.strip() for line in text.splitlines() if re.search(names, line, re.IGNORECASE)]


def steps(architecture: str) -> list[tuple[str, str]]:
    """Return the file and function of each step in the picture of a request; the function may be empty."""
    drawing = re.search(r"^## What happens on .*?^```\n(.*?)^```", architecture, re.MULTILINE | re.DOTALL)
    assert drawing is not None
    found = re.findall(r"^ +([\w/]+\.py)(.*)$", drawing[1], re.MULTILINE)
    return [(path, "".join(re.findall(r"(\w+)\(\)", said)[:1])) for path, said in found]
