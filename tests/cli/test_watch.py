"""`--watch`: an edit is taken over or named, and the mock goes on either way."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from mockserver.cli.setup import Watch
from mockserver.documents import packaged
from mockserver.mock import Mock
from tests.cli.serving import app_of, values
from tests.conftest import client_of

ADA = "cust_0000000000000001"


class Watched:
    """A mock that is watched, with a fixture and an assumptions file that can be edited."""

    def __init__(self, folder: Path) -> None:
        self.fixture = folder / "mine.yaml"
        self.assumptions = folder / "assumptions.yaml"
        self.write(self.fixture, f"spoonity: {{customers: [{{id: {ADA}, name: Ada}}]}}")
        self.write(self.assumptions, "{}")
        arguments = ["--fixture", str(self.fixture), "--assumptions", str(self.assumptions)]
        self.app = app_of(*arguments)
        self.said: list[str] = []
        self.watch = Watch(self.app.mock, values("--clock", "frozen", *arguments), self.said.append)

    @staticmethod
    def write(file: Path, text: str) -> None:
        file.write_text(text + "\n", encoding="utf-8")

    def name(self) -> str:
        name: str = client_of(self.app).get(f"/customers/{ADA}").json()["name"]
        return name


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_nothing_happens_while_no_file_changes(watched: Watched) -> None:
    client_of(watched.app).put(f"/customers/{ADA}", json={"name": "Lady Ada"})
    watched.watch.check()

    assert (watched.said, watched.name()) == ([], "Lady Ada")


def test_edited_fixture_is_reloaded_and_said_so_once(watched: Watched) -> None:
    watched.write(watched.fixture, f"spoonity: {{customers: [{{id: {ADA}, name: Countess}}]}}")
    watched.watch.check()
    watched.watch.check()

    assert watched.said == ["mine.yaml changed, reloaded; every sandbox begins anew"]
    assert watched.name() == "Countess"


def test_broken_edit_is_said_and_everything_stays_until_it_is_mended(watched: Watched) -> None:
    client_of(watched.app).put(f"/customers/{ADA}", json={"name": "Lady Ada"})
    watched.write(watched.fixture, "spoonity: [")
    watched.watch.check()

    (said,) = watched.said
    assert said.startswith(f"mine.yaml changed, nothing is reloaded: {watched.fixture}, line ")
    assert watched.name() == "Lady Ada"

    watched.write(watched.fixture, f"spoonity: {{customers: [{{id: {ADA}, name: Mended}}]}}")
    watched.watch.check()
    assert watched.name() == "Mended"


def test_edited_assumptions_are_taken_over_and_broken_ones_are_not(watched: Watched) -> None:
    customer = {"name": "Bob", "email": "bob@example.com"}
    watched.write(watched.assumptions, "spoonity.create-status: 201")
    watched.watch.check()
    assert client_of(watched.app).post("/customers", json=customer).status_code == 201

    watched.write(watched.assumptions, "spoonity.create-status: 20")
    watched.watch.check()
    assert "spoonity.create-status has no choice '20'" in watched.said[-1]
    assert client_of(watched.app).post("/customers", json=customer | {"email": "b@example.com"}).status_code == 201


def test_file_that_vanishes_and_comes_back_ends_nothing(watched: Watched) -> None:
    content = watched.fixture.read_text(encoding="utf-8")
    watched.fixture.unlink()
    watched.watch.check()
    watched.write(watched.fixture, content)
    watched.watch.check()

    assert [said.partition(":")[0] for said in watched.said] == [
        "mine.yaml changed, nothing is reloaded",
        "mine.yaml changed, reloaded; every sandbox begins anew",
    ]


def test_error_that_nobody_foresaw_ends_nothing(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(Mock, "reload", fail)
    watched.write(watched.fixture, "spoonity: {}")
    watched.watch.check()

    assert watched.said == ["mine.yaml changed, nothing is reloaded: too deep"]


def test_contract_is_watched_too(watched: Watched, tmp_path: Path) -> None:
    contract = tmp_path / "contract.yaml"
    text = packaged("openapi.yaml").read_text(encoding="utf-8")
    watched.write(contract, text)
    mock = Mock(replace(watched.app.mock.settings, contract=contract))
    watch = Watch(mock, values("--fixture", str(watched.fixture)), watched.said.append)

    watched.write(contract, text.replace("title: Spoonity customers and", "title: Mine and"))
    watch.check()
    assert mock.pipeline.contract.document["info"]["title"].startswith("Mine and")

    watched.write(contract, text.replace("operationId: spoonity.listCustomers", "operationId: spoonity.other"))
    watch.check()
    assert "spoonity.other" in watched.said[-1]
    assert "spoonity.listCustomers" in mock.pipeline.contract.operations


def test_it_looks_again_and_again(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.cli.setup.INTERVAL_S", 0)
    looks = 0

    async def run() -> None:
        task = asyncio.create_task(watched.watch.run())

        def check() -> None:
            nonlocal looks
            looks += 1
            if looks == 3:
                task.cancel()

        monkeypatch.setattr(watched.watch, "check", check)
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert looks == 3
