"""Remembers between runs what is slow to find out. Whatever is wrong with the cache, the mock only starts slower."""

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

MAX_FILES = 256
"""Values that are kept; past that the ones that were written first go."""

_PREFIX = "mockserver-"
"""What files of the cache begin with; the directory may hold others, which are not ours to delete."""


def recall(name: str) -> Any:
    """Return what is remembered under the name; None if nothing is, or nothing that can be trusted."""
    directory = _directory()
    if directory is None:
        return None
    try:
        seal, _, content = (directory / f"{_PREFIX}{name}").read_bytes().partition(b"\n")
        return msgspec.json.decode(content) if seal == _seal(name, content) else None
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def remember(name: str, value: Any) -> None:
    """Keep the value, which JSON can hold, for later runs; where that fails, they find it out again."""
    directory = _directory()
    if directory is None:
        return
    content = msgspec.json.encode(value)
    file = directory / f"{_PREFIX}{name}"
    draft = directory / f"{file.name}.{os.getpid()}.draft"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(_seal(name, content) + b"\n" + content)
        draft.replace(file)
        _make_room(directory)
    except OSError:
        return


def name_of(*parts: bytes) -> str:
    """Return the name for what follows from these parts and from nothing else."""
    lengths = b",".join(b"%d" % len(part) for part in parts)
    return sha256(b":".join([lengths, *parts])).hexdigest()


def _seal(name: str, content: bytes) -> bytes:
    """Return what shows that the content was written under this name and is whole."""
    return name_of(name.encode(), content).encode()


def _make_room(directory: Path) -> None:
    files = list(directory.glob(f"{_PREFIX}*"))
    if len(files) > MAX_FILES:
        for file in sorted(files, key=lambda each: each.stat().st_mtime_ns)[:-MAX_FILES]:
            file.unlink(missing_ok=True)


def _directory() -> Path | None:
    """Return where values are kept; None if there is no such place."""
    named = os.environ.get("MOCKSERVER_CACHE_DIR")
    if named:
        return Path(named)
    root = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    if root and Path(root).is_absolute():
        return Path(root) / "mockserver"
    try:
        return Path.home() / ".cache" / "mockserver"
    except RuntimeError:
        return None
