"""Events as a test receives, awaits and makes them."""

import hashlib
import hmac
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from mockserver.client.server import Server
from mockserver.client.webhooks import RefusedError
from mockserver.errors import ConfigurationError
from mockserver.providers.accounts import Accounts, Vexutopia

Environ = dict[str, Any]


@pytest.fixture
def vexutopia(accounts: Accounts) -> Vexutopia:
    return accounts.vexutopia


def pay(vexutopia: Vexutopia) -> str:
    client = httpx.Client(transport=vexutopia.transport, headers={"Authorization": f"Bearer {vexutopia.token}"})
    payment = client.post("https://api.vexutopia.com/v1/payments", json={"amount": 2000, "currency": "usd"}).json()
    return str(payment["id"])


class Receiver:
    """A WSGI application that keeps what it is sent, and answers as it is told."""

    def __init__(self, status: str = "200 OK") -> None:
        self.status = status
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.bodies.append(environ["wsgi.input"].read())
        self.signatures.append(environ["HTTP_X_VEXUTOPIA_SIGNATURE"])
        start_response(self.status, [])
        return [b"ok"]


def signed(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_events_are_collected_signed_without_a_receiver(vexutopia: Vexutopia) -> None:
    vexutopia.webhooks.collect()
    payment = pay(vexutopia)
    delivery = vexutopia.webhooks.wait_for("payment.created")

    assert (delivery.object, delivery.status, delivery.url) == (payment, "collected", None)
    assert delivery.headers["x-vexutopia-signature"] == signed(vexutopia.webhooks.secret, delivery.body.encode())


def test_only_the_types_that_are_named_are_collected(vexutopia: Vexutopia) -> None:
    vexutopia.webhooks.collect("payment.succeeded", secret="whsec_mine")
    pay(vexutopia)
    vexutopia.clock.advance("5s")

    assert [each.type for each in vexutopia.webhooks.deliveries] == ["payment.succeeded"]
    assert [each.type for each in vexutopia.webhooks.events] == ["payment.created", "payment.succeeded"]
    assert vexutopia.webhooks.secret == "whsec_mine"


def test_an_application_of_the_test_receives_events(vexutopia: Vexutopia) -> None:
    app = Receiver()
    vexutopia.webhooks.connect(app, secret="whsec_x")
    pay(vexutopia)

    assert vexutopia.webhooks.wait_for("payment.created").answer == 200
    assert app.signatures == [signed("whsec_x", app.bodies[0])]


def test_an_application_is_called_at_its_own_path(vexutopia: Vexutopia) -> None:
    paths = []

    def routed(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        paths.append(environ["PATH_INFO"])
        start_response("204 No Content", [])
        return []

    vexutopia.webhooks.connect(routed, path="/hooks/vexutopia")
    pay(vexutopia)

    assert vexutopia.webhooks.wait_for("payment.created").answer == 204
    assert paths == ["/hooks/vexutopia"]


def test_a_receiver_that_fails_is_tried_again_as_the_clock_advances(vexutopia: Vexutopia) -> None:
    app = Receiver("500 Internal Server Error")
    vexutopia.webhooks.connect(app, "payment.created")
    pay(vexutopia)
    vexutopia.webhooks.flush()
    app.status = "204 No Content"
    vexutopia.clock.advance("3d")

    assert [(each.attempt, each.answer) for each in vexutopia.webhooks.deliveries] == [(1, 500), (2, 204)]


def test_things_happen_on_purpose_and_go_wrong_if_wanted(vexutopia: Vexutopia) -> None:
    endpoint = vexutopia.webhooks.collect(secret="whsec_old")
    payment = pay(vexutopia)
    vexutopia.webhooks.rotate(endpoint.id, "whsec_new")
    made = vexutopia.webhooks.send("payment.failed", object=payment, how="old-secret")

    assert vexutopia.payments[payment].status == "failed"
    assert made.deliveries[0].headers["x-vexutopia-signature"] == signed("whsec_old", made.deliveries[0].body.encode())
    again = vexutopia.webhooks.replay(made.deliveries[0].number)
    assert again.headers["x-vexutopia-signature"] == signed("whsec_new", again.body.encode())


def test_waiting_in_vain_says_what_came_instead(vexutopia: Vexutopia) -> None:
    with pytest.raises(AssertionError, match=r"no endpoint is registered; call collect\(\)"):
        vexutopia.webhooks.wait_for("payment.created", timeout=0)

    vexutopia.webhooks.collect()
    with pytest.raises(AssertionError, match="expected any delivery within 0 s\ngot none"):
        vexutopia.webhooks.wait_for(timeout=0)
    payment = pay(vexutopia)
    with pytest.raises(AssertionError, match=f"got:\n  1: payment.created for {payment}, collected"):
        vexutopia.webhooks.wait_for("payment.failed", timeout=0)


def test_what_cannot_be_is_refused_with_the_remedy(vexutopia: Vexutopia) -> None:
    with pytest.raises(RefusedError, match=r"payment\.refunded"):
        vexutopia.webhooks.send("payment.refnded")
    with pytest.raises(RefusedError, match=r"; register a URL of this machine, or connect\(app\)$"):
        vexutopia.webhooks.register("http://example.com/hook")
    with pytest.raises(ConfigurationError, match=r"webhooks\.connect: path must start with /, got 'hook'; write path=\"/hook\""):
        vexutopia.webhooks.connect(Receiver(), path="hook")
    assert vexutopia.sandbox_ref.sandbox.state.endpoints == ()


@pytest.mark.parametrize("word", ["collect", "connect", "wait_for"])
def test_a_type_of_event_that_there_is_not_is_refused_with_those_that_there_are(vexutopia: Vexutopia, word: str) -> None:
    ask: dict[str, Callable[[], object]] = {
        "collect": lambda: vexutopia.webhooks.collect("payment.made"),
        "connect": lambda: vexutopia.webhooks.connect(Receiver(), "payment.made"),
        "wait_for": lambda: vexutopia.webhooks.wait_for("payment.made"),
    }
    with pytest.raises(RefusedError, match=r"unknown event type 'payment\.made'; choose payment\.created, "):
        ask[word]()


def test_a_url_of_this_machine_is_sent_events(server: Server, vexutopia: Vexutopia) -> None:
    vexutopia.webhooks.register(f"{server.url}/_mock/health", "payment.created")
    pay(vexutopia)

    assert vexutopia.webhooks.wait_for("payment.created").answer == 405
