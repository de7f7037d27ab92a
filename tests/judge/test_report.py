"""What a report says: what was found and where, what leaned on what, what was exercised and delivered, and what is missing."""

import httpx
import pytest
from msgspec.structs import replace

from mockserver.errors import ConfigurationError
from mockserver.http.app import App
from mockserver.judge.check import MAX_NUMBERS
from mockserver.judge.digest import digest_of
from mockserver.judge.report import Deliveries, Judge, ProviderCoverage, Report, ReportedFinding, RunDigest
from mockserver.webhooks import Delivery, Event, Outbox
from tests.conftest import client_of, make_app, sandbox_of
from tests.test_toy_provider import toy_app, visitor

NO_DELIVERIES = Deliveries(
    events=0,
    attempts=0,
    forgotten=0,
    waiting=0,
    sending=0,
    delivered=0,
    failed=0,
    dropped=0,
    collected=0,
    retries=0,
    replays=0,
    on_purpose=0,
)


def judge_of(app: App, *ignore: str) -> Judge:
    return Judge(app.mock.pipeline.contract, app.mock.pipeline.providers.values(), ignore=ignore)


def report_of(app: App, *ignore: str) -> Report:
    """Return the report on all sandboxes of the application."""
    return judge_of(app, *ignore).report(list(app.mock.sandboxes))


def event(number: int, **assumed: str) -> Event:
    return Event(f"evt_{number}", "customer.created", at=7, body={}, assumed=assumed, provider="vexutopia", object="cus_1")


def delivery(status: str, number: int = 1, **known: object) -> Delivery:
    return Delivery(number=0, event=event(number), endpoint="hook", url="", due=7, status=status, **known)  # type: ignore[arg-type]


def test_nothing_is_said_of_a_sandbox_without_traffic(app: App) -> None:
    report = report_of(app)

    assert report == Report(
        is_clean=True,
        is_whole=True,
        violations=(),
        conduct=(),
        assumptions=(),
        coverage=(),
        rules=report.rules,
        runs=(
            RunDigest(
                sandbox="default",
                exchanges=0,
                dropped=0,
                cleared=0,
                unknown_bodies=0,
                deliveries=NO_DELIVERIES,
                digest=report.digest,
            ),
        ),
        digest=digest_of(sandbox_of(app)),
    )
    assert not any(rule.findings or rule.is_ignored for rule in report.rules)


def test_violation_is_told_with_its_places(app: App, vexutopia: httpx.Client) -> None:
    for _ in range(2):
        vexutopia.get("/v1/customers?limit=200")
    report = report_of(app)

    assert not report.is_clean
    assert report.violations == (
        ReportedFinding(
            rule="violation",
            severity="error",
            says="The contract forbids this in a request, whether or not it was refused.",
            about="vexutopia.listCustomers",
            place="query.limit",
            detail="200 is greater than the maximum of 100",
            contract="/components/parameters/VexutopiaLimit/schema/maximum",
            times=2,
            exchanges=(1, 2),
            request="GET /v1/customers?limit=200",
            statuses=(400,),
            deliveries=(),
            sandbox="default",
            provider="vexutopia",
        ),
    )
    assert report.of("violation") == list(report.violations)
    assert report.counts() == {"error": 1, "warning": 0, "note": 0}


def test_conduct_is_told_apart_from_violations(app: App, spoonity: httpx.Client) -> None:
    spoonity.get("/customers?api_key=vex_test_abcdef")
    report = report_of(app)

    assert "credential-in-url" not in {each.rule for each in report.violations}
    (found,) = report.conduct
    assert (found.rule, found.exchanges, found.provider) == ("credential-in-url", (1,), "spoonity")
    assert "abcdef" not in repr(report)


def test_path_of_nobody_is_told_as_nobodys(app: App, spoonity: httpx.Client) -> None:
    spoonity.get("/favicon.ico", headers={"Authorization": "Bearer vex_test_of_anna"})
    (found,) = report_of(app).violations

    assert (found.rule, found.provider, found.about, found.statuses) == ("unknown-path", "", "GET /favicon.ico", (404,))


def test_no_key_is_told_though_it_went_to_nobody(app: App, spoonity: httpx.Client) -> None:
    spoonity.get("/files/any-token/vex_test_of_anna", headers={"Authorization": "Bearer secret-of-anna"})
    spoonity.get("/files/secret-of-anna")

    assert "of_anna" not in repr(report_of(app))
    assert "of-anna" not in repr(report_of(app))


def test_worst_is_told_first(app: App, spoonity: httpx.Client, vexutopia: httpx.Client) -> None:
    spoonity.get("/customers?undeclared=1")
    vexutopia.get("/v1/customers?limit=200")

    assert [each.severity for each in report_of(app).violations] == ["error", "warning"]


def test_reply_that_a_fault_spoiled_is_no_violation(app: App, vexutopia: httpx.Client) -> None:
    vexutopia.get("/v1/customers?limit=1")
    box = sandbox_of(app)
    (exchange,) = box.journal
    for faults in (("garbage",), ()):
        box.journal.clear()
        box.journal.record(replace(exchange, body=b"}{", faults=faults))

        assert [each.rule for each in report_of(app).violations] == ([] if faults else ["unfit-reply"])


def test_rule_that_is_left_out_finds_nothing_and_says_so(app: App, spoonity: httpx.Client) -> None:
    spoonity.get("/customers?undeclared=1&api_key=vex_test_abcdef")
    report = report_of(app, "undeclared", "credential-in-url")

    assert (report.violations, report.conduct, report.is_clean) == ((), (), True)
    assert [rule.id for rule in report.rules if rule.is_ignored] == ["undeclared", "credential-in-url"]


def test_rule_that_nobody_has_cannot_be_left_out(app: App) -> None:
    with pytest.raises(ConfigurationError, match="unknown rule undecleared; known: unknown-path, unknown-method"):
        judge_of(app, "undeclared", "undecleared")


def test_every_rule_is_listed_once_with_what_it_found(app: App, spoonity: httpx.Client) -> None:
    spoonity.get("/customers?undeclared=1")
    rules = report_of(app).rules

    assert len({rule.id for rule in rules}) == len(rules) > 10
    assert [rule.group for rule in rules] == sorted((rule.group for rule in rules), reverse=True)
    assert {rule.id: rule.findings for rule in rules if rule.findings} == {"undeclared": 1}


def test_assumption_that_answers_leaned_on_is_told_with_its_evidence(app: App, vexutopia: httpx.Client) -> None:
    vexutopia.post("/v1/customers", json={"email": "a@example.com"})
    (leaning,) = report_of(app).assumptions
    (known,) = [each for each in app.mock.pipeline.assumptions if each.key == leaning.key]

    assert (leaning.key, leaning.choice, leaning.is_default) == ("vexutopia.unset-fields", "null", True)
    assert (leaning.question, leaning.evidence) == (known.question, known.evidence)
    assert leaning.means == known.choices["null"]
    assert (leaning.sandbox, leaning.exchanges, leaning.deliveries) == ("default", (1,), ())
    assert leaning.events == tuple(each.id for each in sandbox_of(app).outbox)
    assert leaning.times == 2


def test_each_choice_that_held_meanwhile_is_told(app: App, spoonity: httpx.Client) -> None:
    key = "spoonity.create-status"
    for choice in ("201", "200"):
        spoonity.patch("/_mock/assumptions", json={key: choice})
        spoonity.post("/customers", json={"name": "A"})
    told = [each for each in report_of(app).assumptions if each.key == key]

    assert [(each.choice, each.is_default, each.exchanges) for each in told] == [("200", True, (2,)), ("201", False, (1,))]


def test_deliveries_lean_on_assumptions_too(app: App) -> None:
    outbox = sandbox_of(app).outbox
    for number in range(MAX_NUMBERS + 5):
        outbox.enqueue(delivery("collected", number, assumed={"vexutopia.list-order": "newest-first", "unheard.of": "x"}))
    (leaning,) = report_of(app).assumptions

    assert leaning.times == MAX_NUMBERS + 5
    assert leaning.deliveries == tuple(range(1, MAX_NUMBERS + 1))


def test_deliveries_are_counted_by_what_became_of_them(app: App) -> None:
    outbox = sandbox_of(app).outbox
    outbox.add(event(1))
    log = [delivery("delivered"), delivery("failed"), delivery("waiting", attempt=2), delivery("dropped", how="drop")]
    for each in [*log, delivery("collected", replays=1), delivery("sending")]:
        outbox.enqueue(each)

    assert report_of(app).runs[0].deliveries == Deliveries(
        events=1,
        attempts=6,
        forgotten=0,
        waiting=1,
        sending=1,
        delivered=1,
        failed=1,
        dropped=1,
        collected=1,
        retries=1,
        replays=1,
        on_purpose=1,
    )


def test_coverage_is_told_of_each_provider_that_was_called(app: App, vexutopia: httpx.Client) -> None:
    vexutopia.get("/v1/customers?limit=1")
    (covered,) = report_of(app).coverage

    assert (covered.provider, covered.title, covered.exchanges) == ("vexutopia", "Vexutopia Customers API", 1)
    assert 0 < covered.exercised < covered.of == covered.exercised + len(covered.missing)
    assert covered.percent == covered.exercised * 1000 // covered.of / 10
    assert sum(share.of for share in covered.operations) == covered.of


def test_journal_that_had_to_make_room_makes_no_whole_report() -> None:
    app = make_app(journal_limit=2)
    for _ in range(3):
        client_of(app).get("/customers?limit=1")
    report = report_of(app)

    assert not report.is_whole
    assert (report.runs[0].exchanges, report.runs[0].dropped) == (2, 1)


def test_log_of_deliveries_that_had_to_make_room_makes_no_whole_report(app: App) -> None:
    box = sandbox_of(app)
    box.outbox = Outbox(deliveries=1)
    for _ in range(2):
        box.outbox.enqueue(delivery("delivered"))
    report = report_of(app)

    assert not report.is_whole
    assert (report.runs[0].deliveries.attempts, report.runs[0].deliveries.forgotten) == (1, 1)


def test_journal_that_was_cleared_on_request_is_whole_and_says_so(app: App, spoonity: httpx.Client) -> None:
    spoonity.get("/customers")
    spoonity.delete("/_mock/requests")
    report = report_of(app)

    assert report.is_whole
    assert (report.runs[0].exchanges, report.runs[0].cleared) == (0, 1)


def test_body_that_is_not_known_as_a_whole_is_counted(app: App, vexutopia: httpx.Client) -> None:
    vexutopia.post("/v1/customers", json={"email": "a@example.com", "name": "x" * 100_000})

    assert report_of(app).runs[0].unknown_bodies == 1


def test_several_sandboxes_are_told_apart(app: App) -> None:
    for name in ("anna", "bert"):
        client_of(app).get(f"/@{name}/customers?undeclared=1")
    report = report_of(app)

    assert [each.sandbox for each in report.violations] == ["anna", "bert"]
    assert [(run.sandbox, run.exchanges) for run in report.runs] == [("default", 0), ("anna", 1), ("bert", 1)]
    assert [each.exchanges for each in report.coverage] == [2]
    assert report.runs[1].digest == report.runs[2].digest != report.digest


def test_sandboxes_without_traffic_change_no_common_digest(app: App) -> None:
    for name in ("anna", "bert"):
        client_of(app).get(f"/@{name}/customers")
    digest = report_of(app).digest
    app.mock.sandboxes.get("carl")

    assert report_of(app).digest == digest


def test_third_provider_gets_a_report_as_well() -> None:
    app = toy_app()
    visitor(app).get("/v1/loans?start=0&color=red")
    report = report_of(app)

    assert [(each.rule, each.about, each.place) for each in report.violations] == [
        ("undeclared", "lendery.listLoans", "query.color")
    ]
    assert report.coverage[0] == ProviderCoverage(
        provider="lendery",
        title="Lendery",
        exchanges=1,
        percent=0.0,
        exercised=0,
        of=1,
        operations=report.coverage[0].operations,
        missing=("lendery.retrieve.what-was-lent",),
    )
