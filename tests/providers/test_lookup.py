"""Providers of other packages are found by their entry points, when they are named and not before."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import mockserver
from mockserver.app import asgi_app
from mockserver.cli import main
from mockserver.errors import ConfigurationError
from mockserver.providers import PROVIDERS, find_provider, find_providers, provider_names
from tests.toy.provider import TOY

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return what installs a distribution that offers a provider: (its name, its entry point)."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(name: str, value: str, offers: str = "") -> None:
        folder = tmp_path / f"{name}-1.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (folder / "entry_points.txt").write_text(f"[mockserver.providers]\n{offers or name} = {value}\n")

    return install


def test_what_comes_with_the_package_is_played_by_default() -> None:
    assert find_providers() == PROVIDERS
    assert [find_provider(each.name) for each in PROVIDERS] == list(PROVIDERS)


def test_an_installed_provider_is_found_by_its_name(install: Install) -> None:
    install("lendery", "tests.toy.provider:TOY")

    assert find_provider("lendery") is TOY
    assert provider_names() == [*(each.name for each in PROVIDERS), "lendery"]


def test_names_and_values_can_be_played_together(install: Install) -> None:
    install("lendery", "tests.toy.provider:TOY")

    app = asgi_app(providers=["vexutopia", TOY], fixture=())
    with mockserver.running(providers=("lendery",)) as server:
        assert list(server.app.mock.pipeline.providers) == ["lendery"]
        assert server.sandbox()["lendery"].token.startswith("card-mock_")
    assert list(app.mock.pipeline.providers) == ["vexutopia", "lendery"]
    assert find_providers("lendery") == find_providers(TOY) == (TOY,)


def test_a_package_that_cannot_be_imported_disturbs_only_those_who_name_it(install: Install, tmp_path: Path) -> None:
    (tmp_path / "broken_mock.py").write_text("raise ValueError('two\\nlines')")
    install("broken", "broken_mock:PROVIDER")
    install("lendery", "tests.toy.provider:TOY")

    with pytest.raises(ConfigurationError) as caught:
        find_providers(["spoonity", "broken"])

    assert str(caught.value) == "provider broken (broken_mock:PROVIDER): cannot be imported: ValueError: two lines"
    assert find_providers(["lendery"]) == (TOY,)
    assert provider_names() == [*(each.name for each in PROVIDERS), "broken", "lendery"]


def test_a_package_that_exits_is_one_line(install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "exity_mock.py").write_text("import sys\nsys.exit('boom')\n")
    install("exity", "exity_mock:PROVIDER")

    assert main(["serve", "--provider", "exity"]) == 2
    assert capsys.readouterr().err == "mockserver: provider exity (exity_mock:PROVIDER): cannot be imported: SystemExit: boom\n"


def test_a_name_that_several_packages_offer_is_refused(install: Install) -> None:
    install("lendery", "tests.toy.provider:TOY")
    install("other", "tests.toy.notes:PROVIDER", offers="lendery")

    with pytest.raises(ConfigurationError) as caught:
        find_provider("lendery", where="--provider")

    assert str(caught.value) == (
        "--provider: several packages offer 'lendery': tests.toy.notes:PROVIDER, tests.toy.provider:TOY; uninstall all but one"
    )


def test_a_name_costs_no_import(install: Install, tmp_path: Path) -> None:
    (tmp_path / "idle_mock.py").write_text("")
    install("idle", "idle_mock:PROVIDER")

    assert "idle" in provider_names()
    assert "idle_mock" not in sys.modules


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("other", "tests.toy.provider:TOY", "is the provider 'lendery'; the entry point and Provider.name must agree"),
        ("lendery", "tests.toy.provider:LOANS", "is not a Provider; the entry point and Provider.name must agree"),
        ("lendery", "tests.toy.provider:NONE", "cannot be imported: AttributeError: "),
    ],
)
def test_an_entry_point_of_something_else_is_refused(name: str, value: str, complaint: str, install: Install) -> None:
    install(name, value)

    with pytest.raises(ConfigurationError) as caught:
        find_provider(name)

    assert str(caught.value).startswith(f"provider {name} ({value}): {complaint}")


@pytest.mark.parametrize(
    ("named", "complaint"),
    [
        (["stripe"], "providers: unknown provider 'stripe'; name one of spoonity, vexutopia"),
        (["spoonity", PROVIDERS[0]], "providers: provider 'spoonity' is named twice"),
        ([], "providers: no provider is named; name one of spoonity, vexutopia"),
    ],
)
def test_what_cannot_be_played_is_refused(named: list[str], complaint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        asgi_app(providers=named)
    assert str(caught.value) == complaint
