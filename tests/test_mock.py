"""The mock put together: what it is made of, and how it is made anew."""

from pathlib import Path
from typing import Any

import pytest

from mockserver.errors import ConfigurationError, ContractError, DocumentError, FixtureError, UnknownChoiceError
from mockserver.mock import Mock, MockSettings, fixture_files, scenarios
from mockserver.providers import PROVIDERS
from mockserver.state.clock import Clock
from mockserver.state.fixtures import Settings
from mockserver.webhooks import Endpoint

URL = "http://127.0.0.1:9/"
PACKAGED = Path(__file__).resolve().parent.parent / "fixtures"


def mock(**setup: Any) -> Mock:
    return Mock(MockSettings(PROVIDERS, **{"fixture": (), **setup}))


@pytest.fixture
def fixture(tmp_path: Path) -> Path:
    """A fixture of one customer and one endpoint."""
    file = tmp_path / "mine.yaml"
    file.write_text(f"spoonity: {{customers: [{{}}]}}\nwebhooks: [{{id: a, url: '{URL}', secret: fixture}}]")
    return file


def count(made: Mock, sandbox: str = "default") -> int:
    return made.sandboxes.get(sandbox).state.count()


# Fixtures by name


def test_scenarios_are_the_packaged_files() -> None:
    assert scenarios(PROVIDERS) == sorted(path.stem for path in PACKAGED.iterdir())
    assert "default" in scenarios(PROVIDERS)


def test_a_scenario_is_found_by_its_name() -> None:
    assert fixture_files("default", PROVIDERS) == [PACKAGED / "default.yaml"]


def test_a_file_is_found_by_its_path(fixture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fixture_files(fixture, PROVIDERS) == fixture_files(str(fixture), PROVIDERS) == [fixture]
    monkeypatch.chdir(fixture.parent)
    assert fixture_files("mine.yaml", PROVIDERS) == [Path("mine.yaml")]


def test_a_scenario_goes_before_a_file_of_its_name_but_not_before_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").write_text("seed: 5")
    assert fixture_files("empty", PROVIDERS) == [PACKAGED / "empty.yaml"]
    assert fixture_files(Path("empty"), PROVIDERS) == [Path("empty")]
    assert fixture_files("./empty", PROVIDERS) == [Path("empty")]


@pytest.mark.parametrize("name", ["defualt", "", "a/b", "default.yml", "a\0b", "x" * 5_000, "../default"])
def test_an_unknown_fixture_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        fixture_files(name, PROVIDERS)
    assert str(caught.value).startswith(f"unknown fixture {name[:80]!r}; use a file, or one of: ")
    assert "default" in str(caught.value)
    assert len(str(caught.value)) < 1_000


def test_a_directory_is_refused_as_one(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        mock(fixture=(tmp_path,))


# What it begins with


def test_every_sandbox_begins_with_the_fixtures(fixture: Path) -> None:
    made = mock(fixture=(fixture, "empty", str(fixture)))
    assert count(made) == count(made, "other") == 2


def test_settings_reach_the_state() -> None:
    made = mock(seed=7, clock="step", now=5_000, assume={"spoonity.create-status": "201"})
    state = made.sandboxes.get("other").state
    assert (state.seed, state.clock, state.choices) == (7, Clock("step", 5_000), {"spoonity.create-status": "201"})


def test_a_default_that_is_assumed_wins_over_a_fixture(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("assumptions: {spoonity.create-status: '201'}")
    assert mock(fixture=(tmp_path / "x.yaml",)).sandboxes.initial_state.choices == {"spoonity.create-status": "201"}
    assume = {"spoonity.create-status": "200"}
    assert mock(fixture=(tmp_path / "x.yaml",), assume=assume).sandboxes.initial_state.choices == {}


def test_endpoints_are_added_to_those_of_the_fixture(fixture: Path) -> None:
    own, same = Endpoint("b", URL, "setup"), Endpoint("a", URL, "setup")
    assert [each.secret for each in mock(fixture=(fixture,), endpoints=(own,)).sandboxes.initial_state.endpoints] == [
        "fixture",
        "setup",
    ]
    assert mock(fixture=(fixture,), endpoints=(same,)).sandboxes.initial_state.endpoints == (same,)


def test_limits_hold() -> None:
    assert mock(max_sandboxes=7).sandboxes.limits.sandboxes == 7


def test_a_state_may_be_made_of_other_fixtures(fixture: Path) -> None:
    made = mock(endpoints=(Endpoint("b", URL, "setup"),))
    state = made.state([fixture], Settings(seed=9))
    assert (state.seed, state.count(), len(state.endpoints)) == (9, 1, 2)
    assert made.state(None, Settings()).count() == 0


@pytest.mark.parametrize(
    ("setup", "error"),
    [
        ({"assume": {"spoonity.nothing": "x"}}, UnknownChoiceError),
        ({"fixture": ("nothing",)}, ConfigurationError),
        ({"contract": Path("nothing.yaml")}, DocumentError),
        ({"contract": PACKAGED / "default.yaml"}, ContractError),
        ({"providers": PROVIDERS[:1], "contract": PACKAGED.parent / "openapi.yaml"}, ConfigurationError),
    ],
)
def test_what_does_not_fit_together_stops_the_start(setup: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        Mock(MockSettings(**{"providers": PROVIDERS, "fixture": (), **setup}))


def test_choices_are_checked() -> None:
    assert mock().choices({"spoonity.create-status": "200", "spoonity.email-unique": "yes"}, where="x") == {
        "spoonity.email-unique": "yes"
    }
    with pytest.raises(UnknownChoiceError, match=r"^x: "):
        mock().choices({"spoonity.nothing": "x"}, where="x")


# Anew


def test_reload_reads_the_fixtures_again(fixture: Path) -> None:
    made = mock(fixture=(fixture,))
    count(made, "other")
    made.sandboxes.create("own", made.state(["empty"], Settings()))
    fixture.write_text("spoonity: {customers: [{generate: 5}]}")
    assert count(made) == 1
    made.reload()
    assert (count(made), count(made, "other"), count(made, "later"), count(made, "own")) == (5, 5, 5, 0)


def test_reload_may_change_what_the_mock_is_made_of(fixture: Path) -> None:
    made = mock()
    setup = MockSettings(PROVIDERS, fixture=(fixture,), seed=3)
    made.reload(setup)
    assert (count(made), made.sandboxes.initial_state.seed, made.settings) == (1, 3, setup)


@pytest.mark.parametrize(
    ("content", "error"),
    [("spoonity: {customers: [{status: FOO}]}", FixtureError), ("a: [", DocumentError), (None, ConfigurationError)],
)
def test_a_reload_that_fails_changes_nothing(content: str | None, error: type[Exception], fixture: Path) -> None:
    made = mock(fixture=(fixture,))
    before = made.settings, made.pipeline, made.fixtures, made.sandboxes.initial_state
    if content is None:
        fixture.unlink()
    else:
        fixture.write_text(content)
    with pytest.raises(error):
        made.reload(MockSettings(PROVIDERS, fixture=(fixture,), seed=5))
    assert (made.settings, made.pipeline, made.fixtures, made.sandboxes.initial_state) == before
    assert count(made) == 1
