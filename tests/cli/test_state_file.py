"""`--state`: what is read at the start and written at the end, and when neither may happen."""

import os
import stat
from pathlib import Path

import pytest

from mockserver.cli.state_file import StateFile
from mockserver.errors import ConfigurationError, MockServerError
from mockserver.http.app import App
from mockserver.state.clock import Clock
from mockserver.state.sandbox import DEFAULT
from tests.cli.serving import app_of
from tests.conftest import NOW, VEXUTOPIA_KEY, client_of, make_app

STRANGE = "\u007f \u0085 \u2028 \ufeff ' \" : # \\ \t é 😀 no"
"""Characters that notations treat in their own ways."""


def document(app: App) -> object:
    return app.mock.fixtures.dump(app.mock.sandboxes.get(DEFAULT).state)


def saved(path: Path, app: App) -> StateFile:
    StateFile(path).save(app.mock)
    return StateFile(path)


@pytest.mark.parametrize("name", ["state.json", "state.yaml", "state.yml"])
def test_state_that_was_written_is_the_state_that_is_read(name: str, tmp_path: Path) -> None:
    app = make_app()
    vexutopia = client_of(app, VEXUTOPIA_KEY)
    customer = vexutopia.post("/v1/customers", json={"email": "ada@example.com", "name": STRANGE}).json()
    vexutopia.post("/v1/payments", json={"amount": 100, "currency": "usd", "customer_id": customer["id"], "provider": "stripe"})
    vexutopia.delete(f"/v1/customers/{customer['id']}")
    client_of(app).post("/customers", json={"name": STRANGE, "email": "ada@example.com"})

    another = app_of("--fixture", "default")
    file = saved(tmp_path / name, app)
    file.load(another.mock)

    assert file.was_there
    assert document(another) == document(app)


def test_file_that_is_not_there_leaves_the_sandbox_as_it_began(tmp_path: Path) -> None:
    app, file = make_app(), StateFile(tmp_path / "state.json")
    before = document(app)
    file.load(app.mock)

    assert (document(app), file.was_there, list(tmp_path.iterdir())) == (before, False, [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("state.json", "{"),
        ("state.json", ""),
        ("state.yaml", "a: ["),
        ("state.yaml", "nothing: 1"),
        ("state.yaml", "spoonity: {customers: [{id: no-id}]}"),
        ("state.yaml", "assumptions: {spoonity.create-status: '202'}"),
    ],
)
def test_broken_file_is_an_error_and_is_left_as_it_is(name: str, content: str, tmp_path: Path) -> None:
    path, app = tmp_path / name, make_app()
    path.write_text(content, encoding="utf-8")
    before = document(app)

    with pytest.raises(MockServerError, match=str(path)):
        StateFile(path).load(app.mock)
    assert (path.read_text(encoding="utf-8"), document(app)) == (content, before)


def test_reset_goes_back_to_the_fixture_not_to_the_file(tmp_path: Path) -> None:
    app = make_app()
    client_of(app).delete("/customers/cust_175a9abec1882d12")
    another = make_app()
    saved(tmp_path / "state.json", app).load(another.mock)
    another.mock.sandboxes.get(DEFAULT).reset()

    assert client_of(another).get("/customers/cust_175a9abec1882d12").json()["name"] == "John Smith"


def test_command_line_wins_over_the_file(tmp_path: Path) -> None:
    written = app_of(
        *("--seed", "5", "--assume", "spoonity.create-status=201", "--assume", "spoonity.deleted-customer=gone"),
        *("--webhook", "http://127.0.0.1:9/", "--webhook-secret", "old"),
    )
    file = saved(tmp_path / "state.json", written)
    app = app_of(
        *("--seed", "6", "--clock", "step", "--now", "2030-01-01T00:00:00Z", "--assume", "spoonity.create-status=200"),
        *("--webhook", "http://127.0.0.1:9/", "--webhook-secret", "new"),
    )
    file.load(app.mock)
    state = app.mock.sandboxes.get(DEFAULT).state

    assert (state.seed, state.clock) == (6, Clock("step", 1_893_456_000_000))
    assert state.choices == {"spoonity.deleted-customer": "gone"}
    assert [endpoint.secret for endpoint in state.endpoints] == ["new"]


def test_clock_goes_on_where_it_stood_unless_it_is_told_a_time(tmp_path: Path) -> None:
    file = saved(tmp_path / "state.json", make_app(now=NOW + 5_000))
    app = make_app(clock="step")
    file.load(app.mock)

    assert app.mock.sandboxes.get(DEFAULT).state.clock == Clock("step", NOW + 5_000)


def test_seed_of_the_file_holds_where_none_is_given(tmp_path: Path) -> None:
    file = saved(tmp_path / "state.json", make_app(seed=5))
    app = app_of()
    file.load(app.mock)

    assert app.mock.sandboxes.get(DEFAULT).state.seed == 5


def test_failed_write_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, app = tmp_path / "state.json", make_app()
    saved(path, app)
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match=r"cannot be written: No space left on device"):
        StateFile(path).save(app.mock)
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (before, [path])


def test_file_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    saved(target, make_app())
    target.chmod(0o640)
    link.symlink_to(target)
    StateFile(link).save(make_app().mock)

    assert link.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_state_goes_into_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remembered: list[object] = []
    file = saved(tmp_path / "state.json", make_app())
    app = make_app()
    monkeypatch.setattr("mockserver.cache.remember", lambda *arguments: remembered.append(arguments))
    monkeypatch.setattr("mockserver.documents.remember", lambda *arguments: remembered.append(arguments))
    file.load(app.mock)

    assert remembered == []
