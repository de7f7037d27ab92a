"""Markers, settings and options that cannot be meant are refused before anything runs, with a hint."""

from collections.abc import Callable

import pytest

from tests.pytest_plugin.conftest import Run

KEYWORDS = "fixture, seed, clock, now, assume, faults, intercept, strict, ignore, journal_limit"

SEEDS = "an integer from -9007199254740991 to 9007199254740991"

BAD = {
    'fixtur="empty"': "unknown keyword 'fixtur'; did you mean fixture?",
    "colour=1": f"unknown keyword 'colour'; known: {KEYWORDS}",
    'fixture="nope"': "unknown fixture 'nope'; use a file, or one of: *",
    "fixture=3": "fixture: must be a scenario or a file, got 3; choose *",
    'seed="7"': f'seed: must be {SEEDS}, got "7"; write seed=7',
    "seed=True": f"seed: must be {SEEDS}, got true; *",
    "seed=2**53": f"seed: must be {SEEDS}, got 9007199254740992; *",
    'clock="slow"': 'clock: must be real, frozen or step, got "slow"; write clock="frozen"',
    'clock=["real"]': "clock: must be *, got a list; write clock=*",
    'now="yesterday"': "now: 'yesterday' is not a timestamp *; write it like *",
    "now=3": "now: 3 is not a time; write it like *",
    'assume={"vexutopia.unset-field": "x"}': "assume: *; did you mean vexutopia.unset-fields[?]",
    'assume={"vexutopia.unset-fields": "x"}': "assume: vexutopia.unset-fields has no choice 'x'; choose null or absent",
    'assume={"spoonity.create-status": 201}': "assume: spoonity.create-status has no choice 201; choose 200 or 201",
    'assume=["x"]': 'assume: must be an object, got a list; write assume={"KEY": "CHOICE"}',
    'faults={"kind": "drop"}': "faults: must be a list, got an object; write faults=[[]*",
    'faults=[{"kind": "boom"}]': 'faults[[]0[]].kind: must be status, latency, *, got "boom"',
    'faults=["flaky", "flakey"]': "faults[[]1[]].preset: must be flaky, slow, *, got *flakey*",
    'faults=[{"kind": "drop", "operations": ["create"]}]': "faults[[]0[]].operations[[]0[]]: unknown operation 'create'; *",
    "faults=[3]": "faults[[]0[]]: 3 is not a fault; write *",
    'intercept="yes"': 'intercept: must be true or false or strict, got "yes"; write intercept=True or intercept="strict"',
    "strict=1": "strict: must be true or false, got 1; write strict=True",
    'ignore="undeclared"': 'ignore: must be a list, got "undeclared"; write ignore=[[]"undeclared"[]]',
    'ignore=["undeclare"]': "unknown rule undeclare; known: *",
    "journal_limit=-1": "journal_limit: must be an integer from 0 to 1000000000, got -1; write journal_limit=100",
    '"empty"': "takes keywords only; write fixture='empty'",
}


def test_each_keyword_that_cannot_be_meant_is_an_error_of_collection(run: Run) -> None:
    result = run("\n".join(f"@pytest.mark.mockserver({each})\ndef test_{n}():\n    pass\n" for n, each in enumerate(BAD)))

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"test_{n}: mockserver marker: {complaint}" for n, complaint in enumerate(BAD.values())])


def test_marker_of_many_tests_is_one_complaint(run: Run) -> None:
    result = run("""
        pytestmark = pytest.mark.mockserver(seed="x")

        @pytest.mark.parametrize("turn", range(3))
        def test_it(turn):
            pass
    """)

    result.stdout.fnmatch_lines(["test_it[[]0[]] and 2 more: mockserver marker: seed: *"])
    assert len([line for line in result.outlines if line.startswith("test_it[")]) == 1


@pytest.mark.slow
def test_workers_show_the_complaint(write: Callable[..., None], pytester: pytest.Pytester) -> None:
    write(test_it='@pytest.mark.mockserver(seed="x")\ndef test_it():\n    pass\n')

    result = pytester.runpytest_subprocess("-n", "1")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([f'test_it: mockserver marker: seed: must be {SEEDS}, got "x"; write seed=7'])


def test_marker_that_is_added_late_fails_its_test_alone(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
        import pytest

        def pytest_collection_modifyitems(items):
            items[0].add_marker(pytest.mark.mockserver(seed="x"))
    """)
    result = run("""
        def test_first(vexutopia):
            pass

        def test_second(vexutopia):
            pass
    """)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f'E *ConfigurationError: seed: must be {SEEDS}, got "x"; write seed=7'])


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("-o", "mock_seed=x"), f'mock_seed: must be {SEEDS}, got "x"; write mock_seed = 7'),
        (("-o", "mock_strict=maybe"), "mock_strict: *'maybe'*; write true or false"),
        (("-o", "mock_journal_limit=x"), 'mock_journal_limit: must be an integer from *, got "x"; write mock_journal_limit = 7'),
        (("-o", "mock_journal_limit=-1"), "mock_journal_limit: must be an integer from *, got -1; write mock_journal_limit = 7"),
        (("-o", "mock_providers=nope"), "mock_providers: unknown provider 'nope'; choose spoonity, vexutopia"),
        (("-o", "mock_fixture=nope"), "mock_fixture: unknown fixture 'nope'; *"),
        (("-o", "mock_ignore=nope"), "mock_ignore: unknown rule nope; *"),
        (("-o", "mock_flip=maybe"), "--mock-flip: expected report or fail, got maybe; write *"),
        (
            ("--mock-flip", "tests"),
            "--mock-flip: expected report or fail, got tests; write --mock-flip=report before a path, or --mock-flip=fail",
        ),
        (("-o", "mock_coverage_min=x"), "mock_coverage_min: expected a number from 0 to 100, got x"),
        (("--mock-coverage-min=101",), "mock_coverage_min: expected a number from 0 to 100, got 101.0"),
        (("--mock-report", "test_it.py"), "--mock-report: expected a file that ends in .md, .txt, .json, got *; write *"),
        (("--mock-flip", "--pdb"), "--mock-flip: *"),
    ],
)
def test_settings_and_options_are_refused_before_anything_is_collected(
    write: Callable[..., None], execute: Run, options: tuple[str, ...], complaint: str
) -> None:
    write(test_it="def test_it():\n    pass\n")

    result = execute(*options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {complaint}"])


def test_marker_and_fixtures_are_listed_for_who_asks(write: Callable[..., None], execute: Run) -> None:
    write(test_it="")

    execute("--markers").stdout.fnmatch_lines(["@pytest.mark.mockserver(fixture=…, seed=…, *"])
    fixtures = execute("--fixtures").stdout
    fixtures.fnmatch_lines(["vexutopia*", "*The test's account at vexutopia: url, token, *"])
