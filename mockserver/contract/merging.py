"""Merge the OpenAPI files of several providers.

Operations of providers that are not played are left out. A component whose name is in several files becomes `PROVIDER.NAME`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mockserver.cache import name_of
from mockserver.catalogue.overlay import Renames, renamed, resolve
from mockserver.contract.contract import Contract
from mockserver.contract.operation import METHODS, Operation
from mockserver.errors import ContractError


def load_contract(files: Mapping[str, Path]) -> Contract:
    """Read the contract of these providers.

    files: provider → its OpenAPI file; several providers may share one.
    Raises: DocumentError that names the file and the place in it; ContractError for a path of two providers.
    """
    groups: dict[Path, list[str]] = {}
    for name, path in files.items():
        groups.setdefault(path, []).append(name)
    parts = [(names, _only(Contract.load(path), names)) for path, names in groups.items()]
    if len(parts) == 1:
        return parts[0][1]
    _check_paths(contract for _, contract in parts)
    return _merged(parts)


def _only(contract: Contract, providers: Sequence[str]) -> Contract:
    """Return the contract without the operations of other providers."""
    operations = contract.operations.values()
    if all(each.provider in providers for each in operations):
        return contract
    kept = dict.fromkeys((each.path, each.method.lower()) for each in operations if each.provider in providers)
    document = {**contract.document, "paths": {}}
    for path in dict.fromkeys(path for path, _ in kept):
        item = contract.document["paths"][path]
        document["paths"][path] = {key: each for key, each in item.items() if key not in METHODS or (path, key) in kept}
    document["webhooks"] = {name: each for name, each in contract.document.get("webhooks", {}).items() if _is_of(each, providers)}
    digest = name_of(contract.digest.encode(), *(name.encode() for name in providers))
    return Contract(document, digest=digest, name=contract.name, files=contract.files)


def _is_of(event: Mapping[str, Any], providers: Sequence[str]) -> bool:
    names = [str(event[method]["operationId"]) for method in METHODS if "operationId" in event.get(method, {})]
    return any(name.partition(".")[0] in providers for name in names)


def _check_paths(parts: Iterable[Contract]) -> None:
    """Raise ContractError for a path in two files, parameter names ignored."""
    first: dict[str, tuple[Operation, Contract]] = {}
    for contract in parts:
        for operation in contract.operations.values():
            owner, file = first.setdefault(re.sub(r"\{[^}]*\}", "{}", operation.path), (operation, contract))
            if file is not contract:
                what = f"is a path of {owner.provider} ({file.name}) and of {operation.provider} ({contract.name})"
                raise ContractError(what, where=operation.path, hint="play one of them at a time")


def _merged(parts: Sequence[tuple[Sequence[str], Contract]]) -> Contract:
    counts = Counter(pointer for _, contract in parts for pointer in _components(contract.document))
    document: dict[str, Any] = {"openapi": "3.1.0", "info": {}, "tags": [], "paths": {}, "webhooks": {}, "components": {}}
    renames: dict[str, Renames] = {}
    for names, contract in parts:
        label = "-".join(names)
        shared = [pointer for pointer in _components(contract.document) if counts[pointer] > 1]
        own = {pointer: f"/{label}.".join(pointer.rsplit("/", 1)) for pointer in shared}
        _add(document, _moved(contract, own), label)
        renames |= dict.fromkeys(names, own)
    digest = name_of(*(part for names, each in parts for part in (each.digest.encode(), *(name.encode() for name in names))))
    files = {name: file for _, each in parts for name, file in each.files.items()}
    return Contract(document, digest=digest, name=" and ".join(each.name for _, each in parts), files=files, renames=renames)


def _components(document: Mapping[str, Any]) -> list[str]:
    """Return the pointers of the document's components."""
    return [f"/components/{section}/{name}" for section, named in document.get("components", {}).items() for name in named]


def _moved(contract: Contract, renames: Renames) -> dict[str, Any]:
    """Return the document with renamed components and explicit security of each operation."""
    document: dict[str, Any] = renamed(contract.document, renames)
    security = document.pop("security", None)
    for operation in contract.operations.values():
        place = resolve(document, operation.pointer)
        asked = place.get("security", security)
        if asked is not None:
            place["security"] = [_renamed_keys(each, "securitySchemes", renames) for each in asked]
    for section, named in document.get("components", {}).items():
        document["components"][section] = _renamed_keys(named, section, renames)
    return document


def _renamed_keys(named: Mapping[str, Any], section: str, renames: Renames) -> dict[str, Any]:
    return {renames.get(f"/components/{section}/{name}", name).rpartition("/")[2]: each for name, each in named.items()}


def _add(whole: dict[str, Any], part: dict[str, Any], label: str) -> None:
    """Add a file's document to those of the files before it."""
    whole["paths"] |= part["paths"]
    for name, event in part.get("webhooks", {}).items():
        whole["webhooks"][f"{label}.{name}" if name in whole["webhooks"] else name] = event
    for section, named in part.get("components", {}).items():
        whole["components"][section] = whole["components"].get(section, {}) | named
    tags = [*whole["tags"], *part.get("tags", [])]
    info = [each for each in (whole["info"], part.get("info")) if each]
    titles = " and ".join(str(each["title"]) for each in info if "title" in each)
    about = "\n\n".join(str(each["description"]).rstrip() for each in info if "description" in each)
    whole |= {key: each for key, each in part.items() if key not in whole}
    whole["info"] = {"version": "1", **(info[0] if info else {}), "title": titles} | ({"description": about} if about else {})
    whole["tags"] = list({each["name"]: each for each in tags}.values())
