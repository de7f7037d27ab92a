"""`GET /_mock/report`: of which sandboxes, in which form, and without which rules."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from mockserver.control.report import TYPES
from mockserver.http.app import App
from mockserver.state.schedule import Task
from tests.conftest import NOW, client_of, make_app, sandbox_of
from tests.control.asking import refused
from tests.control.conftest import ControlOf
from tests.judge.test_formats import check_junit, check_sarif
from tests.test_toy_provider import FOLDER, toy_app, visitor


def titles(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["sandbox"], each["rule"]) for each in [*report["violations"], *report["conduct"]]]


def test_report_of_a_sandbox_that_is_not_there_makes_it(app: App, control: httpx.Client) -> None:
    report = control.get("/@new/_mock/report").json()

    assert (report["is_clean"], report["is_whole"], report["coverage"]) == (True, True, [])
    assert [(run["sandbox"], run["exchanges"]) for run in report["runs"]] == [("new", 0)]
    assert "new" in app.mock.sandboxes


def test_report_is_of_the_sandbox_that_is_meant(control: httpx.Client) -> None:
    control.get("/@mine/customers?undeclared=1")

    assert titles(control.get("/_mock/report").json()) == []
    assert titles(control.get("/@mine/_mock/report").json()) == [("mine", "undeclared")]


def test_star_stands_for_all_sandboxes_by_name(control: httpx.Client) -> None:
    for name in ("zoe", "anna"):
        control.get(f"/@{name}/customers?undeclared=1")
    report = control.get("/_mock/report?sandbox=*").json()

    assert titles(report) == [("anna", "undeclared"), ("zoe", "undeclared")]
    assert [run["sandbox"] for run in report["runs"]] == ["anna", "default", "zoe"]


def test_report_on_all_makes_no_sandbox(app: App, control: httpx.Client) -> None:
    control.get("/@new/_mock/report?sandbox=*")

    assert "new" not in app.mock.sandboxes


@pytest.mark.parametrize("query", ["", "?sandbox=*"])
def test_work_that_has_fallen_due_is_done_first(query: str) -> None:
    app = toy_app()
    loan = visitor(app).post("/v1/loans", json={"title": "Emma", "days": 1}).json()["id"]
    box = sandbox_of(app)
    box.schedule(Task(box.now, "lendery.remind", loan))
    client_of(app).get(f"/_mock/report{query}")

    assert len(box.state.agenda) == 1


@pytest.mark.parametrize(("form", "content_type"), TYPES.items())
def test_form_is_what_is_asked_for(form: str, content_type: str, control: httpx.Client) -> None:
    reply = control.get(f"/_mock/report?format={form}", headers={"Accept": "text/markdown"})

    assert reply.status_code == 200
    assert reply.headers["content-type"] == content_type


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/markdown", "markdown"),
        ("application/sarif+json;q=0.9, text/markdown", "sarif"),
        ("Application/JUnit+XML", "junit"),
        ("*/*", "json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"),
    ],
)
def test_form_is_what_is_accepted(accept: str, form: str, control: httpx.Client) -> None:
    reply = control.get("/_mock/report", headers={"Accept": accept})

    assert reply.headers["content-type"] == dict(TYPES.items())[form]  # type: ignore[index]


def test_unknown_form_is_refused(control: httpx.Client) -> None:
    reply = control.get("/_mock/report?format=pdf")

    refused(reply, 400, 'query.format: must be json, markdown, junit or sarif, got "pdf"')


def test_one_other_sandbox_is_named_by_path_or_header(control: httpx.Client) -> None:
    refused(control.get("/_mock/report?sandbox=anna"), 400, 'query.sandbox: must be *, got "anna"')


def test_rules_are_left_out_on_request(control: httpx.Client) -> None:
    control.get("/customers?undeclared=1&limit=x")
    report = control.get("/_mock/report?ignore=undeclared, violation,").json()

    assert titles(report) == []
    assert [rule["id"] for rule in report["rules"] if rule["is_ignored"]] == ["violation", "undeclared"]


def test_rule_that_nobody_has_is_refused(control: httpx.Client) -> None:
    reply = control.get("/_mock/report?ignore=conduct")

    assert reply.status_code == 400
    assert reply.json()["detail"].startswith("unknown rule conduct; known: unknown-path, unknown-method, violation, ")


def test_junit_of_a_run_fits_its_schema(control: httpx.Client) -> None:
    control.get("/customers?undeclared=%01")

    check_junit(ElementTree.fromstring(control.get("/_mock/report?format=junit").content))


def test_sarif_names_the_contract_that_is_served() -> None:
    app = toy_app()
    visitor(app).get("/v1/loans?count=60")
    log = client_of(app).get("/_mock/report?format=sarif").json()
    check_sarif(log)
    (result,) = log["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    line = (FOLDER / "openapi.yaml").read_text(encoding="utf-8").splitlines()[place["region"]["startLine"] - 1]

    assert "maximum" in line
    assert place["artifactLocation"]["uri"] == "openapi.yaml"


def test_sarif_has_no_lines_of_a_contract_that_is_gone(tmp_path: Path) -> None:
    contract = tmp_path / "mine.yaml"
    contract.write_bytes((FOLDER / "openapi.yaml").read_bytes())
    app = toy_app(contract=contract)
    contract.unlink()
    visitor(app).get("/v1/loans?count=60")
    (result,) = client_of(app).get("/_mock/report?format=sarif").json()["runs"][0]["results"]

    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "mine.yaml", "index": 0}}


def test_no_key_is_in_any_form_of_a_report(app: App, control_of: ControlOf) -> None:
    secret = "vex_test_secret_of_anna"
    client = client_of(app, secret)
    client.get(f"/v1/customers?api_key={secret}&limit={secret}")
    client.get(f"/v1/customers/{secret}/{secret}")
    client.get(f"/elsewhere/{secret}?key={secret}", headers={secret: secret})
    for form in TYPES:
        assert "secret_of_anna" not in control_of(app).get(f"/_mock/report?format={form}").text


def test_report_changes_nothing(app: App, control: httpx.Client) -> None:
    control.get("/customers?undeclared=1")
    first = control.get("/_mock/report").content

    assert control.get("/_mock/report").content == first
    assert sandbox_of(app).now == NOW


def test_report_of_a_stepping_clock_moves_no_time() -> None:
    app = make_app(clock="step")
    client_of(app).get("/_mock/report")

    assert sandbox_of(app).now == NOW
