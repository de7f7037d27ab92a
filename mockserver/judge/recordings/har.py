"""Read HAR 1.2 files; missing, null and unknown members are accepted.

A file is decoded in two steps: the addresses of all entries, then the entries that are asked for.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct, field

from mockserver.conversion import NOT_JSON
from mockserver.errors import DocumentError

MAX_BYTES = 256 * 1024 * 1024
MAX_ENTRIES = 100_000

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ANEW = "record it anew as HAR 1.2"
_SMALLER = "record the provider's requests alone"

Form = TypeVar("Form")


class Pair(Struct):
    """A header, or a field of a form."""

    name: str = ""
    value: str | int | float | bool | None = None

    @property
    def text(self) -> str:
        """The value as it was sent."""
        return "" if self.value is None else str(self.value)


class PostData(Struct, rename="camel"):
    """The body of a request: text, form fields, or both."""

    mime_type: str | None = None
    text: str | None = None
    params: list[Pair] | None = None
    encoding: str | None = None


class SentRequest(Struct, rename="camel"):
    """A recorded request; a size of -1 or None is unknown."""

    method: str
    url: str
    headers: list[Pair] | None = None
    post_data: PostData | None = None
    body_size: float | None = None


class Content(Struct, rename="camel"):
    """The body of a reply; without text it was not recorded."""

    size: float | None = None
    mime_type: str | None = None
    text: str | None = None
    encoding: str | None = None


class HarResponse(Struct, rename="camel"):
    """A recorded reply; a status of 0 or below means no reply."""

    status: int | None = None
    headers: list[Pair] | None = None
    content: Content | None = None
    body_size: float | None = None


class HarEntry(Struct, rename="camel"):
    """One request, and the reply if there was one.

    Attributes:
        resource_type: what the browser wanted it for, such as `preflight`.
        from_cache: the browser's cache that answered in the service's place.
    """

    request: SentRequest
    response: HarResponse | None = None
    started_date_time: str | None = None
    time: float | None = None
    resource_type: str | None = field(name="_resourceType", default=None)
    from_cache: str | bool | None = field(name="_fromCache", default=None)


class Recording:
    """A HAR file.

    Attributes:
        name: what to call it in messages.
        urls: where each entry went.
    """

    def __init__(self, name: str, urls: Sequence[str], entries: Sequence[msgspec.Raw]) -> None:
        self.name = name
        self.urls = urls
        self._entries = entries

    @classmethod
    def read(cls, path: Path) -> "Recording":
        """Read a file.

        Raises: DocumentError, with the place, if it cannot be read, is no HAR or is too large.
        """
        return cls.parse(_content(path), str(path))

    @classmethod
    def parse(cls, content: bytes, name: str) -> "Recording":
        """Read what a file holds; raises as `read` does."""
        content = content.removeprefix(_BYTE_ORDER_MARK)
        urls = [entry.request.url for entry in _decode(content, _Outline, name).log.entries]
        if len(urls) > MAX_ENTRIES:
            raise DocumentError(f"has more than {MAX_ENTRIES} entries", where=name, hint=_SMALLER)
        return cls(name, urls, _decode(content, _Whole, name).log.entries)

    def entry(self, index: int) -> HarEntry:
        """Return an entry, counted from 0.

        Raises: DocumentError, with the entry counted from 1, if it is none.
        """
        return _decode(self._entries[index], HarEntry, f"{self.name}, entry {index + 1}")


class _Address(Struct):
    url: str


class _Sent(Struct):
    request: _Address


class _OutlineLog(Struct):
    entries: list[_Sent]


class _Outline(Struct):
    """A HAR file of which only addresses are decoded."""

    log: _OutlineLog


class _WholeLog(Struct):
    entries: list[msgspec.Raw]


class _Whole(Struct):
    """A HAR file whose entries are left as they are."""

    log: _WholeLog


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if len(content) > MAX_BYTES:
        raise DocumentError(f"is larger than {MAX_BYTES // 1024 // 1024} MB", where=str(path), hint=_SMALLER)
    if content.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise DocumentError("is packed", where=str(path), hint="unpack it first")
    return content


def _decode(content: bytes | msgspec.Raw, form: type[Form], name: str) -> Form:
    try:
        return msgspec.json.decode(content, type=form, strict=False)
    except RecursionError as error:
        raise DocumentError("is nested deeper than any HAR", where=name, hint=_ANEW) from error
    except NOT_JSON as error:
        raise DocumentError(f"is no HAR: {error}", where=name, hint=_ANEW) from error
