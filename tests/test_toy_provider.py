"""A third provider is a folder, a contract and a fixture: it is served without a change to the package."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver import documents
from mockserver.errors import ConfigurationError
from mockserver.http.app import App
from mockserver.providers import PROVIDERS
from tests.checking import run, send_to
from tests.conftest import BASE, VEXUTOPIA_KEY, client_of, make_app
from tests.toy.provider import DAY_MS, LOANS, TOY

FOLDER = Path(__file__).parent / "toy"
CARD = {"X-Library-Card": "mine"}


def toy_app(**setup: Any) -> App:
    return make_app(**{"providers": [TOY], "fixture": [FOLDER / "fixture.yaml"], **setup})


def visitor(app: App) -> httpx.Client:
    """Return a client with a library card."""
    client = client_of(app)
    client.headers.update(CARD)
    return client


@pytest.fixture
def toy() -> App:
    return toy_app()


@pytest.fixture
def library(toy: App) -> httpx.Client:
    return visitor(toy)


def refusals(reply: httpx.Response) -> list[dict[str, str]]:
    assert reply.headers["content-type"] == "application/vnd.lendery+json"
    refused: list[dict[str, str]] = reply.json()["refused"]
    return refused


def test_its_records_live_their_life(library: httpx.Client) -> None:
    created = library.post("/v1/loans", json={"title": "Emma", "days": 7})
    loan = created.json()
    path = f"/v1/loans/{loan['id']}"

    assert (created.status_code, loan) == (
        201,
        {"id": loan["id"], "title": "Emma", "lent": "2026-03-01T00:00:00Z", "due": "2026-03-08T00:00:00Z", "overdue": False},
    )
    assert library.get(path).json() == loan
    assert library.put(f"{path}/renewals/30").json() == loan | {"due": "2026-03-31T00:00:00Z"}
    assert library.delete(path).status_code == 204
    assert refusals(library.get(path)) == [{"reason": "unknown-loan", "about": loan["id"]}]


def test_its_reply_may_have_no_body(library: httpx.Client) -> None:
    reply = library.delete("/v1/loans/L0007")

    assert (reply.status_code, reply.content) == (204, b"")
    assert "content-type" not in reply.headers
    assert "content-length" not in reply.headers


def test_its_pages_may_be_told_in_headers(library: httpx.Client) -> None:
    first = library.get("/v1/loans")
    second = library.get(first.links["next"]["url"])

    assert [loan["title"] for loan in first.json()] == ["Middlemarch", "Volume 1"]
    assert first.headers["x-total"] == "3"
    assert first.links["next"]["url"] == f"{BASE}/v1/loans?start=2&count=2"
    assert [loan["title"] for loan in second.json()] == ["Volume 2"]
    assert second.links == {}


def test_it_may_tell_all_violations_of_its_contract_at_once(library: httpx.Client) -> None:
    created = library.post("/v1/loans", json={"days": 61})
    listed = library.get("/v1/loans?count=6&start=x")

    assert created.status_code == listed.status_code == 422
    assert [each["reason"] for each in refusals(created)] == ["required", "maximum"]
    assert {each["about"] for each in refusals(listed)} == {"query count", "query start"}


def test_its_path_parameters_are_typed_and_checked(library: httpx.Client) -> None:
    assert library.put("/v1/loans/L0007/renewals/30").json()["due"] == "2026-03-31T00:00:00Z"
    assert refusals(library.put("/v1/loans/L0007/renewals/61")) == [{"reason": "maximum", "about": "path days"}]
    assert refusals(library.put("/v1/loans/L0007/renewals/soon")) == [{"reason": "type", "about": "path days"}]
    assert refusals(library.get("/v1/loans/7")) == [{"reason": "pattern", "about": "path number"}]


def test_it_words_every_refusal_itself(library: httpx.Client, toy: App) -> None:
    assert refusals(client_of(toy).get("/v1/loans")) == [{"reason": "no-card", "about": ""}]
    assert refusals(library.get("/v1/books")) == [{"reason": "no-such-desk", "about": "/v1/books"}]
    assert refusals(library.patch("/v1/loans")) == [{"reason": "no-such-desk", "about": "/v1/loans"}]
    assert refusals(library.post("/v1/loans", content=b"{", headers={"content-type": "application/json"}))[0]["reason"] == (
        "malformed"
    )


def test_its_assumption_changes_reply_and_contract(library: httpx.Client) -> None:
    other = visitor(toy_app(assume={"lendery.return-receipt": "loan"}))

    silent, told = library.delete("/v1/loans/L0007"), other.delete("/v1/loans/L0007")

    assert silent.headers["mock-assumed"] == "lendery.return-receipt=none"
    assert told.headers["mock-assumed"] == "lendery.return-receipt=loan"
    assert (told.status_code, told.json()["title"]) == (200, "Middlemarch")


def test_its_work_falls_due_and_is_announced(toy: App, library: httpx.Client) -> None:
    loan = library.post("/v1/loans", json={"title": "Emma", "days": 7}).json()
    sandbox = toy.mock.sandboxes.get("default")

    sandbox.state.clock = sandbox.state.clock.advanced(7 * DAY_MS)

    assert library.get(f"/v1/loans/{loan['id']}").json()["overdue"]
    (event,) = sandbox.outbox
    assert (event.type, event.body["loan"].id) == ("loan.overdue", loan["id"])


def test_its_keys_select_a_sandbox(toy: App, library: httpx.Client) -> None:
    mine = toy.mock.sandboxes.create("mine")
    card = {"X-Library-Card": mine.keys["lendery"]}

    library.delete("/v1/loans/L0007", headers=card)

    assert library.get("/v1/loans/L0007", headers=card).status_code == 404
    assert library.get("/v1/loans/L0007").status_code == 200


def test_its_state_can_be_written_down_and_read_back(toy: App, library: httpx.Client) -> None:
    library.post("/v1/loans", json={"title": "Emma", "days": 7})
    mock = toy.mock
    state = mock.sandboxes.get("default").state

    document = mock.fixtures.dump(state)
    copy = mock.fixtures.build([documents.Document(document, "", "state")])

    assert mock.fixtures.dump(copy) == document
    assert [loan.title for loan in copy.read(LOANS)] == ["Volume 2", "Volume 1", "Middlemarch", "Emma"]


def test_its_behaviours_can_be_checked(toy: App) -> None:
    (statement,) = TOY.catalogue().behaviours

    run(statement, toy, TOY, send=send_to(toy))


def test_operation_without_handler_stops_the_start() -> None:
    lacking = TOY.__class__(**{**vars(TOY), "handlers": TOY.handlers[1:]})

    with pytest.raises(ConfigurationError, match=r"operation lendery\.listLoans has no handler list_loans"):
        toy_app(providers=[lacking])


@pytest.fixture
def everyone() -> App:
    """The toy beside the real providers, one of which has paths below /v1, too."""
    return make_app(providers=[*PROVIDERS, TOY], fixture=["default", FOLDER / "fixture.yaml"])


def test_it_stands_beside_other_providers(everyone: App) -> None:
    library, spoonity, vexutopia = visitor(everyone), client_of(everyone), client_of(everyone, VEXUTOPIA_KEY)

    assert library.get("/v1/loans").headers["x-total"] == "3"
    assert spoonity.get("/customers").json()["items"][0]["name"] == "John Smith"
    assert vexutopia.get("/v1/customers").json()["total"] == 150


@pytest.mark.parametrize(
    ("path", "form"),
    [("/v1/loans/L0007/pages", "refused"), ("/v1/customers/cus_1/pages", "error"), ("/customers/cust_1/pages", "message")],
)
def test_unknown_path_is_refused_by_the_provider_whose_paths_begin_like_it(path: str, form: str, everyone: App) -> None:
    reply = client_of(everyone, VEXUTOPIA_KEY).get(path)

    assert reply.status_code == 404
    assert form in reply.json()
