"""Reads YAML and JSON documents, and finds those that come with the package.

YAML is read as YAML 1.2 reads it where that differs from PyYAML: only `true` and `false` are booleans, timestamps stay
text. Parsing is slow, so what a file says is kept as JSON in a cache directory, under the hash of its bytes.
"""

import os
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from mockserver.errors import DocumentError

MAX_DEPTH = 100
"""Levels of nesting that a YAML document may have; the loader written in C ends the process when there are too many."""

# Part of every cache key: raise it when a document is read in another way than before.
_READING = b"1"


class Document(msgspec.Struct, frozen=True):
    """A file as it was read: its value, the hash of its bytes, and what to call it in messages."""

    value: Any
    digest: str
    name: str


def packaged(name: str) -> Path:
    """Return the path of a document that comes with the package, installed or in a checkout."""
    inside = Path(str(files("mockserver"))) / "_data" / name
    return inside if inside.exists() else Path(__file__).resolve().parent.parent / name


def read(path: Path) -> Document:
    """Read a YAML or JSON file.

    Raises: DocumentError that names the file, the line where there is one, and what is wrong.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}", where=str(path)) from error
    digest = sha256(_READING + content).hexdigest()
    value = recall(digest)
    if value is None:
        value = parse(content, name=str(path))
        remember(digest, value)
    return Document(value, digest, str(path))


def parse(content: bytes, *, name: str) -> Any:
    """Return what a YAML or JSON text says; `name` is what to call it in messages.

    Raises: DocumentError.
    """
    import yaml

    try:
        _check_depth(content, name)
        return yaml.load(content, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise DocumentError(f"is no YAML: {error.problem}", where=f"{name}{line}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DocumentError(f"is no YAML: {str(error).splitlines()[0]}", where=name) from error
    except (TypeError, KeyError, AttributeError) as error:  # PyYAML takes keys and tags on trust
        raise DocumentError("has a key that is no text, or a tag that does not suit its value", where=name) from error


def _check_depth(content: bytes, name: str) -> None:
    import yaml

    depth = 0
    for event in yaml.parse(content, Loader=_loader()):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise DocumentError(f"is nested deeper than {MAX_DEPTH} levels", where=name)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def to_yaml(value: Any) -> str:
    """Return the value as YAML that `parse` reads back to the same."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Indents lists below their key."""

    Dumper.yaml_implicit_resolvers = {}
    _resolve(Dumper)
    return str(yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120))


def recall(digest: str) -> Any:
    """Return what is remembered under the digest; None if nothing is."""
    try:
        return msgspec.json.decode((_cache() / f"{digest}.json").read_bytes())
    except (OSError, ValueError):
        return None


def remember(digest: str, value: Any) -> None:
    """Keep the value under the digest for later runs; where that fails, they parse again."""
    try:
        _cache().mkdir(parents=True, exist_ok=True)
        draft = _cache() / f"{digest}.{os.getpid()}.draft"
        draft.write_bytes(msgspec.json.encode(value))
        draft.replace(_cache() / f"{digest}.json")
    except OSError:
        return


@cache
def _cache() -> Path:
    named = os.environ.get("MOCKSERVER_CACHE_DIR")
    if named:
        return Path(named)
    root = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(root) / "mockserver" if root else Path(os.path.expanduser("~")) / ".cache" / "mockserver"  # noqa: PTH111


@cache
def _loader() -> type[Any]:
    import yaml

    fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(fast):  # type: ignore[misc, valid-type]
        """A safe loader with YAML 1.2's scalars that refuses a key given twice."""

        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} stands twice", key.start_mark)
                seen.add(key.value)
            return super().construct_mapping(node, deep)

    _resolve(Loader)
    return Loader


def _resolve(owner: Any) -> None:
    import re

    scalars = [
        ("bool", r"^(?:true|false)$", "tf"),
        ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
        ("float", r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$", "-+0123456789"),
        ("null", r"^(?:~|null|)$", "~n"),
    ]
    for name, form, first in scalars:
        owner.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(form), [*first, *([""] if name == "null" else [])])
