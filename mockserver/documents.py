"""Reads YAML and JSON files, and finds those that come with the package.

Parsing is slow, so what a file says is remembered between runs under the hash of its bytes.
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
    """A file as it was read: its value, a hash of its bytes, and what to call it in messages."""

    value: Any
    digest: str
    name: str


def packaged(name: str) -> Path:
    """Return the path of a document that comes with the package, installed or in a checkout."""
    inside = _PACKAGE / "_data" / name
    return inside if inside.exists() else _PACKAGE.parent / name


def read(path: Path) -> Document:
    """Read a YAML or JSON file.

    Raises: DocumentError that names the file, the line where there is one, and what is wrong.
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

    Raises: DocumentError that names the file, the place in it, and what is wrong.
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
    """Return the text of a module of the package, its version if there is no text.

    As a part of a name in the cache it keeps apart what one code and what another found out.
    """
    try:
        return (_PACKAGE / module).read_bytes()
    except OSError:
        return __version__.encode()


__all__ = ["Document", "packaged", "parse", "read", "read_as", "source", "to_yaml"]
