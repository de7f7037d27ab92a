"""The contract as loaded: operations, routes, and checks of requests, replies and records."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from mockserver import documents
from mockserver.catalogue.overlay import Change, apply
from mockserver.contract.check import RequestCheck, Schemas
from mockserver.contract.operation import METHODS, Operation, Reader
from mockserver.contract.routes import Routes
from mockserver.errors import ContractError


class Contract:
    """One OpenAPI document, ready to be asked.

    Attributes:
        document: the OpenAPI document as a plain value.
        digest: changes when the document does.
        operations: id → operation, in the document's order.
    """

    def __init__(self, document: dict[str, Any], *, digest: str, name: str) -> None:
        self.document = document
        self.digest = digest
        self.operations = _operations(document, name)
        self.schemas = Schemas(document)
        self._checks: dict[str, RequestCheck] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> "Contract":
        """Read the contract from a file, the package's own if none is named.

        Raises: ContractError that names the file and the place in it.
        """
        document = documents.read(path or documents.packaged("openapi.yaml"))
        return cls(document.value, digest=document.digest, name=document.name)

    @cached_property
    def routes(self) -> Routes:
        """The contract's paths."""
        return Routes(self.operations.values())

    def check(self, operation: Operation) -> RequestCheck:
        """Return what types and checks the operation's requests."""
        check = self._checks.get(operation.id)
        if check is None:
            check = self._checks[operation.id] = RequestCheck(operation, self.schemas)
        return check

    def overlaid(self, changes: Sequence[Change]) -> "Contract":
        """Return the contract with changes made to it.

        Raises: ContractError if a change names a place that is not there.
        """
        return Contract(apply(self.document, changes), digest=f"{self.digest}+{len(changes)}", name="the overlaid contract")

    def complaints(self, operation: str, status: int, content_type: str, body: bytes) -> list[str]:
        """Return what the contract has against a reply of the operation; empty if it may be sent."""
        declared = self.operations[operation].reply(status)
        if declared is None:
            return [f"status {status} is not declared"]
        pointer = declared.get(content_type)
        if pointer is None:
            return [] if not declared and not body else [f"content type {content_type or 'none'} is not declared for {status}"]
        return self.faults_of(msgspec.json.decode(body), pointer)

    def faults_of(self, value: Any, pointer: str) -> list[str]:
        """Return why the value does not fit the schema at the pointer, one `place: reason` each; empty if it fits."""
        schema = self.schemas.at(pointer)
        if schema.is_valid(value):
            return []
        return [f"{_place(error.instance_path)}: {error.message}" for error in schema.iter_errors(value)]

    def schema(self, name: str) -> Mapping[str, Any]:
        """Return a component schema by its name.

        Raises: ContractError if there is none.
        """
        try:
            found: Mapping[str, Any] = self.document["components"]["schemas"][name]
        except KeyError:
            raise ContractError(f"the contract has no schema {name}") from None
        return found


def _place(path: Sequence[Any]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") or "(whole)"


def _operations(document: Any, name: str) -> dict[str, Operation]:
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise ContractError("has no paths", where=name, remedy="give an OpenAPI 3.1 document")
    if not str(document.get("openapi", "")).startswith("3.1"):
        raise ContractError("is not of OpenAPI 3.1", where=name, remedy="set `openapi: 3.1.0`")
    reader, operations = Reader(document), {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = _operation(reader, path, method, name)
                if operation.id in operations:
                    raise ContractError(f"operationId {operation.id} stands twice", where=f"{name}, {method} {path}")
                operations[operation.id] = operation
    return operations


def _operation(reader: Reader, path: str, method: str, name: str) -> Operation:
    try:
        operation = reader.operation(path, method)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        detail = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise ContractError(detail, where=f"{name}, {method} {path}") from error
    if "." not in operation.id:
        raise ContractError(
            f"operationId {operation.id} names no provider", where=f"{name}, {method} {path}", remedy="write PROVIDER.camelCase"
        )
    return operation
