"""What a test can do to its sandbox and ask of it: requests, faults, clock, assumptions, snapshots and the verdict."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from mockserver import running
from mockserver.errors import ConfigurationError, UnknownChoiceError, UnknownSandboxError
from mockserver.providers.accounts import Accounts, Spoonity, Vexutopia


@pytest.fixture
def accounts() -> Accounts:
    return running(fixture="empty").sandbox(clock="frozen", now="2026-02-02T12:00:00Z")


@pytest.fixture
def vexutopia(accounts: Accounts) -> Vexutopia:
    return accounts.vexutopia


@pytest.fixture
def spoonity(accounts: Accounts) -> Spoonity:
    return accounts.spoonity


@pytest.fixture
def client(vexutopia: Vexutopia) -> httpx.Client:
    return httpx.Client(
        transport=vexutopia.transport,
        base_url="https://api.vexutopia.com",
        headers={"Authorization": f"Bearer {vexutopia.token}"},
    )


def test_requests_are_listed_as_rows_without_credentials(vexutopia: Vexutopia, client: httpx.Client) -> None:
    client.post("/v1/customers", json={"email": "jane@example.com"})
    client.get("/v1/customers?limit=5")
    [created] = vexutopia.requests.list("createCustomer", status=201)

    assert created.request.body == {"email": "jane@example.com"}
    assert vexutopia.token not in repr(created)
    assert [each.number for each in vexutopia.requests] == [1, 2]
    assert vexutopia.requests.last is not None
    assert vexutopia.requests.last.request.parameters == {"limit": "5"}
    assert len(vexutopia.requests) == 2


def test_requests_are_those_of_their_provider(spoonity: Spoonity, vexutopia: Vexutopia, client: httpx.Client) -> None:
    client.get("/v1/customers")
    client.get("/customers")

    assert (len(vexutopia.requests), len(spoonity.requests)) == (1, 1)
    assert spoonity.requests.list(path="/v1/*") == []


def test_requests_show_themselves(vexutopia: Vexutopia, client: httpx.Client) -> None:
    client.get("/v1/customers?limit=5")

    assert repr(vexutopia.requests).splitlines()[1:] == ["  1: GET /v1/customers?limit=5 → 200"]
    assert running(fixture="empty").default.vexutopia.requests.last is None


def test_what_was_called_is_asserted(vexutopia: Vexutopia, client: httpx.Client) -> None:
    client.post("/v1/customers", json={"email": "jane@example.com", "name": "Jane"})
    client.get("/v1/customers")

    vexutopia.requests.assert_called("createCustomer", times=1, json={"email": "jane@example.com"}, status=201)
    vexutopia.requests.assert_called(method="GET", path="/v1/customers", at_least=1, at_most=1)
    vexutopia.requests.assert_called(headers={"content-type": "application/json"})
    vexutopia.requests.assert_not_called("deleteCustomer")
    vexutopia.requests.assert_order("createCustomer", vexutopia.requests.expect("vexutopia.listCustomers", status=200))


def test_a_failed_assertion_says_what_came_nearest(vexutopia: Vexutopia, client: httpx.Client) -> None:
    client.post("/v1/customers", json={"email": "jane@example.org"})

    with pytest.raises(AssertionError) as caught:
        vexutopia.requests.assert_called("createCustomer", json={"email": "jane@example.com"})
    assert str(caught.value).splitlines() == [
        'expected at least 1 request: vexutopia.createCustomer, json {"email":"jane@example.com"}',
        "found 0 of 1 exchange",
        "nearest:",
        "  exchange 1: POST /v1/customers, answered 201",
        '    json.email: expected "jane@example.com", was "jane@example.org"',
    ]


def test_a_wrong_order_and_an_unwanted_call_fail(vexutopia: Vexutopia, client: httpx.Client) -> None:
    client.get("/v1/customers")
    client.post("/v1/customers", json={"email": "jane@example.com"})

    with pytest.raises(AssertionError, match="in this order"):
        vexutopia.requests.assert_order("createCustomer", "listCustomers")
    with pytest.raises(AssertionError, match="expected no requests"):
        vexutopia.requests.assert_not_called("listCustomers")


def test_an_operation_that_there_is_not_is_named_with_the_nearest(vexutopia: Vexutopia) -> None:
    with pytest.raises(ConfigurationError, match=r"did you mean vexutopia.createCustomer"):
        vexutopia.requests.assert_called("createCustmer")
    with pytest.raises(ConfigurationError, match="less than nothing"):
        vexutopia.requests.assert_called("createCustomer", times=-1)


def test_requests_are_saved_as_har_and_forgotten(vexutopia: Vexutopia, client: httpx.Client, tmp_path: Path) -> None:
    client.get("/v1/customers")
    vexutopia.requests.save_har(tmp_path / "traffic.har")
    vexutopia.requests.clear()

    assert len(json.loads((tmp_path / "traffic.har").read_text())["log"]["entries"]) == 1
    assert len(vexutopia.requests) == 0
    client.get("/v1/customers")
    assert vexutopia.requests.list()[0].number == 2


def test_faults_strike_the_provider_alone(vexutopia: Vexutopia, client: httpx.Client) -> None:
    armed = vexutopia.faults.add("status", status=503, retry_after=3)

    assert (armed.kind, armed.status, armed.state) == ("status", 503, "armed")
    assert client.get("/v1/customers").headers["retry-after"] == "3"
    assert client.get("/customers").status_code == 200
    vexutopia.faults.clear()
    assert client.get("/v1/customers").status_code == 200


def test_faults_are_told_as_in_the_control_api(vexutopia: Vexutopia, client: httpx.Client) -> None:
    vexutopia.faults.add("rate-limit", limit=1, per="10s", operations=["listCustomers"])
    statuses = [client.get("/v1/customers").status_code for _ in range(2)]
    vexutopia.clock.advance("10s")

    assert [*statuses, client.get("/v1/customers").status_code] == [200, 429, 200]
    assert len(vexutopia.faults.preset("flaky", first=1)) == 3


def test_a_fault_lasts_as_long_as_its_context_or_its_time(vexutopia: Vexutopia, client: httpx.Client) -> None:
    with vexutopia.faults.during("status", status=500):
        assert client.get("/v1/customers").status_code == 500
    assert client.get("/v1/customers").status_code == 200
    with vexutopia.faults.during("drop"):
        vexutopia.faults.clear()

    vexutopia.faults.add("status", status=500, lasting="1m")
    vexutopia.clock.advance("1m")
    assert client.get("/v1/customers").status_code == 200


def test_a_fault_that_cannot_be_is_refused(vexutopia: Vexutopia) -> None:
    with pytest.raises(ConfigurationError, match=r"^fault.kind: must be status, latency, .* or paging, got \"latncy\"$"):
        vexutopia.faults.add("latncy")  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"^status: required for kind `status`"):
        vexutopia.faults.add("status")


def test_the_clock_is_read_and_moved(vexutopia: Vexutopia, client: httpx.Client) -> None:
    clock = vexutopia.clock

    assert (clock.mode, clock.now) == ("frozen", datetime(2026, 2, 2, 12, tzinfo=UTC))
    assert clock.advance("90s") == datetime(2026, 2, 2, 12, 1, 30, tzinfo=UTC)
    assert clock.advance(timedelta(hours=1)) == datetime(2026, 2, 2, 13, 1, 30, tzinfo=UTC)
    assert clock.set("2027-01-01T00:00:00Z") == datetime(2027, 1, 1, tzinfo=UTC)
    assert clock.set(datetime(2025, 1, 1)) == datetime(2025, 1, 1, tzinfo=UTC)
    assert clock.step(datetime(2025, 1, 1, tzinfo=UTC)) == datetime(2025, 1, 1, tzinfo=UTC)
    client.get("/v1/customers")
    assert clock.freeze() == datetime(2025, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert clock.run("2025-06-01").date() == datetime(2025, 6, 1, tzinfo=UTC).date()
    assert repr(clock).startswith("<clock of sandbox-1: real, 2025-06-01T")


def test_a_clock_refuses_what_it_cannot_be_told(vexutopia: Vexutopia) -> None:
    hint = r'write "90s", or timedelta\(seconds=90\)$'
    with pytest.raises(ConfigurationError, match=rf"^clock\.advance: must be a duration, got 5; {hint}"):
        vexutopia.clock.advance(5)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=r'^clock: must be real, frozen or step, got "slow"; write clock="frozen"$'):
        vexutopia.clock.set("2027-01-01T00:00:00Z", mode="slow")  # type: ignore[arg-type]
    assert vexutopia.clock.now == datetime(2026, 2, 2, 12, tzinfo=UTC)


def test_what_falls_due_is_done_as_the_clock_advances(vexutopia: Vexutopia, client: httpx.Client) -> None:
    payment = client.post("/v1/payments", json={"amount": 100, "currency": "usd"}).json()
    vexutopia.clock.advance("5s")

    assert vexutopia.payments[payment["id"]].status == "succeeded"
    assert vexutopia.payments[payment["id"]].updated_at == "2026-02-02T12:00:05Z"


@pytest.mark.parametrize(("move", "message"), [("advance", "'soon' is not a duration"), ("set", "'soon' is not a timestamp")])
def test_a_time_that_is_none_is_refused(vexutopia: Vexutopia, move: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        getattr(vexutopia.clock, move)("soon")


def test_open_questions_are_answered_otherwise(vexutopia: Vexutopia, client: httpx.Client) -> None:
    vexutopia.assume("vexutopia.limit-over-maximum", "clamped")
    vexutopia.assume("vexutopia.email-syntax", "unchecked")

    assert client.get("/v1/customers?limit=101").json()["limit"] == 100
    assert vexutopia.assumptions["vexutopia.limit-over-maximum"] == "clamped"
    assert vexutopia.assumptions["vexutopia.list-order"] == "newest-first"
    with pytest.raises(UnknownChoiceError, match="choose rejected or clamped"):
        vexutopia.assume("vexutopia.limit-over-maximum", "halved")


def test_a_snapshot_is_compared_and_gone_back_to(vexutopia: Vexutopia) -> None:
    vexutopia.snapshot()
    customer = vexutopia.customers.add(email="jane@example.com")

    assert [each.id for each in vexutopia.changes().created] == [customer.id]
    vexutopia.restore()
    assert vexutopia.customers.count() == 0
    with pytest.raises(UnknownSandboxError, match="has no snapshot 'other'"):
        vexutopia.changes(since="other")


def test_reset_goes_back_to_the_beginning(vexutopia: Vexutopia, client: httpx.Client) -> None:
    client.post("/v1/customers", json={"email": "jane@example.com"})
    vexutopia.reset()

    assert (vexutopia.customers.count(), len(vexutopia.requests)) == (0, 0)
    assert vexutopia.state()["vexutopia"]["customers"] == []


def test_the_verdict_is_that_of_the_sandbox(accounts: Accounts, vexutopia: Vexutopia, client: httpx.Client) -> None:
    client.get("/v1/customers?limit=101")
    report = vexutopia.report()

    assert [(each.rule, each.place) for each in report.violations] == [("violation", "query.limit")]
    assert not report.is_clean
    assert accounts.report(ignore=["violation"]).is_clean
    with pytest.raises(ConfigurationError, match="unknown rule violence"):
        accounts.report(ignore=["violence"])


def test_a_clean_sandbox_is_asserted_and_what_is_found_is_told(vexutopia: Vexutopia, client: httpx.Client) -> None:
    client.get("/v1/customers?limit=5")
    vexutopia.assert_clean()
    client.get("/v1/customers?api_key=vex_test_secret")
    with pytest.raises(AssertionError) as found:
        vexutopia.assert_clean(ignore=["undeclared"])

    heading, *lines = str(found.value).splitlines()
    assert heading == f"{vexutopia.name} is not clean:"
    assert lines[0].startswith("  error credential-in-url: vexutopia.listCustomers, query")
    assert lines[1].startswith("    GET /v1/customers?api_key=")
    assert len(lines) == 3
    assert "vex_test_secret" not in str(found.value)


def test_violations_that_are_meant_leave_a_sandbox_clean(accounts: Accounts, client: httpx.Client) -> None:
    with accounts.vexutopia.allow_violations():
        client.get("/v1/customers?limit=0")
    accounts.vexutopia.assert_clean()
    client.get("/v1/customers?limit=101")

    with pytest.raises(AssertionError, match=r"limit"):
        accounts.vexutopia.assert_clean()
    assert repr(accounts) == f"<sandbox {accounts.name}>"


def test_good_conduct_is_asserted_apart_from_violations(vexutopia: Vexutopia, client: httpx.Client) -> None:
    client.get("/v1/customers?limit=101")
    vexutopia.assert_good_conduct()
    client.get("/v1/customers?key=vex_test_secret")

    with pytest.raises(AssertionError, match="credential-in-url") as found:
        vexutopia.assert_good_conduct()
    assert len(str(found.value).splitlines()) == 4
    vexutopia.assert_good_conduct(ignore=["credential-in-url"])
