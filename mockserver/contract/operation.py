"""Operations of the contract, with references resolved."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from msgspec import UNSET, Struct, UnsetType

from mockserver.notation import escape

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

Schema = Mapping[str, Any]

_ANNOTATIONS = {"type", "title", "description", "default", "example", "examples"}
"""Keywords of a text's schema that forbid no text."""


class Parameter(Struct, frozen=True):
    """A declared parameter.

    Attributes:
        place: `path`, `query` or `header`.
        types: the JSON types of its schema; empty if it names none.
        pointer: JSON pointer of its schema in the contract.
        is_free: whether its schema allows any text, so there is nothing to check.
    """

    name: str
    place: str
    required: bool
    types: tuple[str, ...]
    pointer: str
    default: Any | UnsetType = UNSET
    is_free: bool = False


class Media(Struct, frozen=True):
    """One accepted encoding of a body.

    Attributes:
        pointer: JSON pointer of the schema in the contract.
        fields: name → JSON types of the top-level properties, in the contract's order.
    """

    content_type: str
    pointer: str
    fields: Mapping[str, tuple[str, ...]]

    @property
    def is_form(self) -> bool:
        """Whether the body comes as pairs rather than as JSON."""
        return self.content_type == "application/x-www-form-urlencoded"


class Operation(Struct, frozen=True):
    """One operation of the contract.

    Attributes:
        id: `PROVIDER.camelCase`.
        path: the template, such as `/things/{id}`.
        media: accepted encodings of the body, in the contract's order; empty for no body.
        replies: status or `default` → content type → JSON pointer of the schema.
        public: whether it needs no credential.
        pointer: JSON pointer of the operation in the contract.
    """

    id: str
    provider: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    media: Mapping[str, Media]
    body_required: bool
    replies: Mapping[str, Mapping[str, str]]
    public: bool = False
    pointer: str = ""

    def reply(self, status: int) -> Mapping[str, str] | None:
        """Return the content types of the status; None if undeclared."""
        for name in (str(status), f"{status // 100}XX", "default"):
            if name in self.replies:
                return self.replies[name]
        return None


class Reader:
    """Reads operations from an OpenAPI document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def follow(self, pointer: str, seen: frozenset[str] = frozenset()) -> tuple[str, Any]:
        """Follow references; return the real pointer and the value.

        seen: references followed so far.
        Raises: LookupError, TypeError, ValueError if there is no value.
        """
        place, value = "", self._document
        for step in pointer.split("/")[1:]:
            place, value = f"{place}/{step}", _member(value, step)
            if isinstance(value, dict) and "$ref" in value:
                reference = value["$ref"]
                if not reference.startswith("#/") or reference in seen:
                    raise ValueError(f"$ref {reference!r} leads nowhere within the document")
                place, value = self.follow(unquote(reference[1:]), seen | {reference})
        return place, value

    def operation(self, path: str, method: str) -> Operation | None:
        """Return the operation at the path and method, or None.

        Raises: LookupError, TypeError, ValueError or AttributeError if there is no operation there.
        """
        item, methods = self.follow(f"/paths/{escape(path)}")
        if not path.startswith("/") or not isinstance(methods, dict):
            raise TypeError("a path begins with a slash and has a mapping of methods")
        if method not in methods:
            return None
        place, value = self.follow(f"{item}/{method}")
        identity = value["operationId"]
        media, body_required = self._body(place) if "requestBody" in value else ({}, False)
        return Operation(
            id=identity,
            provider=identity.partition(".")[0],
            method=method.upper(),
            path=path,
            parameters=tuple(self._parameters(item, place)),
            media=media,
            body_required=body_required,
            replies={status: self._content(f"{place}/responses/{status}") for status in value["responses"]},
            public=not value.get("security", self._document.get("security")),
            pointer=place,
        )

    def _parameters(self, *places: str) -> list[Parameter]:
        """Return the parameters at the places; later ones override earlier ones."""
        found: dict[tuple[str, str], Parameter] = {}
        for place in places:
            _, owner = self.follow(place)
            for index in range(len(owner.get("parameters", ()))):
                parameter = self._parameter(f"{place}/parameters/{index}")
                found[parameter.place, parameter.name] = parameter
        return list(found.values())

    def _parameter(self, pointer: str) -> Parameter:
        pointer, value = self.follow(pointer)
        _, schema = self.follow(f"{pointer}/schema")
        return Parameter(
            name=value["name"],
            place=value["in"],
            required=value.get("required", False),
            types=_types(schema),
            pointer=f"{pointer}/schema",
            default=schema.get("default", UNSET),
            is_free=schema.get("type") == "string" and not schema.keys() - _ANNOTATIONS,
        )

    def _body(self, place: str) -> tuple[dict[str, Media], bool]:
        pointer, body = self.follow(f"{place}/requestBody")
        schemas = {name: f"{pointer}/content/{escape(name)}/schema" for name in body["content"]}
        media = {name: Media(name, schema, self._fields(schema)) for name, schema in schemas.items()}
        return media, body.get("required", False)

    def _fields(self, pointer: str) -> dict[str, tuple[str, ...]]:
        pointer, schema = self.follow(pointer)
        fields: dict[str, tuple[str, ...]] = {}
        for index in range(len(schema.get("allOf", ()))):
            fields |= self._fields(f"{pointer}/allOf/{index}")
        for name in schema.get("properties", ()):
            fields[name] = _types(self.follow(f"{pointer}/properties/{escape(name)}")[1])
        return fields

    def _content(self, pointer: str) -> dict[str, str]:
        pointer, reply = self.follow(pointer)
        return {name: f"{pointer}/content/{escape(name)}/schema" for name in reply.get("content", ())}


def _member(value: Any, step: str) -> Any:
    return value[int(step)] if isinstance(value, list) else value[step.replace("~1", "/").replace("~0", "~")]


def _types(schema: Schema) -> tuple[str, ...]:
    types = schema.get("type", ())
    return (types,) if isinstance(types, str) else tuple(types)
