"""What holds for every request of the control API: which sandbox is meant, methods, bodies, and what leaves no mark."""

import json
import logging
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from mockserver.control import application
from mockserver.control.problem import refusal
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.errors import ClockError, ContractError, FixtureError, LimitError, ReplyError, UnknownChoiceError
from mockserver.exchange import Reply, Unavailable
from mockserver.http.app import App
from tests.asgi import HOST, converse, scope_of
from tests.conftest import MakeApp
from tests.control.asking import refused
from tests.control.conftest import ControlOf

NOT_JSON = "send JSON, or YAML with `Content-Type: application/yaml`"


def now_in(control: httpx.Client, sandbox: str) -> Any:
    return control.get(f"/@{sandbox}/_mock/clock").json()["now"]


def test_sandbox_of_the_path_is_meant(control: httpx.Client) -> None:
    control.patch("/@mine/_mock/clock", json={"advance": "1d"})
    assert now_in(control, "mine") == "2026-02-03T13:48:05.683Z"
    assert now_in(control, "default") == "2026-02-02T13:48:05.683Z"


def test_sandbox_of_the_header_is_meant(control: httpx.Client) -> None:
    control.patch("/_mock/clock", json={"advance": "1d"}, headers={"mock-sandbox": "mine"})
    assert now_in(control, "mine") == "2026-02-03T13:48:05.683Z"


def test_empty_header_means_the_default_sandbox(control: httpx.Client) -> None:
    control.patch("/_mock/clock", json={"advance": "1d"}, headers={"mock-sandbox": ""})
    assert now_in(control, "default") == "2026-02-03T13:48:05.683Z"


def test_path_beats_header(control: httpx.Client) -> None:
    control.patch("/@mine/_mock/clock", json={"advance": "1d"}, headers={"mock-sandbox": "other"})
    assert now_in(control, "mine") == "2026-02-03T13:48:05.683Z"
    assert now_in(control, "other") == "2026-02-02T13:48:05.683Z"


@pytest.mark.parametrize(("path", "headers"), [("/@-x/_mock/state", {}), ("/_mock/health", {"mock-sandbox": "-x"})])
def test_bad_sandbox_name_is_refused(control: httpx.Client, path: str, headers: dict[str, str]) -> None:
    form = "use a letter or digit, then up to 63 letters, digits, dots, hyphens and underscores"
    refused(control.get(path, headers=headers), 400, f"invalid sandbox name '-x'; {form}")


def test_sandbox_past_the_limit_is_refused(make_app: MakeApp, control_of: ControlOf) -> None:
    control = control_of(make_app(max_sandboxes=2))
    assert control.get("/@one/_mock/clock").status_code == 200
    hint = "DELETE /_mock/sandboxes/NAME drops one, --max-sandboxes allows more"
    refused(control.get("/@two/_mock/clock"), 503, f"there are 2 sandboxes; {hint}")


def test_control_calls_make_no_exchange_and_step_no_clock(make_app: MakeApp, control_of: ControlOf) -> None:
    app = make_app(clock="step")
    control = control_of(app)
    control.get("/customers")
    for path in ("clock", "state", "snapshots", "assumptions", "openapi.json", "nowhere"):
        control.get(f"/_mock/{path}")
    control.patch("/_mock/assumptions", json={})
    assert len(app.mock.sandboxes.get("default").journal) == 1
    assert control.get("/_mock/clock").json() == {"mode": "step", "now": "2026-02-02T13:48:06.683Z"}


def test_get_of_reset_says_how(control: httpx.Client) -> None:
    reply = control.get("/@mine/_mock/reset")
    hint = "send POST, as in `curl -X POST http://mock.localhost/@mine/_mock/reset`"
    refused(reply, 405, f"/_mock/reset does not take GET; {hint}")
    assert reply.headers["allow"] == "POST"


def test_wrong_method_names_all_that_are_right(control: httpx.Client) -> None:
    reply = control.delete("/_mock/clock")
    hint = "send GET, PATCH, as in `curl -X GET http://mock.localhost/_mock/clock`"
    refused(reply, 405, f"/_mock/clock does not take DELETE; {hint}")
    assert reply.headers["allow"] == "GET, PATCH"


@pytest.mark.parametrize("path", ["/_mock/nowhere", "/_mock/health/", "/_mock/snapshots/a/b", "/_mock/reset/now"])
def test_unknown_path_says_where_to_look(control: httpx.Client, path: str) -> None:
    refused(control.get(path), 404, f"unknown path {path}; GET /_mock/ lists all routes")


def test_head_is_get_without_a_body(control: httpx.Client) -> None:
    reply = control.head("/_mock/health")
    assert reply.status_code == 200
    assert reply.content == b""
    assert int(reply.headers["content-length"]) == len(control.get("/_mock/health").content)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"{", "no JSON: Input data was truncated"),
        (b'{"now": NaN}', "no JSON: JSON is malformed: invalid character (byte 8)"),
        (b'{"now": "\xff"}', "no JSON: 'utf-8' codec can't decode byte 0xff in position 9: invalid start byte"),
        (b"[" * 100_000, "JSON nested deeper than 128 levels"),
        (b'{"now":' * 129 + b"1" + b"}" * 129, "JSON nested deeper than 128 levels"),
    ],
    ids=["truncated", "NaN", "not UTF-8", "endless", "deep"],
)
@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", "clock"), ("PUT", "state"), ("POST", "sandboxes"), ("PATCH", "assumptions"), ("POST", "reset")]
)
def test_broken_json_is_refused(control: httpx.Client, method: str, path: str, body: bytes, what: str) -> None:
    reply = control.request(method, f"/_mock/{path}", content=body)
    assert reply.status_code == 400
    detail = reply.json()["detail"]
    assert detail.startswith(f"body: {what.split(':')[0]}")
    assert detail.endswith(NOT_JSON)


@pytest.mark.parametrize("body", [b"[]", b"3", b'"x"', b"null"])
@pytest.mark.parametrize(("method", "path"), [("PATCH", "clock"), ("PUT", "state"), ("POST", "reset")])
def test_body_that_is_no_object_is_refused(control: httpx.Client, method: str, path: str, body: bytes) -> None:
    got = "a list" if body == b"[]" else body.decode()
    refused(control.request(method, f"/_mock/{path}", content=body), 400, f"body: must be an object, got {got}")


@pytest.mark.parametrize(("method", "path"), [("PATCH", "clock"), ("PUT", "state"), ("PATCH", "assumptions")])
def test_missing_body_is_refused(control: httpx.Client, method: str, path: str) -> None:
    reply = control.request(method, f"/_mock/{path}")
    refused(reply, 400, "body: the request needs a JSON object; /_mock/control.json says which")


@pytest.mark.parametrize(
    ("method", "path", "hint"),
    [
        ("PATCH", "clock", "known: mode, now, advance"),
        ("POST", "sandboxes", "known: name, fixture, seed, clock, now, assume, faults, journal_limit"),
        ("POST", "reset", "leave the body empty"),
        ("PUT", "snapshots/x", "leave the body empty"),
    ],
)
def test_unknown_field_is_refused_with_those_that_are_known(control: httpx.Client, method: str, path: str, hint: str) -> None:
    reply = control.request(method, f"/_mock/{path}", json={"surprise": 1})
    refused(reply, 400, f"body.surprise: unknown field; {hint}")


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("mode", 3, "must be real, frozen or step, got 3"),
        ("now", 5, "must be text, got 5; write it like 2026-02-02T13:48:05.683Z"),
        ("advance", ["3d"], "must be text, got a list"),
    ],
)
def test_wrong_type_is_refused_with_its_place(control: httpx.Client, field: str, value: Any, expected: str) -> None:
    refused(control.patch("/_mock/clock", json={field: value}), 400, f"body.{field}: {expected}")


def test_body_may_be_empty_or_an_empty_object_where_nothing_is_said(control: httpx.Client) -> None:
    for body in (b"", b"{}"):
        assert control.post("/_mock/reset", content=body).status_code == 200


def test_any_body_may_be_yaml(control: httpx.Client) -> None:
    headers = {"content-type": "Application/YAML; charset=utf-8"}
    reply = control.patch("/_mock/clock", content=b"now: 2027-01-01T00:00:00Z\n", headers=headers)
    assert reply.json()["now"] == "2027-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    "body",
    [
        b"now: [",
        b"[" * 100_000,
        b"- " * 50_000,
        b"? [a]\n: b",
        b"now: !!bool maybe",
        b"now: !!timestamp never",
        b"\x00",
        b"now: &a [*a]",
        b"a: &a [1,1,1,1,1,1,1,1,1]\n"
        + b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(98, 112)),
    ],
    ids=["open", "deep flow", "deep block", "list as key", "no bool", "no time", "control character", "endless", "billions"],
)
def test_broken_yaml_is_refused(control: httpx.Client, body: bytes) -> None:
    reply = control.put("/_mock/state", content=body, headers={"content-type": "application/yaml"})
    assert reply.status_code == 400
    assert reply.json()["detail"].startswith("body")


def test_body_past_the_limit_is_refused_before_it_is_read(control: httpx.Client) -> None:
    reply = control.patch("/_mock/clock", content=b"{}", headers={"content-length": "1000001"})
    refused(reply, 413, "The body is larger than 1000000 bytes")


def patch_of_the_clock(app: App, *pieces: dict[str, Any]) -> list[Any]:
    """Return what is sent back when the body comes in these pieces."""
    headers = [HOST, (b"transfer-encoding", b"chunked")]
    return converse(app, scope_of("/_mock/clock", method="PATCH", headers=headers), *pieces)


def test_body_may_come_in_pieces(app: App) -> None:
    first = {"type": "http.request", "body": b'{"advance":', "more_body": True}
    start, body = patch_of_the_clock(app, first, {"type": "http.request", "body": b'"1d"}'})
    assert start["status"] == 200
    assert body["body"] == b'{"mode":"frozen","now":"2026-02-03T13:48:05.683Z"}'


def test_body_in_pieces_is_refused_as_soon_as_it_is_too_large(app: App) -> None:
    piece = {"type": "http.request", "body": b" " * 600_000, "more_body": True}
    start, _ = patch_of_the_clock(app, piece, piece)
    assert start["status"] == 413


def test_client_that_leaves_is_told_nothing_and_changes_nothing(app: App, control: httpx.Client) -> None:
    first = {"type": "http.request", "body": b'{"advance":"1d"}', "more_body": True}
    assert patch_of_the_clock(app, first, {"type": "http.disconnect"}) == []
    assert now_in(control, "default") == "2026-02-02T13:48:05.683Z"


def test_state_may_be_larger_than_other_bodies(control: httpx.Client) -> None:
    assert control.put("/_mock/state", json={"webhooks": [], "now": " " * 1_000_001}).status_code == 400
    reply = control.put("/_mock/state", content=b"{}", headers={"content-length": "64000001"})
    refused(reply, 413, "The body is larger than 64000000 bytes")


def test_detail_is_one_line(control: httpx.Client) -> None:
    reply = control.post("/_mock/reset", json={"two\r\nlines": 1})
    refused(reply, 400, "body.two lines: unknown field; leave the body empty")


def test_detail_is_of_bearable_length(control: httpx.Client) -> None:
    assert len(control.post("/_mock/reset", json={"x" * 10_000: 1}).json()["detail"]) == 1001


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ClockError("x"), 400),
        (UnknownChoiceError("x"), 400),
        (FixtureError("x"), 400),
        (LimitError("x"), 503),
        (Unavailable("x"), 503),
    ],
)
def test_every_error_that_a_user_can_mend_is_told(error: Exception, status: int) -> None:
    reply = refusal(error)
    assert reply is not None
    assert (reply.status, reply.body["detail"]) == (status, "x")


@pytest.mark.parametrize("error", [ContractError("x"), ReplyError("x"), KeyError("x")])
def test_error_that_only_the_mock_can_mend_is_a_failure(error: Exception) -> None:
    assert refusal(error) is None


def test_public_url_is_what_links_begin_with(make_app: MakeApp, control_of: ControlOf) -> None:
    control = control_of(make_app(public_url="https://mock.example/"))
    assert control.post("/_mock/sandboxes", json={"name": "mine"}).json()["url"] == "https://mock.example/@mine"


def test_links_keep_where_the_app_is_mounted(app: App, control_of: ControlOf) -> None:
    outer: Any = Starlette(routes=[Mount("/below", app)])
    control = control_of(outer)
    assert (
        control.post("/below/@here/_mock/sandboxes", json={"name": "mine"}).json()["url"] == "http://mock.localhost/below/@mine"
    )
    assert control.get("/below/_mock/control.json").json()["servers"] == [{"url": "http://mock.localhost/below"}]


def failing(_call: ControlCall) -> Reply:
    """Fail."""
    raise RuntimeError("nobody foresaw this")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = (ControlRoute("GET", "/_mock/", failing, {200: None}), ControlRoute("GET", "/_mock/broken", failing, {200: None}))
    monkeypatch.setattr("mockserver.control.routes.ROUTES", routes)


@pytest.mark.usefixtures("broken")
def test_failure_of_the_mock_itself_is_told_and_logged(
    make_app: MakeApp, control_of: ControlOf, caplog: pytest.LogCaptureFixture
) -> None:
    control = control_of(make_app(raise_errors=False))
    with caplog.at_level(logging.ERROR, application.__name__):
        reply = control.get("/_mock/broken")
    refused(reply, 500, "the mock itself failed: RuntimeError: nobody foresaw this")
    assert "Traceback" not in reply.text
    assert "GET /_mock/broken failed in the mock itself" in caplog.text


@pytest.mark.usefixtures("broken")
def test_failure_of_the_mock_itself_is_raised_in_tests(control: httpx.Client) -> None:
    with pytest.raises(RuntimeError, match="nobody foresaw this"):
        control.get("/_mock/broken")


def test_reply_is_compact_json(control: httpx.Client) -> None:
    content = control.get("/_mock/clock").content
    assert content == json.dumps(json.loads(content), separators=(",", ":")).encode()
