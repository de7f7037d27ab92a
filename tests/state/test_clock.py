"""Time: the three modes, timestamps and durations."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.durations import parse_duration
from mockserver.state import clock
from mockserver.state.clock import (
    LATEST_MS,
    STEP_MS,
    Clock,
    Mode,
    iso_milliseconds,
    iso_seconds,
    machine_ms,
    parse_timestamp,
    stopwatch_us,
)

INSTANTS = st.integers(0, LATEST_MS)
MACHINE = 1_800_000_000_000


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose time stands."""
    monkeypatch.setattr(clock, "machine_ms", lambda: MACHINE)


def test_the_machines_time_is_that_of_python() -> None:
    before = datetime.fromtimestamp(machine_ms() / 1000, UTC)
    assert abs(datetime.now(UTC) - before) < timedelta(seconds=5)  # noqa: TID251 - this is what it is compared with


def test_the_stopwatch_goes_on_where_a_test_has_time_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("perf_counter_ns", "perf_counter", "monotonic_ns", "monotonic"):
        monkeypatch.setattr(f"time.{name}", lambda: 0)
    begun = stopwatch_us()

    assert begun > 0
    assert any(stopwatch_us() > begun for _ in range(1_000_000))


def test_the_stopwatch_counts_microseconds_and_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    assert stopwatch_us() <= stopwatch_us()
    monkeypatch.setattr("mockserver.state.clock._steady_ns", lambda: 7_999)
    assert stopwatch_us() == 7


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("mode", clock.MODES)
def test_a_clock_starts_where_it_is_told(mode: Mode) -> None:
    assert Clock.starting(mode, 5_000).now() == 5_000
    assert Clock.starting(mode, 5_000).advanced(30).now() == 5_030


@pytest.mark.usefixtures("machine")
def test_only_a_real_clock_runs_with_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = {mode: Clock.starting(mode, 5_000) for mode in clock.MODES}
    monkeypatch.setattr(clock, "machine_ms", lambda: MACHINE + 70)
    assert {mode: each.now() for mode, each in clocks.items()} == {"real": 5_070, "frozen": 5_000, "step": 5_000}


def test_only_a_clock_of_mode_step_moves_with_an_exchange() -> None:
    assert {mode: Clock(mode, 5_000).stepped() for mode in clock.MODES} == {
        "real": Clock("real", 5_000),
        "frozen": Clock("frozen", 5_000),
        "step": Clock("step", 5_000 + STEP_MS),
    }


def test_no_step_leads_beyond_the_last_time_that_can_be_said() -> None:
    assert Clock("step", LATEST_MS - 1).stepped().now() == LATEST_MS
    assert Clock("step", LATEST_MS).stepped().now() == LATEST_MS


@pytest.mark.usefixtures("machine")
def test_a_real_clock_stops_at_the_last_time_that_can_be_said() -> None:
    assert Clock("real", LATEST_MS).now() == LATEST_MS


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("shown", "can_be_said"),
    [
        (Clock("frozen", 0), True),
        (Clock("frozen", -1), False),
        (Clock("frozen", LATEST_MS), True),
        (Clock("step", LATEST_MS + 1), False),
        (Clock("real", -MACHINE), True),
        (Clock("real", -MACHINE - 1), False),
        (Clock("real", LATEST_MS - MACHINE), True),
        (Clock("real", LATEST_MS - MACHINE + 1), False),
    ],
)
def test_a_clock_shows_the_years_that_timestamps_can_say(shown: Clock, can_be_said: bool) -> None:
    assert shown.can_be_said is can_be_said


@pytest.mark.parametrize(
    ("at_ms", "seconds", "milliseconds"),
    [
        (0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
        (1_768_818_600_000, "2026-01-19T10:30:00Z", "2026-01-19T10:30:00.000Z"),
        (1_770_040_085_683, "2026-02-02T13:48:05Z", "2026-02-02T13:48:05.683Z"),
        (1_709_251_199_999, "2024-02-29T23:59:59Z", "2024-02-29T23:59:59.999Z"),
        (2_147_483_648_001, "2038-01-19T03:14:08Z", "2038-01-19T03:14:08.001Z"),
        (32_535_216_000_000, "3001-01-01T00:00:00Z", "3001-01-01T00:00:00.000Z"),
        (LATEST_MS, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z"),
        (LATEST_MS + 10**9, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_instants_are_written_as_timestamps(at_ms: int, seconds: str, milliseconds: str) -> None:
    assert (iso_seconds(at_ms), iso_milliseconds(at_ms)) == (seconds, milliseconds)


@given(INSTANTS)
def test_what_is_written_is_read_back(at_ms: int) -> None:
    assert parse_timestamp(iso_milliseconds(at_ms)) == at_ms
    assert parse_timestamp(iso_seconds(at_ms)) == at_ms // 1000 * 1000


@given(INSTANTS, INSTANTS)
def test_timestamps_are_in_the_order_of_their_instants(one: int, other: int) -> None:
    assert (iso_milliseconds(one) < iso_milliseconds(other)) == (one < other)


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2026-02-02T13:48:05.683Z", 1_770_040_085_683),
        ("2026-02-02T13:48:05.6839Z", 1_770_040_085_683),
        ("2026-02-02T13:48:05.683999999Z", 1_770_040_085_683),
        ("2026-02-02T13:48:05Z", 1_770_040_085_000),
        ("2026-02-02T13:48:05", 1_770_040_085_000),
        ("2026-02-02 13:48:05Z", 1_770_040_085_000),
        ("2026-02-02T13:48Z", 1_770_040_080_000),
        ("2026-02-02", 1_769_990_400_000),
        ("2026-02-02T15:18:05+01:30", 1_770_040_085_000),
        ("2026-02-01T23:48:05-14:00", 1_770_040_085_000),
        ("1969-12-31T23:00:00-01:00", 0),
        ("9999-12-31T23:59:59.999Z", LATEST_MS),
    ],
)
def test_timestamps_are_read_in_the_usual_forms(text: str, at_ms: int) -> None:
    assert parse_timestamp(text) == at_ms


@pytest.mark.parametrize(
    "text",
    """yesterday 2026 2026-02 2026-W06-1 20260202 2026-02-02T13 2026-02-02T24:00:00Z 2026-2-2 2026-02-30 2026-13-01
    2026-02-02T13:60Z 2026-02-02T13:48:05,683Z 2026-02-02T13:48:05.Z 2026-02-02T13:48:05z 2026-02-02T13:48:05+0100
    2026-02-02T13:48:05+25:00 2026-02-02T13:48:05.1234567890Z 1770040085 \u0662026-02-02 0000-01-01""".split(),
)
def test_other_texts_are_no_timestamps(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_timestamp(text)


@pytest.mark.parametrize("text", ["", " 2026-02-02", "2026-02-02\n", "2026-02-02 "])
def test_nothing_may_stand_around_a_timestamp(text: str) -> None:
    with pytest.raises(ValueError, match="is not a timestamp"):
        parse_timestamp(text)


@pytest.mark.parametrize(
    "text", ["1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00+00:01", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]
)
def test_other_years_than_1970_to_9999_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a timestamp of the years 1970 to 9999"):
        parse_timestamp(text)


@pytest.mark.parametrize("value", [None, 5, 1.5, b"2026-02-02", [], {}])
def test_what_is_no_text_is_no_timestamp(value: object) -> None:
    with pytest.raises(TypeError):
        parse_timestamp(value)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("0s", 0),
        ("250ms", 250),
        ("90s", 90_000),
        ("10m", 600_000),
        ("36h", 129_600_000),
        ("3d", 259_200_000),
        ("2w", 1_209_600_000),
        ("PT36H", 129_600_000),
        ("P1W", 604_800_000),
        ("P1DT2H3M4S", 93_784_000),
        ("PT0S", 0),
    ],
)
def test_durations_are_read_in_both_notations(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize(
    "text",
    [
        *"5 s -5s +5s 1.5h 5S 1h30m P PT P1DT PT1.5S P1Y p1d \u0665s 1111111111111111s P1111111111111111D".split(),
        "",
        "5 s",
        "P1D\n",
    ],
)
def test_other_texts_are_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)
