"""Installed providers have fixtures; markers, flips and coverage ask the running mock which providers it plays."""

import importlib.metadata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import tests.toy
from mockserver.providers import PROVIDERS
from mockserver.pytest_plugin.plugin import BUILT_IN
from tests.pytest_plugin.conftest import Run

LENDING = """
import httpx

def lend(account):
    with httpx.Client(transport=account.transport, headers={"X-Library-Card": account.token}) as client:
        return client.post("https://lendery.example.com/v1/loans", json={"title": "Emma", "days": 1})

def give_back(account):
    loan = lend(account).json()["id"]
    with httpx.Client(transport=account.transport, headers={"X-Library-Card": account.token}) as client:
        assert client.get(f"https://lendery.example.com/v1/loans/{loan}").status_code == 200
        return client.delete(f"https://lendery.example.com/v1/loans/{loan}")
"""
HEAD = "from lending import give_back, lend\nfrom calling import create\nimport pytest\n\n"
SUITE = """
def test_lends(lendery):
    assert lend(lendery).status_code == 201

def test_gives_back(lendery):
    assert give_back(lendery).status_code == 204

def test_creates(vexutopia, lendery):
    assert create(vexutopia).status_code == 201
    assert lendery.name == vexutopia.name
"""
REPLACED = """
import mockserver
import pytest

@pytest.fixture(scope="session")
def mock_server():
    with mockserver.running(providers=["lendery"]) as server:
        yield server

@pytest.fixture
def lendery(mock_sandbox):
    return mock_sandbox["lendery"]
"""

CLASH = """
from pathlib import Path
from dataclasses import replace
from tests.toy.provider import TOY

PROVIDER = replace(TOY, name="clash", contract=Path(__file__).with_name("openapi.yaml"))
"""
CONTRACT = Path(tests.toy.__file__).with_name("openapi.yaml")


@pytest.fixture
def install(pytester: pytest.Pytester) -> Callable[..., None]:
    """Return what installs a distribution that offers a provider: (its name, its entry point)."""
    pytester.syspathinsert()

    def install(name: str, value: str) -> None:
        folder = pytester.mkdir(f"{name}-1.dist-info")
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n", encoding="utf-8")
        (folder / "entry_points.txt").write_text(f"[mockserver.providers]\n{name} = {value}\n", encoding="utf-8")

    return install


@pytest.fixture
def suite(pytester: pytest.Pytester, write: Callable[..., None], install: Callable[..., None]) -> Callable[[str], None]:
    """Write a suite in an environment with two installed providers; the package of one cannot be imported."""
    install("lendery", "tests.toy.provider:TOY")
    install("broken", "broken_mock:PROVIDER")
    pytester.makepyfile(broken_mock="raise ValueError('no disk')", lending=LENDING)
    write()

    def suite(source: str) -> None:
        (pytester.path / "test_it.py").write_text(HEAD + source, encoding="utf-8")

    return suite


def test_each_built_in_provider_is_a_fixture() -> None:
    assert [each.name for each in PROVIDERS] == BUILT_IN


def test_installed_provider_is_a_fixture(suite: Callable[[str], None], execute: Run) -> None:
    suite(SUITE)

    execute().assert_outcomes(passed=3)


def test_session_plays_the_built_in_providers_and_those_that_tests_name(suite: Callable[[str], None], execute: Run) -> None:
    played = "list(mock_server.app.mock.pipeline.providers)"
    suite(f"def test_it(mock_server):\n    assert {played} == ['spoonity', 'vexutopia']\n")
    execute().assert_outcomes(passed=1)

    suite(f"def test_it(mock_server, lendery):\n    assert {played} == ['spoonity', 'vexutopia', 'lendery']\n")
    execute().assert_outcomes(passed=1)

    suite(f"def test_it(mock_server):\n    assert {played} == ['spoonity', 'vexutopia', 'lendery']\n")
    execute("-o", "mock_providers=lendery vexutopia").assert_outcomes(passed=1)


def test_provider_that_is_asked_for_later_is_an_error_that_names_the_setting(suite: Callable[[str], None], execute: Run) -> None:
    suite("def test_it(request):\n    lend(request.getfixturevalue('lendery'))\n")

    result = execute()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *the mock of this session does not play 'lendery'; set `mock_providers = lendery` *"])
    execute("-o", "mock_providers=lendery").assert_outcomes(passed=1)


@pytest.mark.parametrize("setting", [(), ("-o", "mock_providers=broken")])
def test_package_that_cannot_be_imported_disturbs_only_tests_that_name_it(
    suite: Callable[[str], None], execute: Run, setting: tuple[str, ...]
) -> None:
    suite(f"{SUITE}\ndef test_broken(broken):\n    pass\n")

    result = execute(*setting)

    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["E *provider broken (broken_mock:PROVIDER): cannot be imported: ValueError: no disk"])


@pytest.mark.parametrize("conftest", ["", REPLACED])
def test_markers_speak_of_an_installed_provider(
    suite: Callable[[str], None], execute: Run, pytester: pytest.Pytester, conftest: str
) -> None:
    pytester.makeconftest(conftest)
    suite("""
@pytest.mark.mockserver(assume={"lendery.return-receipt": "loan"}, ignore=["undeclared"])
def test_assume(lendery):
    assert give_back(lendery).status_code == 200

@pytest.mark.mockserver(faults=[{"kind": "status", "status": 500, "operations": ["lendery.createLoan"]}])
def test_faults(lendery):
    assert lend(lendery).status_code == 500  # as this provider words a failure on request
""")

    execute("--mock-strict").assert_outcomes(passed=2)


def test_invalid_marker_of_an_installed_provider_is_a_collection_error(suite: Callable[[str], None], execute: Run) -> None:
    suite("""
@pytest.mark.mockserver(assume={"lendery.return-receit": "loan"})
def test_it(lendery):
    pass
""")

    result = execute()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["test_it: mockserver marker: assume: *; did you mean lendery.return-receipt[?]"])


def test_marker_may_speak_of_a_provider_that_a_later_module_names(
    suite: Callable[[str], None], execute: Run, pytester: pytest.Pytester
) -> None:
    suite("""
@pytest.mark.mockserver(assume={"lendery.return-receipt": "loan"})
def test_it(vexutopia):
    pass
""")
    pytester.makepyfile(test_later="def test_later(lendery):\n    pass\n")

    execute().assert_outcomes(passed=2)


def test_invalid_marker_leaves_the_other_modules_to_run_if_wanted(
    suite: Callable[[str], None], execute: Run, pytester: pytest.Pytester
) -> None:
    suite("@pytest.mark.mockserver(seed='x')\ndef test_it():\n    pass\n\ndef test_beside():\n    pass\n")
    pytester.makepyfile(test_later="def test_later():\n    pass\n")

    execute("--continue-on-collection-errors").assert_outcomes(passed=1, errors=1)


@pytest.mark.parametrize(
    ("provider", "complaint"),
    [
        ("lendery", "the mock of this session does not play 'lendery'; set `mock_providers = lendery` in the ini, or *"),
        ("broken", "provider broken (broken_mock:PROVIDER): cannot be imported: ValueError: no disk"),
    ],
)
def test_marker_of_a_provider_that_no_test_names_says_why_it_is_not_played(
    suite: Callable[[str], None], execute: Run, provider: str, complaint: str
) -> None:
    marker = f"@pytest.mark.mockserver(assume={{'{provider}.return-receipt': 'loan'}})"
    suite(f"{marker}\ndef test_it(vexutopia):\n    pass\n")

    result = execute()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"test_it: mockserver marker: {complaint}"])


def test_package_that_exits_disturbs_only_the_test_that_names_it(
    suite: Callable[[str], None], install: Callable[..., None], execute: Run, pytester: pytest.Pytester
) -> None:
    install("exity", "exity_mock:PROVIDER")
    pytester.makepyfile(exity_mock="import sys\nsys.exit('boom')\n")
    suite("def test_exity(exity):\n    pass\n\ndef test_other(vexutopia):\n    pass\n")

    result = execute()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["E *provider exity (exity_mock:PROVIDER): cannot be imported: SystemExit: boom"])


def test_provider_whose_path_is_taken_disturbs_only_tests_that_name_it(
    suite: Callable[[str], None], install: Callable[..., None], execute: Run, pytester: pytest.Pytester
) -> None:
    install("clash", "clash:PROVIDER")
    pytester.makepyfile(clash=CLASH)
    text = CONTRACT.read_text(encoding="utf-8").replace("lendery.", "clash.")
    (pytester.path / "openapi.yaml").write_text(text, encoding="utf-8")
    suite(f"{SUITE}\ndef test_clash(clash):\n    pass\n")

    result = execute()

    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["E */v1/loans*: is a path of lendery (*) and of clash (*); play one of them at a time"])


def test_provider_without_behaviours_is_said_to_have_none(install: Callable[..., None], run: Run) -> None:
    install("notes", "tests.toy.notes:PROVIDER")

    result = run(
        """
        def test_it(notes):
            with client(notes) as caller:
                caller.get("https://notes.example.com/notes")
    """,
        "--mock-report",
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["Notes has no behaviours to exercise"])


def test_invalid_marker_fails_its_test_if_the_suite_replaces_the_mock(
    suite: Callable[[str], None], execute: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(REPLACED)
    suite("""
@pytest.mark.mockserver(assume={"lendery.return-receit": "loan"})
def test_it(lendery):
    pass

def test_other(lendery):
    pass
""")

    result = execute()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["E *assume: *; did you mean lendery.return-receipt[?]"])


@pytest.mark.parametrize("conftest", ["", REPLACED])
def test_flips_and_coverage_know_an_installed_provider(
    suite: Callable[[str], None], execute: Run, pytester: pytest.Pytester, conftest: str
) -> None:
    pytester.makeconftest(conftest)
    suite("def test_gives_back(lendery):\n    assert give_back(lendery).status_code == 204\n")

    result = execute("--mock-flip=fail", "--mock-report=alone.json", "--mock-coverage-min=100")
    spread = pytester.runpytest_subprocess("-n", "1", "--mock-flip=fail", "--mock-report=spread.json")

    assert (result.ret, spread.ret) == (1, 1)
    told: list[Any] = [msgspec.json.decode((pytester.path / f"{name}.json").read_bytes()) for name in ("alone", "spread")]
    assert told[0] == told[1]
    assert [(each["provider"], each["exercised"], each["of"]) for each in told[0]["coverage"]] == [("lendery", 1, 1)]
    assert [(each["key"], each["choice"], each["other"]) for each in told[0]["flips"]] == [
        ("lendery.return-receipt", "none", "loan")
    ]


def test_fixtures_of_installed_providers_are_listed(suite: Callable[[str], None], execute: Run) -> None:
    suite("")

    execute("--fixtures").stdout.fnmatch_lines(["lendery*", "*The test's account at lendery: url, token, *"])


def test_entry_points_are_read_only_for_a_fixture_that_pytest_does_not_know(
    suite: Callable[[str], None], execute: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    entry_points = importlib.metadata.entry_points

    def noted(**wanted: str) -> Any:
        read.append(wanted.get("group", ""))
        return entry_points(**wanted)

    monkeypatch.setattr(importlib.metadata, "entry_points", noted)
    suite("""
@pytest.fixture
def own(request):
    return request

@pytest.mark.parametrize("turn", [1, 2])
def test_it(own, request, tmp_path, vexutopia, turn):
    pass
""")
    execute().assert_outcomes(passed=2)
    assert read.count("mockserver.providers") == 0

    suite("def test_it(nobody):\n    pass\n\ndef test_other(nobody):\n    pass\n")
    execute().assert_outcomes(errors=2)
    assert read.count("mockserver.providers") == 1
