"""Contracts of several providers become one; what each file says holds for its own operations only."""

from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from mockserver.catalogue import Assumption, remove, update
from mockserver.contract.merging import load_contract
from mockserver.errors import ContractError
from tests.contract.documents import JSON, document, operation

REFERENCE = {"$ref": "#/components/schemas/Thing"}
SCHEMES = {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}


def write(folder: Path, name: str, value: dict[str, Any]) -> Path:
    file = folder / f"{name}.json"
    file.write_bytes(json.encode(value))
    return file


def shop(name: str, path: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a contract with one operation, which answers a `Thing`."""
    replies = {"200": {"content": {JSON: {"schema": REFERENCE}}}}
    return document({path: {"get": operation(f"{name}.getThing", responses=replies)}}, Thing=schema) | more


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """The contracts of two providers that both have a `Thing` and a scheme `key`; only one asks for the key."""
    books = shop("books", "/books/{id}", {"type": "integer"}, security=[{"key": []}], tags=[{"name": "a"}])
    music = shop("music", "/music/{id}", {"type": "string"}, tags=[{"name": "a"}, {"name": "b"}])
    for each in (books, music):
        each["components"] |= SCHEMES
    return {"books": write(tmp_path, "books", books), "music": write(tmp_path, "music", music)}


def test_one_file_is_the_contract_as_it_stands(tmp_path: Path) -> None:
    value = document({"/a": {"get": operation("a.getThing")}, "/b": {"get": operation("b.getThing")}})
    file = write(tmp_path, "both", value)

    whole = load_contract({"a": file, "b": file})

    assert (whole.document, whole.files) == (value, {"a": file, "b": file})


def test_operations_of_providers_that_are_not_played_are_left_out(tmp_path: Path) -> None:
    item = {"get": operation("a.getThing"), "post": operation("b.addThing"), "summary": "shared"}
    events = {"gone": {"post": operation("b.onGone")}, "here": {"post": operation("a.onHere")}}
    file = write(tmp_path, "both", document({"/a": item, "/b": {"get": operation("b.getThing")}}) | {"webhooks": events})

    contract = load_contract({"a": file})

    assert contract.document["paths"] == {"/a": {"get": operation("a.getThing"), "summary": "shared"}}
    assert list(contract.document["webhooks"]) == ["here"]
    assert list(contract.operations) == ["a.getThing"]
    assert contract.digest != load_contract({"a": file, "b": file}).digest


def test_components_of_one_name_become_their_providers(files: dict[str, Path]) -> None:
    contract = load_contract(files)

    assert contract.document["components"]["schemas"] == {"books.Thing": {"type": "integer"}, "music.Thing": {"type": "string"}}
    assert contract.reply_errors("books.getThing", 200, JSON, b"1") == []
    assert contract.reply_errors("music.getThing", 200, JSON, b'"a"') == []
    assert contract.reply_errors("books.getThing", 200, JSON, b'"a"') != []
    assert [contract.schema("Thing", name) for name in files] == [
        "/components/schemas/books.Thing",
        "/components/schemas/music.Thing",
    ]


def test_components_of_one_file_keep_their_names(files: dict[str, Path], tmp_path: Path) -> None:
    own = document({"/games": {"get": operation("games.getThing")}}, Game={})

    contract = load_contract({**files, "games": write(tmp_path, "games", own)})

    assert contract.schema("Game", "games") == "/components/schemas/Game"


def test_security_holds_for_the_operations_of_its_own_file(files: dict[str, Path]) -> None:
    contract = load_contract(files)

    assert [contract.operations[f"{name}.getThing"].public for name in files] == [False, True]
    assert contract.document["paths"]["/books/{id}"]["get"]["security"] == [{"books.key": []}]
    assert "security" not in contract.document


def test_an_overlay_changes_the_component_of_its_own_provider(files: dict[str, Path]) -> None:
    contract = load_contract(files)
    overlay = (remove("/components/schemas/Thing/type"), update("/components/schemas/Two", REFERENCE))
    choices = {"one": "One.", "other": "Other."}
    how = Assumption("music.how", question="?", choices=choices, default="one", evidence="-", overlays={"other": overlay})

    changed = contract.under({"music.how": "other"}, {"music.how": how})

    assert changed.document["components"]["schemas"] == {
        "books.Thing": {"type": "integer"},
        "music.Thing": {},
        "Two": {"$ref": "#/components/schemas/music.Thing"},
    }
    assert changed.schema("Thing", "music") == "/components/schemas/music.Thing"


def test_the_contracts_are_introduced_together(files: dict[str, Path]) -> None:
    contract = load_contract(files)

    assert contract.document["info"] == {"title": "Toys and Toys", "version": "1"}
    assert contract.document["tags"] == [{"name": "a"}, {"name": "b"}]
    assert contract.files == files


def test_events_of_one_name_stay_apart(tmp_path: Path) -> None:
    parts = {name: shop(name, f"/{name}", {}) | {"webhooks": {"gone": {"post": operation(f"{name}.onGone")}}} for name in "ab"}

    contract = load_contract({name: write(tmp_path, name, part) for name, part in parts.items()})

    assert list(contract.document["webhooks"]) == ["gone", "b.gone"]


def test_a_path_of_two_providers_is_an_error_that_names_both(tmp_path: Path) -> None:
    files = {name: write(tmp_path, name, shop(name, f"/things/{{{name}}}", {})) for name in ("books", "music")}

    with pytest.raises(ContractError) as caught:
        load_contract(files)

    assert str(caught.value) == (
        f"/things/{{music}}: is a path of books ({files['books']}) and of music ({files['music']}); play one of them at a time"
    )
