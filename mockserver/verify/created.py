"""Record creations before they are sent, for an interrupted run's cleanup."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlsplit

from msgspec import Struct

from mockserver.catalogue.client import ApiResponse
from mockserver.contract import Contract
from mockserver.conversion import json_or_none


class Collections:
    """The collections of one provider at one address.

    Attributes:
        base: the service's address, without a slash at the end.
    """

    def __init__(self, contract: Contract, provider: str, base: str) -> None:
        self.base = base.rstrip("/")
        self._prefix = urlsplit(self.base).path
        self._methods: dict[str, set[str]] = {}
        for operation in contract.operations.values():
            collection, _, last = operation.path.rpartition("/")
            if operation.provider == provider and last.startswith("{"):
                self._methods.setdefault(collection, set()).add(operation.method)

    def is_own(self, url: str) -> bool:
        """Return whether the URL leads to the service under check."""
        return _origin(url) == _origin(self.base)

    def collection(self, url: str) -> str | None:
        """Return the collection's path at the URL, if it is one."""
        path = self._path(url)
        return path if path in self._methods else None

    def can_delete_from(self, url: str) -> bool:
        """Return whether records of the collection at the URL can be deleted."""
        return "DELETE" in self._methods.get(self._path(url), ())

    def is_reversible(self, url: str) -> bool:
        """Return whether what is written at the URL can be deleted again."""
        path = self._path(url)
        plain = not any(sign in path for sign in ("%", "..", "//"))
        deletable = [each for each, methods in self._methods.items() if "DELETE" in methods]
        return plain and any(path == each or path.startswith(f"{each}/") for each in deletable)

    def _path(self, url: str) -> str:
        path = urlsplit(url).path
        return path.removeprefix(self._prefix).rstrip("/") if path.startswith(f"{self._prefix}/") else ""


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


GONE = (404, 410)


class CreatedRecord(Struct, eq=False):
    """One record that a run creates.

    Attributes:
        place: where it was created.
        marks: the marked texts that were sent for it.
        headers: those of its creation, but for the body's; they hold a key, so they are never written to a file.
        url: empty as long as no reply has it.
        why: why it is not deleted, if known.
    """

    place: str
    marks: tuple[str, ...]
    headers: Mapping[str, str]
    url: str = ""
    deleted: bool = False
    why: str = ""


class CreatedRecords:
    """All records that a run creates, in order."""

    def __init__(self, collections: Collections, marker: str) -> None:
        self.entries: list[CreatedRecord] = []
        self._collections = collections
        self._mark = re.compile(re.escape(marker) + r"[\w-]*")

    def sending(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> CreatedRecord | None:
        """Note a request that may create a record; else return None."""
        if method != "POST":
            return None
        text = f"{url}\n{body.decode('utf-8', 'replace')}"
        entry = CreatedRecord(_without_query(url), tuple(dict.fromkeys(self._mark.findall(text))), _without_body(headers))
        self.entries.append(entry)
        return entry

    def answered(self, entry: CreatedRecord, answer: ApiResponse) -> None:
        """Note the answer to a creation: a record, no record, or unknown."""
        made = _id_of(answer) if answer.status < 300 else None
        if made is not None:
            entry.url = f"{entry.place}/{quote(made, safe='')}"
            entry.why = "" if self._collections.can_delete_from(entry.place) else "the documents have no way to delete it"
        elif 300 <= answer.status < 500 or self._collections.collection(entry.place) is None:
            self.entries.remove(entry)
        else:
            entry.why = f"its creation answered {answer.status} and no id"

    def unanswered(self, entry: CreatedRecord, why: str, *, was_sent: bool) -> None:
        """Note that a creation got no reply."""
        if was_sent:
            entry.why = f"its creation got no reply: {why}"
        else:
            self.entries.remove(entry)

    def deleting(self, method: str, url: str, headers: Mapping[str, str], answer: ApiResponse) -> None:
        """Note the answer to a deletion."""
        if method != "DELETE" or not (answer.status < 300 or answer.status in GONE):
            return
        for entry in self.entries:
            if entry.url == _without_query(url) and entry.headers == _without_body(headers):
                entry.deleted = True

    def deletable(self) -> Iterator[CreatedRecord]:
        """Yield the records that must still be deleted, latest first."""
        left = (each for each in reversed(self.entries) if each.url and not each.deleted)
        return (each for each in left if self._collections.can_delete_from(each.place))

    def unknown(self) -> list[CreatedRecord]:
        """Return the creations without a known outcome."""
        return [entry for entry in self.entries if not entry.url]


def _without_query(url: str) -> str:
    return url.partition("?")[0].partition("#")[0].rstrip("/")


def _without_body(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items() if not name.lower().startswith("content-")}


def _id_of(answer: ApiResponse) -> str | None:
    found = json_or_none(answer.body)
    made = found.get("id") if isinstance(found, dict) else None
    return str(made) if isinstance(made, str | int) else None
