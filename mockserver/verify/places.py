"""Which paths hold records that a client can make and delete, as the contract has it."""

from urllib.parse import urlsplit

from mockserver.contract import Contract


class Places:
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
        """Return the path of the collection that the URL names, without that of the base; None if it names none."""
        path = self._path(url)
        return path if path in self._methods else None

    def can_delete_from(self, collection: str) -> bool:
        """Return whether the contract lets clients delete records of the collection."""
        return "DELETE" in self._methods.get(collection, ())

    def is_reversible(self, url: str) -> bool:
        """Return whether whatever is written at the URL belongs to a collection that one can delete from."""
        path = self._path(url)
        plain = not any(sign in path for sign in ("%", "..", "//"))
        collections = [each for each in self._methods if self.can_delete_from(each)]
        return plain and any(path == each or path.startswith(f"{each}/") for each in collections)

    def _path(self, url: str) -> str:
        path = urlsplit(url).path
        return path.removeprefix(self._prefix).rstrip("/") if path.startswith(f"{self._prefix}/") else ""


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
