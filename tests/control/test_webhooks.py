"""Endpoints, the log of deliveries, and events made on purpose, by the control API."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mockserver.http.app import App
from mockserver.http.server import running_server
from mockserver.webhooks import MAX_ENDPOINTS
from tests.conftest import VEXUTOPIA_KEY, MakeApp, sandbox_of
from tests.control.asking import refused
from tests.control.conftest import ControlOf
from tests.receiving import Received, Receiver, receiving

HOOKS = "/_mock/webhooks"
LOG = "/_mock/webhooks/deliveries"
JANE = "cus_abc123def456"
PAID = "pay_1234567890"
TYPES = (
    "payment.created, payment.succeeded, payment.failed, payment.refunded, customer.created, customer.updated, customer.deleted"
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as each:
        yield each


@pytest.fixture
def collecting(control: httpx.Client) -> httpx.Client:
    """A client of the control API, where events are collected."""
    control.post(HOOKS, json={"secret": "whsec_x"})
    return control


def make(control: httpx.Client, **order: Any) -> Any:
    reply = control.post("/_mock/events", json=order)
    assert reply.status_code == 201, reply.text
    return reply.json()


def log(control: httpx.Client, **query: str) -> Any:
    return control.get(LOG, params=query).json()


# Endpoints


def test_endpoint_is_listed_without_its_secret(control: httpx.Client) -> None:
    made = control.post(HOOKS, json={"url": "http://127.0.0.1:9/hook", "secret": "whsec_x", "events": ["customer.created"]})
    row = {"id": "endpoint-1", "url": "http://127.0.0.1:9/hook", "events": ["customer.created"], "rotated": False}
    assert (made.status_code, made.json()) == (201, row)
    assert made.headers["location"] == "http://mock.localhost/_mock/webhooks/endpoint-1"
    assert control.get(HOOKS).json() == [row]


def test_secret_is_made_up_and_shown_once(control: httpx.Client, make_app: MakeApp, control_of: ControlOf) -> None:
    made = control.post(HOOKS).json()
    assert made["secret"].startswith("whsec_")
    assert len(made["secret"]) == 38
    assert control_of(make_app()).post(HOOKS).json() == made
    assert control.post(HOOKS).json()["secret"] != made["secret"]
    assert "secret" not in control.get(HOOKS).json()[0]
    assert control.get("/_mock/state").json()["webhooks"][0]["secret"] == made["secret"]


def test_endpoint_is_changed_in_part(control: httpx.Client) -> None:
    control.post(HOOKS, json={"url": "http://127.0.0.1:9/hook", "secret": "one", "events": ["customer.created"]})
    changed = control.patch(f"{HOOKS}/endpoint-1", json={"secret": "two"}).json()
    assert changed == {"id": "endpoint-1", "url": "http://127.0.0.1:9/hook", "events": ["customer.created"], "rotated": True}
    assert control.patch(f"{HOOKS}/endpoint-1", json={"url": None, "events": None}).json() == {
        "id": "endpoint-1", "url": None, "events": [], "rotated": True,
    }  # fmt: skip
    stated = control.get("/_mock/state").json()["webhooks"]
    assert stated == [{"id": "endpoint-1", "url": "", "secret": "two", "events": [], "old_secret": "one"}]


def test_same_secret_again_is_no_rotation(collecting: httpx.Client) -> None:
    assert collecting.patch(f"{HOOKS}/endpoint-1", json={"secret": "whsec_x"}).json()["rotated"] is False


def test_state_with_endpoints_goes_round(collecting: httpx.Client) -> None:
    collecting.patch(f"{HOOKS}/endpoint-1", json={"secret": "two"})
    state = collecting.get("/_mock/state").json()
    assert collecting.put("/_mock/state", json=state).status_code == 200
    assert collecting.get("/_mock/state").json() == state


def test_removed_endpoint_is_sent_nothing_more(collecting: httpx.Client) -> None:
    make(collecting, type="customer.created", how="delay")
    assert collecting.delete(f"{HOOKS}/endpoint-1").status_code == 204
    assert collecting.get(HOOKS).json() == []
    (row,) = log(collecting)
    assert (row["status"], row["error"]) == ("dropped", "its endpoint is gone")
    make(collecting, type="customer.created")
    assert len(log(collecting)) == 1


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_unknown_endpoint_is_not_found(control: httpx.Client, method: str) -> None:
    reply = control.request(method, f"{HOOKS}/nobody", json={} if method == "PATCH" else None)
    refused(reply, 404, "unknown webhook endpoint 'nobody'; GET /_mock/webhooks lists them")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (
            {"url": "http://hooks.example/"},
            "body.url: hooks.example is not this machine, so no webhooks go there; "
            "allow it with --allow-webhook-host hooks.example",
        ),
        ({"url": ""}, "body.url: '' is not a URL to send to; write http://127.0.0.1:9000/hook"),
        ({"url": "app://endpoint-1"}, "body.url: 'app://endpoint-1' is not a URL to send to; write http://127.0.0.1:9000/hook"),
        ({"events": ["payment.completed"]}, f"body.events: unknown event type 'payment.completed'; choose {TYPES}"),
        ({"secret": ""}, 'body.secret: must be text that is not empty, got ""'),
        ({"uri": "x"}, "body.uri: unknown field; known: url, secret, events"),
    ],
)
def test_endpoint_that_cannot_be_is_refused(control: httpx.Client, body: Any, detail: str) -> None:
    refused(control.post(HOOKS, json=body), 400, detail)
    assert control.get(HOOKS).json() == []


def test_host_that_is_allowed_is_taken(make_app: MakeApp, control_of: ControlOf) -> None:
    app = make_app(allow_webhook_hosts=frozenset({"hooks.example"}), raise_errors=False)
    assert control_of(app).post(HOOKS, json={"url": "https://hooks.example/x"}).status_code == 201


def test_state_with_a_target_that_is_not_allowed_is_refused(control: httpx.Client) -> None:
    reply = control.put("/_mock/state", json={"webhooks": [{"id": "far", "url": "http://hooks.example/", "secret": "s"}]})
    what = "hooks.example is not this machine, so no webhooks go there"
    refused(reply, 400, f"body.webhooks, far: {what}; allow it with --allow-webhook-host hooks.example")


def test_state_with_an_application_of_this_process_goes_round(app: App, control: httpx.Client) -> None:
    app.webhook_sender.connect(sandbox_of(app), lambda _environ, _start: [], secret="s")
    state = control.get("/_mock/state").json()
    assert control.put("/_mock/state", json=state).status_code == 200
    refused(
        control.put("/@other/_mock/state", json=state),
        400,
        "body.webhooks, endpoint-1: 'app://endpoint-1' is not a URL to send to; write http://127.0.0.1:9000/hook",
    )


def test_endpoints_are_limited(control: httpx.Client) -> None:
    for _ in range(MAX_ENDPOINTS):
        control.post(HOOKS)
    refused(control.post(HOOKS), 503, "there are 100 webhook endpoints; DELETE /_mock/webhooks/ID removes one")


# Deliveries


def test_log_says_all_there_is_to_say(collecting: httpx.Client) -> None:
    collecting.headers["authorization"] = f"Bearer {VEXUTOPIA_KEY}"
    identity = collecting.post("/v1/customers", json={"email": "ö@example.com"}).json()["id"]
    (event,) = collecting.get("/_mock/events").json()
    body = json.dumps(event["body"], ensure_ascii=False, separators=(",", ":"))
    signature = hmac.new(b"whsec_x", body.encode(), hashlib.sha256).hexdigest()
    assert log(collecting) == [
        {
            "number": 1,
            "event": event["id"],
            "type": "customer.created",
            "object": identity,
            "endpoint": "endpoint-1",
            "url": None,
            "attempt": 1,
            "due": "2026-02-02T13:48:05.683Z",
            "status": "collected",
            "how": "",
            "replays": None,
            "headers": {"content-type": "application/json", "user-agent": "mockserver", "x-vexutopia-signature": signature},
            "body": body,
            "answer": None,
            "answer_body": "",
            "error": "",
            "took_ms": 0,
            "event_after": 1,
            "sent_after": 1,
            "answered_after": 1,
            "assumed": {"vexutopia.signature-form": "hex"},
        }
    ]
    assert collecting.get(f"{LOG}/1").json() == log(collecting)[0]


def test_secret_stands_in_no_output_but_the_state(collecting: httpx.Client) -> None:
    collecting.patch(f"{HOOKS}/endpoint-1", json={"secret": "whsec_later"})
    make(collecting, type="payment.refunded", how="old-secret")
    for path in (HOOKS, LOG, f"{LOG}/1", "/_mock/events", "/_mock/requests", "/_mock/report"):
        assert "whsec_" not in collecting.get(path).text


def test_log_is_filtered(collecting: httpx.Client) -> None:
    made = make(collecting, type="payment.refunded")
    identity = made["events"][0]["object"]
    make(collecting, type="customer.created", how="drop")
    queries: list[tuple[dict[str, str], list[int]]] = [
        ({"type": "payment.refunded"}, [3]),
        ({"object": identity}, [1, 2, 3]),
        ({"event": made["events"][1]["id"]}, [2]),
        ({"endpoint": "endpoint-1"}, [1, 2, 3, 4]),
        ({"endpoint": "endpoint-2"}, []),
        ({"status": "dropped"}, [4]),
        ({"since": "2"}, [3, 4]),
        ({"object": identity, "since": "1", "status": "collected"}, [2, 3]),
    ]
    for query, numbers in queries:
        assert [row["number"] for row in log(collecting, **query)] == numbers, query


@pytest.mark.parametrize("query", [{"status": "lost"}, {"wait": "61"}, {"wait": "-1"}, {"since": "x"}, {"kind": "x"}])
def test_query_that_means_nothing_is_refused(control: httpx.Client, query: dict[str, str]) -> None:
    assert control.get(LOG, params=query).status_code == 400


@pytest.mark.parametrize("number", ["0", "9", "x", "²", "9" * 30])
def test_unknown_delivery_is_not_found(collecting: httpx.Client, number: str) -> None:
    detail = f"unknown delivery {number!r}; GET /_mock/webhooks/deliveries lists those that are remembered"
    refused(collecting.get(f"{LOG}/{number}"), 404, detail)


def test_log_is_forgotten_on_request(collecting: httpx.Client) -> None:
    make(collecting, type="customer.created", how="delay")
    assert collecting.delete(LOG).status_code == 204
    assert (log(collecting), collecting.get("/_mock/events").json()) == ([], [])
    collecting.patch("/_mock/clock", json={"advance": "1h"})
    assert log(collecting) == []


def test_reset_clears_the_log_and_goes_back_to_the_endpoints_of_the_start(collecting: httpx.Client) -> None:
    make(collecting, type="customer.created")
    collecting.post("/_mock/reset")
    assert (log(collecting), collecting.get(HOOKS).json()) == ([], [])


def test_replay_sends_the_same_event_anew(collecting: httpx.Client) -> None:
    make(collecting, type="customer.created", how="bad-signature")
    collecting.patch("/_mock/clock", json={"advance": "1h"})
    reply = collecting.post(f"{LOG}/1/replay")
    assert reply.status_code == 201
    first, again = log(collecting)
    assert reply.json() == again
    assert (again["number"], again["replays"], again["how"], again["due"]) == (2, 1, "", "2026-02-02T14:48:05.683Z")
    assert (again["event"], again["body"]) == (first["event"], first["body"])
    assert again["headers"] != first["headers"]


def test_replay_takes_an_endpoint(collecting: httpx.Client) -> None:
    make(collecting, type="customer.created")
    collecting.delete(f"{HOOKS}/endpoint-1")
    detail = "the webhook endpoint 'endpoint-1' no longer exists; POST /_mock/webhooks adds one"
    refused(collecting.post(f"{LOG}/1/replay"), 409, detail)


def test_wait_ends_with_the_outcome(control: httpx.Client, receiver: Receiver) -> None:
    control.post(HOOKS, json={"url": receiver.url, "secret": "x"})
    make(control, type="customer.created")
    (row,) = log(control, wait="20", type="customer.created")
    assert (row["status"], row["answer"]) == ("delivered", 200)


def test_wait_for_nothing_ends_by_itself(collecting: httpx.Client) -> None:
    assert log(collecting, wait="0.01") == []


def test_wait_for_a_status_is_content_with_it(collecting: httpx.Client) -> None:
    make(collecting, type="customer.created", how="delay")
    assert [row["status"] for row in log(collecting, wait="20", status="waiting")] == ["waiting"]


# Over a socket


@pytest.fixture
def url(make_app: MakeApp) -> Iterator[str]:
    with running_server(make_app(clock="real")) as address:
        yield address.url


def test_server_sends_and_a_waiting_client_hears_of_it(url: str, receiver: Receiver) -> None:
    httpx.post(f"{url}{HOOKS}", json={"url": receiver.url, "secret": "x"})
    heard: list[Any] = []
    waiting = threading.Thread(target=lambda: heard.extend(httpx.get(f"{url}{LOG}?wait=20", timeout=30).json()))
    waiting.start()
    httpx.post(f"{url}/_mock/events", json={"type": "payment.refunded"})
    waiting.join()
    assert heard[0]["status"] == "delivered"


def test_server_settles_and_tells_though_nobody_calls(url: str, receiver: Receiver) -> None:
    told = threading.Event()

    def note(delivery: Received) -> int:
        if delivery.event["type"] == "payment.succeeded":
            told.set()
        return 200

    receiver.answer = note
    httpx.post(f"{url}{HOOKS}", json={"url": receiver.url, "secret": "x"})
    httpx.post(f"{url}/v1/payments", json={"amount": 1, "currency": "usd"}, headers={"authorization": "Bearer vex_test_x"})
    httpx.patch(f"{url}/_mock/clock", json={"advance": "4900ms"})
    assert told.wait(20)


def test_three_days_of_retries_pass_in_one_call(url: str, receiver: Receiver) -> None:
    receiver.answer = lambda _delivery: 500
    httpx.post(f"{url}{HOOKS}", json={"url": receiver.url, "secret": "x"})
    httpx.post(f"{url}/_mock/events", json={"type": "customer.created"})
    httpx.patch(f"{url}/_mock/clock", json={"advance": "3d"})
    rows = httpx.get(f"{url}{LOG}").json()
    assert [(row["attempt"], row["status"]) for row in rows] == [(number, "failed") for number in range(1, 7)]


def test_mock_answers_while_a_receiver_does_not(url: str, receiver: Receiver) -> None:
    released = threading.Event()
    receiver.answer = lambda _delivery: 200 if released.wait(60) else 500
    httpx.post(f"{url}{HOOKS}", json={"url": receiver.url, "secret": "x"})
    httpx.post(f"{url}/_mock/events", json={"type": "customer.created"})
    assert httpx.get(f"{url}/v1/customers", headers={"authorization": "Bearer vex_test_x"}).status_code == 200
    assert httpx.get(f"{url}{LOG}").json()[0]["status"] == "sending"
    released.set()
    assert httpx.get(f"{url}{LOG}?wait=20", timeout=30).json()[0]["status"] == "delivered"


def test_second_advance_meanwhile_is_refused(url: str, receiver: Receiver) -> None:
    answers: list[httpx.Response] = []

    def advance(_delivery: Received) -> int:
        answers.append(httpx.patch(f"{url}/_mock/clock", json={"advance": "1h"}))
        return 200

    receiver.answer = advance
    httpx.post(f"{url}{HOOKS}", json={"url": receiver.url, "secret": "x", "events": ["payment.succeeded"]})
    httpx.post(f"{url}/v1/payments", json={"amount": 1, "currency": "usd"}, headers={"authorization": "Bearer vex_test_x"})
    assert httpx.patch(f"{url}/_mock/clock", json={"advance": "1h"}).status_code == 200
    refused(answers[0], 409, "the clock is being advanced already; wait for the answer to the other call")


def test_waiting_client_is_told_in_the_end_that_nothing_came(url: str) -> None:
    assert httpx.get(f"{url}{LOG}?wait=0.01").json() == []


def test_waiting_client_is_answered_when_the_server_ends(make_app: MakeApp) -> None:
    app = make_app(clock="real")
    answers: list[Any] = []
    with running_server(app) as address:
        waiting = threading.Thread(target=lambda: answers.append(httpx.get(f"{address.url}{LOG}?wait=60", timeout=90).json()))
        waiting.start()
        while not app.shutdown_callbacks:
            threading.Event().wait(0.001)
    waiting.join()
    assert (answers, app.shutdown_callbacks) == ([[]], set())


# Events on purpose


def sent(made: Any) -> list[tuple[str, str, str]]:
    return [(row["type"], row["how"], row["status"]) for row in made["deliveries"]]


def test_event_is_made_without_any_endpoint(control: httpx.Client) -> None:
    made = make(control, type="payment.refunded", object=PAID)
    assert made["deliveries"] == []
    assert made["events"] == control.get("/_mock/events").json()
    (event,) = made["events"]
    assert (event["type"], event["object"], event["provider"], event["after"]) == ("payment.refunded", PAID, "vexutopia", 0)


def test_events_are_filtered(control: httpx.Client) -> None:
    (created, settled) = make(control, type="payment.failed")["events"]
    assert control.get("/_mock/events", params={"type": "payment.failed"}).json() == [settled]
    assert control.get("/_mock/events", params={"object": created["object"]}).json() == [created, settled]


@pytest.mark.parametrize("how", ["bad-signature", "truncate", "re-serialise"])
def test_delivery_that_is_wrong_says_so(collecting: httpx.Client, how: str) -> None:
    assert sent(make(collecting, type="customer.updated", object=JANE, how=how)) == [("customer.updated", how, "collected")]


def test_duplicate_is_sent_twice(collecting: httpx.Client) -> None:
    one, other = make(collecting, type="customer.updated", object=JANE, how="duplicate")["deliveries"]
    assert (one["how"], other["how"]) == ("", "duplicate")
    assert (one["event"], one["body"], one["headers"]) == (other["event"], other["body"], other["headers"])


def test_dropped_one_is_never_sent(collecting: httpx.Client) -> None:
    made = make(collecting, type="customer.created", how="drop")
    assert sent(made) == [("customer.created", "drop", "dropped")]
    assert made["deliveries"][0]["error"] == "dropped on purpose"
    collecting.patch("/_mock/clock", json={"advance": "3d"})
    assert len(log(collecting)) == 1


@pytest.mark.parametrize(("given", "late"), [({}, "13:58:05"), ({"delay": "1h"}, "14:48:05")])
def test_delayed_one_is_late(collecting: httpx.Client, given: dict[str, str], late: str) -> None:
    assert sent(make(collecting, type="customer.created", how="delay", **given)) == [("customer.created", "delay", "waiting")]
    collecting.patch("/_mock/clock", json={"advance": "1d"})
    (row,) = log(collecting)
    assert (row["status"], row["due"]) == ("collected", f"2026-02-02T{late}.683Z")


def test_reordered_one_waits_for_the_next_of_its_object(control: httpx.Client, receiver: Receiver) -> None:
    control.post(HOOKS, json={"url": receiver.url, "secret": "x"})
    made = make(control, type="payment.created", how="reorder")
    assert sent(made) == [("payment.created", "reorder", "waiting")]
    make(control, type="customer.created")
    control.patch("/_mock/clock", json={"advance": "1m"})
    assert receiver.types == ["customer.created", "payment.succeeded", "payment.created"]


def test_reordered_one_of_a_new_object_comes_before_its_creation(collecting: httpx.Client) -> None:
    made = make(collecting, type="customer.updated", how="reorder")
    assert [event["type"] for event in made["events"]] == ["customer.created", "customer.updated"]
    assert sent(made) == [("customer.updated", "reorder", "collected"), ("customer.created", "", "collected")]


def test_event_after_the_deletion_has_the_object_as_it_was(collecting: httpx.Client) -> None:
    made = make(collecting, type="customer.updated", object=JANE, how="after-delete")
    assert sent(made) == [("customer.deleted", "", "collected"), ("customer.updated", "after-delete", "collected")]
    assert json.loads(made["deliveries"][1]["body"])["data"]["object"]["id"] == JANE
    collecting.headers["authorization"] = f"Bearer {VEXUTOPIA_KEY}"
    assert collecting.get(f"/v1/customers/{JANE}").status_code == 404


def test_deletion_itself_comes_after_the_deletion_anyway(collecting: httpx.Client) -> None:
    made = make(collecting, type="customer.deleted", object=JANE, how="after-delete")
    assert sent(made) == [("customer.deleted", "after-delete", "collected")]


def test_payment_is_never_deleted(collecting: httpx.Client) -> None:
    reply = collecting.post("/_mock/events", json={"type": "payment.failed", "how": "after-delete"})
    refused(reply, 409, "body.how: such an object cannot be deleted, or no longer")
    assert (collecting.get("/_mock/events").json(), log(collecting)) == ([], [])
    reply = collecting.post("/_mock/events", json={"type": "payment.created", "object": PAID, "how": "after-delete"})
    assert reply.status_code == 409


def signature(row: Any) -> str:
    return str(row["headers"]["x-vexutopia-signature"])


def test_old_secret_signs_after_a_rotation(collecting: httpx.Client) -> None:
    order = {"type": "customer.created", "how": "old-secret"}
    what = 'body.how: endpoint-1 has had no other secret; PATCH /_mock/webhooks/endpoint-1 {"secret": "…"} rotates it'
    refused(collecting.post("/_mock/events", json=order), 400, what)
    collecting.patch(f"{HOOKS}/endpoint-1", json={"secret": "new"})
    (row,) = make(collecting, **order)["deliveries"]
    assert signature(row) == hmac.new(b"whsec_x", row["body"].encode(), "sha256").hexdigest()


@pytest.mark.parametrize(("how", "offset"), [("stale", -600), ("future", 600)])
def test_signature_has_another_time(collecting: httpx.Client, how: str, offset: int) -> None:
    order = {"type": "customer.created", "how": how}
    hint = "PATCH /_mock/assumptions chooses another form than vexutopia.signature-form=hex"
    refused(collecting.post("/_mock/events", json=order), 400, f"body.how: the signature says no time; {hint}")
    collecting.patch("/_mock/assumptions", json={"vexutopia.signature-form": "timestamped"})
    (row,) = make(collecting, **order)["deliveries"]
    moment = 1_770_040_085 + offset
    digest = hmac.new(b"whsec_x", f"{moment}.{row['body']}".encode(), "sha256").hexdigest()
    assert signature(row) == f"t={moment},v1={digest}"


def test_what_is_wrong_in_itself_is_not_tried_again(control: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda _delivery: 401
    control.post(HOOKS, json={"url": receiver.url, "secret": "x"})
    make(control, type="customer.created", how="bad-signature")
    control.patch("/_mock/clock", json={"advance": "3d"})
    assert [(row["attempt"], row["answer"]) for row in log(control)] == [(1, 401)]


@pytest.mark.parametrize(
    ("order", "status", "detail"),
    [
        ({"type": "payment.completed"}, 400, f"body.type: unknown event type 'payment.completed'; choose {TYPES}"),
        ({}, 400, "body: `type` is missing; it must be text"),
        (
            {"type": "customer.updated", "object": "nobody"},
            404,
            "body.object: unknown customer 'nobody'; leave `object` out to create one",
        ),
        (
            {"type": "payment.failed", "object": PAID},
            409,
            "body.object: payment.failed cannot happen to it in its present state; leave `object` out to create one",
        ),
        ({"type": "customer.created", "delay": "1h"}, 400, 'body.delay: only a delayed delivery has a delay; say "how": "delay"'),
        (
            {"type": "customer.created", "how": "delay", "delay": "soon"},
            400,
            "body.delay: 'soon' is not a duration; write it like 90s, 3d or PT36H",
        ),
        (
            {"type": "customer.created", "how": "twice"},
            400,
            "body.how: must be duplicate, reorder, drop, delay, bad-signature, old-secret, stale, "
            'future, truncate, re-serialise or after-delete, got "twice"',
        ),
    ],
)
def test_event_that_cannot_be_is_refused(collecting: httpx.Client, order: Any, status: int, detail: str) -> None:
    refused(collecting.post("/_mock/events", json=order), status, detail)
    assert collecting.get("/_mock/events").json() == []


def test_event_needs_a_body(control: httpx.Client) -> None:
    assert control.post("/_mock/events").status_code == 400


def test_what_goes_wrong_takes_a_receiver(control: httpx.Client) -> None:
    reply = control.post("/_mock/events", json={"type": "customer.created", "how": "duplicate"})
    refused(reply, 409, "body.how: no webhook endpoint wants customer.created; POST /_mock/webhooks adds one")


def test_snapshot_keeps_endpoints_and_restore_leaves_the_log(collecting: httpx.Client) -> None:
    collecting.put("/_mock/snapshots/one")
    collecting.delete(f"{HOOKS}/endpoint-1")
    collecting.post("/_mock/snapshots/one/restore")
    make(collecting, type="customer.created", how="delay")
    collecting.post("/_mock/snapshots/one/restore")
    collecting.patch("/_mock/clock", json={"advance": "1h"})
    assert [row["status"] for row in log(collecting)] == ["collected"]


def test_sandboxes_have_their_own(collecting: httpx.Client) -> None:
    make(collecting, type="customer.created")
    assert [collecting.get(f"/@other{path}").json() for path in (HOOKS, LOG, "/_mock/events")] == [[], [], []]
