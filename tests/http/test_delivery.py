"""When deliveries go out, in which order, how they are tried again, and what waits for what."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from mockserver.errors import BusyError, ClockError
from mockserver.http.app import App
from mockserver.http.webhook_delivery import MAX_SENDING, MAX_SENDING_EACH
from mockserver.http.webhook_requests import DeliveryResult, hand_over
from mockserver.state import Sandbox
from mockserver.state.clock import LATEST_MS
from mockserver.webhooks import Delivery, Endpoint, Event
from tests.conftest import VEXUTOPIA_KEY, MakeApp, client_of, sandbox_of
from tests.receiving import Received, Receiver, receiving

SECRET = "whsec_x"
MINUTE = 60_000
DAY = 86_400_000
TIMEOUT_S = 20


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as each:
        yield each


def told(app: App, receiver: Receiver, *, name: str = "default", events: tuple[str, ...] = ()) -> Sandbox:
    """Return the sandbox, with the receiver as its endpoint."""
    sandbox = sandbox_of(app, name)
    endpoints = sandbox.state.endpoints
    sandbox.state.endpoints = (*endpoints, Endpoint(f"to-{len(endpoints)}", receiver.url, SECRET, events))
    return sandbox


def log(sandbox: Sandbox) -> list[tuple[str, int, str, int]]:
    return [(each.event.type, each.attempt, each.status, each.answer) for each in sandbox.outbox.deliveries]


def create(client: httpx.Client, email: str = "a@example.com") -> str:
    return str(client.post("/v1/customers", json={"email": email}).json()["id"])


def test_event_is_sent_after_the_call_that_caused_it(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    sandbox = told(app, receiver)
    identity = create(vexutopia)
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    (delivery,), (received,) = sandbox.outbox.deliveries, receiver.received
    assert received.event["data"]["object"]["id"] == identity
    assert received.body == delivery.body
    assert received.headers["content-type"] == "application/json"
    assert received.headers["user-agent"] == "mockserver"
    assert (delivery.status, delivery.answer, delivery.attempt, delivery.error) == ("delivered", 200, 1, "")
    assert delivery.assumed == {"vexutopia.signature-form": "hex"}
    assert (delivery.event.after, delivery.sent_after, delivery.answered_after) == (1, 1, 1)
    assert delivery.took_ms > 0


def test_nothing_is_sent_that_an_endpoint_does_not_want(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    sandbox = told(app, receiver, events=("customer.deleted",))
    vexutopia.delete(f"/v1/customers/{create(vexutopia)}")
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    assert receiver.types == ["customer.deleted"]


def test_each_endpoint_is_sent_its_own(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    with receiving() as other:
        sandbox = told(app, receiver)
        told(app, other, events=("customer.created",))
        vexutopia.delete(f"/v1/customers/{create(vexutopia)}")
        assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    assert (receiver.types, other.types) == (["customer.created", "customer.deleted"], ["customer.created"])


def test_sandboxes_have_their_own_receivers(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    with receiving() as other:
        mine, theirs = told(app, receiver, name="mine"), told(app, other, name="theirs")
        vexutopia.post("/@mine/v1/customers", json={"email": "a@example.com"})
        assert app.webhook_sender.flush(mine, TIMEOUT_S)
        assert app.webhook_sender.flush(theirs, TIMEOUT_S)
    assert (len(receiver.received), len(other.received)) == (1, 0)


def test_endpoint_without_a_url_collects(app: App, vexutopia: httpx.Client) -> None:
    sandbox = sandbox_of(app)
    sandbox.state.endpoints = (Endpoint("box", "", SECRET),)
    create(vexutopia)
    (delivery,) = sandbox.outbox.deliveries
    assert (delivery.status, delivery.answer, delivery.sent_after) == ("collected", 0, 1)
    assert dict(delivery.headers)[b"x-vexutopia-signature"] != b""
    assert delivery.body.startswith(b'{"id":"evt_')


def test_failed_delivery_is_tried_again_when_the_clock_has_moved(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda _delivery: 500 if len(receiver.received) < 3 else 200
    sandbox = told(app, receiver)
    started = sandbox.now
    create(vexutopia)
    app.webhook_sender.advance(sandbox, 3 * DAY)
    assert log(sandbox) == [
        ("customer.created", 1, "failed", 500),
        ("customer.created", 2, "failed", 500),
        ("customer.created", 3, "delivered", 200),
    ]
    assert [each.due - started for each in sandbox.outbox.deliveries] == [0, MINUTE, 6 * MINUTE]
    assert len({each.body for each in receiver.received}) == 1
    assert sandbox.now == started + 3 * DAY


def test_five_retries_and_no_more(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda _delivery: 503
    sandbox = told(app, receiver)
    started = sandbox.now
    create(vexutopia)
    app.webhook_sender.advance(sandbox, 30 * DAY)
    minutes = [0, 1, 6, 36, 156, 1596]
    assert [each.due - started for each in sandbox.outbox.deliveries] == [each * MINUTE for each in minutes]
    assumed = {"vexutopia.signature-form": "hex", "vexutopia.webhook-retries": "five"}
    assert [each.assumed for each in sandbox.outbox.deliveries] == [assumed] * 6


def test_no_retry_where_the_sandbox_says_so(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda _delivery: 503
    sandbox = told(app, receiver)
    sandbox.choose({"vexutopia.webhook-retries": "none"})
    create(vexutopia)
    app.webhook_sender.advance(sandbox, DAY)
    assert log(sandbox) == [("customer.created", 1, "failed", 503)]


def test_signature_has_the_time_of_its_attempt(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda _delivery: 500 if len(receiver.received) < 2 else 200
    sandbox = told(app, receiver)
    sandbox.choose({"vexutopia.signature-form": "timestamped"})
    started = sandbox.now // 1000
    create(vexutopia)
    app.webhook_sender.advance(sandbox, DAY)
    times = [int(each.headers["x-vexutopia-signature"].partition(",")[0].removeprefix("t=")) for each in receiver.received]
    assert times == [started, started + 60]


def test_redirect_is_a_failure(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda _delivery: 307
    sandbox = told(app, receiver)
    create(vexutopia)
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    assert log(sandbox)[0] == ("customer.created", 1, "failed", 307)
    assert len(receiver.received) == 1


def test_work_and_deliveries_fall_due_in_one_order(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda delivery: 500 if delivery.event["type"] == "payment.created" else 200
    sandbox = told(app, receiver)
    vexutopia.post("/v1/payments", json={"amount": 500, "currency": "usd"})
    app.webhook_sender.advance(sandbox, 2 * MINUTE)
    assert receiver.types == ["payment.created", "payment.succeeded", "payment.created"]


def test_receiver_sees_the_time_stand_while_it_is_sent_something(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    seen: list[str] = []

    def look(_delivery: Received) -> int:
        seen.append(client_of(app, VEXUTOPIA_KEY).get("/_mock/clock").json()["now"])
        return 500 if len(seen) == 1 else 200

    receiver.answer = look
    sandbox = told(app, receiver)
    vexutopia.post("/v1/payments", json={"amount": 500, "currency": "usd"})
    app.webhook_sender.advance(sandbox, DAY)
    assert seen == ["2026-02-02T13:48:05.683Z", "2026-02-02T13:48:10.683Z", "2026-02-02T13:49:05.683Z"]


@pytest.mark.parametrize("mode", ["frozen", "step", "real"])
def test_clock_goes_on_in_its_own_mode(make_app: MakeApp, receiver: Receiver, mode: str) -> None:
    app = make_app(clock=mode)
    sandbox = told(app, receiver)
    before = sandbox.now
    app.webhook_sender.advance(sandbox, DAY)
    assert sandbox.state.clock.mode == mode
    assert DAY <= sandbox.now - before < DAY + MINUTE


def test_first_attempts_for_one_object_keep_their_order(make_app: MakeApp, receiver: Receiver) -> None:
    app = make_app(clock="real")
    under_way = 0

    def slowly(_delivery: Received) -> int:
        nonlocal under_way
        under_way += 1
        assert under_way == 1
        threading.Event().wait(0.01)
        under_way -= 1
        return 200

    receiver.answer = slowly
    sandbox = told(app, receiver)
    client = client_of(app, VEXUTOPIA_KEY)
    identity = create(client)
    for number in range(5):
        client.patch(f"/v1/customers/{identity}", json={"name": str(number)})
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    assert {each.status for each in sandbox.outbox.deliveries} == {"delivered"}
    assert [each.event["data"]["object"]["name"] for each in receiver.received] == [None, *"01234"]


def test_dead_receiver_holds_up_neither_replies_nor_other_objects(make_app: MakeApp, receiver: Receiver) -> None:
    app = make_app(clock="real")
    released = threading.Event()
    receiver.answer = lambda _delivery: 200 if released.wait(TIMEOUT_S) else 500
    sandbox = told(app, receiver)
    client = client_of(app, VEXUTOPIA_KEY)
    identities = [create(client, f"{number}@example.com") for number in range(3)]
    assert not released.is_set()
    assert [each.status for each in sandbox.outbox.deliveries] == ["sending"] * 3
    released.set()
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    assert {each.event["data"]["object"]["id"] for each in receiver.received} == set(identities)


def test_where_time_stands_an_endpoint_is_sent_one_at_a_time(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    released = threading.Event()
    receiver.answer = lambda _delivery: 200 if released.wait(TIMEOUT_S) else 500
    sandbox = told(app, receiver)
    for number in range(3):
        create(vexutopia, f"{number}@example.com")
    assert [each.status for each in sandbox.outbox.deliveries] == ["sending", "waiting", "waiting"]
    released.set()
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    assert [each.status for each in sandbox.outbox.deliveries] == ["delivered"] * 3


def test_only_so_many_deliveries_are_on_their_way(make_app: MakeApp, receiver: Receiver) -> None:
    app = make_app(clock="real")
    released = threading.Event()
    receiver.answer = lambda _delivery: 200 if released.wait(TIMEOUT_S) else 500
    client = client_of(app, VEXUTOPIA_KEY)
    full = MAX_SENDING // MAX_SENDING_EACH
    sandboxes = [told(app, receiver, name=f"box-{number}") for number in range(full + 1)]
    for sandbox in sandboxes:
        for number in range(MAX_SENDING_EACH + 1):
            client.post(f"/@{sandbox.name}/v1/customers", json={"email": f"{number}@example.com"})
    counts = [[each.status for each in sandbox.outbox.deliveries].count("sending") for sandbox in sandboxes]
    assert counts == [MAX_SENDING_EACH] * full + [0]
    released.set()
    for sandbox in sandboxes:
        assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
        assert {each.status for each in sandbox.outbox.deliveries} == {"delivered"}


def test_reset_forgets_what_is_on_its_way(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    released = threading.Event()
    receiver.answer = lambda _delivery: 500 if released.wait(TIMEOUT_S) else 200
    sandbox = told(app, receiver)
    create(vexutopia)
    vexutopia.post("/_mock/reset")
    told(app, receiver)
    create(vexutopia)
    released.set()
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    assert log(sandbox) == [("customer.created", 1, "failed", 500), ("customer.created", 2, "waiting", 0)]
    assert [each.number for each in sandbox.outbox.deliveries] == [1, 2]


def test_dropped_sandbox_sends_nothing_more(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda _delivery: 500
    sandbox = told(app, receiver, name="mine")
    vexutopia.post("/@mine/v1/customers", json={"email": "a@example.com"})
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    app.mock.sandboxes.drop("mine")
    with pytest.raises(BusyError, match="replaced"):
        app.webhook_sender.advance(sandbox, DAY)
    assert len(receiver.received) == 1


def test_dropped_sandbox_leaves_no_timer(make_app: MakeApp) -> None:
    app = make_app(clock="real")

    async def drop() -> tuple[int, int]:
        sandbox = sandbox_of(app, "mine")
        sandbox.state.endpoints = (Endpoint("box", "", SECRET),)
        client_of(app, VEXUTOPIA_KEY).post("/@mine/v1/payments", json={"amount": 500, "currency": "usd"})
        await asyncio.sleep(0)
        before = len(app.webhook_sender._timers)
        app.mock.sandboxes.drop("mine")
        app.webhook_sender.send_due(sandbox)
        return before, len(app.webhook_sender._timers)

    assert asyncio.run(drop()) == (1, 0)


def test_restore_leaves_waiting_deliveries(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda _delivery: 500 if len(receiver.received) == 1 else 200
    sandbox = told(app, receiver)
    sandbox.snapshot("told")
    create(vexutopia)
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    sandbox.restore("told")
    app.webhook_sender.advance(sandbox, DAY)
    assert [each.status for each in sandbox.outbox.deliveries] == ["failed", "delivered"]


def test_delivery_whose_endpoint_is_gone_is_dropped(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda _delivery: 500
    sandbox = told(app, receiver)
    create(vexutopia)
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    sandbox.state.endpoints = ()
    app.webhook_sender.advance(sandbox, DAY)
    gone = sandbox.outbox.deliveries[1]
    assert (gone.status, gone.error) == ("dropped", "its endpoint is gone")
    assert len(receiver.received) == 1


def test_target_that_is_not_allowed_is_sent_nothing(app: App, vexutopia: httpx.Client) -> None:
    sandbox = sandbox_of(app)
    sandbox.state.endpoints = (Endpoint("far", "http://hooks.example/", SECRET),)
    create(vexutopia)
    (delivery,) = sandbox.outbox.deliveries
    assert (delivery.status, delivery.answer) == ("failed", 0)
    assert delivery.error == "hooks.example is not this machine, so no webhooks go there"


def test_state_that_is_replaced_ends_an_advance(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    def reset(_delivery: Received) -> int:
        return 500 if client_of(app).post("/_mock/reset").is_error else 200

    sandbox = told(app, receiver, events=("payment.succeeded",))
    receiver.answer = reset
    vexutopia.post("/v1/payments", json={"amount": 500, "currency": "usd"})
    with pytest.raises(BusyError, match="the state was replaced while its clock advanced; advance it again"):
        app.webhook_sender.advance(sandbox, DAY)


def stands(app: App, receiver: Receiver, mode: str) -> Iterator[Sandbox]:
    """Go through the moments of an advance by ten seconds in which a receiver has not yet answered."""
    arrived, released = threading.Event(), threading.Event()

    def answer(_delivery: Received) -> int:
        arrived.set()
        released.wait(TIMEOUT_S)
        return 200

    receiver.answer = answer
    sandbox = told(app, receiver, events=("payment.succeeded",))
    client_of(app, VEXUTOPIA_KEY).post("/v1/payments", json={"amount": 500, "currency": "usd"})
    advancing = threading.Thread(target=app.webhook_sender.advance, args=(sandbox, 10_000))
    advancing.start()
    assert arrived.wait(TIMEOUT_S)
    yield sandbox
    released.set()
    advancing.join(TIMEOUT_S)
    assert sandbox.state.clock.mode == mode


@pytest.mark.parametrize("mode", ["real", "step", "frozen"])
def test_time_stands_while_a_receiver_is_waited_for_and_the_clock_keeps_its_mode(
    make_app: MakeApp, receiver: Receiver, mode: Any
) -> None:
    app = make_app(clock=mode)
    for sandbox in stands(app, receiver, mode):
        held = sandbox.now
        client_of(app).get("/customers")
        assert sandbox.now == held
        assert sandbox.state.clock.mode == mode
        sandbox.snapshot("meanwhile")

    after = sandbox.now
    assert after >= held + 5_000
    sandbox.restore("meanwhile")
    assert (sandbox.state.clock.mode, sandbox.state.held_time_ms) == (mode, None)
    assert held <= sandbox.now <= held + TIMEOUT_S * 1_000


def test_an_advance_that_a_reset_made_pointless_ends_at_once(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    arrived, released = threading.Event(), threading.Event()

    def answer(_delivery: Received) -> int:
        arrived.set()
        released.wait(TIMEOUT_S)
        return 200

    receiver.answer = answer
    sandbox = told(app, receiver)
    vexutopia.post("/v1/customers", json={"email": "a@example.com"})

    async def reset_meanwhile() -> None:
        advancing = asyncio.create_task(app.webhook_sender.go_to(sandbox, sandbox.state.clock.advanced(DAY)))
        await asyncio.to_thread(arrived.wait, TIMEOUT_S)
        vexutopia.post("/_mock/reset")
        await advancing

    with pytest.raises(BusyError, match="replaced"):
        asyncio.run(reset_meanwhile())
    assert len(app.webhook_sender._jobs) == 1  # the receiver is still waited for, by nobody but its thread
    released.set()


def test_second_advance_meanwhile_is_refused(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    refusals: list[BusyError] = []

    def advance(_delivery: Received) -> int:
        with pytest.raises(BusyError) as refused:
            app.webhook_sender.advance(sandbox, MINUTE)
        refusals.append(refused.value)
        return 200

    sandbox = told(app, receiver, events=("payment.succeeded",))
    receiver.answer = advance
    started = sandbox.now
    vexutopia.post("/v1/payments", json={"amount": 500, "currency": "usd"})
    app.webhook_sender.advance(sandbox, DAY)
    assert [str(each) for each in refusals] == ["the clock is being advanced already; wait for the answer to the other call"]
    assert sandbox.now == started + DAY


def test_advance_beyond_what_can_be_said_is_refused(app: App) -> None:
    with pytest.raises(ClockError):
        app.webhook_sender.advance(sandbox_of(app), LATEST_MS)


def test_flush_says_when_it_gives_up(app: App, vexutopia: httpx.Client, receiver: Receiver) -> None:
    released = threading.Event()
    receiver.answer = lambda _delivery: 200 if released.wait(TIMEOUT_S) else 500
    sandbox = told(app, receiver)
    create(vexutopia)
    assert not app.webhook_sender.flush(sandbox, 0.01)
    released.set()
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)


def test_log_is_bounded(app: App, vexutopia: httpx.Client) -> None:
    sandbox = sandbox_of(app)
    sandbox.state.endpoints = (Endpoint("box", "", SECRET),)
    sandbox.outbox._limit = 3
    for number in range(5):
        create(vexutopia, f"{number}@example.com")
    assert [each.number for each in sandbox.outbox.deliveries] == [3, 4, 5]
    assert sandbox.outbox.dropped == 2


def test_events_of_a_provider_without_webhooks_are_not_sent(app: App, receiver: Receiver) -> None:
    sandbox = told(app, receiver)
    sandbox.announce(Event("e", "toy.made", sandbox.now, {}, {}, "toy"))
    app.webhook_sender.send_due(sandbox)
    delivery: Delivery = sandbox.outbox.deliveries[-1]
    assert (delivery.status, delivery.error) == ("dropped", "its provider has no webhooks")


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    message = await receive()
    SEEN.append((dict(scope["headers"]), message["body"]))
    await send({"type": "http.response.start", "status": 202, "headers": []})
    await send({"type": "http.response.body", "body": b"taken"})


SEEN: list[Any] = []


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    SEEN.clear()


def test_asgi_application_of_this_process_receives(app: App, vexutopia: httpx.Client) -> None:
    sandbox = sandbox_of(app)
    endpoint = app.webhook_sender.connect(sandbox, asgi, secret=SECRET)
    create(vexutopia)
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    (delivery,), ((headers, body),) = sandbox.outbox.deliveries, SEEN
    assert (delivery.url, delivery.status, delivery.answer, delivery.answer_body) == (endpoint.url, "delivered", 202, b"taken")
    assert body == delivery.body
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"content-length"] == str(len(body)).encode()
    assert b"x-vexutopia-signature" in headers


def wsgi(environ: Any, start_response: Any) -> list[bytes]:
    SEEN.append((environ["HTTP_X_VEXUTOPIA_SIGNATURE"], environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
    start_response("201 Created", [])
    return [environ["PATH_INFO"].encode(), environ["CONTENT_TYPE"].encode()]


def test_wsgi_application_of_this_process_receives(app: App, vexutopia: httpx.Client) -> None:
    sandbox = sandbox_of(app)
    app.webhook_sender.connect(sandbox, wsgi, secret=SECRET, events=("customer.created",))
    create(vexutopia)
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    (delivery,), ((_, body),) = sandbox.outbox.deliveries, SEEN
    assert (delivery.answer, delivery.answer_body, delivery.body) == (201, b"/application/json", body)


@pytest.mark.parametrize("path", ["/", "/hooks/vexutopia", "/hooks/", "/h%C3%B6k?from=v&again=1"])
def test_application_is_called_where_it_takes_webhooks(app: App, path: str) -> None:
    def wsgi_where(environ: Any, start_response: Any) -> list[bytes]:
        SEEN.append((environ["PATH_INFO"].encode("latin-1").decode(), environ["QUERY_STRING"]))
        start_response("200 OK", [])
        return []

    async def asgi_where(scope: Any, receive: Any, send: Any) -> None:
        SEEN.append((scope["path"], scope["query_string"].decode()))
        await asgi(scope, receive, send)

    sandbox, (plain, _, query) = sandbox_of(app), path.partition("?")
    made = [app.webhook_sender.connect(sandbox, each, secret=SECRET, path=path) for each in (wsgi_where, asgi_where)]
    create(client_of(app, VEXUTOPIA_KEY))
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    assert SEEN.count((unquote(plain), query)) == 2
    assert [each.url for each in made] == [f"app://endpoint-{number}{path if path != '/' else ''}" for number in (1, 2)]


def test_application_that_calls_the_mock_is_answered(app: App, vexutopia: httpx.Client) -> None:
    def curious(environ: Any, start_response: Any) -> list[bytes]:
        SEEN.append(client_of(app, VEXUTOPIA_KEY).get("/v1/customers").status_code)
        return wsgi(environ, start_response)

    sandbox = sandbox_of(app)
    app.webhook_sender.connect(sandbox, curious, secret=SECRET)
    create(vexutopia)
    app.webhook_sender.advance(sandbox, DAY)
    assert SEEN[0] == 200
    assert [each.answered_after - each.sent_after for each in sandbox.outbox.deliveries] == [1]


async def silent(_scope: Any, receive: Any, _send: Any) -> None:
    await receive()


async def broken(_scope: Any, _receive: Any, _send: Any) -> None:
    raise ValueError("no")


@pytest.mark.parametrize(
    ("application", "error"),
    [
        (silent, "the application answered nothing"),
        (broken, "the application raised ValueError: no"),
        (lambda _environ, _start: [], "the application raised IndexError: list index out of range"),
    ],
)
def test_application_that_fails_is_a_receiver_that_fails(app: App, vexutopia: httpx.Client, application: Any, error: str) -> None:
    sandbox = sandbox_of(app)
    app.webhook_sender.connect(sandbox, application, secret=SECRET)
    create(vexutopia)
    assert app.webhook_sender.flush(sandbox, TIMEOUT_S)
    assert (sandbox.outbox.deliveries[0].status, sandbox.outbox.deliveries[0].error) == ("failed", error)


async def hanging(_scope: Any, _receive: Any, _send: Any) -> None:
    await asyncio.Event().wait()


def test_asgi_application_that_hangs_is_given_up() -> None:
    assert hand_over(hanging, "/", [], b"", 0.01) == DeliveryResult(error="no answer came within 0.01 s")


def test_application_is_only_that_of_its_sandbox(app: App, vexutopia: httpx.Client) -> None:
    endpoint = app.webhook_sender.connect(sandbox_of(app), asgi, secret=SECRET)
    other = sandbox_of(app, "other")
    other.state.endpoints = (endpoint,)
    vexutopia.post("/@other/v1/customers", json={"email": "a@example.com"})
    (delivery,) = other.outbox.deliveries
    assert delivery.status == "failed"
    assert SEEN == []
