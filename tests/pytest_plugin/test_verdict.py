"""The verdict at the end: printed, as files, with a minimum; the same however the tests were spread."""

from collections.abc import Callable

import msgspec
import pytest

from tests.pytest_plugin.conftest import Run

SUITE = """
        def test_creates(vexutopia):
            assert create(vexutopia).json()["name"] is None

        def test_breaks_the_contract(vexutopia):
            create(vexutopia, bogus=1)

        def test_breaks_it_too(vexutopia):
            create(vexutopia, bogus=2)

        def test_lists(spoonity):
            with client(spoonity) as caller:
                caller.get("/customers", params={"limit": 2})
                caller.get("/customers", params={"limit": 2, "page": 2})

        def test_sends_nothing(spoonity):
            pass
"""
PRINTED = [
    "4 tests sent 5 requests",
    "violations of the contract:",
    "  warning undeclared: vexutopia.createCustomer, body.bogus: *",
    "    test_it.py::test_breaks_it_too, test_it.py::test_breaks_the_contract",
    "conduct:",
    "  * walk-stopped-early: *",
    "assumptions that tests used:",
    "  vexutopia.unset-fields=null: test_it.py::test_breaks_it_too, *",
    "Spoonity Customer API: * of * documented behaviours exercised, * %",
    "Vexutopia Customers API: * of * documented behaviours exercised, * %",
]


def test_verdict_is_printed(run: Run) -> None:
    result = run(SUITE, "--mock-report")

    assert result.ret == 0
    result.stdout.fnmatch_lines(PRINTED)


def test_nothing_is_printed_unasked(run: Run) -> None:
    result = run(SUITE)

    result.assert_outcomes(passed=5)
    result.stdout.no_fnmatch_line("*= mockserver =*")


@pytest.mark.parametrize("name", ["told.md", "deeper/told.txt"])
def test_verdict_is_written(run: Run, pytester: pytest.Pytester, name: str) -> None:
    result = run(SUITE, "-o", f"mock_report={name}")

    result.stdout.fnmatch_lines(["*= mockserver =*", f"the report is in {name}"])
    lines = pytest.LineMatcher((pytester.path / name).read_text(encoding="utf-8").splitlines())
    lines.fnmatch_lines(["# mockserver", *PRINTED])
    assert ("```" in lines.lines) == name.endswith(".md")


def test_verdict_as_json_names_tests_findings_and_digests(run: Run, pytester: pytest.Pytester) -> None:
    run(SUITE, "--mock-report=told.json")

    told = msgspec.json.decode((pytester.path / "told.json").read_bytes())
    assert (told["tests"], told["requests"], told["flipped"]) == (4, 5, 0)
    (group,) = told["violations"]
    assert (group["rule"], group["place"], len(group["tests"])) == ("undeclared", "body.bogus", 2)
    assert [each["provider"] for each in told["coverage"]] == ["spoonity", "vexutopia"]
    assert all(each["exercised"] + len(each["missing"]) == each["of"] for each in told["coverage"])
    assert sorted(told["digests"]) == [
        f"test_it.py::test_{name}" for name in ("breaks_it_too", "breaks_the_contract", "creates", "lists")
    ]


def test_tests_that_change_the_working_directory_do_not_move_the_file(run: Run, pytester: pytest.Pytester) -> None:
    run(
        """
        import os

        def test_it(tmp_path):
            os.chdir(tmp_path)
    """,
        "--mock-report=told.txt",
    )

    assert (pytester.path / "told.txt").exists()


def test_file_that_cannot_be_written_fails_the_run_and_says_why(run: Run, pytester: pytest.Pytester) -> None:
    pytester.mkdir("told.json")
    result = run("def test_it():\n    pass\n", "--mock-report=told.json")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAILED cannot write the report: *told.json*"])
    result.stdout.no_fnmatch_line("*the report is in*")


@pytest.mark.parametrize(
    ("options", "code", "line"),
    [
        (("--mock-coverage-min=1",), 0, "*= mockserver =*"),
        (("--mock-coverage-min=99",), 1, "FAILED spoonity: tests exercised * % of the documented behaviours, less than 99 %"),
        (("-o", "mock_coverage_min=99"), 1, "FAILED vexutopia: tests exercised * % of the documented behaviours, less than 99 %"),
        (("--mock-coverage-min=1", "-k", "nothing"), 1, "FAILED tests exercised no documented behaviour"),
        (("--mock-coverage-min=0", "-k", "nothing"), 0, "*= mockserver =*"),
    ],
)
def test_least_coverage_fails_the_run(run: Run, options: tuple[str, ...], code: int, line: str) -> None:
    result = run(SUITE, *options)

    assert result.ret == code
    result.stdout.fnmatch_lines([line])


@pytest.mark.parametrize("option", ["--collect-only", "--fixtures"])
def test_run_that_runs_nothing_is_not_judged(run: Run, option: str) -> None:
    result = run(SUITE, option, "--mock-coverage-min=99", "--mock-report=told.txt")

    assert result.ret == 0
    result.stdout.no_fnmatch_line("*= mockserver =*")


@pytest.mark.slow
def test_workers_tell_what_one_process_tells(write: Callable[..., None], pytester: pytest.Pytester, execute: Run) -> None:
    write(test_it=SUITE, test_other=SUITE)
    options = ("--mock-flip=fail", "--mock-coverage-min=99")

    alone = execute("--mock-report=alone.json", *options)
    spread = pytester.runpytest_subprocess("-n", "2", "--mock-report=spread.json", *options)

    assert (alone.ret, spread.ret) == (1, 1)
    told = [msgspec.json.decode((pytester.path / name).read_bytes()) for name in ("alone.json", "spread.json")]
    assert told[0] == told[1]
    assert (told[0]["tests"], told[0]["requests"], told[0]["flipped"]) == (8, 10, 6)
    assert [each["test"] for each in told[0]["flips"]] == ["test_it.py::test_creates", "test_other.py::test_creates"]
    failures = [[line for line in each.outlines if line.startswith("FAILED ")] for each in (alone, spread)]
    assert failures[0] == failures[1]
    assert len(failures[0]) == 3


def test_webhooks_are_judged_after_their_answers(run: Run) -> None:
    result = run(
        """
        import time

        async def receiver(scope, receive, send):
            await receive()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        def test_it(vexutopia):
            vexutopia.webhooks.connect(receiver)
            vexutopia.webhooks.send("customer.created", how="bad-signature")
    """,
        "--mock-report",
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*accepted-bad-signature*"])


def test_several_runs_of_a_test_count_once(run: Run) -> None:
    result = run(
        """
        def test_it(vexutopia):
            create(vexutopia)
    """,
        "--mock-report",
        "--keep-duplicates",
        "test_it.py",
        "test_it.py",
    )

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["1 test sent 1 request"])


def test_worker_that_died_told_nothing(write: Callable[..., None], pytester: pytest.Pytester) -> None:
    write()
    config = pytester.parseconfigure("--mock-report")

    config.pluginmanager.get_plugin("mockserver-verdict").pytest_testnodedown(object())  # type: ignore[union-attr]


def test_run_without_a_terminal_is_judged_all_the_same(run: Run, pytester: pytest.Pytester) -> None:
    result = run(SUITE, "-p", "no:terminal", "--mock-flip=fail", "--mock-report=told.json")

    assert result.ret == 1
    assert msgspec.json.decode((pytester.path / "told.json").read_bytes())["flipped"] == 3


def test_run_that_is_stopped_has_a_verdict_on_what_it_did(run: Run) -> None:
    result = run(
        """
        def test_a(vexutopia):
            create(vexutopia)

        def test_b():
            raise ValueError

        def test_c(vexutopia):
            create(vexutopia)
        """,
        "-x",
        "--mock-report",
    )

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["=* mockserver =*", "1 test sent 1 request"])
