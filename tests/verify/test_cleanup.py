"""A run leaves nothing behind that it could delete, and names what it could not."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from mockserver.catalogue import Cleanup
from mockserver.catalogue.client import Api
from mockserver.http.app import App
from mockserver.providers import PROVIDERS, Provider
from mockserver.verify.outcome import Leftovers, VerifyReport
from tests.conftest import BASE, MakeApp
from tests.verify.verifying import BY_NAME, MARK, VEXUTOPIA, Between, behaviour, create, provider_of, records, run

SPOONITY = BY_NAME["spoonity"]
CUSTOMERS = f"{BASE}/v1/customers"
GoOn = Callable[[], httpx.Response]


def check(transport: App | Between, *steps: Callable[[Api], object], **given: Any) -> VerifyReport:
    """Run a catalogue of these checks."""
    return run(provider_of(*map(behaviour, steps), **given), transport, marker=MARK)


def only(verb: str, answer: Callable[[httpx.Request, GoOn], httpx.Response]) -> Callable[[httpx.Request, GoOn], httpx.Response]:
    """Answer this method in another way than the mock does."""
    return lambda request, go_on: answer(request, go_on) if request.method == verb else go_on()


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_a_whole_run_leaves_nothing_that_it_does_not_name(provider: Provider, make_app: MakeApp) -> None:
    app = make_app(clock="step")
    before = records(app, provider)

    report = run(provider, app)

    left = records(app, provider).keys() - before.keys()
    assert {url.rpartition("/")[2] for url in report.remains.for_good} == left
    assert report.remains == Leftovers(for_good=report.remains.for_good)
    assert {key for key, record in records(app, provider).items() if report.marker in str(record)} <= left


def test_a_record_that_a_check_forgets_is_deleted(app: App) -> None:
    before = records(app, VEXUTOPIA)

    report = check(app, create)

    assert records(app, VEXUTOPIA) == before
    assert report.remains == Leftovers()


def test_a_record_of_a_check_that_fails_is_deleted(app: App) -> None:
    before = records(app, VEXUTOPIA)

    def fail(api: Api) -> None:
        create(api)
        raise AssertionError("no")

    report = check(app, fail)

    assert report.behaviours[0].outcome == "broken"
    assert records(app, VEXUTOPIA) == before


def test_a_record_is_deleted_although_another_clean_up_fails(app: App) -> None:
    before = records(app, VEXUTOPIA)

    def stumble(api: Api) -> None:
        identity = create(api)
        api.cleanup(lambda: api.call("DELETE", f"/v1/customers/{identity}").expect(200))
        api.cleanup(lambda: api.call("GET", "/v1/customers").expect(500))

    report = check(app, stumble)

    assert report.behaviours[0].outcome == "holds"
    assert records(app, VEXUTOPIA) == before


def test_a_check_finds_nothing_of_the_one_before_it(app: App) -> None:
    shown: list[int] = []

    check(app, create, lambda _api: shown.append(len(_shown(app))))

    assert shown == [0]


def test_what_a_check_hands_over_is_done_the_latest_first(app: App) -> None:
    done: list[int] = []

    def hand_over(api: Api) -> None:
        for number in range(3):
            api.cleanup(partial(done.append, number))

    check(app, hand_over)

    assert done == [2, 1, 0]


def test_what_a_clean_up_says_does_not_hide_what_the_check_saw(app: App) -> None:
    def fail(api: Api) -> None:
        api.cleanup(lambda: api.call("GET", "/v1/payments"))
        api.call("GET", "/v1/customers").expect(500)

    assert check(app, fail).behaviours[0].evidence[-1].request == f"GET {CUSTOMERS}"


def test_a_record_is_deleted_with_the_key_that_created_it(make_app: MakeApp) -> None:
    app = make_app(clock="step")
    before = records(app, VEXUTOPIA)

    def create_elsewhere(api: Api) -> None:
        live = {"authorization": "Bearer vex_live_made_up"}
        made = api.call("POST", "/v1/customers", json={"email": f"{api.unique()}@example.com"}, headers=live).expect(201).json
        api.call("DELETE", f"/v1/customers/{made['id']}").expect(404)

    report = check(app, create_elsewhere)

    assert records(app, VEXUTOPIA) == before
    assert report.remains == Leftovers()


def test_a_record_whose_deletion_fails_is_named(app: App) -> None:
    between = Between(app, only("DELETE", lambda _request, _go_on: httpx.Response(500)))

    report = check(between, create)

    left = [each["id"] for each in _shown(app)]
    assert report.remains.left == {f"{CUSTOMERS}/{left[0]}": "its deletion answers 500"}


def test_a_record_whose_deletion_has_to_wait_too_long_is_named(app: App) -> None:
    between = Between(app, only("DELETE", lambda _request, _go_on: httpx.Response(429, headers={"retry-after": "3600"})))

    report = check(between, create)

    left = [each["id"] for each in _shown(app)]
    assert report.remains.left == {f"{CUSTOMERS}/{left[0]}": "the service wants no request for 3600 s; slow down with --rate"}


def test_a_deletion_that_fails_once_is_tried_again(app: App) -> None:
    failures = [httpx.Response(500)]
    between = Between(app, only("DELETE", lambda _request, go_on: failures.pop() if failures else go_on()))

    report = check(between, create)

    assert report.remains == Leftovers()
    assert _shown(app) == []


def test_a_deletion_that_only_says_so_is_found_out(app: App) -> None:
    between = Between(app, only("DELETE", lambda _request, _go_on: httpx.Response(200, json={"deleted": True})))

    report = check(between, create)

    left = [each["id"] for each in _shown(app)]
    assert report.remains.left == {f"{CUSTOMERS}/{left[0]}": "it shows the mark of this run even after its deletion"}


def _losing(app: App, *, after: bool) -> Between:
    """Lose the reply to a creation, after or before the mock did its work."""

    def answer(request: httpx.Request, go_on: GoOn) -> httpx.Response:
        if after:
            go_on()
        raise httpx.RemoteProtocolError("gone", request=request)

    return Between(app, only("POST", answer))


@pytest.mark.parametrize(
    "provider_and_path", [(VEXUTOPIA, "/v1/customers"), (SPOONITY, "/customers")], ids=["vexutopia", "spoonity"]
)
def test_a_record_whose_creation_got_no_reply_is_found_by_its_mark(
    provider_and_path: tuple[Provider, str], make_app: MakeApp
) -> None:
    app = make_app(clock="step")
    provider, path = provider_and_path

    def create_here(api: Api) -> None:
        api.call("POST", path, json={"email": f"{api.unique()}@example.com"})

    report = run(provider_of(behaviour(create_here), provider=provider), _losing(app, after=True), marker=MARK)

    assert MARK not in str(records(app, provider))
    assert report.remains.left == report.remains.unknown == {}
    assert report.remains.doubt == ""


def test_a_creation_that_left_nothing_is_named_all_the_same(app: App) -> None:
    report = check(_losing(app, after=False), create)

    why = "its creation got no reply: the connection broke before the reply was whole: gone; no record shows what was sent"
    assert report.remains == Leftovers(unknown={f"POST {CUSTOMERS} with {MARK}-002-check-001": why})


def test_a_creation_without_a_mark_is_named(app: App) -> None:
    report = check(_losing(app, after=True), lambda api: api.call("POST", "/v1/payments", json={"amount": 1, "currency": "usd"}))

    why = "its creation got no reply: the connection broke before the reply was whole: gone"
    assert report.remains == Leftovers(unknown={f"POST {BASE}/v1/payments": why})


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(500),
        httpx.Response(201, text="<html>"),
        httpx.Response(201, text="[" * 100_000),
        httpx.Response(200, json={"id": None}),
        httpx.Response(200, json={"id": True}),
        httpx.Response(200, json=[]),
    ],
)
def test_a_creation_that_answers_no_id_is_looked_for(reply: httpx.Response, app: App) -> None:
    def answer(_request: httpx.Request, go_on: GoOn) -> httpx.Response:
        go_on()
        return reply

    report = check(Between(app, only("POST", answer)), create)

    assert _shown(app) == []
    assert report.remains == Leftovers()


@pytest.mark.parametrize("status", [302, 400, 401, 404, 409, 422])
def test_a_creation_that_is_refused_created_nothing(status: int, app: App) -> None:
    between = Between(app, only("POST", lambda _request, _go_on: httpx.Response(status)))

    assert check(between, create).remains == Leftovers()
    assert {request.method for request in between.requests} == {"GET", "POST"}
    assert len(between.requests) == 2


def test_a_creation_that_never_left_created_nothing(app: App) -> None:
    def answer(request: httpx.Request, _go_on: GoOn) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    assert check(Between(app, only("POST", answer)), create).remains == Leftovers()


def test_what_cannot_be_deleted_is_named_with_its_reason(app: App) -> None:
    before = records(app, VEXUTOPIA).keys()

    report = check(app, lambda api: api.call("POST", "/v1/payments", json={"amount": 1, "currency": "usd"}).expect(201))

    (made,) = records(app, VEXUTOPIA).keys() - before
    assert report.remains == Leftovers(for_good={f"{BASE}/v1/payments/{made}": "payments cannot be deleted"})


def test_a_service_without_cleanup_still_says_what_cannot_be_deleted(app: App) -> None:
    report = check(app, lambda api: api.call("POST", "/v1/payments", json={"amount": 1, "currency": "usd"}), cleanup=Cleanup())

    assert set(report.remains.for_good.values()) == {"the documents have no way to delete it"}


def test_a_search_that_fails_leaves_a_doubt(app: App) -> None:
    def lost(_api: Api, _text: str) -> Iterator[str]:
        raise AssertionError("the list is\nbroken")

    report = check(app, create, cleanup=Cleanup(lost))

    assert report.remains == Leftovers(doubt="the list is broken")


def test_a_deletion_is_tried_again_even_if_nothing_can_be_searched(app: App) -> None:
    failures = [httpx.Response(500)]
    between = Between(app, only("DELETE", lambda _request, go_on: failures.pop() if failures else go_on()))

    def lost(_api: Api, _text: str) -> Iterator[str]:
        raise AssertionError("the list is broken")

    report = check(between, create, cleanup=Cleanup(lost))

    assert report.remains == Leftovers(doubt="the list is broken")
    assert _shown(app) == []


def test_a_service_that_falls_silent_is_not_waited_for_again_and_again(app: App) -> None:
    is_silent = [False]

    def answer(request: httpx.Request, go_on: GoOn) -> httpx.Response:
        if is_silent[0]:
            raise httpx.ReadTimeout("slow", request=request)
        return go_on()

    def check_much(api: Api) -> None:
        for _ in range(20):
            delete = partial(api.call, "DELETE", f"/v1/customers/{create(api)}")
            api.cleanup(delete)
        is_silent[0] = True

    between = Between(app, answer)
    report = check(between, check_much)

    silence = "its deletion got no reply: no reply within 10 s"
    assert len(report.remains.left) == 20
    assert silence in report.remains.left.values()
    assert report.remains.doubt == "no reply within 10 s"
    assert len(between.requests) <= 1 + 20 + 5


def test_a_run_that_creates_nothing_searches_for_nothing(app: App) -> None:
    between = Between(app, lambda _request, go_on: go_on())

    check(between, lambda api: api.call("GET", "/v1/payments"))

    assert [request.url.path for request in between.requests] == ["/v1/customers", "/v1/payments"]


def _shown(app: App) -> list[dict[str, Any]]:
    """Return the customers that still show the mark."""
    found = records(app, VEXUTOPIA).values()
    return [{"id": each.id} for each in found if MARK in str(each)]
