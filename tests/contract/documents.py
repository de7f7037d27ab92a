"""Small contracts for tests, made of parts."""

from typing import Any

from mockserver.contract import Contract
from mockserver.exchange import Request

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def document(paths: dict[str, Any], **components: Any) -> dict[str, Any]:
    """Return an OpenAPI document with these paths and component schemas."""
    info = {"title": "Toys", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": components}}


def operation(name: str = "toys.listToys", **more: Any) -> dict[str, Any]:
    """Return an operation that answers 200 with anything, unless `more` says otherwise."""
    return {"operationId": name, "responses": {"200": {"content": {JSON: {"schema": {}}}}}, **more}


def parameter(name: str, place: str = "query", **more: Any) -> dict[str, Any]:
    """Return a parameter; `schema` is the schema of a string unless it is given."""
    return {"name": name, "in": place, "schema": {"type": "string"}, **more}


def body(schema: dict[str, Any], *content_types: str, **more: Any) -> dict[str, Any]:
    """Return a request body of the schema in these encodings, JSON if none is named."""
    return {"content": {each: {"schema": schema} for each in content_types or (JSON,)}, **more}


def contract(paths: dict[str, Any], **components: Any) -> Contract:
    """Return a contract with these paths and component schemas."""
    return Contract(document(paths, **components), digest="digest", name="x.yaml")


def request(query: bytes = b"", content: bytes | None = None, **headers: str) -> Request:
    """Return a request; names of headers are written with underscores."""
    pairs = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return Request("POST", "/toys", query, "http://mock", pairs, list(pairs.items()), content)
