"""The contract as an API reference: what is promised, decided and assumed stands under each operation."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from openapi_spec_validator import validate

from mockserver.catalogue import Assumption, Behaviour, Catalogue, Decision, Unchecked
from mockserver.contract import Contract
from mockserver.documents import packaged, read
from mockserver.providers import PROVIDERS
from mockserver.providers.provider import Provider
from mockserver.reference import write_reference

CONTRACT = Contract.load()
KINDS = ("x-behaviours", "x-decisions", "x-assumptions")


def reference(choices: Mapping[str, str] | None = None) -> dict[str, Any]:
    return write_reference(CONTRACT, PROVIDERS, choices or {})


def operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Go through the operations and the events of a document."""
    for section in ("paths", "webhooks"):
        for item in document[section].values():
            yield from (part for part in item.values() if "operationId" in part)


DOCUMENT = reference()
BY_ID = {operation["operationId"]: operation for operation in operations(DOCUMENT)}


def test_reference_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_contract_stays_as_it_is() -> None:
    assert CONTRACT.document == read(packaged("openapi.yaml")).value


def test_nothing_but_descriptions_and_extensions_differs_from_the_contract() -> None:
    assert _bare(DOCUMENT) == _bare(CONTRACT.document)


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(each) for each in value]
    if not isinstance(value, dict):
        return value
    added = {"description", "x-unchecked", *KINDS}
    return {name: _bare(member) for name, member in value.items() if name not in added or not isinstance(member, str | list)}


@pytest.mark.parametrize("operation", CONTRACT.operations)
def test_every_operation_says_what_is_promised_decided_and_assumed(operation: str) -> None:
    described = BY_ID[operation]
    catalogues = [provider.catalogue() for provider in PROVIDERS]

    promised = [each.name for catalogue in catalogues for each in catalogue.behaviours if each.operation == operation]
    decided = [each.key for catalogue in catalogues for each in catalogue.decisions if operation in each.operations]
    assumed = [each.key for provider in PROVIDERS for each in provider.assumptions if operation in each.operations]
    assert promised
    assert decided
    assert [each["name"] for each in described["x-behaviours"]] == promised
    assert [each["key"] for each in described["x-decisions"]] == decided
    assert [each["key"] for each in described["x-assumptions"]] == assumed
    assert [name for name in (*promised, *decided, *assumed) if f"`{name}`)" not in described["description"]] == []


def test_what_is_about_no_operation_in_particular_stands_at_the_top() -> None:
    text = DOCUMENT["info"]["description"]
    general = [*DOCUMENT["x-unchecked"], *(each for kind in KINDS[1:] for each in DOCUMENT[kind] if not each["operations"])]

    assert text.startswith(CONTRACT.document["info"]["description"])
    assert {"spoonity.wrong-method", "vexutopia.unknown-key", "spoonity.cors"} <= {each.get("key") for each in general}
    assert [each for each in general if f"`{each.get('name') or each['key']}`)" not in text] == []


@pytest.mark.parametrize("kind", ["x-unchecked", *KINDS])
def test_the_whole_catalogue_is_in_the_document(kind: str) -> None:
    every = {
        "x-behaviours": [each.name for provider in PROVIDERS for each in provider.catalogue().behaviours],
        "x-unchecked": [each.name for provider in PROVIDERS for each in provider.catalogue().unchecked],
        "x-decisions": [each.key for provider in PROVIDERS for each in provider.catalogue().decisions],
        "x-assumptions": [each.key for provider in PROVIDERS for each in provider.assumptions],
    }
    assert [each.get("name") or each["key"] for each in DOCUMENT[kind]] == every[kind]


def test_an_event_has_what_is_left_open_about_it() -> None:
    event = BY_ID["vexutopia.onCustomerDeleted"]

    assert event["x-behaviours"] == []
    assert "vexutopia.deleted-event" in [each["key"] for each in event["x-decisions"]]
    assert "vexutopia.signature-form" in [each["key"] for each in event["x-assumptions"]]


def test_the_choice_that_holds_is_told_before_the_others() -> None:
    question = "In which direction is a list sorted by `sort` without `order`?"
    up, down = "`ascending` (smallest value first)", "`descending` (largest value first)"
    chosen = {each["operationId"]: each for each in operations(reference({"spoonity.sort-direction": "descending"}))}

    key = "`spoonity.sort-direction`"
    assert f"- {question} Here {up}. Instead: {down}. ({key})" in BY_ID["spoonity.listCustomers"]["description"].splitlines()
    assert f"- {question} Here {down}. Instead: {up}. ({key})" in chosen["spoonity.listCustomers"]["description"].splitlines()


TOY = {
    "openapi": "3.1.0",
    "info": {"title": "Toy", "version": "1"},
    "paths": {
        "/toys": {
            "summary": "All toys",
            "get": {"operationId": "toy.list", "description": "Lists toys.\n", "responses": {}},
            "post": {"operationId": "toy.make", "responses": {}},
        }
    },
}


def _toy(catalogue: Catalogue, *assumptions: Assumption) -> dict[str, Any]:
    provider = Provider(
        name="toy",
        title="Toy API",
        origin="https://toy.example",
        handlers=(),
        kinds=(),
        authenticate=lambda _sandbox, _call: None,
        render_problem=lambda _problem, _call: NotImplemented,
        assumptions=assumptions,
        catalogue=lambda: catalogue,
    )
    return write_reference(Contract(TOY, digest="toy", name="toy"), [provider], {})


def test_an_operation_of_which_nothing_is_said_keeps_its_words() -> None:
    document = _toy(Catalogue())

    nothing: dict[str, Any] = {kind: [] for kind in KINDS}
    assert document == {
        **TOY,
        "paths": {
            "/toys": {
                "summary": "All toys",
                "get": {"operationId": "toy.list", "description": "Lists toys.", "responses": {}, **nothing},
                "post": {"operationId": "toy.make", "responses": {}, **nothing},
            }
        },
        **nothing,
        "x-unchecked": [],
    }


def test_entries_are_written_as_lists_below_the_description() -> None:
    promise = Behaviour("toy.list.all", "All are listed.", "Toy page", "toy.list", lambda _api: None, lambda _exchange: True)
    unchecked = Unchecked("toy.list.nice", "Toys are nice.", "Toy page", "It is a matter of taste.")
    decided = Decision("toy.size", "How large?", "Small.", "No size is printed.", operations=("toy.list",))
    general = Decision("toy.age", "How old?", "Any age.", "No age is printed.")
    assumed = Assumption("toy.colour", "Which colour?", {"red": "as fire", "blue": "as the sea"}, "red", "None is printed.")
    document = _toy(Catalogue((promise,), (unchecked,), (decided, general)), assumed)

    assert document["paths"]["/toys"]["get"]["description"] == (
        "Lists toys.\n\n"
        "**What the documents promise**\n\n- All are listed. (Toy page; `toy.list.all`)\n\n"
        "**What the documents leave open and is decided here**\n\n- How large? Small. (`toy.size`)"
    )
    assert "description" not in document["paths"]["/toys"]["post"]
    assert document["info"]["description"] == (
        "**Toy API, every operation: what the documents promise and cannot be checked from outside**\n\n"
        "- Toys are nice. It is a matter of taste. (Toy page; `toy.list.nice`)\n\n"
        "**Toy API, every operation: what the documents leave open and is decided here**\n\n- How old? Any age. (`toy.age`)\n\n"
        "**Toy API, every operation: what the documents leave open and a sandbox can choose**\n\n"
        "- Which colour? Here `red` (as fire). Instead: `blue` (as the sea). (`toy.colour`)"
    )
