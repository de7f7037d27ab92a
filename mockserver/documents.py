"""Read YAML and JSON files, and find those of the package.

Parsing is slow, so the cache keeps a file's value under the hash of its bytes.
"""

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mockserver import __version__
from mockserver.cache import name_of, recall, remember
from mockserver.conversion import mismatch_of
from mockserver.errors import DocumentError
from mockserver.notation import parse, to_yaml

_PACKAGE = Path(__file__).resolve().parent  # importlib.resources would cost a fiftieth of the start

Kind = TypeVar("Kind")


class Document(msgspec.Struct, frozen=True):
    """A file's value, hash of its bytes, and name in messages."""

    value: Any
    digest: str
    name: str


def packaged(name: str) -> Path:
    """Return the path of a file of the package or checkout."""
    inside = _PACKAGE / "_data" / name
    return inside if inside.exists() else _PACKAGE.parent / name


def read(path: Path) -> Document:
    """Read a YAML or JSON file.

    Raises: DocumentError that names the file, and the line if it is known.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except ValueError as error:
        raise DocumentError(f"cannot be read: {error}", where=repr(str(path))) from error
    digest = name_of(source("notation.py"), content)
    value = recall(digest)
    if value is None:
        value = parse(content, name=str(path))
        remember(digest, value)
    return Document(value, digest, str(path))


def read_as(path: Path, kind: type[Kind]) -> Kind:
    """Read a YAML or JSON file and convert it.

    Raises: DocumentError that names the file and the place in it.
    """
    document = read(path)
    try:
        return msgspec.convert(document.value, kind)
    except msgspec.ValidationError as error:
        found = mismatch_of(error, kind, document.value)
        where = f"{document.name}: {found.path}" if found.path else document.name
        raise DocumentError(found.what, where=where, hint=found.hint) from error


@cache
def source(module: str) -> bytes:
    """Return the source of a module; without one, the package's version.

    In the name of a cached value it separates results of different code.
    """
    try:
        return (_PACKAGE / module).read_bytes()
    except OSError:
        return __version__.encode()


__all__ = ["Document", "packaged", "parse", "read", "read_as", "source", "to_yaml"]
