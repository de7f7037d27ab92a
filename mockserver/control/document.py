"""Build the control API's OpenAPI 3.1 document from routes, docstrings and types."""

import inspect
import re
from collections.abc import Sequence
from typing import Any, get_args

import msgspec

from mockserver import __version__
from mockserver.control.problem import CONTENT_TYPE, TITLES
from mockserver.control.route import ControlRoute, Empty
from mockserver.state.sandbox import NAME

_NAME_SCHEMA = {"type": "string", "pattern": f"^{NAME.pattern}$"}
_SANDBOX = {
    "name": "Mock-Sandbox",
    "in": "header",
    "description": "The sandbox to use, unless the path begins with `/@NAME`. Default: `default`. Created on first use.",
    "schema": {"type": "string", "pattern": f"^(?:{NAME.pattern})?$"},
}
_PROBLEM_SCHEMA = {
    "description": "An error of the control API, as in RFC 9457. `detail` says what is wrong, where, and what to do.",
    "type": "object",
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string"},
        "status": {"enum": list(TITLES)},
        "detail": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
}
_REFUSED = "Refused: 400 for invalid input, 403 for a foreign host or origin, or 405, 413, 414, 431, 503."


def describe(routes: Sequence[ControlRoute], url: str) -> dict[str, Any]:
    """Return the OpenAPI document; paths are relative to `url`."""
    schemas, components = _schemas(routes)
    paths: dict[str, Any] = {}
    for route in routes:
        item = paths.setdefault(route.path, {"parameters": _parameters(route)})
        item[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockserver control API",
            "version": __version__,
            "description": "Control sandboxes. These calls are not recorded and do not move a clock.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": url}],
        "security": [],
        "tags": [{"name": tag} for tag in dict.fromkeys(_tag(route) for route in routes)],
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": _PROBLEM_SCHEMA},
            "parameters": {"Sandbox": _SANDBOX},
            "responses": {"Refused": _problem(_REFUSED)},
        },
    }


def words(route: ControlRoute) -> tuple[str, str]:
    """Return the route's summary and description."""
    summary, _, rest = (inspect.getdoc(route.run) or "").partition("\n")
    paragraphs = [" ".join(each.split()) for each in rest.split("\n\n")]
    return summary, "\n\n".join(each for each in paragraphs if each)


def _operation(route: ControlRoute, schemas: dict[Any, Any]) -> dict[str, Any]:
    summary, description = words(route)
    first, *others = route.run.__name__.split("_")
    operation: dict[str, Any] = {
        "operationId": first + "".join(other.capitalize() for other in others),
        "tags": [_tag(route)],
        "summary": summary,
    }
    if description:
        operation["description"] = description
    if route.query is not Empty:
        operation["parameters"] = _query_parameters(route)
    if route.body is not Empty:
        types = ("application/json", "application/yaml")
        content = {each: {"schema": schemas[route.body]} for each in types}
        operation["requestBody"] = {"required": route.needs_body, "content": content}
    replies = {str(status): _reply(route, status, schemas.get(kind)) for status, kind in route.replies.items()}
    refusals = {str(status): _problem(when) for status, when in route.errors.items()}
    return {**operation, "responses": {**replies, **refusals, "default": {"$ref": "#/components/responses/Refused"}}}


def _reply(route: ControlRoute, status: int, schema: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}} if schema is not None else {}
    also = route.also if status == 200 else ()
    content |= {each: {"schema": {"type": "object" if each.endswith("+json") else "string"}} for each in also}
    kinds = (route.replies[status], *get_args(route.replies[status]))
    struct = next((each for each in kinds if isinstance(each, type) and issubclass(each, msgspec.Struct)), None)
    summary = (inspect.getdoc(struct) or "").partition("\n")[0] if struct else (schema or {}).get("description", words(route)[0])
    description = {201: "Created.", 204: "No content.", 409: "Not as expected."}.get(status, summary)
    return {"description": description, **({"content": content} if content else {})}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _parameters(route: ControlRoute) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", route.path)
    schemas = {name: _NAME_SCHEMA if name == "name" else {"type": "string", "minLength": 1} for name in names}
    in_path = [{"name": name, "in": "path", "required": True, "schema": schemas[name]} for name in names]
    return [*in_path, {"$ref": "#/components/parameters/Sandbox"}]


def _query_parameters(route: ControlRoute) -> list[dict[str, Any]]:
    (shape,), parts = msgspec.json.schema_components([route.query])
    properties = parts[shape["$ref"].rpartition("/")[2]]["properties"]
    return [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]


def _schemas(routes: Sequence[ControlRoute]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """Return type → schema, and the component schemas they refer to."""
    kinds = dict.fromkeys(kind for route in routes for kind in (route.body, *route.replies.values()) if kind not in (None, Empty))
    made, components = msgspec.json.schema_components(list(kinds), ref_template="#/components/schemas/{name}")
    for each in components.values():
        each["description"] = re.split(r"\s+(?:Attributes|Raises):", inspect.cleandoc(each["description"]))[0]
    return dict(zip(kinds, made, strict=True)), components


def _tag(route: ControlRoute) -> str:
    """Return the route's tag, by default its path's first part."""
    return next((tag for start, tag in _TAGS.items() if route.path.startswith(start)), route.path.split("/")[2] or "index")


_TAGS = {
    "/_mock/control.json": "index",
    "/_mock/openapi.json": "contract",
    "/_mock/requests.har": "requests",
    "/_mock/requests/stream": "stream",
    "/_mock/webhooks/deliveries": "deliveries",
}
"""Beginning of a path → its tag."""
