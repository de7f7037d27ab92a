"""The clock of a sandbox, set and advanced from outside."""

from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.errors import ClockError, FixtureError
from mockserver.http.app import App
from mockserver.state import clock
from mockserver.state.clock import LATEST_MS, machine_ms, parse_timestamp
from tests.conftest import VEXUTOPIA_KEY, MakeApp, client_of
from tests.control.asking import refused
from tests.control.conftest import ControlOf

START = "2026-02-02T13:48:05.683Z"


def test_clock_tells_mode_and_time(control: httpx.Client) -> None:
    assert control.get("/_mock/clock").json() == {"mode": "frozen", "now": START}


def test_change_is_answered_with_the_clock_as_it_is_then(control: httpx.Client) -> None:
    reply = control.patch("/_mock/clock", json={"mode": "step", "now": "2027-03-04T05:06:07Z"})
    assert reply.json() == {"mode": "step", "now": "2027-03-04T05:06:07.000Z"}
    assert control.get("/_mock/clock").json() == reply.json()


def test_what_get_gives_patch_takes(control: httpx.Client) -> None:
    given = control.get("/_mock/clock").json()
    assert control.patch("/_mock/clock", json=given).json() == given


@pytest.mark.parametrize(
    ("advance", "now"),
    [
        ("3d", "2026-02-05T13:48:05.683Z"),
        ("PT36H", "2026-02-04T01:48:05.683Z"),
        ("1ms", "2026-02-02T13:48:05.684Z"),
        ("0s", START),
    ],
)
def test_advance_takes_both_forms_of_duration(control: httpx.Client, advance: str, now: str) -> None:
    assert control.patch("/_mock/clock", json={"advance": advance}).json()["now"] == now


def test_clock_is_set_before_it_is_advanced(control: httpx.Client) -> None:
    reply = control.patch("/_mock/clock", json={"advance": "1h", "now": "2027-01-01"})
    assert reply.json()["now"] == "2027-01-01T01:00:00.000Z"


def test_null_changes_nothing(control: httpx.Client) -> None:
    reply = control.patch("/_mock/clock", json={"mode": None, "now": None, "advance": None})
    assert reply.json() == {"mode": "frozen", "now": START}


def test_time_zone_is_understood(control: httpx.Client) -> None:
    assert control.patch("/_mock/clock", json={"now": "2027-01-01T02:00:00+02:00"}).json()["now"] == "2027-01-01T00:00:00.000Z"


def test_clock_may_go_back(control: httpx.Client) -> None:
    assert control.patch("/_mock/clock", json={"now": "2001-01-01"}).json()["now"] == "2001-01-01T00:00:00.000Z"


def ahead(control: httpx.Client) -> int:
    """Return how far the clock is ahead of the machine's, in milliseconds."""
    return parse_timestamp(control.get("/_mock/clock").json()["now"]) - machine_ms()


def test_real_clock_runs_with_the_machine_and_can_be_advanced(make_app: MakeApp, control_of: ControlOf) -> None:
    control = control_of(make_app(clock="real"))
    assert abs(ahead(control)) < 5_000
    control.patch("/_mock/clock", json={"advance": "2d"})
    assert abs(ahead(control) - 2 * 86_400_000) < 5_000


def test_freezing_keeps_the_present_instant(make_app: MakeApp, control_of: ControlOf) -> None:
    control = control_of(make_app(clock="real"))
    frozen = control.patch("/_mock/clock", json={"mode": "frozen"}).json()
    assert abs(ahead(control)) < 5_000
    assert control.get("/_mock/clock").json() == frozen


def test_clock_made_real_runs_on_from_the_present_instant(control: httpx.Client) -> None:
    control.patch("/_mock/clock", json={"now": "2031-01-01"})
    now = control.patch("/_mock/clock", json={"mode": "real"}).json()["now"]
    assert 0 <= parse_timestamp(now) - parse_timestamp("2031-01-01") < 5_000


def test_mode_that_is_set_already_moves_nothing(
    make_app: MakeApp, control_of: ControlOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(clock="real")
    monkeypatch.setattr(clock, "machine_ms", count(machine_ms()).__next__)
    before = app.mock.sandboxes.get("default").state.clock
    control_of(app).patch("/_mock/clock", json={"mode": "real"})
    assert app.mock.sandboxes.get("default").state.clock == before


def test_unknown_mode_is_refused(control: httpx.Client) -> None:
    reply = control.patch("/_mock/clock", json={"mode": "slow"})
    refused(reply, 400, 'body.mode: must be real, frozen or step, got "slow"')


@pytest.mark.parametrize(
    "now", ["", "soon", "1969-12-31T23:59:59Z", "10000-01-01", "0001-01-01T00:00:00+05:00", "9999-12-31T23:00:00-05:00"]
)
def test_time_outside_the_years_of_timestamps_is_refused(control: httpx.Client, now: str) -> None:
    reply = control.patch("/_mock/clock", json={"now": now, "mode": "step"})
    what = f"body.now: {now!r} is not a timestamp of the years 1970 to 9999"
    refused(reply, 400, f"{what}; write it like 2026-02-02T13:48:05.683Z")
    assert control.get("/_mock/clock").json() == {"mode": "frozen", "now": START}


@pytest.mark.parametrize("advance", ["", "soon", "-1d", "3", "1.5h", "P", f"P{'9' * 5000}D"])
def test_advance_that_is_no_duration_is_refused(control: httpx.Client, advance: str) -> None:
    reply = control.patch("/_mock/clock", json={"advance": advance, "now": "2027-01-01"})
    refused(reply, 400, f"body.advance: {advance[:80]!r} is not a duration; write it like 90s, 3d or PT36H")
    assert control.get("/_mock/clock").json()["now"] == START


@pytest.mark.parametrize("change", [{"advance": "500000w"}, {"mode": "real", "now": "9999-12-31", "advance": "2d"}])
def test_advance_beyond_the_year_9999_is_refused(control: httpx.Client, change: dict[str, Any]) -> None:
    reply = control.patch("/_mock/clock", json=change)
    refused(reply, 400, "body: a clock shows times of the years 1970 to 9999; choose an earlier time")
    assert control.get("/_mock/clock").json() == {"mode": "frozen", "now": START}


def create_payment(app: App) -> str:
    sent = {"amount": 500, "currency": "usd"}
    return str(client_of(app, VEXUTOPIA_KEY).post("/v1/payments", json=sent).json()["id"])


def payment(app: App, payment_id: str) -> Any:
    return client_of(app, VEXUTOPIA_KEY).get(f"/v1/payments/{payment_id}").json()


@pytest.mark.parametrize("change", [{"advance": "3d"}, {"now": "2026-02-05T13:48:05.683Z"}])
def test_work_that_falls_due_meanwhile_is_done_at_its_own_time(app: App, control: httpx.Client, change: dict[str, str]) -> None:
    payment_id = create_payment(app)
    control.patch("/_mock/clock", json=change)
    events = list(app.mock.sandboxes.get("default").outbox)
    assert [(event.type, event.at) for event in events] == [
        ("payment.created", parse_timestamp(START)),
        ("payment.succeeded", parse_timestamp(START) + 5_000),
    ]
    assert payment(app, payment_id)["status"] == "succeeded"
    assert payment(app, payment_id)["updated_at"] == "2026-02-02T13:48:10Z"


def test_work_that_is_not_due_waits(app: App, control: httpx.Client) -> None:
    payment_id = create_payment(app)
    control.patch("/_mock/clock", json={"advance": "4999ms"})
    assert payment(app, payment_id)["status"] == "pending"


def test_work_that_was_done_stays_done_when_the_clock_goes_back(app: App, control: httpx.Client) -> None:
    payment_id = create_payment(app)
    control.patch("/_mock/clock", json={"advance": "5s"})
    control.patch("/_mock/clock", json={"now": START})
    assert payment(app, payment_id)["status"] == "succeeded"


def test_reading_the_clock_does_the_work_that_has_fallen_due(app: App, control: httpx.Client) -> None:
    create_payment(app)
    sandbox = app.mock.sandboxes.get("default")
    sandbox.state.clock = sandbox.state.clock.advanced(5_000)
    control.get("/_mock/clock")
    assert [event.type for event in sandbox.outbox] == ["payment.created", "payment.succeeded"]


def test_time_stands_at_each_due_instant_while_a_sandbox_advances(app: App) -> None:
    create_payment(app)
    sandbox = app.mock.sandboxes.get("default")
    sandbox.advance(3_600_000)
    assert [event.at - parse_timestamp(START) for event in sandbox.outbox] == [0, 5_000]
    assert sandbox.now == parse_timestamp(START) + 3_600_000


def test_sandbox_does_not_advance_beyond_what_can_be_said(app: App) -> None:
    sandbox = app.mock.sandboxes.get("default")
    with pytest.raises(ClockError, match="1970 to 9999"):
        sandbox.advance(LATEST_MS)
    assert sandbox.now == parse_timestamp(START)


def test_timestamps_end_with_the_year_9999() -> None:
    assert clock.iso_seconds(LATEST_MS + 5_001) == "9999-12-31T23:59:59Z"
    assert clock.iso_milliseconds(LATEST_MS + 5_001) == "9999-12-31T23:59:59.999Z"


@pytest.fixture
def early(tmp_path: Path) -> Path:
    """A fixture, fine for now, that `spoil` gives a clock before 1970."""
    path = tmp_path / "early.yaml"
    path.write_text("now: 1971-01-01\n")
    return path


def spoil(path: Path) -> None:
    path.write_text(f"clock: {{mode: real, offset_ms: {-LATEST_MS}}}\n")


OUTSIDE = "clock: a clock shows times of the years 1970 to 9999"


def test_mock_does_not_start_with_a_clock_before_1970(make_app: MakeApp, early: Path) -> None:
    spoil(early)
    with pytest.raises(FixtureError, match=OUTSIDE):
        make_app(fixture=(early,), clock=None)


def test_mock_does_not_read_a_clock_before_1970_again(make_app: MakeApp, control_of: ControlOf, early: Path) -> None:
    app = make_app(fixture=(early,), clock=None)
    spoil(early)
    with pytest.raises(FixtureError, match=OUTSIDE):
        app.mock.reload()
    assert control_of(app).get("/_mock/clock").json()["mode"] == "real"


def test_sandbox_does_not_begin_with_a_clock_before_1970(make_app: MakeApp, control_of: ControlOf, early: Path) -> None:
    control = control_of(make_app(fixture=(early,), clock=None))
    spoil(early)
    refused(control.post("/_mock/sandboxes", json={"fixture": "early"}), 400, OUTSIDE)


LAST = "9999-12-31T23:59:59.999Z"


def works_at_the_last_instant(app: App, control: httpx.Client) -> None:
    assert control.get("/_mock/clock").json()["now"] == LAST
    assert payment(app, create_payment(app))["created_at"] == "9999-12-31T23:59:59Z"
    state = control.get("/_mock/state").content
    assert control.put("/_mock/state", content=state).status_code == 200


@pytest.mark.parametrize("mode", ["frozen", "step"])
def test_mock_works_at_the_last_instant_that_can_be_said(app: App, control: httpx.Client, mode: str) -> None:
    control.patch("/_mock/clock", json={"mode": mode, "now": LAST})
    works_at_the_last_instant(app, control)


def test_mock_works_when_a_real_clock_has_come_to_the_last_instant(
    app: App, control: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = machine_ms()
    monkeypatch.setattr(clock, "machine_ms", lambda: machine)
    control.patch("/_mock/clock", json={"mode": "real", "now": "9999-12-31T23:59:59Z"})
    monkeypatch.setattr(clock, "machine_ms", lambda: machine + 60_000)
    works_at_the_last_instant(app, control)
