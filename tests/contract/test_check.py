"""What a request is found to have against the contract."""

from typing import Any

import pytest

from mockserver.contract.check import RequestCheck, Schemas
from mockserver.errors import ContractError
from mockserver.exchange import Violation
from tests.conftest import client_of, make_app
from tests.contract.documents import FORM, JSON, body, contract, operation, parameter, request

QUERY = [
    parameter("limit", schema={"type": "integer", "minimum": 1, "maximum": 100, "default": 10}),
    parameter("sort", schema={"enum": ["name", "size"]}),
    parameter("email"),
    parameter("size", "header", schema={"type": "integer"}),
    parameter("X-Needed", "header", required=True),
]
POST = "/paths/~1toys/post"
LIMIT = f"{POST}/parameters/0/schema"
TOO_MANY, ENUM = f"{LIMIT}/maximum", f"{POST}/parameters/1/schema/enum"
TOY = {
    "type": "object",
    "required": ["name", "amount"],
    "properties": {
        "name": {"type": "string"},
        "amount": {"type": "integer", "minimum": 1},
        "maker": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
    },
}


def check(path: str = "/toys", **more: Any) -> RequestCheck:
    """Return the check of an operation made of `more`."""
    toys = contract({path: {"post": operation(**more)}}, Toy=TOY)
    return toys.check(toys.operations["toys.listToys"])


def rules(violations: list[Violation]) -> list[str]:
    return [str(each) for each in violations]


# Queries


def test_defaults_stand_in_for_what_is_not_sent() -> None:
    checked = check(parameters=QUERY)
    assert checked.query(request()) == ({"limit": 10}, [])
    assert checked.query(request(b"email=a")) == ({"limit": 10, "email": "a"}, [])


def test_defaults_of_one_request_are_not_those_of_another() -> None:
    checked = check(parameters=QUERY)
    checked.query(request())[0]["limit"] = 99
    assert checked.query(request()) == ({"limit": 10}, [])


def test_values_are_typed_and_the_last_of_a_name_holds() -> None:
    assert check(parameters=QUERY).query(request(b"limit=5&email=7&limit=6")) == ({"limit": 6, "email": "7"}, [])


@pytest.mark.parametrize(
    ("query", "violation"),
    [
        (b"limit=0", Violation("query", "limit", "minimum", "0 is less than the minimum of 1", 1, 10, f"{LIMIT}/minimum")),
        (b"limit=101", Violation("query", "limit", "maximum", "101 is greater than the maximum of 100", 100, 10, TOO_MANY)),
        (b"limit=x", Violation("query", "limit", "type", '"x" is not of type "integer"', None, 10, f"{LIMIT}/type")),
        (b"sort=x", Violation("query", "sort", "enum", '"x" is not one of "name" or "size"', ("name", "size"), None, ENUM)),
        (b"page=1", Violation("query", "page", "undeclared", "not declared in the contract", pointer=POST)),
        (b"email=%", Violation("query", "", "malformed", "broken percent-encoding", pointer=POST)),
    ],
)
def test_a_violation_says_place_name_rule_and_what_is_allowed(query: bytes, violation: Violation) -> None:
    assert check(parameters=QUERY).query(request(query))[1] == [violation]


def test_a_wrong_value_is_left_as_it_came() -> None:
    assert check(parameters=QUERY).query(request(b"limit=0&sort=x"))[0] == {"limit": 0, "sort": "x"}
    assert check(parameters=QUERY).query(request(b"limit=x"))[0] == {"limit": "x"}
    assert check(parameters=QUERY).query(request(b"limit=5&email=%"))[0] == {"limit": 10}


def test_all_violations_are_found_in_the_contracts_order() -> None:
    needed = [parameter("b", required=True), parameter("a", required=True), *QUERY]
    violations = check(parameters=needed).query(request(b"sort=x&z=1&limit=0"))[1]
    assert rules(violations) == [
        "query.z: undeclared",
        "query.b: required",
        "query.a: required",
        "query.limit: minimum",
        "query.sort: enum",
    ]


def test_a_needed_parameter_is_missed_in_an_empty_query_too() -> None:
    (violation,) = check(parameters=[parameter("a", required=True)]).query(request())[1]
    assert (str(violation), violation.pointer) == ("query.a: required", f"{POST}/parameters/0/schema")


# Paths and headers


def test_a_free_path_parameter_is_taken_as_it_is() -> None:
    checked = check("/toys/{id}", parameters=[parameter("id", "path", required=True)])
    given = {"id": "5"}
    assert checked.path(given) == (given, [])


def test_a_path_parameter_is_typed_and_checked() -> None:
    checked = check("/{a}/{b}", parameters=[parameter("a", "path"), parameter("b", "path", schema={"type": "integer"})])
    assert checked.path({"a": "1", "b": "2"}) == ({"a": "1", "b": 2}, [])
    typed, violations = checked.path({"a": "1", "b": "x"})
    assert typed == {"a": "1", "b": "x"}
    assert violations == [
        Violation("path", "b", "type", '"x" is not of type "integer"', pointer="/paths/~1{a}~1{b}/post/parameters/1/schema/type")
    ]


def test_headers_are_checked_whatever_their_case() -> None:
    checked = check(parameters=QUERY)
    assert checked.headers(request(x_needed="1")) == []
    assert checked.headers(request(x_needed="1", size="3")) == []
    assert checked.headers(request(size="x")) == [
        Violation("header", "size", "type", '"x" is not of type "integer"', pointer=f"{POST}/parameters/3/schema/type"),
        Violation("header", "X-Needed", "required", "the operation needs X-Needed", pointer=f"{POST}/parameters/4/schema"),
    ]


# Bodies


@pytest.mark.parametrize(
    ("content", "violations"),
    [
        ('{"name": "a", "amount": 1}', []),
        ('{"name": "a", "amount": 1, "maker": {"city": "b"}}', []),
        ('{"more": 1, "name": "a", "amount": 1}', ["body.more: undeclared"]),
        ('{"maker": 5, "amount": 0}', ["body.name: required", "body.amount: minimum", "body.maker: type"]),
        ('{"name": null, "amount": "1"}', ["body.name: type", "body.amount: type"]),
        ('{"name": "a", "amount": 1, "maker": {}}', ["body.maker: type"]),
        ('{"name": "a", "amount": 1, "maker": {"city": 5}}', ["body.maker: type"]),
        ("[]", ["body: type"]),
        ("null", ["body: type"]),
        ("{", ["body: malformed"]),
    ],
)
def test_a_body_is_checked_whole(content: str, violations: list[str]) -> None:
    checked = check(requestBody=body({"$ref": "#/components/schemas/Toy"}))
    assert rules(checked.body(request(content=content.encode(), content_type=JSON))[1]) == violations


def test_a_body_is_returned_as_a_value_even_if_it_is_wrong() -> None:
    checked = check(requestBody=body(TOY))
    assert checked.body(request(content=b'{"a": 1}', content_type=JSON))[0] == {"a": 1}
    assert checked.body(request(content=b"{", content_type=JSON))[0] is None


@pytest.mark.parametrize(("written", "amount"), [("2000.0", 2000), ("2e3", 2000), ("1e300", int(1e300)), ("2000", 2000)])
def test_a_whole_number_is_an_integer_however_it_is_written(written: str, amount: int) -> None:
    value, violations = check(requestBody=body(TOY)).body(
        request(content=f'{{"name": "a", "amount": {written}}}'.encode(), content_type=JSON)
    )
    assert (value["amount"], type(value["amount"]), violations) == (amount, int, [])


def test_a_broken_number_is_no_integer() -> None:
    checked = check(requestBody=body(TOY))
    value, violations = checked.body(request(content=b'{"name": "a", "amount": 1.5}', content_type=JSON))
    assert value["amount"] == 1.5
    assert rules(violations) == ["body.amount: type"]


def test_the_absence_of_a_body_matters_only_where_it_is_needed() -> None:
    assert check(requestBody=body(TOY)).body(request()) == (None, [])
    assert check(requestBody=body(TOY)).body(request(content=b"")) == (None, [])
    missing = Violation("body", "", "required", "the operation needs a body", pointer=f"{POST}/requestBody")
    assert check(requestBody=body(TOY, required=True)).body(request()) == (None, [missing])


def test_a_body_that_nothing_declares_is_noticed() -> None:
    assert check().body(request()) == (None, [])
    undeclared = Violation("body", "", "undeclared", "not declared in the contract", pointer=POST)
    assert check().body(request(content=b"x")) == (None, [undeclared])


@pytest.mark.parametrize("declared", [JSON, "application/JSON; charset=utf-8", " application/json ;x"])
def test_the_content_type_is_known_by_its_name(declared: str) -> None:
    checked = check(requestBody=body({}, FORM, JSON))
    assert checked.body(request(content=b'{"a": 1}', content_type=declared)) == ({"a": 1}, [])


def test_an_unknown_content_type_is_noticed_and_nothing_made_of_what_may_be_no_form() -> None:
    checked = check(requestBody=body({}, FORM, JSON))
    detail = f"text/plain instead of {FORM} or {JSON}"
    expected = (None, [Violation("content-type", "", "encoding", detail, pointer=f"{POST}/requestBody")])
    assert checked.body(request(content=b"a=1", content_type="text/plain")) == expected
    assert checked.body(request(content=b"a=1"))[1][0].detail == f"no content type instead of {FORM} or {JSON}"


def test_a_form_is_typed_by_its_fields() -> None:
    schema = {"type": "object", "properties": {"size": {"type": "integer"}, "name": {"type": "string"}}}
    checked = check(requestBody=body(schema, FORM))
    pointer = f"{POST}/requestBody/content/application~1x-www-form-urlencoded/schema"
    sent = request(content=b"size=3&name=4&more=5&size=6", content_type=FORM)
    assert checked.body(sent) == (
        {"size": 6, "name": "4", "more": "5"},
        [Violation("body", "more", "undeclared", "not declared in the contract", pointer=pointer)],
    )
    assert rules(checked.body(request(content=b"name=%", content_type=FORM))[1]) == ["body: malformed"]


def test_a_body_without_declared_fields_may_have_any() -> None:
    checked = check(requestBody=body({"type": "object"}))
    assert checked.body(request(content=b'{"a": 1}', content_type=JSON)) == ({"a": 1}, [])


# Schemas


def test_what_is_no_schema_is_named() -> None:
    checked = check(requestBody=body({"type": "nonsense"}))
    with pytest.raises(ContractError) as caught:
        checked.body(request(content=b"{}", content_type=JSON))
    assert str(caught.value).startswith(
        "contract, /paths/~1toys/post/requestBody/content/application~1json/schema: is not a schema: "
    )
    assert "\n" not in str(caught.value)


def test_a_query_with_what_is_no_schema_is_named() -> None:
    with pytest.raises(ContractError, match=r"^contract, query of toys.listToys: is not a schema: "):
        check(parameters=[parameter("a", schema={"pattern": "("})]).query(request(b"a=1"))


def test_formats_are_checked() -> None:
    schemas = Schemas({"a": {"type": "string", "format": "date-time"}})
    assert schemas.at("/a").is_valid("2026-02-02T13:48:05.683Z")
    assert not schemas.at("/a").is_valid("2026-02-30T00:00:00Z")


def test_a_schema_is_compiled_once() -> None:
    schemas = Schemas({"a": {"type": "string"}})
    assert schemas.at("/a") is schemas.at("/a")


def test_undeclared_fields_are_not_named_where_the_encoding_is_not_declared() -> None:
    app = make_app()
    secret = b'{"client_secret":"s3cret","client_id":"a","grant_type":"authorization_code","code":"b"}'
    answer = client_of(app).post("/oauth/access_token", content=secret, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert "content-type: encoding" in answer.headers["mock-violation"]
    assert "s3cret" not in answer.headers["mock-violation"]
