"""Faults, armed and taken out from outside."""

from typing import Any

import httpx
import pytest

from mockserver.http.app import App
from tests.conftest import VEXUTOPIA_KEY, client_of
from tests.control.asking import refused

CREATE = "vexutopia.createCustomer"


def arm(control: httpx.Client, **order: Any) -> Any:
    reply = control.post("/_mock/faults", json=order)
    assert reply.status_code == 201, reply.text
    return reply.json()


def test_a_fault_is_answered_as_it_was_armed(control: httpx.Client) -> None:
    armed = {"kind": "status", "status": 429, "code": "rate_limit_exceeded", "retry_after": 3}
    which = {"operations": [CREATE], "path": "/v1/*", "first": 2, "every": 1, "probability": 0.5, "for": "10m"}
    told = armed | which

    assert arm(control, **told) == [
        {"id": "fault-1", "seen": 0, "hits": 0, **told, "until": "2026-02-02T13:58:05.683Z", "state": "armed"}
    ]


@pytest.mark.parametrize(
    ("order", "row"),
    [
        ({"kind": "latency", "ms": 300}, {"ms": 300}),
        ({"kind": "latency", "ms": [100, 200]}, {"ms": [100, 200]}),
        ({"kind": "latency", "ms": {"median": 100, "p95": 200}}, {"ms": {"median": 100, "p95": 200}}),
        ({"kind": "rate-limit", "limit": 0, "per": "1m"}, {"limit": 0, "per": "1m", "per_ms": 60_000}),
        ({"kind": "lost-reply"}, {}),
        ({"kind": "drop"}, {}),
        ({"kind": "truncate"}, {}),
        ({"kind": "garbage"}, {}),
        ({"kind": "drip", "ms": 5}, {"ms": 5}),
        ({"kind": "paging", "mode": "loop"}, {"mode": "loop"}),
    ],
)
def test_every_kind_can_be_armed(control: httpx.Client, order: dict[str, Any], row: dict[str, Any]) -> None:
    expected = {"id": "fault-1", "kind": order["kind"], "seen": 0, "hits": 0, "state": "armed", **row}

    assert arm(control, **order) == [expected]
    assert control.get("/_mock/faults").json() == [expected]


def test_a_preset_is_several_faults_and_takes_conditions(control: httpx.Client) -> None:
    rows = arm(control, preset="flaky", operations=[CREATE])

    assert [(row["kind"], row["operations"], row["probability"]) for row in rows] == [
        ("status", [CREATE], 0.1),
        ("drop", [CREATE], 0.05),
        ("latency", [CREATE], 0.3),
    ]


def test_a_fault_strikes_its_operation_alone_and_is_told_on_the_reply(app: App, control: httpx.Client) -> None:
    arm(control, kind="status", status=400, code="card_declined", operations=[CREATE])
    client = client_of(app, VEXUTOPIA_KEY)
    failed = client.post("/v1/customers", json={"email": "a@example.com"})

    assert (failed.status_code, failed.headers["mock-fault"]) == (400, "status=400")
    assert failed.json()["error"]["code"] == "card_declined"
    assert client.get("/v1/customers").status_code == 200


def test_what_a_fault_did_is_counted_and_a_spent_one_says_so(app: App, control: httpx.Client) -> None:
    arm(control, kind="status", status=500, first=1)
    client = client_of(app, VEXUTOPIA_KEY)
    statuses = [client.get("/v1/customers").status_code for _ in range(2)]
    (row,) = control.get("/_mock/faults").json()

    assert statuses == [500, 200]
    assert (row["seen"], row["hits"], row["state"]) == (2, 1, "spent")


def test_time_ends_a_fault(app: App, control: httpx.Client) -> None:
    arm(control, kind="status", status=500, **{"for": "10m"})
    client = client_of(app, VEXUTOPIA_KEY)
    before = client.get("/v1/customers").status_code
    control.patch("/_mock/clock", json={"advance": "10m"})

    assert (before, client.get("/v1/customers").status_code) == (500, 200)
    assert control.get("/_mock/faults").json()[0]["state"] == "spent"


def test_faults_are_taken_out_one_by_one_or_all(control: httpx.Client) -> None:
    for _ in range(3):
        arm(control, kind="drop")

    assert control.delete("/_mock/faults/fault-2").status_code == 204
    assert [row["id"] for row in control.get("/_mock/faults").json()] == ["fault-1", "fault-3"]
    assert control.delete("/_mock/faults").status_code == 204
    assert control.get("/_mock/faults").json() == []
    refused(control.delete("/_mock/faults/fault-2"), 404, "unknown fault 'fault-2'; GET /_mock/faults lists them")


def test_reset_takes_out_all_and_restore_none(control: httpx.Client) -> None:
    control.put("/_mock/snapshots/before")
    arm(control, kind="drop")
    control.post("/_mock/snapshots/before/restore")
    assert len(control.get("/_mock/faults").json()) == 1

    control.post("/_mock/reset")
    assert control.get("/_mock/faults").json() == []
    assert arm(control, kind="drop")[0]["id"] == "fault-1"


def test_faults_stay_in_their_sandbox(app: App, control: httpx.Client) -> None:
    control.post("/@other/_mock/faults", json={"kind": "status", "status": 500})

    assert client_of(app).get("/customers").status_code == 200
    assert client_of(app).get("/@other/customers").status_code == 500


def test_a_request_can_ask_for_a_failure_of_its_own(app: App) -> None:
    client = client_of(app)
    failed = client.get("/customers", headers={"Prefer": "code=503, wait=0.5"})

    assert failed.status_code == 503
    assert failed.headers["preference-applied"] == "code=503, wait=0.5"
    assert failed.headers["mock-fault"] == "latency=500, status=503"
    assert client.get("/customers", headers={"Prefer": "return=minimal"}).headers.get("preference-applied") is None


def test_preferences_may_come_in_several_headers(app: App) -> None:
    wishes = [("Prefer", "wait=0.01"), ("Prefer", "code=503")]

    failed = client_of(app).get("/customers", headers=wishes)

    assert (failed.status_code, failed.headers["preference-applied"]) == (503, "wait=0.01, code=503")


def test_a_wait_as_long_as_the_clients_time_out_is_that_time_out(app: App) -> None:
    with pytest.raises(httpx.ReadTimeout):
        client_of(app, timeout=1).get("/customers", headers={"Prefer": "wait=1"})


def test_a_path_of_no_provider_has_no_faults(app: App, control: httpx.Client) -> None:
    arm(control, kind="status", status=500)

    assert client_of(app).get("/elsewhere", headers={"Prefer": "code=503"}).status_code == 404


def test_a_failure_comes_before_the_credential_is_looked_at(app: App, control: httpx.Client) -> None:
    arm(control, kind="status", status=503, retry_after=30)
    reply = client_of(app, "").get("/v1/customers")

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "30")


@pytest.mark.parametrize(
    ("order", "detail"),
    [
        ({}, "body: has neither a kind nor a preset; kinds: status, "),
        ({"kind": "latncy"}, "body.kind: must be status, latency, rate-limit, "),
        ({"kind": "status"}, "body.status: required for kind `status`; "),
        ({"kind": "drop", "status": 500}, "body.status: not allowed for kind `drop`; it takes operations, path, "),
        ({"kind": "status", "status": 399}, "body.status: "),
        ({"kind": "status", "status": 500, "code": "nope"}, "body.code: unknown error code 'nope'; known: unauthorized, "),
        (
            {"kind": "status", "status": 500, "code": "card_declined", "operations": ["spoonity.createCustomer"]},
            "body.code: unknown error code 'card_declined'; known: none here",
        ),
        ({"kind": "latency", "ms": [200, 100]}, "body.ms: a delay is from 0 to 60000 ms, the smaller one first, got 200, 100; "),
        ({"kind": "latency", "ms": [1, 2, 3]}, "body.ms: "),
        ({"kind": "latency", "ms": []}, "body.ms: "),
        ({"kind": "latency", "ms": 60_001}, "body.ms: "),
        ({"kind": "latency", "ms": -1}, "body.ms: "),
        ({"kind": "latency", "ms": {"median": 0, "p95": 1}}, "body.ms.median: must be a number from 0.001 to 60000, got 0"),
        (
            {"kind": "latency", "ms": {"median": 2, "p95": 1}},
            "body.ms: a delay is from 0 to 60000 ms, the smaller one first, got 2, 1; ",
        ),
        ({"kind": "rate-limit", "limit": 1, "per": "soon"}, "body.per: 'soon' is not a duration; "),
        ({"kind": "rate-limit", "limit": 1, "per": "0s"}, "body.per: a window is longer than 0; "),
        ({"kind": "drop", "operations": ["vexutopia.createCustomr"]}, "body.operations[0]: unknown operation "),
        ({"kind": "drop", "for": "x"}, "body.for: 'x' is not a duration; "),
        ({"kind": "drop", "first": 0}, "body.first: "),
        ({"kind": "drop", "probability": 1.1}, "body.probability: "),
        ({"preset": "flakey"}, 'body.preset: must be flaky, slow, rate-limited, offline or outage, got "flakey"'),
        ({"preset": "flaky", "status": 500}, "body.status: is decided by the preset; "),
        ({"kind": "drop", "often": True}, "body.often: unknown field; known: kind, preset, "),
    ],
)
def test_what_cannot_be_armed_is_refused_with_the_place_and_the_remedy(
    control: httpx.Client, order: dict[str, Any], detail: str
) -> None:
    reply = control.post("/_mock/faults", json=order)

    assert reply.status_code == 400
    assert reply.json()["detail"].startswith(detail)
    assert control.get("/_mock/faults").json() == []
