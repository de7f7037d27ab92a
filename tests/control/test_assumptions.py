"""The choices of a sandbox, and the contract as they change it."""

from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate

from mockserver.http.app import App
from tests.conftest import client_of
from tests.control.asking import refused

STATUS = "spoonity.create-status"


def test_every_assumption_is_listed_with_its_choice(app: App, control: httpx.Client) -> None:
    expected = {each.key: each.default for each in app.mock.pipeline.assumptions}
    assert control.get("/_mock/assumptions").json() == expected
    assert expected[STATUS] == "200"


def test_change_is_answered_with_all_choices_and_holds_from_the_next_exchange(app: App, control: httpx.Client) -> None:
    reply = control.patch("/_mock/assumptions", json={STATUS: "201"})
    assert reply.json() == {each.key: each.default for each in app.mock.pipeline.assumptions} | {STATUS: "201"}
    assert control.get("/_mock/assumptions").json() == reply.json()
    assert client_of(app).post("/customers", json={"name": "New"}).status_code == 201


def test_choices_that_are_not_named_stay(control: httpx.Client) -> None:
    control.patch("/_mock/assumptions", json={STATUS: "201", "spoonity.next-link": "when-full"})
    changed = control.patch("/_mock/assumptions", json={"spoonity.next-link": "when-more"}).json()
    assert (changed[STATUS], changed["spoonity.next-link"]) == ("201", "when-more")


def test_default_that_is_chosen_again_is_no_choice(control: httpx.Client) -> None:
    control.patch("/_mock/assumptions", json={STATUS: "201"})
    control.patch("/_mock/assumptions", json={STATUS: "200"})
    assert control.get("/_mock/state").json()["assumptions"] == {}


def test_other_sandboxes_keep_their_choices(control: httpx.Client) -> None:
    control.patch("/@mine/_mock/assumptions", json={STATUS: "201"})
    assert control.get("/_mock/assumptions").json()[STATUS] == "200"
    assert control.get("/@new/_mock/assumptions").json()[STATUS] == "200"


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        (
            {"spoonity.create-statu": "201"},
            "body: unknown assumption 'spoonity.create-statu'; did you mean spoonity.create-status?",
        ),
        ({"zzz": "201"}, "body: unknown assumption 'zzz'; `mockserver assumptions` lists them"),
        ({"spoonity.next-link": "never"}, "body: spoonity.next-link has no choice 'never'; choose when-more or when-full"),
        ({"spoonity.next-link": None}, "body.spoonity.next-link: must be text, got null"),
        ({"spoonity.next-link": {"a": [1]}}, "body.spoonity.next-link: must be text, got an object"),
    ],
)
def test_if_one_is_unknown_nothing_is_changed(control: httpx.Client, wrong: dict[str, Any], detail: str) -> None:
    refused(control.patch("/_mock/assumptions", json={STATUS: "201", **wrong}), 400, detail)
    assert control.get("/_mock/assumptions").json()[STATUS] == "200"


def test_contract_is_valid_and_names_the_sandboxs_address(control: httpx.Client) -> None:
    document = control.get("/@mine/_mock/openapi.json").json()
    validate(document)
    assert document["servers"] == [{"url": "http://mock.localhost/@mine", "description": "This sandbox."}]


def test_contract_has_every_assumption_with_the_sandboxs_choice(app: App, control: httpx.Client) -> None:
    control.patch("/_mock/assumptions", json={STATUS: "201"})
    listed = control.get("/_mock/openapi.json").json()["x-assumptions"]
    assert [each["key"] for each in listed] == [each.key for each in app.mock.pipeline.assumptions]
    assert listed[0] == {
        "key": STATUS,
        "question": "Which status does a successful create return?",
        "choices": {"200": "200, like any other success", "201": "201, as HTTP suggests for a new resource"},
        "default": "200",
        "choice": "201",
        "evidence": next(each.evidence for each in app.mock.pipeline.assumptions if each.key == STATUS),
        "operations": ["spoonity.createCustomer"],
    }


def test_contract_is_as_the_sandbox_chose(control: httpx.Client) -> None:
    control.patch("/@mine/_mock/assumptions", json={STATUS: "201"})
    replies = {
        name: set(control.get(f"/@{name}/_mock/openapi.json").json()["paths"]["/customers"]["post"]["responses"])
        for name in ("mine", "default")
    }
    assert replies["mine"] - replies["default"] == {"201"}
    assert replies["default"] - replies["mine"] == {"200"}


def test_operations_have_the_assumptions_that_are_about_them(control: httpx.Client) -> None:
    paths = control.get("/_mock/openapi.json").json()["paths"]

    def keys(path: str, method: str) -> list[str]:
        return [each["key"] for each in paths[path][method].get("x-assumptions", [])]

    assert STATUS in keys("/customers", "post")
    assert STATUS not in keys("/customers", "get")
    assert "vexutopia.unset-fields" in keys("/v1/customers", "get"), "a customer of the list may lack something"
    assert "spoonity.bad-paging" in keys("/customers", "get")
    assert "spoonity.bad-paging" not in keys("/customers", "post")
    assert keys("/oauth/access_token", "post") == []


def test_contract_says_under_each_operation_what_is_promised_and_decided(control: httpx.Client) -> None:
    listing = control.get("/_mock/openapi.json").json()["paths"]["/v1/customers"]["get"]

    assert "vexutopia.list.default-limit" in [each["name"] for each in listing["x-behaviours"]]
    assert "vexutopia.offset-past-end" in [each["key"] for each in listing["x-decisions"]]
    assert "vexutopia.list-order" in [each["key"] for each in listing["x-assumptions"]]
    assert "**What the documents promise**" in listing["description"]


def test_contract_tells_the_choice_of_the_sandbox_in_words(control: httpx.Client) -> None:
    control.patch("/@mine/_mock/assumptions", json={STATUS: "201"})
    text = control.get("/@mine/_mock/openapi.json").json()["paths"]["/customers"]["post"]["description"]

    assert "Here `201` (201, as HTTP suggests for a new resource). Instead: `200` (200, like any other success)." in text


def test_contract_itself_is_left_alone(app: App, control: httpx.Client) -> None:
    control.get("/_mock/openapi.json")
    assert "x-assumptions" not in str(app.mock.pipeline.contract.document)
