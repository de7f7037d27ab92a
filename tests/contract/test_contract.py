"""The contract as a whole."""

from pathlib import Path
from typing import Any

import pytest

from mockserver.catalogue import remove, update
from mockserver.contract import Contract
from mockserver.contract.contract import SchemaError
from mockserver.errors import ContractError, DocumentError
from tests.contract.documents import JSON, contract, document, operation

PROBLEM = "application/problem+json"
TOY = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "tags": {"items": {"minimum": 2}}}}
REPLIES = {
    "200": {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Toy"}}}},
    "204": {"description": "nothing"},
    "4XX": {"content": {PROBLEM: {"schema": {"type": "object"}}}},
}
TOYS = contract({"/toys": {"get": operation(responses=REPLIES)}}, Toy=TOY)


def complaints(status: int, content_type: str, body: bytes) -> list[str]:
    return list(map(str, TOYS.reply_errors("toys.listToys", status, content_type, body)))


@pytest.mark.parametrize(
    ("status", "content_type", "body"),
    [(200, JSON, b'{"name": "a"}'), (204, "", b""), (404, PROBLEM, b"{}"), (418, PROBLEM, b"{}")],
)
def test_a_declared_reply_may_be_sent(status: int, content_type: str, body: bytes) -> None:
    assert complaints(status, content_type, body) == []


@pytest.mark.parametrize(
    ("status", "content_type", "body", "complaint"),
    [
        (201, JSON, b"{}", "status: 201 is not declared"),
        (500, JSON, b"{}", "status: 500 is not declared"),
        (200, PROBLEM, b"{}", "content-type: application/problem+json is not declared for 200"),
        (200, "", b"", "content-type: none is not declared for 200"),
        (204, JSON, b"{}", "body: is not declared for 204"),
        (200, JSON, b"{}", 'body: "name" is a required property'),
        (200, JSON, b'{"name": "a", "tags": [1]}', "body.tags[0]: 1 is less than the minimum of 2"),
    ],
)
def test_another_reply_is_complained_about(status: int, content_type: str, body: bytes, complaint: str) -> None:
    assert complaints(status, content_type, body) == [complaint]


def test_a_reply_that_is_no_json_is_complained_about() -> None:
    (complaint,) = complaints(200, JSON, b"{")
    assert complaint.startswith("body: no JSON: ")


def test_a_reply_that_is_nested_too_deep_is_complained_about() -> None:
    (complaint,) = complaints(200, JSON, b"[" * 100_000)
    assert complaint.startswith("body: JSON nested deeper than ")


def test_every_fault_of_a_reply_has_its_place_in_the_contract() -> None:
    responses = "/paths/~1toys/get/responses"
    found = {
        fault.place: fault.pointer
        for status, content_type, body in [(500, JSON, b""), (204, "", b"x"), (200, "", b""), (200, JSON, b'{"name": 1}')]
        for fault in TOYS.reply_errors("toys.listToys", status, content_type, body)
    }
    name = "/components/schemas/Toy/properties/name/type"
    assert found == {"status": responses, "body": responses, "content-type": responses, "body.name": name}


def test_nothing_is_said_of_a_body_that_nobody_knows() -> None:
    assert TOYS.reply_errors("toys.listToys", 200, JSON, None) == TOYS.reply_errors("toys.listToys", 204, "", None) == []
    assert TOYS.reply_errors("toys.listToys", 200, PROBLEM, None) != []


def test_every_fault_of_a_value_has_its_place() -> None:
    assert TOYS.errors_of({"name": "a"}, "/components/schemas/Toy") == []
    faults = TOYS.errors_of({"name": 1, "tags": [2, 1]}, "/components/schemas/Toy")
    assert sorted(faults, key=str) == [
        SchemaError("name", '1 is not of type "string"', "/components/schemas/Toy/properties/name/type"),
        SchemaError("tags[1]", "1 is less than the minimum of 2", "/components/schemas/Toy/properties/tags/items/minimum"),
    ]


def test_a_component_is_found_by_its_name() -> None:
    assert TOYS.schema("Toy") == "/components/schemas/Toy"
    with pytest.raises(ContractError) as caught:
        TOYS.schema("Game")
    assert str(caught.value) == "the contract has no schema Game"


def test_a_check_is_made_once() -> None:
    (found,) = TOYS.operations.values()
    assert TOYS.check(found) is TOYS.check(found)


def test_an_overlaid_contract_is_another_one() -> None:
    changed = TOYS.overlaid([remove("/components/schemas/Toy/required")])
    assert changed.reply_errors("toys.listToys", 200, JSON, b"{}") == []
    assert complaints(200, JSON, b"{}") != []
    others = {changed.digest, TOYS.digest, TOYS.overlaid([update("/components/schemas/Toy/required", [])]).digest}
    assert len(others) == 3
    assert TOYS.overlaid([remove("/components/schemas/Toy/required")]).digest == changed.digest


def test_the_package_has_a_contract() -> None:
    loaded = Contract.load()
    assert loaded.routes.find("/") is None
    assert len(loaded.operations) > 10
    assert all(operation_id == each.id for operation_id, each in loaded.operations.items())


def test_a_contract_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "toys.yaml"
    file.write_text("openapi: 3.1.0\npaths: {/toys: {get: {operationId: toys.list, responses: {200: {}}}}}")
    assert list(Contract.load(file).operations) == ["toys.list"]
    with pytest.raises(DocumentError, match="cannot be read"):
        Contract.load(tmp_path / "nothing.yaml")


GET = "x.yaml, get /toys"


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        ({"get": {"responses": {}}}, f"{GET}: 'operationId' is missing"),
        ({"get": {"operationId": "toys.list"}}, f"{GET}: 'responses' is missing"),
        ({"get": operation("list")}, f"{GET}: operationId list names no provider; write PROVIDER.camelCase"),
        ({"get": operation(), "put": operation()}, "x.yaml, put /toys: operationId toys.listToys stands twice"),
        ({"get": operation(parameters=[{"name": "a", "in": "query"}])}, f"{GET}: 'schema' is missing"),
        ({"get": operation(parameters=[{"$ref": "#/nowhere"}])}, f"{GET}: 'nowhere' is missing"),
        ({"get": operation(parameters=[{"$ref": "x.yaml"}])}, f"{GET}: $ref 'x.yaml' leads nowhere within the document"),
        ({"get": operation(requestBody={})}, f"{GET}: 'content' is missing"),
    ],
)
def test_what_is_no_operation_is_named(item: Any, complaint: str) -> None:
    with pytest.raises(ContractError) as caught:
        contract({"/toys": item})
    assert str(caught.value) == complaint


@pytest.mark.parametrize("item", [None, [], 5, {"get": None}, {"get": []}, {"get": operation(responses=None)}])
def test_what_is_no_mapping_is_refused_with_its_place(item: Any) -> None:
    with pytest.raises(ContractError, match=r"^x\.yaml, get /toys: "):
        contract({"/toys": item})


def test_a_path_begins_with_a_slash() -> None:
    with pytest.raises(ContractError, match=r"^x\.yaml, get toys: a path begins with a slash"):
        contract({"toys": {"get": operation()}})


def test_a_schema_that_holds_itself_is_refused_with_its_place() -> None:
    loop = {"allOf": [{"$ref": "#/components/schemas/Loop"}]}
    posted = operation(requestBody={"content": {JSON: {"schema": {"$ref": "#/components/schemas/Loop"}}}})
    with pytest.raises(ContractError, match=r"^x\.yaml, post /toys: maximum recursion depth exceeded"):
        contract({"/toys": {"post": posted}}, Loop=loop)


@pytest.mark.parametrize("value", [None, [], "text", {"openapi": "3.1.0"}, {"openapi": "3.1.0", "paths": []}])
def test_a_document_without_paths_is_no_contract(value: Any) -> None:
    with pytest.raises(ContractError) as caught:
        Contract(value, digest="", name="x.yaml")
    assert str(caught.value) == "x.yaml: has no paths; give an OpenAPI 3.1 document"


@pytest.mark.parametrize("version", ["3.0.3", "2.0", None])
def test_a_document_of_another_version_is_no_contract(version: str | None) -> None:
    with pytest.raises(ContractError) as caught:
        Contract(document({}) | {"openapi": version}, digest="", name="x.yaml")
    assert str(caught.value) == "x.yaml: is not of OpenAPI 3.1; set `openapi: 3.1.0`"
