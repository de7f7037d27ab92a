"""What tests of the control API share: every reply is compared with the API's own document."""

import re
from typing import Any

import httpx
import jsonschema_rs
import msgspec

from mockserver.control.document import describe
from mockserver.control.routes import ROUTES

DOCUMENT: Any = msgspec.json.decode(msgspec.json.encode(describe(ROUTES, "http://mock.localhost")))
TITLES = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

_registry = jsonschema_rs.Registry([("urn:control", DOCUMENT)], draft=jsonschema_rs.Draft202012)


def fits_document(response: httpx.Response) -> None:
    """Fail unless a reply below `/_mock` is one that the document of the control API declares."""
    path = re.sub(r"^/@[^/]*", "", response.request.url.path)
    places = [place for place in DOCUMENT["paths"] if re.fullmatch(re.sub(r"{\w+}", "[^/]+", place), path)]
    item = DOCUMENT["paths"][places[0]] if places else {}
    operation = item.get(response.request.method.lower())
    if operation is None:
        return
    response.read()
    declared = operation["responses"].get(str(response.status_code), operation["responses"]["default"])
    if "$ref" in declared:
        declared = DOCUMENT["components"]["responses"]["Refused"]
        assert response.status_code >= 400, f"{response.request.method} {path} answered {response.status_code}"
    if "content" not in declared:
        assert response.content == b""
        return
    schema = declared["content"][response.headers["content-type"]]["schema"]
    if schema == {"type": "string"}:
        return
    resolved: Any = {"$ref": f"urn:control#{schema['$ref'][1:]}"} if "$ref" in schema else schema
    items = resolved.get("items", {}).get("$ref")
    if items:
        resolved = {"type": "array", "items": {"$ref": f"urn:control#{items[1:]}"}}
    jsonschema_rs.validator_for(resolved, registry=_registry).validate(response.json())


def refused(response: httpx.Response, status: int, detail: str) -> None:
    """Fail unless the reply is this problem and nothing more."""
    expected: dict[str, Any] = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail}
    assert response.json() == expected
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
