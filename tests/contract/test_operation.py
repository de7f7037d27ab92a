"""What is read of an operation."""

from typing import Any

import pytest
from msgspec import UNSET

from mockserver.contract.operation import Media, Operation, Parameter, Reader
from mockserver.notation import escape
from tests.contract.documents import FORM, JSON, body, document, operation, parameter

THING = {"type": "object", "properties": {"name": {"type": "string"}, "size": {"type": ["integer", "null"]}}}


def read(paths: dict[str, Any], path: str = "/toys", method: str = "get", **components: Any) -> Operation | None:
    return Reader(document(paths, **components)).operation(path, method)


def test_an_operation_is_read_whole() -> None:
    item = {
        "parameters": [parameter("id", "path", required=True)],
        "patch": operation(
            "toys.updateToy",
            parameters=[parameter("depth", schema={"type": "integer", "default": 3})],
            requestBody=body(THING, JSON, FORM, required=True),
            responses={"200": {"content": {JSON: {"schema": {}}}}, "204": {}, "default": {"content": {}}},
            security=[{"key": []}],
        ),
    }
    place = "/paths/~1toys~1{id}"
    fields = {"name": ("string",), "size": ("integer", "null")}
    media = [Media(each, f"{place}/patch/requestBody/content/{escape(each)}/schema", fields) for each in (JSON, FORM)]
    assert read({"/toys/{id}": item}, "/toys/{id}", "patch") == Operation(
        id="toys.updateToy",
        provider="toys",
        method="PATCH",
        path="/toys/{id}",
        parameters=(
            Parameter("id", "path", True, ("string",), f"{place}/parameters/0/schema", is_free=True),
            Parameter("depth", "query", False, ("integer",), f"{place}/patch/parameters/0/schema", default=3),
        ),
        media={JSON: media[0], FORM: media[1]},
        body_required=True,
        replies={"200": {JSON: f"{place}/patch/responses/200/content/application~1json/schema"}, "204": {}, "default": {}},
        public=False,
        pointer=f"{place}/patch",
    )


def test_only_a_form_is_a_form() -> None:
    read_body = read({"/toys": {"post": operation(requestBody=body({}, JSON, FORM))}}, method="post")
    assert read_body is not None
    assert [each.is_form for each in read_body.media.values()] == [False, True]


def test_an_operation_needs_a_credential_only_if_the_contract_says_so() -> None:
    def is_public(common: Any, own: Any) -> bool:
        told = {} if own is None else {"security": own}
        found = Reader(document({"/toys": {"get": operation(**told)}}) | {"security": common}).operation("/toys", "get")
        assert found is not None
        return found.public

    assert is_public([], None)
    assert is_public([{"key": []}], [])
    assert not is_public([{"key": []}], None)
    assert not is_public([], [{"key": []}])


def test_there_is_no_operation_under_another_method() -> None:
    assert read({"/toys": {"get": operation()}}, method="post") is None


def test_a_parameter_of_the_operation_replaces_the_paths() -> None:
    own = operation(parameters=[parameter("size", schema={"type": "integer"})])
    found = read({"/toys": {"parameters": [parameter("size"), parameter("size", "header")], "get": own}})
    assert found is not None
    assert [(each.place, each.name, each.types) for each in found.parameters] == [
        ("query", "size", ("integer",)),
        ("header", "size", ("string",)),
    ]


def test_references_are_followed_wherever_they_stand() -> None:
    contract = document({"/toys": {"$ref": "#/components/pathItems/Toys"}}, Thing=THING, Size={"type": "integer"})
    contract["components"] |= {
        "pathItems": {"Toys": {"post": operation(parameters=[{"$ref": "#/components/parameters/S"}])}},
        "parameters": {"S": parameter("size", schema={"$ref": "#/components/schemas/Size"})},
        "requestBodies": {"B": body({"$ref": "#/components/schemas/Thing"})},
        "responses": {"R": {"content": {JSON: {"schema": {}}}}},
    }
    contract["components"]["pathItems"]["Toys"]["post"] |= {
        "requestBody": {"$ref": "#/components/requestBodies/B"},
        "responses": {"200": {"$ref": "#/components/responses/R"}},
    }
    found = Reader(contract).operation("/toys", "post")
    assert found is not None
    assert found.parameters[0].pointer == "/components/parameters/S/schema"
    assert found.parameters[0].types == ("integer",)
    assert found.media[JSON].pointer == "/components/requestBodies/B/content/application~1json/schema"
    assert found.media[JSON].fields == {"name": ("string",), "size": ("integer", "null")}
    assert found.replies == {"200": {JSON: "/components/responses/R/content/application~1json/schema"}}


def test_fields_of_all_parts_of_a_schema_are_known() -> None:
    schema = {"allOf": [{"$ref": "#/components/schemas/Thing"}, {"properties": {"colour": {}}}], "properties": {"a/b": {}}}
    found = read({"/toys": {"post": operation(requestBody=body(schema))}}, method="post", Thing=THING)
    assert found is not None
    assert found.media[JSON].fields == {"name": ("string",), "size": ("integer", "null"), "colour": (), "a/b": ()}


def test_a_pointer_is_followed_through_escapes_and_lists() -> None:
    reader = Reader({"a/b": {"m~n": [{"x": 1}, {"$ref": "#/a~1b/%6D~0n/0"}]}})
    assert reader.follow("/a~1b/m~0n/0/x") == ("/a~1b/m~0n/0/x", 1)
    assert reader.follow("/a~1b/m~0n/1/x") == ("/a~1b/m~0n/0/x", 1)
    assert reader.follow("") == ("", {"a/b": {"m~n": [{"x": 1}, {"$ref": "#/a~1b/%6D~0n/0"}]}})


@pytest.mark.parametrize("pointer", ["/nothing", "/list/5", "/list/x", "/text/x"])
def test_a_pointer_to_nothing_is_an_error(pointer: str) -> None:
    with pytest.raises((LookupError, ValueError, TypeError)):
        Reader({"list": [1], "text": "text"}).follow(pointer)


@pytest.mark.parametrize(
    "reference", ["#/a", "#/b", "other.yaml#/a", "http://example.com/a", "#anchor", "#"], ids=lambda text: str(text)
)
def test_a_reference_that_leads_nowhere_is_an_error(reference: str) -> None:
    with pytest.raises(ValueError, match="leads nowhere within the document"):
        Reader({"a": {"$ref": "#/b"}, "b": {"$ref": reference}}).follow("/b")


@pytest.mark.parametrize(
    ("status", "found"), [(200, "exact"), (201, "class"), (299, "class"), (404, "rest"), (204, None), (500, "rest")]
)
def test_a_reply_is_declared_by_status_by_class_or_by_default(status: int, found: str | None) -> None:
    declared = {"200": {JSON: "exact"}, "204": {}, "2XX": {JSON: "class"}, "default": {JSON: "rest"}}
    replies = Operation("t.o", "t", "GET", "/", (), {}, False, declared).reply(status)
    assert replies == ({} if found is None else {JSON: found})


def test_a_reply_that_nothing_declares_is_none() -> None:
    assert Operation("t.o", "t", "GET", "/", (), {}, False, {"200": {}}).reply(404) is None


@pytest.mark.parametrize(
    ("schema", "is_free"),
    [
        ({"type": "string"}, True),
        ({"type": "string", "description": "x", "example": "y"}, True),
        ({"type": "string", "pattern": "a"}, False),
        ({"type": "integer"}, False),
        ({}, False),
    ],
)
def test_a_parameter_is_free_if_any_text_will_do(schema: dict[str, Any], is_free: bool) -> None:
    found = read({"/toys": {"get": operation(parameters=[parameter("a", schema=schema)])}})
    assert found is not None
    assert found.parameters[0].is_free is is_free
    assert found.parameters[0].default is UNSET
