"""Check requests against the contract and collect all violations."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

from msgspec import UNSET

from mockserver.contract.encoding import MalformedError, coerce, decode_json, decode_pairs
from mockserver.contract.operation import Media, Operation, Parameter
from mockserver.errors import ContractError
from mockserver.exchange import Request, Violation
from mockserver.notation import escape


class Schemas:
    """Compiles schemas of one contract; nothing is compiled before it is needed."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._compiled: dict[str, Any] = {}

    @cached_property
    def _registry(self) -> Any:
        import jsonschema_rs

        return jsonschema_rs.Registry([("urn:contract", self._document)], draft=jsonschema_rs.Draft202012)

    def at(self, pointer: str) -> Any:
        """Return the validator of the schema at the pointer.

        Raises: ContractError if it is not a schema.
        """
        if pointer not in self._compiled:
            self._compiled[pointer] = self.compile(reference(pointer), where=pointer)
        return self._compiled[pointer]

    def compile(self, schema: dict[str, Any], *, where: str) -> Any:
        """Return the validator of a schema that may refer to the contract.

        Raises: ContractError, at `where`, if it is not a schema.
        """
        import jsonschema_rs

        try:
            return jsonschema_rs.Draft202012Validator(schema, registry=self._registry, validate_formats=True)
        except ValueError as error:
            raise ContractError(f"is not a schema: {str(error).splitlines()[0]}", where=f"contract, {where}") from error


def reference(pointer: str) -> dict[str, Any]:
    """Return a schema that refers to the pointer in the contract."""
    return {"$ref": f"urn:contract#{quote(pointer)}"}


def broken(error: Any) -> str:
    """Return the pointer of the failed keyword, or the empty string."""
    return "".join(f"/{escape(str(step))}" for step in error.schema_path) if error.absolute_keyword_location else ""


class RequestCheck:
    """Types and checks the requests of one operation."""

    def __init__(self, operation: Operation, schemas: Schemas) -> None:
        self._operation = operation
        self._schemas = schemas
        self._query = {parameter.name: parameter for parameter in operation.parameters if parameter.place == "query"}
        self._defaults = {name: each.default for name, each in self._query.items() if each.default is not UNSET}
        self._needs_query = any(parameter.required for parameter in self._query.values())
        self._headers = [parameter for parameter in operation.parameters if parameter.place == "header"]
        self._path = [parameter for parameter in operation.parameters if parameter.place == "path" and not parameter.is_free]

    def path(self, given: Mapping[str, str]) -> tuple[Mapping[str, Any], list[Violation]]:
        """Return the path's parameters, typed, and what is wrong with them."""
        if not self._path:
            return given, []
        typed = {**given, **{parameter.name: coerce(given[parameter.name], parameter.types) for parameter in self._path}}
        return typed, [violation for each in self._path for violation in self._single(each, typed[each.name])]

    def query(self, request: Request) -> tuple[dict[str, Any], list[Violation]]:
        """Return the typed query parameters with defaults, and the violations.

        A value that breaks the contract is left as it came, typed if it could be.
        """
        if not request.query and not self._needs_query:
            return self._defaults.copy(), []
        try:
            pairs = decode_pairs(request.query)
        except MalformedError as error:
            return self._defaults.copy(), [Violation("query", "", "malformed", str(error), pointer=self._operation.pointer)]
        given: dict[str, Any] = {}
        violations = []
        for name, value in pairs:
            if name in self._query:
                given[name] = coerce(value, self._query[name].types)
            else:
                violations.append(_undeclared("query", name, self._operation.pointer))
        if not self._query_schema.is_valid(given):
            violations += self._ordered(self._query_schema.iter_errors(given), "query", list(self._query))
        return self._defaults | given, violations

    def headers(self, request: Request) -> list[Violation]:
        """Return what is wrong with the declared header parameters."""
        return [violation for parameter in self._headers for violation in self._header(request, parameter)]

    def body(self, request: Request) -> tuple[Any, list[Violation]]:
        """Return the body's value, None without a body, and the violations."""
        body, operation = request.body, self._operation
        if not operation.media:
            return None, [_undeclared("body", "", operation.pointer)] if body else []
        if not body:
            where = f"{operation.pointer}/requestBody"
            missing = Violation("body", "", "required", "the operation needs a body", pointer=where)
            return None, [missing] if operation.body_required else []
        media, violations = self._media(request)
        if violations and media.is_form:  # any text parses as a form
            return None, violations
        try:
            value = _form(body, media) if media.is_form else decode_json(body)
        except MalformedError as error:
            return None, [*violations, Violation("body", "", "malformed", str(error), pointer=media.pointer)]
        found = self._body_violations(value, media)
        # Names in a body of an undeclared encoding may be secrets: do not repeat them.
        return value, violations + [each for each in found if not violations or each.rule != "undeclared"]

    def _body_violations(self, value: Any, media: Media) -> list[Violation]:
        violations = []
        if isinstance(value, dict) and media.fields:
            _as_integers(value, media.fields)
            violations = [_undeclared("body", name, media.pointer) for name in value if name not in media.fields]
        schema = self._schemas.at(media.pointer)
        if not schema.is_valid(value):
            violations += self._ordered(schema.iter_errors(value), "body", list(media.fields))
        return violations

    def _media(self, request: Request) -> tuple[Media, list[Violation]]:
        """Return the encoding that the request declares, else the contract's first."""
        declared = request.header(b"content-type").partition(";")[0].strip().lower()
        accepted = self._operation.media
        if declared in accepted:
            return accepted[declared], []
        detail = f"{declared or 'no content type'} instead of {' or '.join(accepted)}"
        wrong = Violation("content-type", "", "encoding", detail, pointer=f"{self._operation.pointer}/requestBody")
        return next(iter(accepted.values())), [wrong]

    @cached_property
    def _query_schema(self) -> Any:
        properties = {name: reference(parameter.pointer) for name, parameter in self._query.items()}
        required = [name for name, parameter in self._query.items() if parameter.required]
        schema = {"type": "object", "properties": properties, "required": required}
        return self._schemas.compile(schema, where=f"query of {self._operation.id}")

    def _header(self, request: Request, parameter: Parameter) -> list[Violation]:
        name = parameter.name.lower().encode()
        if name in request.headers:
            return self._single(parameter, coerce(request.header(name), parameter.types))
        detail = f"the operation needs {parameter.name}"
        missing = Violation("header", parameter.name, "required", detail, pointer=parameter.pointer)
        return [missing] if parameter.required else []

    def _single(self, parameter: Parameter, value: Any) -> list[Violation]:
        """Return what is wrong with one parameter's value."""
        errors = self._schemas.at(parameter.pointer).iter_errors(value)
        return [Violation(parameter.place, parameter.name, each.kind.name, each.message, pointer=broken(each)) for each in errors]

    def _ordered(self, errors: Any, place: str, order: list[str]) -> list[Violation]:
        """Return violations in the contract's order, missing values first."""
        rank = {name: index for index, name in enumerate(order)}
        violations = [_violation(error, place, self._query if place == "query" else {}) for error in errors]
        return sorted(violations, key=lambda each: (each.rule != "required", rank.get(each.name, len(rank))))


def _form(body: bytes, media: Media) -> dict[str, Any]:
    return {name: coerce(value, media.fields.get(name, ())) for name, value in decode_pairs(body)}


def _violation(error: Any, place: str, parameters: Mapping[str, Parameter]) -> Violation:
    rule = error.kind.name
    missing = rule == "required"
    name = str(error.instance_path[0]) if error.instance_path else (error.kind.property if missing else "")
    if missing and error.instance_path:
        rule = "type"  # a member of a nested object is missing: the field as a whole is wrong
    allowed = tuple(error.kind.value) if rule == "enum" else error.kind.value if rule in ("minimum", "maximum") else None
    parameter = parameters.get(name)
    default = parameter.default if parameter is not None and parameter.default is not UNSET else None
    pointer = broken(error) or (parameter.pointer if parameter is not None else "")
    return Violation(place, name, rule, error.message, allowed, default, pointer)


def _undeclared(place: str, name: str, pointer: str) -> Violation:
    return Violation(place, name, "undeclared", "not declared in the contract", pointer=pointer)


def _as_integers(value: dict[str, Any], fields: Mapping[str, tuple[str, ...]]) -> None:
    """Turn 2000.0 into 2000 where the contract requires an integer."""
    for name, member in value.items():
        if isinstance(member, float) and member.is_integer() and "integer" in fields.get(name, ()):
            value[name] = int(member)
