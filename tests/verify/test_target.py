"""What may be sent to a service, how fast, and where to."""

from collections.abc import Callable

import httpx
import pytest

from mockserver.catalogue.client import Api
from mockserver.errors import ConfigurationError
from mockserver.http.app import App
from mockserver.verify.run import POLITE_RATE, VerifyOptions
from tests.verify.verifying import VEXUTOPIA, Between, Hurried, behaviour, provider_of, records, result_of, run

CUSTOMERS = "/v1/customers"
GoOn = Callable[[], httpx.Response]


def _busy(times: int, **headers: str) -> Callable[[httpx.Request, GoOn], httpx.Response]:
    """Answer 429 so often, payments aside, then as the mock does."""
    left = [times]

    def answer(request: httpx.Request, go_on: GoOn) -> httpx.Response:
        if request.url.path == "/v1/payments" and left[0]:
            left[0] -= 1
            return httpx.Response(429, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return go_on()

    return answer


def _ask_payments(api: Api) -> None:
    api.call("GET", "/v1/payments").expect(200)


@pytest.mark.parametrize(
    ("times", "headers", "waits"),
    [
        (1, {"retry_after": "7"}, [7]),
        (3, {}, [1, 2, 4]),
        (2, {"retry_after": "soon"}, [1, 2]),
        (1, {"retry_after": "Thu, 01 Jan 1970 00:00:00 GMT"}, []),
    ],
    ids=["seconds", "nothing said", "nonsense", "a time that is over"],
)
def test_a_busy_service_is_left_alone_for_as_long_as_it_asks(
    times: int, headers: dict[str, str], waits: list[float], app: App
) -> None:
    interruption = Hurried()

    result = result_of(_ask_payments, Between(app, _busy(times, **headers)), interruption=interruption)

    assert result.outcome == "holds"
    assert interruption.waits == waits


def test_a_date_is_waited_for(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.verify.target.machine_ms", lambda: 1_000_000)
    interruption = Hurried()

    result_of(_ask_payments, Between(app, _busy(1, retry_after="Thu, 01 Jan 1970 00:17:00 GMT")), interruption=interruption)

    assert interruption.waits == [20]


def test_a_service_that_stays_busy_is_not_checked(app: App) -> None:
    interruption = Hurried()

    result = result_of(_ask_payments, Between(app, _busy(99)), interruption=interruption)

    assert (result.outcome, result.why) == (
        "not checked",
        "the service wants fewer requests (429, 6 times); slow down with --rate",
    )
    assert interruption.waits == [1, 2, 4, 8, 16]


def test_nobody_waits_for_an_hour(app: App) -> None:
    interruption = Hurried()

    result = result_of(_ask_payments, Between(app, _busy(1, retry_after="3600")), interruption=interruption)

    assert result.why == "the service wants no request for 3600 s; slow down with --rate"
    assert interruption.waits == []


def test_a_service_that_is_busy_for_good_ends_the_run(app: App) -> None:
    is_busy = [False]

    def answer(_request: httpx.Request, go_on: GoOn) -> httpx.Response:
        return httpx.Response(429, headers={"retry-after": "3600"}) if is_busy[0] else go_on()

    def check(api: Api) -> None:
        is_busy[0] = True
        _ask_payments(api)

    checks = [behaviour(check, f"vexutopia.test.{number}") for number in range(9)]
    report = run(provider_of(*checks), Between(app, answer))

    busy = "the service wants no request for 3600 s; slow down with --rate"
    assert report.finding == f"http://mock.localhost cannot be checked: {busy}"
    assert [each.why for each in report.behaviours] == [busy] * 3 + ["the run ended before it"] * 6


def _three_requests(api: Api) -> None:
    for _ in range(3):
        _ask_payments(api)


def test_requests_keep_the_rate(app: App) -> None:
    interruption = Hurried()

    result_of(_three_requests, app, rate=0.5, interruption=interruption)

    assert interruption.waits == pytest.approx([2, 2, 2], abs=0.1)


@pytest.mark.parametrize(("url", "interval"), [("http://127.0.0.1:1", 0), ("http://api.example", 1 / POLITE_RATE)])
def test_only_a_distant_service_is_spared_without_being_told(url: str, interval: float, app: App) -> None:
    interruption = Hurried()

    result_of(_three_requests, app, url=url, interruption=interruption)

    assert interruption.waits == pytest.approx([interval] * 3 * (interval > 0), abs=0.1)


def test_redirects_are_not_followed(app: App) -> None:
    def answer(request: httpx.Request, go_on: GoOn) -> httpx.Response:
        redirect = httpx.Response(302, headers={"location": f"http://{request.url.host}{CUSTOMERS}"})
        return redirect if request.url.path == "/v1/payments" else go_on()

    assert result_of(lambda api: api.call("GET", "/v1/payments").expect(302), Between(app, answer)).outcome == "holds"


@pytest.mark.parametrize("link", ["http://elsewhere.example/v1/customers", "https://mock.localhost/v1/customers"])
def test_a_link_that_leads_away_is_a_finding_and_gets_no_key(link: str, app: App) -> None:
    between = Between(app, lambda _request, go_on: go_on())

    result = result_of(lambda api: api.call("GET", link), between)

    assert result.outcome == "broken"
    assert result.found == f"{link} leads away from http://mock.localhost, so it was not asked"
    assert {request.url.host for request in between.requests} == {"mock.localhost"}
    assert {request.url.scheme for request in between.requests} == {"http"}


def test_a_link_that_is_none_is_a_finding(app: App) -> None:
    result = result_of(lambda api: api.call("GET", "http://mock.localhost/\x00"), app)

    assert result.outcome == "broken"
    assert "is not a URL" in result.found


def test_cookies_of_one_reply_are_not_sent_with_the_next(app: App) -> None:
    def answer(_request: httpx.Request, go_on: GoOn) -> httpx.Response:
        reply = go_on()
        reply.headers["set-cookie"] = "session=1"
        return reply

    between = Between(app, answer)
    result_of(_three_requests, between)

    assert len(between.requests) == 4
    assert not any("cookie" in request.headers for request in between.requests)


def test_read_only_sends_nothing_that_may_write(app: App) -> None:
    between = Between(app, lambda _request, go_on: go_on())

    report = run(VEXUTOPIA, between, read_only=True)

    assert {request.method for request in between.requests} == {"GET"}
    assert report.is_clean
    assert {each.outcome for each in report.behaviours} == {"holds", "not checked"}
    reasons = {each.why for each in report.behaviours if not each.why.startswith("it needs vexutopia.")}
    assert reasons == {"", "needs write requests"}


def test_a_live_key_is_refused_unless_it_is_allowed(app: App) -> None:
    with pytest.raises(ConfigurationError) as caught:
        run(provider_of(), app, token="vex_live_0123456789")

    assert str(caught.value) == (
        "--token: the key looks live, and a run creates and deletes records; "
        "use a test key, or pass both --allow-live-key and --yes"
    )


@pytest.mark.parametrize("key", ["alive", "olive_key", "product-key", "delivery", "reproduction_1"])
def test_a_key_whose_letters_happen_to_spell_live_is_none(key: str) -> None:
    assert not VerifyOptions(provider=VEXUTOPIA, url="http://x", token=key).is_live


def test_a_live_key_makes_no_payment(app: App) -> None:
    between = Between(app, lambda _request, go_on: go_on())
    before = records(app, VEXUTOPIA)

    report = run(VEXUTOPIA, between, token="vex_live_0123456789", allow_live=True)

    written = {request.url.path.split("/")[2] for request in between.requests if request.method != "GET"}
    assert written == {"customers"}
    assert records(app, VEXUTOPIA) == before
    assert {each.why for each in report.behaviours if each.name.startswith("vexutopia.payments.create")} == {
        "what it makes could not be deleted, and the key is a live one"
    }


@pytest.mark.parametrize(
    "path",
    ["/v1/payments", "/v1/payments/", "/v1/customers/../payments", "/v1//payments", "/v1/customers/%2e%2e/payments", "/other"],
)
def test_no_spelling_of_a_path_gets_a_payment_past_a_live_key(path: str, app: App) -> None:
    between = Between(app, lambda _request, go_on: go_on())

    def check(api: Api) -> None:
        api.call("POST", path, json={"amount": 2000, "currency": "usd"}, headers={"authorization": "Bearer vex_live_made_up"})

    result = result_of(check, between)

    assert (result.outcome, result.why) == ("not checked", "what it makes could not be deleted, and the key is a live one")
    assert {request.method for request in between.requests} == {"GET"}


def test_a_path_beside_the_base_url_makes_nothing_with_a_live_key(app: App) -> None:
    def check(api: Api) -> None:
        live = {"authorization": "Bearer vex_live_made_up"}
        api.call("POST", "http://mock.localhost/@elsewhere2/v1/customers", json={}, headers=live)

    assert result_of(check, app, url="http://mock.localhost/@elsewhere").outcome == "not checked"


def test_a_sandbox_in_the_path_is_a_service_of_its_own(app: App) -> None:
    between = Between(app, lambda _request, go_on: go_on())

    report = run(VEXUTOPIA, between, url="http://mock.localhost/@elsewhere")

    assert report.broken == []
    assert all(request.url.path.startswith("/@elsewhere/") for request in between.requests)
    assert all(url.startswith("http://mock.localhost/@elsewhere/v1/payments/pay_") for url in report.remains.for_good)
