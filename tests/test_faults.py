"""Faults as data: whom they strike, how often, and what several do together."""

from collections.abc import Iterable
from typing import Any

import pytest

from mockserver.errors import LimitError, UnknownSandboxError
from mockserver.faults import (
    MAX_DELAY_MS,
    MAX_FAULTS,
    PRESETS,
    ArmedFaults,
    Disturbance,
    Fault,
    FaultKind,
    Preset,
    Spread,
    apply_prefer_header,
    preferences,
)
from tests.conftest import make_app, sandbox_of

LIST, CREATE = "toys.list", "toys.create"


def never(_what: str, _ordinal: int) -> float:
    return 0.999


def fault(kind: FaultKind = "status", **told: Any) -> Fault:
    status: dict[str, Any] = {"status": 500} if kind == "status" else {}
    return Fault(kind=kind, **status, **told)


def disturb(faults: ArmedFaults, operation: str = LIST, path: str = "/toys", now: int = 0) -> Disturbance | None:
    return faults.disturb(operation, path, now, never)


def struck(faults: ArmedFaults, times: int, **request: Any) -> list[bool]:
    return [disturb(faults, **request) is not None for _ in range(times)]


def armed(*given: Fault) -> ArmedFaults:
    faults = ArmedFaults()
    faults.arm(given)
    return faults


def test_without_faults_nothing_happens() -> None:
    assert disturb(ArmedFaults()) is None


def test_a_fault_without_conditions_strikes_always() -> None:
    assert struck(armed(fault()), 3) == [True, True, True]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"first": 2}, [True, True, False, False, False, False]),
        ({"every": 3}, [False, False, True, False, False, True]),
        ({"every": 2, "first": 4}, [False, True, False, True, False, False]),
    ],
)
def test_a_fault_counts_the_requests_that_it_is_about(told: dict[str, Any], expected: list[bool]) -> None:
    faults = armed(fault(operations=(LIST,), **told))
    outcome = []
    for _ in expected:
        disturb(faults, operation=CREATE)
        outcome.append(disturb(faults) is not None)

    assert outcome == expected


def test_a_fault_is_about_its_operations_and_its_paths() -> None:
    by_operation, by_path = armed(fault(operations=(CREATE,))), armed(fault(path="/v1/*"))

    assert [disturb(by_operation, operation=each) is not None for each in (LIST, CREATE)] == [False, True]
    assert [disturb(by_path, path=each) is not None for each in ("/toys", "/v1/toys")] == [False, True]


def test_a_fault_ends_when_its_time_is_over() -> None:
    faults = armed(fault(for_="10ms"))

    assert [disturb(faults, now=now) is not None for now in (0, 9, 10, 11)] == [True, True, False, False]


def test_probability_is_chance_by_the_seed() -> None:
    def outcome(seed: int) -> list[bool]:
        sandbox = sandbox_of(make_app(seed=seed))
        sandbox.faults.arm([fault(probability=0.3)])
        return [sandbox.apply_faults(LIST, "/toys") is not None for _ in range(400)]

    assert outcome(1) == outcome(1)
    assert outcome(1) != outcome(2)
    assert 80 < sum(outcome(1)) < 160


def test_delays_add_up_to_a_limit() -> None:
    found = disturb(armed(fault("latency", ms=100), fault("latency", ms=50)))
    much = disturb(armed(fault("latency", ms=MAX_DELAY_MS), fault("latency", ms=1)))

    assert found is not None
    assert found.delay_ms == 150
    assert sorted(found.names) == ["latency=100", "latency=50"]
    assert much is not None
    assert much.delay_ms == MAX_DELAY_MS


def delays(ms: Any, chances: Iterable[float]) -> list[float]:
    found = []
    for part in chances:

        def chance(_what: str, _ordinal: int, part: float = part) -> float:
            return part

        disturbance = armed(fault("latency", ms=ms)).disturb(LIST, "/toys", 0, chance)
        found.append(disturbance.delay_ms if disturbance is not None else -1)
    return found


def test_a_delay_between_bounds_lies_between_them() -> None:
    assert delays((100, 200), (0, 0.25, 0.999999)) == [100, 125, 200]


def test_a_spread_delay_has_the_median_and_the_percentile_that_were_told() -> None:
    assert delays(Spread(median=200, p95=1_000), (0.5, 0.95)) == [200, 1_000]
    assert delays(Spread(median=200, p95=1_000), (0, 1)) == [1.9, 20939.5]


def test_a_rate_limit_lets_so_many_through_in_each_window_and_says_when_the_next_begins() -> None:
    faults = armed(fault("rate-limit", limit=2, per="10s"))
    at = [0, 1_000, 1_000, 9_999, 10_000, 10_000, 12_500]
    found = [disturb(faults, now=now) for now in at]

    assert [each and (each.status, each.retry_after_s, each.names) for each in found] == [
        None,
        None,
        (429, 9, ["rate-limit"]),
        (429, 1, ["rate-limit"]),
        None,
        None,
        (429, 8, ["rate-limit"]),
    ]


def test_a_rate_limit_begins_anew_when_the_clock_was_set_back() -> None:
    faults = armed(fault("rate-limit", limit=1, per="1s"))

    assert [disturb(faults, now=now) is not None for now in (5_000, 5_001, 10, 11)] == [False, True, False, True]


def test_the_first_failure_and_the_first_harm_on_the_wire_count() -> None:
    found = disturb(armed(fault(), fault("status", code="x"), fault("drop"), fault("garbage"), fault("drip", ms=5)))

    assert found is not None
    assert (found.status, found.code, found.wire, found.names) == (500, "", "drop", ["status=500", "drop"])


def test_hits_count_what_was_done() -> None:
    faults = armed(fault(first=2), fault())
    struck(faults, 3)

    assert [(each.seen, each.hits) for each in faults.armed] == [(3, 2), (3, 1)]


def test_a_fault_can_be_taken_out() -> None:
    faults = armed(fault(), fault("drop"))
    faults.disarm("fault-1")

    assert [each.id for each in faults.armed] == ["fault-2"]
    with pytest.raises(UnknownSandboxError, match="unknown fault 'fault-1'; GET /_mock/faults lists them"):
        faults.disarm("fault-1")


def test_ids_go_on_until_all_is_cleared() -> None:
    faults = armed(fault())
    faults.disarm_all()
    assert [each.id for each in faults.arm([fault()])] == ["fault-2"]
    faults.clear()
    assert [each.id for each in faults.arm([fault()])] == ["fault-1"]


def test_there_is_a_limit_to_faults() -> None:
    faults = armed(*[fault()] * MAX_FAULTS)

    with pytest.raises(LimitError, match="a sandbox takes 100 faults"):
        faults.arm([fault()])
    assert len(faults.armed) == MAX_FAULTS


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_does_something_within_a_hundred_requests(preset: Preset) -> None:
    sandbox = sandbox_of(make_app())
    sandbox.faults.arm(PRESETS[preset])

    for _ in range(100):
        sandbox.apply_faults(LIST, "/toys")
    assert all(each.hits for each in sandbox.faults.armed)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("code=429", [("code", 429)]),
        ("code=404, wait=1.5", [("code", 404), ("wait", 1.5)]),
        ('Code="503"; foo=bar , WAIT = 2', [("code", 503), ("wait", 2)]),
        ("code=429, code=500", [("code", 429)]),
        ("return=minimal, respond-async", []),
        ("code=200", []),
        ("code=600", []),
        ("code=429.5", []),
        ("wait=60", [("wait", 60)]),
        ("wait=61", []),
        ("wait=-1", []),
        ("wait=NaN", []),
        ("", []),
    ],
)
def test_preferences_are_read_as_far_as_they_can_be_honoured(header: str, expected: list[tuple[str, float]]) -> None:
    assert list(preferences(header)) == expected


def test_the_code_that_a_request_asks_for_wins() -> None:
    disturbance = Disturbance()
    disturbance.fail("rate-limit", 429, retry_after_s=3)
    apply_prefer_header(disturbance, "wait=2, code=503")

    assert (disturbance.status, disturbance.retry_after_s, disturbance.delay_ms) == (503, None, 2_000)
    assert (disturbance.names, disturbance.applied) == (["latency=2000", "status=503"], ["wait=2", "code=503"])
