"""Tests that passed run again under other choices, and those that then fail depend on one."""

import pytest

from tests.pytest_plugin.conftest import Run

PLANTED = """
        def test_depends(vexutopia):
            assert create(vexutopia).json()["name"] is None

        def test_stands_either_way(vexutopia):
            assert create(vexutopia).json().get("name") is None

        def test_leans_on_nothing(vexutopia):
            assert create(vexutopia, name="Ada", phone="1", metadata={"a": "b"}).json()["name"] == "Ada"

        @pytest.mark.mockserver(assume={"vexutopia.unset-fields": "null"})
        def test_says_what_it_depends_on(vexutopia):
            assert create(vexutopia).json()["name"] is None

        def test_fails_anyway(vexutopia):
            assert create(vexutopia).json()["name"] == "Ada"
"""
FOUND = [
    "these tests depend on an undocumented choice:",
    "  test_it.py::test_depends",
    "    passes with vexutopia.unset-fields=null, fails with vexutopia.unset-fields=absent",
    "    How are name, phone and metadata returned if they were never set?",
    "    evidence: *",
    "    KeyError: 'name'",
]


def test_planted_dependence_is_found_and_only_that(run: Run) -> None:
    result = run(PLANTED, "--mock-flip")

    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(
        ["mockserver: 2 reruns under other choices", "*2 reruns under another choice*" + FOUND[0], *FOUND[1:]]
    )
    assert result.stdout.str().count("passes with") == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [(("--mock-flip",), 0), (("--mock-flip=fail",), 1), (("-o", "mock_flip=fail"), 1), (("-o", "mock_flip=report"), 0)],
)
def test_dependence_fails_the_run_only_if_asked(run: Run, options: tuple[str, ...], code: int) -> None:
    result = run(
        """
        def test_depends(vexutopia):
            assert create(vexutopia).json()["name"] is None
    """,
        *options,
    )

    result.assert_outcomes(passed=1)
    assert result.ret == code
    assert ("FAILED tests that depend on an undocumented choice: 1" in result.outlines) == (code == 1)


def test_runs_without_dependence_say_so(run: Run) -> None:
    result = run(
        """
        def test_stands(vexutopia):
            create(vexutopia)
    """,
        "--mock-flip=fail",
    )

    assert result.ret == 0
    result.stdout.fnmatch_lines(["1 rerun under another choice: no test depends on one"])


def test_test_that_cannot_run_twice_is_not_said_to_depend(run: Run) -> None:
    result = run(
        """
        SEEN = []

        def test_once(vexutopia):
            create(vexutopia)
            with client(vexutopia) as caller:
                caller.get("/v1/customers")
            SEEN.append(1)
            assert len(SEEN) == 1
    """,
        "--mock-flip=fail",
    )

    assert result.ret == 0
    result.stdout.fnmatch_lines(["1 rerun under another choice: no test depends on one"])
    result.stdout.fnmatch_lines(["tests that fail whenever they run a second time, so not judged: test_it.py::test_once"])


def test_what_is_wider_than_a_test_is_set_up_once_more_at_most(run: Run) -> None:
    result = run(
        """
        @pytest.fixture(scope="session", autouse=True)
        def costly(mock_server):
            print("SET UP", mock_server.url != "")
            yield
            print("TORN DOWN")

        @pytest.mark.parametrize("turn", range(4))
        def test_it(vexutopia, turn):
            create(vexutopia)
            with client(vexutopia) as caller:
                assert caller.get("/v1/customers").json()["data"][0]["email"] == "ada@example.org"
    """,
        "--mock-flip",
        "-s",
    )

    result.assert_outcomes(passed=4)
    told = [line for line in result.outlines if "SET UP" in line or "TORN DOWN" in line]
    assert len(told) == 4
    result.stdout.fnmatch_lines(["*reruns under another choice*"])


def test_runs_under_other_choices_count_for_nothing_else(run: Run) -> None:
    result = run(
        """
        @pytest.fixture(scope="module")
        def wide(mock_sandboxes):
            with mock_sandboxes("wide") as accounts:
                yield accounts

        RUNS = []

        def test_it(vexutopia, wide):
            RUNS.append(1)
            for _ in RUNS:
                create(wide.vexutopia)
            create(vexutopia)
    """,
        "--mock-flip",
        "--mock-report=-",
        "--junitxml=junit.xml",
        "--mock-strict",
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["2 tests sent 2 requests", "  vexutopia.unset-fields=null: sandbox wide, test_it.py::test_it"])


def test_run_that_is_stopped_runs_nothing_again(run: Run) -> None:
    result = run(
        PLANTED.replace("def test_depends", "def test_breaks():\n            raise ValueError\n\n        def test_depends"),
        "-x",
        "--mock-flip",
    )

    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*under other choices*")


@pytest.mark.skipif(int(pytest.__version__.partition(".")[0]) < 9, reason="pytest has no subtests before 9")
def test_subtests_that_fail_under_another_choice_fail_nothing(run: Run) -> None:
    result = run(
        """
        import unittest

        def test_it(vexutopia, subtests):
            with subtests.test("name"):
                assert create(vexutopia).json()["name"] is None

        class TestOld(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _accounts(self, vexutopia):
                self.vexutopia = vexutopia

            def test_old(self):
                with self.subTest("name"):
                    self.assertIsNone(create(self.vexutopia).json()["name"])
    """,
        "--mock-flip",
    )

    assert result.ret == 0
    assert result.stdout.str().count("passes with") == 2
