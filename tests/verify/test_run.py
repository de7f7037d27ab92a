"""What becomes of each statement and each open question, by the way its check ends."""

from typing import Any

import httpx
import pytest

from mockserver.catalogue import Assumption, NotCheckable
from mockserver.catalogue.behaviour import Check
from mockserver.catalogue.catalogue import NotObserved, Observation, Observer, Unobservable
from mockserver.catalogue.client import Api
from mockserver.http.app import App
from mockserver.providers import PROVIDERS, Provider
from mockserver.verify.outcome import Evidence, Result, Seen
from mockserver.verify.run import RunListener
from mockserver.verify.target import Unanswered
from tests.conftest import BASE, MakeApp
from tests.toy import notes
from tests.verify import checks
from tests.verify.verifying import VEXUTOPIA, Between, Hurried, behaviour, provider_of, result_of, run

CUSTOMERS = "/v1/customers"
COLOUR = Assumption(
    "vexutopia.colour",
    question="Which colour?",
    choices={"red": "it is red", "blue": "it is blue"},
    default="red",
    evidence="None.",
)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_the_mock_keeps_every_promise_and_follows_its_own_defaults(provider: Provider, make_app: MakeApp) -> None:
    report = run(provider, make_app(clock="step"))

    assert report.is_clean
    assert {each.outcome for each in report.behaviours} == {"holds"}
    assert len(report.behaviours) == len(provider.catalogue().behaviours)
    assert {each.choice for each in report.assumptions if each.choice != each.default} == {None}
    assert {each.outcome for each in report.assumptions} == {"observed", "not observed"}


def test_a_provider_may_answer_lists_as_bare_arrays(make_app: MakeApp) -> None:
    report = run(notes.PROVIDER, make_app(providers=[notes.PROVIDER]))

    assert (report.is_clean, report.finding) == (True, "")


def _other_choices() -> list[Any]:
    return [
        pytest.param(provider, observer.assumption, choice, id=f"{observer.assumption.key}={choice}")
        for provider in PROVIDERS
        for observer in provider.catalogue().observers
        for choice in observer.assumption.choices
        if choice != observer.assumption.default
    ]


@pytest.mark.parametrize(("provider", "assumption", "choice"), _other_choices())
def test_another_choice_than_the_default_is_observed_and_no_fault(
    provider: Provider, assumption: Assumption, choice: str, make_app: MakeApp
) -> None:
    report = run(provider, make_app(clock="step", assume={assumption.key: choice}))

    assert report.broken == []
    assert report.is_clean
    assert {each.key: each.choice for each in report.assumptions}[assumption.key] == choice


def test_a_broken_behaviour_shows_request_reply_and_what_was_expected(app: App) -> None:
    def check(api: Api) -> None:
        answer = api.call("PATCH", f"{CUSTOMERS}/cus_nobody", json={"name": "x"})
        raise AssertionError(f"an update answered {answer.status}")

    error = (
        '{"error":{"code":"resource_not_found","message":"No such customer: cus_nobody",'
        '"doc_url":"https://vexutopia.com/docs/errors#resource_not_found"}}'
    )
    result = result_of(check, app)

    assert result == Result(
        name="vexutopia.test.statement",
        says="It does so.",
        source="A page",
        operation="vexutopia.listCustomers",
        outcome="broken",
        found="an update answered 404",
        evidence=(Evidence(f"PATCH {BASE}{CUSTOMERS}/cus_nobody", '{"name":"x"}', 404, error),),
        took_ms=result.took_ms,
    )


@pytest.mark.parametrize(
    ("check", "claim"),
    [
        (checks.names_its_values, "found == wanted, where found = [], wanted = [1, 2]"),
        (checks.stands_on_several_lines, "found == 7, where found = 3"),
        (checks.names_a_long_value, f"not text, where text = '{'x' * 199}…"),
        (checks.asserts_deep_within, "number % 2 == 1, where number = 2"),
        (checks.has_no_source, "what the statement says"),
    ],
)
def test_an_assertion_without_words_is_quoted_with_its_values(check: Check, claim: str, app: App) -> None:
    assert result_of(check, app).found == f"that this does not hold: {claim}"


@pytest.mark.parametrize("stumble", [KeyError("data"), TypeError("no"), IndexError(0), ValueError("no"), RecursionError("deep")])
def test_a_reply_that_a_check_stumbles_over_is_a_finding(stumble: Exception, app: App) -> None:
    def check(_api: Api) -> None:
        raise stumble

    result = result_of(check, app)

    assert result.outcome == "broken"
    assert result.found == f"a reply that cannot be read as the documents print it ({type(stumble).__name__}: {stumble})"


def test_a_check_that_finds_no_way_says_why(app: App) -> None:
    def check(_api: Api) -> None:
        raise NotCheckable("there is no customer")

    result = result_of(check, app)

    assert (result.outcome, result.why) == ("not checked", "there is no customer")


def test_no_reply_is_a_broken_promise(app: App) -> None:
    def answer(request: httpx.Request, go_on: Any) -> httpx.Response:
        if request.url.path == CUSTOMERS:
            return go_on()  # type: ignore[no-any-return]
        raise httpx.ReadTimeout("slow", request=request)

    result = result_of(lambda api: api.call("GET", "/v1/payments"), Between(app, answer))

    assert (result.outcome, result.found) == ("broken", "no reply")
    assert result.evidence == (Evidence(f"GET {BASE}/v1/payments", "", None, "no reply within 10 s"),)


def _observe(observe: Any, app: App) -> Seen:
    provider = provider_of(assumptions=[COLOUR], observers=(Observer(COLOUR, observe),))
    return run(provider, app).assumptions[0]


def _seen(outcome: Any, choice: str | None, what: str, took_ms: int = 0) -> Seen:
    return Seen(
        key="vexutopia.colour",
        question="Which colour?",
        outcome=outcome,
        choice=choice,
        default="red",
        seen=what,
        took_ms=took_ms,
    )


def _raise(error: Exception) -> Any:
    def observe(_api: Api) -> Observation:
        raise error

    return observe


OBSERVATIONS = {
    "a choice": (lambda _api: Observation("blue", "it was blue"), _seen("observed", "blue", "it was blue")),
    "no choice": (lambda _api: Observation(None, "it was green"), _seen("none of them", None, "it was green")),
    "an unknown choice": (lambda _api: Observation("green", "it was green"), _seen("none of them", None, "it was green")),
    "no way": (_raise(NotObserved("it was dark")), _seen("not observed", None, "it was dark")),
    "no check": (_raise(NotCheckable("it was dark")), _seen("not observed", None, "it was dark")),
    "no reply": (_raise(Unanswered("too slow")), _seen("not observed", None, "there was no reply: too slow")),
    "a failure": (_raise(AssertionError("it had no colour")), _seen("none of them", None, "it had no colour")),
}


@pytest.mark.parametrize("case", OBSERVATIONS)
def test_what_an_observer_tells(case: str, app: App) -> None:
    observe, expected = OBSERVATIONS[case]
    seen = _observe(observe, app)

    assert seen == _seen(expected.outcome, expected.choice, expected.seen, seen.took_ms)


def test_what_nobody_can_observe_says_why(app: App) -> None:
    provider = provider_of(assumptions=[COLOUR], unobservable=(Unobservable(COLOUR, "it is always dark"),))

    assert run(provider, app).assumptions == (_seen("not observed", None, "it is always dark"),)


def test_a_service_that_follows_no_choice_is_not_clean(app: App) -> None:
    observers = (Observer(COLOUR, lambda _api: Observation(None, "it was green")),)

    report = run(provider_of(assumptions=[COLOUR], observers=observers), app)

    assert not report.is_clean
    assert [each.key for each in report.unfollowed] == ["vexutopia.colour"]


@pytest.mark.parametrize(
    ("observed", "outcome", "why"),
    [
        ("red", "broken", ""),
        ("blue", "not checked", "the service follows vexutopia.colour=blue; it needs red"),
        (None, "not checked", "the service follows vexutopia.colour=none of them; it needs red"),
    ],
)
def test_a_behaviour_is_checked_only_where_the_service_follows_what_it_needs(
    observed: str | None, outcome: str, why: str, app: App
) -> None:
    def check(_api: Api) -> None:
        raise AssertionError

    observers = (Observer(COLOUR, lambda _api: Observation(observed, "it was so")),)
    result = run(provider_of(behaviour(check, colour="red"), assumptions=[COLOUR], observers=observers), app).behaviours[0]

    assert (result.outcome, result.why) == (outcome, why)


def test_a_behaviour_is_not_checked_where_nobody_knows_what_the_service_follows(app: App) -> None:
    result = run(provider_of(behaviour(lambda _api: None, colour="red"), assumptions=[COLOUR]), app).behaviours[0]

    assert result.outcome == "not checked"
    assert result.why == "it needs vexutopia.colour=red, and which choice the service follows was not observed"


def test_observers_come_first_and_behaviours_in_the_order_of_the_catalogue(app: App) -> None:
    told: list[str] = []

    class Listener(RunListener):
        def start(self, name: str) -> None:
            told.append(name)

    behaviours = [behaviour(lambda _api: None, f"vexutopia.test.{name}") for name in ("second", "first")]
    observers = (Observer(COLOUR, lambda _api: Observation("red", "it was red")),)
    run(provider_of(*behaviours, assumptions=[COLOUR], observers=observers), app, listener=Listener())

    assert told == ["vexutopia.colour", "vexutopia.test.second", "vexutopia.test.first"]


def test_a_watcher_hears_every_outcome_and_how_many_will_come(app: App) -> None:
    told: list[object] = []

    class Listener(RunListener):
        def begin(self, steps: int) -> None:
            told.append(steps)

        def saw(self, seen: Seen) -> None:
            told.append(seen.key)

        def checked(self, result: Result) -> None:
            told.append(result.name)

    run(provider_of(behaviour(lambda _api: None), assumptions=[COLOUR]), app, listener=Listener())

    assert told == [2, "vexutopia.colour", "vexutopia.test.statement"]


def test_names_of_two_checks_never_meet(app: App) -> None:
    names: list[str] = []
    checks = [behaviour(lambda api: names.append(api.unique()), f"vexutopia.test.{number}") for number in range(3)]

    report = run(provider_of(*checks), app)

    assert len(set(names)) == 3
    assert all(name.startswith(f"{report.marker}-") for name in names)


def test_a_check_may_give_the_service_time(app: App) -> None:
    interruption = Hurried()
    result = run(provider_of(behaviour(lambda api: api.pause(5))), app, interruption=interruption).behaviours[0]

    assert result.outcome == "holds"
    assert interruption.waits == [5]


def test_the_report_says_what_was_checked_where_and_when(app: App) -> None:
    report = run(provider_of(), app, marker="the-mark")

    assert (report.provider, report.title, report.url, report.marker) == ("vexutopia", VEXUTOPIA.title, BASE, "the-mark")
    assert report.started.endswith("Z")
