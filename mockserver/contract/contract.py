"""The loaded contract: operations, routes, and checks of requests, replies and records."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from mockserver import documents
from mockserver.cache import name_of
from mockserver.catalogue import Assumption
from mockserver.catalogue.overlay import Change, Overlay, Renames, apply, moved, renamed
from mockserver.contract.check import RequestCheck, Schemas, broken
from mockserver.contract.encoding import MalformedError, decode_json
from mockserver.contract.operation import METHODS, Operation, Reader
from mockserver.contract.routes import Routes
from mockserver.errors import ContractError

MAX_CHANGED = 64
"""Maximum of changed contracts that a contract caches."""


class SchemaError(Struct, frozen=True):
    """Why a value does not fit a schema.

    Attributes:
        place: location in the value; empty for the whole.
        pointer: JSON pointer of the keyword in the contract.
    """

    place: str
    reason: str
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.place or '(whole)'}: {self.reason}"


class Contract:
    """Operations, routes and schemas of one OpenAPI document.

    Attributes:
        digest: changes when the document does.
        operations: id → operation, in the document's order.
        name: its name in messages.
        files: provider → the file of its operations.
    """

    def __init__(
        self,
        document: dict[str, Any],
        *,
        digest: str,
        name: str,
        files: Mapping[str, Path] | None = None,
        renames: Mapping[str, Renames] | None = None,
    ) -> None:
        self.document = document
        self.digest = digest
        self.name = name
        self.files = files or {}
        self._renames = renames or {}
        self.operations = _operations(document, name)
        self.routes = Routes(self.operations.values())
        self.schemas = Schemas(document)
        self._checks: dict[str, RequestCheck] = {}
        self._changed: dict[str, Contract] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> "Contract":
        """Read the contract from a file; None: the package's own.

        Raises: DocumentError that names the file and the place in it.
        """
        path = path or documents.packaged("openapi.yaml")
        document = documents.read(path)
        contract = cls(document.value, digest=document.digest, name=document.name)
        contract.files = dict.fromkeys((each.provider for each in contract.operations.values()), path)
        return contract

    def check(self, operation: Operation) -> RequestCheck:
        """Return the check of the operation's requests."""
        check = self._checks.get(operation.id)
        if check is None:
            check = self._checks[operation.id] = RequestCheck(operation, self.schemas)
        return check

    def under(self, choices: Mapping[str, str], assumptions: Mapping[str, Assumption]) -> "Contract":
        """Return the contract as the choices change it; itself without a change."""
        changes: list[Change] = []
        for key, choice in sorted(choices.items()):
            if key in assumptions:
                changes += self._changes(key.partition(".")[0], assumptions[key].overlays.get(choice, ()))
        return self.overlaid(changes) if changes else self

    def overlaid(self, changes: Sequence[Change]) -> "Contract":
        """Return the contract with the changes, cached.

        Raises: ContractError if a change names a place that is not there.
        """
        digest = name_of(self.digest.encode(), msgspec.json.encode(changes))
        if digest not in self._changed:
            if len(self._changed) >= MAX_CHANGED:
                self._changed.clear()
            document = apply(self.document, changes)
            changed = Contract(document, digest=digest, name="the overlaid contract", files=self.files, renames=self._renames)
            self._changed[digest] = changed
        return self._changed[digest]

    def _changes(self, provider: str, overlay: Overlay) -> Overlay:
        """Return an overlay for this contract from one for the provider's file."""
        renames = self._renames.get(provider)
        if not renames:
            return overlay
        return tuple(
            Change(moved(each.target, renames), renamed(each.update, renames), each.copy and moved(each.copy, renames))
            for each in overlay
        )

    def reply_errors(self, operation: str, status: int, content_type: str, body: bytes | None) -> list[SchemaError]:
        """Return the errors of a reply, at `status`, `content-type` or `body…`.

        body: None if unknown; then it is not checked.
        """
        found = self.operations[operation]
        declared = found.reply(status)
        where = f"{found.pointer}/responses"
        if declared is None:
            return [SchemaError("status", f"{status} is not declared", where)]
        if not declared:
            return [SchemaError("body", f"is not declared for {status}", where)] if body else []
        pointer = declared.get(content_type)
        if pointer is None:
            return [SchemaError("content-type", f"{content_type or 'none'} is not declared for {status}", where)]
        if body is None:
            return []
        try:
            return self.errors_of(decode_json(body), pointer, "body")
        except MalformedError as error:
            return [SchemaError("body", str(error), pointer)]

    def errors_of(self, value: Any, pointer: str, place: str = "") -> list[SchemaError]:
        """Return the errors of a value under the schema at the pointer.

        place: location of the value.
        """
        schema = self.schemas.at(pointer)
        if schema.is_valid(value):
            return []
        return [
            SchemaError(_place(place, error.instance_path), error.message, broken(error)) for error in schema.iter_errors(value)
        ]

    def schema(self, name: str, provider: str = "") -> str:
        """Return the pointer of a schema named in the provider's file.

        Raises: ContractError if there is none.
        """
        pointer = moved(f"/components/schemas/{name}", self._renames.get(provider, {}))
        if pointer.rpartition("/")[2] not in self.document.get("components", {}).get("schemas", {}):
            raise ContractError(f"the contract has no schema {name}", where=provider and f"provider {provider}")
        return pointer


def _place(place: str, path: Sequence[Any]) -> str:
    return (place + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)).lstrip(".")


def _operations(document: Any, name: str) -> dict[str, Operation]:
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise ContractError("has no paths", where=name, hint="give an OpenAPI 3.1 document")
    if not str(document.get("openapi", "")).startswith("3.1"):
        raise ContractError("is not of OpenAPI 3.1", where=name, hint="set `openapi: 3.1.0`")
    reader = Reader(document)
    operations: dict[str, Operation] = {}
    for path in document["paths"]:
        for method in METHODS:
            where = f"{name}, {method} {path}"
            try:
                operation = reader.operation(path, method)
            except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
                detail = f"{error} is missing" if isinstance(error, KeyError) else str(error)
                raise ContractError(detail, where=where) from error
            if operation is None:
                continue
            if "." not in operation.id:
                raise ContractError(f"operationId {operation.id} names no provider", where=where, hint="write PROVIDER.camelCase")
            if operation.id in operations:
                raise ContractError(f"operationId {operation.id} stands twice", where=where)
            operations[operation.id] = operation
    return operations
