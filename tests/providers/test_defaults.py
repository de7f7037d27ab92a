"""A provider that says no more than it must: it wants a token, refuses what the contract forbids, and words problems plainly."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.errors import ConfigurationError, FixtureError
from mockserver.exchange import (
    Call,
    Conflict,
    InjectedFailure,
    InternalError,
    InvalidField,
    InvalidMockRequest,
    MissingField,
    NotFound,
    Oversized,
    Problem,
    Request,
    Unauthenticated,
    Unavailable,
    UnknownPath,
    Unreadable,
    WrongMethod,
)
from mockserver.http.app import App
from mockserver.providers.defaults import render_problem
from mockserver.providers.provider import Provider
from mockserver.state.clock import parse_timestamp
from mockserver.state.fixtures import DEFAULT_NOW
from tests.conftest import client_of, make_app, sandbox_of
from tests.toy import notes

CALL = Call(request=Request("GET", "/notes", b"", "http://mock", {}, []), choices={})


@pytest.fixture
def app() -> App:
    return make_app(providers=[notes.PROVIDER])


@pytest.fixture
def client(app: App) -> httpx.Client:
    return client_of(app, "any")


def told(reply: httpx.Response) -> tuple[int, str]:
    assert reply.headers["content-type"] == "application/problem+json"
    return reply.status_code, reply.json()["detail"]


def test_its_contract_stands_beside_its_handlers(client: httpx.Client) -> None:
    assert client.post("/notes", json={"text": "a"}).status_code == 201
    assert [note["text"] for note in client.get("/notes").json()] == ["a"]


def test_a_provider_without_a_contract_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"provider bare: has no OpenAPI file; put openapi\.yaml into"):
        make_app(providers=[Provider(name="bare", title="", origin="", handlers=(), kinds=())])


def test_any_bearer_token_is_taken_and_one_is_needed(app: App) -> None:
    reply = client_of(app).get("/notes", headers={"authorization": "Basic YTpi"})

    assert told(reply) == (401, "A bearer token is required.")
    assert reply.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("sent", "detail"),
    [
        ({"json": {}}, "text is required."),
        ({"json": {"text": 1}}, 'text: 1 is not of type "string"'),
        ({"json": {"text": "a", "colour": "blue"}}, 'colour: "blue" is not one of "red" or "green"'),
        ({"json": []}, 'The request cannot be read: [] is not of type "object"'),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, "The request cannot be read: "),
        ({}, "The request cannot be read: the operation needs a body"),
    ],
)
def test_what_the_contract_forbids_is_refused(sent: dict[str, Any], detail: str, client: httpx.Client) -> None:
    status, said = told(client.post("/notes", **sent))
    assert (status, said[: len(detail)]) == (400, detail)
    assert client.get("/notes").json() == []


def test_what_the_contract_does_not_declare_passes_and_is_noted(client: httpx.Client) -> None:
    reply = client.post("/notes?verbose=1", json={"text": "a", "more": 1})
    assert reply.status_code == 201
    assert reply.headers["mock-violation"] == "query.verbose: undeclared, body.more: undeclared"


@pytest.mark.parametrize(
    ("problem", "status", "headers"),
    [
        (Unauthenticated(known_form=True), 401, {"www-authenticate": "Bearer"}),
        (Unreadable("no"), 400, {}),
        (MissingField("a"), 400, {}),
        (InvalidField("a"), 400, {}),
        (NotFound("note", "1"), 404, {}),
        (Conflict(), 409, {}),
        (Conflict(duplicate="note"), 409, {}),
        (UnknownPath("/x"), 404, {}),
        (WrongMethod("/notes", ("GET", "POST")), 405, {"allow": "GET, POST"}),
        (Oversized(413, "too much"), 413, {}),
        (InvalidMockRequest("no such sandbox"), 400, {}),
        (InjectedFailure(429, retry_after_s=3), 429, {"retry-after": "3"}),
        (InjectedFailure(599), 599, {}),
        (Unavailable("full"), 503, {}),
        (InternalError("KeyError"), 500, {}),
        (Problem(), 500, {}),
    ],
)
def test_each_problem_has_its_status(problem: Problem, status: int, headers: dict[str, str]) -> None:
    reply = render_problem(problem, CALL)
    assert (reply.status, dict(reply.headers), reply.content_type) == (status, headers, "application/problem+json")
    assert reply.body["status"] == status
    assert all(reply.body[name] for name in ("title", "detail"))


# Keys and fixtures


def test_its_keys_select_a_sandbox(app: App) -> None:
    mine = app.mock.sandboxes.create("mine")

    client_of(app, mine.keys["notes"]).post("/notes", json={"text": "a"})

    assert [box.state.count() for box in app.mock.sandboxes] == [0, 1]


def test_its_default_fixture_is_an_empty_account(app: App) -> None:
    assert sandbox_of(app).state.count() == 0
    assert sandbox_of(app).now == parse_timestamp(DEFAULT_NOW)


def test_defaults_of_several_providers_add_up(tmp_path: Path) -> None:
    (tmp_path / "default.yaml").write_text("notes: {notes: [{text: mine}]}\nvexutopia: {customers: []}")
    own = replace(notes.PROVIDER, fixtures=tmp_path)
    both, alone = make_app(providers=["spoonity", own]), make_app(providers=[own])

    assert [note["text"] for note in client_of(both).get("/notes").json()] == ["mine"]
    assert client_of(both).get("/customers").json()["items"][0]["name"] == "John Smith"
    assert sandbox_of(alone).state.count() == 1


def test_a_file_that_names_a_provider_that_is_not_played_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("spoonity: {customers: []}")
    with pytest.raises(FixtureError, match=r"mine\.yaml: spoonity: unknown field; known: .*notes"):
        make_app(providers=[notes.PROVIDER], fixture=(tmp_path / "mine.yaml",))


def test_a_scenario_with_an_unknown_section_is_refused(tmp_path: Path) -> None:
    (tmp_path / "default.yaml").write_text("nodes: {}")
    with pytest.raises(FixtureError, match=r"default\.yaml: nodes: unknown field"):
        make_app(providers=[replace(notes.PROVIDER, fixtures=tmp_path)])
