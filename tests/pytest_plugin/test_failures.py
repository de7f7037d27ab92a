"""What a failing test shows, and how a strict one fails."""

from collections.abc import Callable

import pytest

from tests.pytest_plugin.conftest import Run

VIOLATES = """
        def test_it(vexutopia):
            create(vexutopia, bogus=1)
"""
SHOWN = ["undeclared: vexutopia.createCustomer, body.bogus: *", "*POST /v1/customers", "*answered 201*"]


def test_failing_test_shows_its_last_requests_without_any_credential(run: Run) -> None:
    result = run("""
        def test_it(vexutopia):
            with client(vexutopia) as caller:
                for number in range(12):
                    caller.post("/v1/customers", json={"email": f"{number}@example.org"})
                caller.get("/v1/customers", params={"api_key": vexutopia.token, "limit": 1})
            print("keys:", len(vexutopia.token))
            raise ValueError
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*mockserver: last requests of sandbox test-it-*", "… 3 earlier requests are left out", "4. POST /v1/customers"]
    )
    result.stdout.fnmatch_lines(['   sent: {"email":"11@example.org"}', "   answered 201 · assumed vexutopia.unset-fields=null"])
    result.stdout.no_fnmatch_line("3. POST *")
    result.stdout.no_fnmatch_line("*vex_test_*")


def test_webhooks_that_a_receiver_refused_are_shown_with_the_reason(run: Run) -> None:
    result = run("""
        def broken(environ, start_response):
            raise ValueError("no such order")

        def refusing(environ, start_response):
            start_response("400 Bad Request", [])
            return []

        def test_it(vexutopia):
            vexutopia.webhooks.connect(broken, "customer.created")
            vexutopia.webhooks.connect(refusing, "payment.failed")
            vexutopia.webhooks.send("payment.failed", how="bad-signature")
            vexutopia.webhooks.send("customer.created")
            vexutopia.webhooks.flush()
            raise ValueError

        def test_nothing_happened(vexutopia):
            raise ValueError
    """)

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "*mockserver: webhooks that failed of sandbox test-it-*",
            "1. payment.failed for pay_*, sent as bad-signature: answered 400",
            "2. customer.created for cus_*: the application raised ValueError: no such order",
        ]
    )
    result.stdout.no_fnmatch_line("*last requests of*")
    result.stdout.no_fnmatch_line("*sandbox test-nothing-happened*")


def test_request_that_got_no_answer_is_shown_as_such(run: Run) -> None:
    result = run("""
        @pytest.mark.mockserver(faults=[{"kind": "drop"}])
        def test_it(vexutopia):
            create(vexutopia)
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["1. POST /v1/customers", "   answered nothing · fault drop*"])


@pytest.mark.parametrize("phase", ["setup", "teardown"])
def test_failing_setup_and_teardown_show_them_too_and_only_once(run: Run, phase: str) -> None:
    result = run(f"""
        @pytest.fixture
        def broken(vexutopia):
            create(vexutopia)
            assert "{phase}" != "setup"
            yield
            raise ValueError

        def test_it(broken):
            pass
    """)

    result.assert_outcomes(errors=1, passed=phase == "teardown")
    assert result.stdout.str().count("last requests of sandbox") == 1


def test_failing_test_shows_the_requests_to_a_wider_sandbox_if_it_sent_any(run: Run) -> None:
    result = run("""
        @pytest.fixture(scope="module")
        def accounts(mock_sandboxes):
            with mock_sandboxes("wide") as accounts:
                yield accounts

        def test_sends(accounts):
            create(accounts.vexutopia)

        def test_sends_nothing(accounts):
            raise ValueError

        def test_sends_and_fails(accounts):
            create(accounts.vexutopia, name="Grace")
            raise ValueError
    """)

    result.assert_outcomes(passed=1, failed=2)
    assert result.stdout.str().count("last requests of sandbox wide") == 1
    result.stdout.fnmatch_lines(["*test_sends_and_fails*", "*last requests of sandbox wide*", '*"name":"Grace"*'])


def test_strict_fails_a_violation_when_the_test_ends_and_shows_the_exchange(run: Run) -> None:
    result = run(VIOLATES, "--mock-strict")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_it*", *SHOWN, "to allow this: *"])
    result.stdout.no_fnmatch_line("*last requests*")
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    ("marker", "options", "fails"),
    [
        ("strict=True", (), True),
        ("strict=False", ("--mock-strict",), False),
        ("seed=1", ("-o", "mock_strict=true"), True),
        ("strict=False", ("-o", "mock_strict=true"), False),
        ("seed=1", (), False),
        ("ignore=['undeclared']", ("--mock-strict",), False),
        ("ignore=['unknown-path']", ("--mock-strict",), True),
        ("seed=1", ("--mock-strict", "-o", "mock_ignore=unknown-path undeclared"), False),
    ],
)
def test_strictness_is_told_by_option_setting_and_marker(run: Run, marker: str, options: tuple[str, ...], fails: bool) -> None:
    result = run(
        f"""
        @pytest.mark.mockserver({marker})
        def test_it(vexutopia):
            create(vexutopia, bogus=1)
    """,
        *options,
    )

    result.assert_outcomes(passed=1, errors=int(fails))


def test_rules_left_out_by_class_and_test_add_up(run: Run) -> None:
    result = run("""
        @pytest.mark.mockserver(ignore=["undeclared"], strict=True)
        class TestIt:
            @pytest.mark.mockserver(ignore=["unknown-path"])
            def test_it(self, vexutopia):
                create(vexutopia, bogus=1)
                with client(vexutopia) as caller:
                    caller.get("/v1/nothing")
    """)

    result.assert_outcomes(passed=1)


def test_violations_that_are_allowed_are_those_within_the_block(run: Run) -> None:
    result = run(
        """
        def test_allowed(vexutopia):
            with vexutopia.allow_violations():
                create(vexutopia, bogus=1)

        def test_not_all_allowed(vexutopia):
            with vexutopia.allow_violations():
                create(vexutopia, bogus=1)
            create(vexutopia, other=1)

        def test_refused(vexutopia):
            with client(vexutopia) as caller:
                assert caller.get("/v1/customers", params={"limit": 0}).status_code == 400

        def test_unknown(vexutopia):
            with client(vexutopia) as caller:
                caller.get("/v1/nothing")
    """,
        "--mock-strict",
    )

    result.assert_outcomes(passed=4, errors=3)
    result.stdout.no_fnmatch_line("undeclared: *body.bogus*")
    result.stdout.fnmatch_lines(["undeclared: *body.other*"])


def test_strict_fails_for_what_was_sent_to_a_wider_sandbox(run: Run) -> None:
    result = run(
        """
        @pytest.fixture(scope="session")
        def accounts(mock_sandboxes):
            return mock_sandboxes("wide")

        def test_it(accounts):
            create(accounts.vexutopia, bogus=1)
    """,
        "--mock-strict",
    )

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(SHOWN)


def test_tracebacks_end_in_the_test(run: Run) -> None:
    result = run("""
        def test_calls(vexutopia):
            vexutopia.requests.assert_called("createCustomer", times=1)

        def test_waits(vexutopia):
            vexutopia.webhooks.collect()
            vexutopia.webhooks.wait_for("customer.created", timeout=0)
    """)

    result.assert_outcomes(failed=2)
    result.stdout.no_fnmatch_line("*exchanges.py:*")
    result.stdout.no_fnmatch_line("*webhooks.py:*")
    result.stdout.fnmatch_lines(["test_it.py:*: AssertionError"])


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        ('vexutopia.clock.advance("3 days")', "*ConfigurationError: clock.advance: '3 days' is not a duration; *"),
        ('vexutopia.customers.add(emial="x")', "*FixtureError: vexutopia.customers.add: emial: unknown field; *"),
        ("vexutopia.requests.assert_called(jsn={})", "*ConfigurationError: an expectation has no 'jsn'; it may have *"),
        ('mock_sandboxes(fixtur="empty")', "*ConfigurationError: unknown keyword 'fixtur'; did you mean fixture[?]"),
    ],
)
def test_mistake_is_told_where_the_test_makes_it(run: Run, mistake: str, told: str) -> None:
    source = f"""
        def test_it(vexutopia, mock_sandboxes):
            {mistake}
    """
    result = run(source)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f">*{mistake.replace('[', '[[]')}", f"E  {told}", "*test_it.py:*Error"])
    assert not [line for line in result.outlines if "mockserver/" in line]
    assert [line for line in run(source, "--full-trace").outlines if "mockserver/client/" in line]


def test_junit_file_says_what_a_test_sent_and_leaned_on(
    write: Callable[..., None], pytester: pytest.Pytester, execute: Run
) -> None:
    write(test_it="def test_it(vexutopia):\n    create(vexutopia)\n")

    execute("--junitxml=junit.xml").assert_outcomes(passed=1)

    content = (pytester.path / "junit.xml").read_text()
    assert '<property name="mockserver.requests" value="1"' in content
    assert '<property name="mockserver.assumed" value="vexutopia.unset-fields=null"' in content
