"""No key ever stands in what a run prints or writes."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from mockserver.catalogue.client import Api
from mockserver.http.app import App
from mockserver.verify.files import FORMS
from mockserver.verify.target import MASKED, KeyMask
from tests.verify.test_services import verify
from tests.verify.verifying import BY_NAME, Between, behaviour, listening, plain, provider_of, run

KEY = 'vex_test_a"key/with every+thing%'
ISSUED = "an-issued-token-0123456789"
GoOn = Callable[[], httpx.Response]


def _tell_everything(api: Api) -> None:
    answer = api.call("POST", f"/v1/customers/{quote(KEY, safe='')}", json={"name": KEY, "issued": ISSUED}, query={"key": KEY})
    raise AssertionError(f"{answer.request} told {answer.body!r} and {KEY} and {ISSUED}")


def _echo(request: httpx.Request, _go_on: GoOn) -> httpx.Response:
    if request.method == "GET":
        listing = {"object": "list", "data": [], "total": 0, "limit": 10, "offset": 0, "has_more": False, "access_token": ISSUED}
        return httpx.Response(200, json=listing)
    told = {"id": KEY, "you": request.headers["authorization"], "where": str(request.url), "what": request.content.decode()}
    return httpx.Response(200, json=told)


@pytest.mark.parametrize("form", FORMS)
def test_a_service_that_repeats_the_key_does_not_get_it_into_a_report(form: str, app: App) -> None:
    report = run(provider_of(behaviour(_tell_everything)), Between(app, _echo), token=KEY)

    text = FORMS[form](report)

    assert report.behaviours[0].outcome == "broken"
    for spelling in (KEY, ISSUED, quote(KEY), quote(KEY, safe=""), json.dumps(KEY)[1:-1]):
        assert spelling not in text
    assert MASKED in text or form == "write_assumptions"


def test_what_is_left_behind_does_not_show_the_key(app: App) -> None:
    report = run(provider_of(behaviour(_tell_everything)), Between(app, _echo), token=KEY)

    assert KEY not in str(report.remains)
    assert quote(KEY, safe="") not in str(report.remains)


def test_nothing_that_is_printed_shows_the_key(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    key = "vex_test_0123456789abcdef"
    error = json.dumps({"error": {"code": key, "message": f"Bearer {key}"}})
    paths = {form: tmp_path / form for form in FORMS}
    options = [word for form, path in paths.items() for word in (f"--{form.replace('_', '-')}", str(path))]

    with listening(plain("500 Internal Server Error", error, "Content-Type: application/json")) as url:
        assert verify(url, *options) == 1

    out, err = capfd.readouterr()
    assert MASKED in out
    assert key not in out + err
    assert all(key not in path.read_text() for path in paths.values())


def test_a_redirect_that_repeats_the_key_is_told_without_it(capfd: pytest.CaptureFixture[str]) -> None:
    key = "vex_test_0123456789abcdef"
    with listening(plain("302 Found", "", f"Location: https://elsewhere.example/?key={key}")) as url:
        assert verify(url) == 1

    assert capfd.readouterr().err.endswith(
        f"redirects to https://elsewhere.example/?key={MASKED}; give the address that it leads to\n"
    )


def test_tokens_that_the_service_issues_are_hidden(app: App) -> None:
    spoonity = BY_NAME["spoonity"]

    def check(api: Api) -> None:
        form = {"client_id": "a", "client_secret": "b", "grant_type": "authorization_code", "code": "c"}
        issued = api.call("POST", "/oauth/access_token", form=form).json["access_token"]
        api.call("GET", "/customers", query={"limit": "none"}, headers={"authorization": f"Bearer {issued}"})
        raise AssertionError(issued)

    result = run(provider_of(behaviour(check), provider=spoonity), app).behaviours[0]

    assert result.found == MASKED
    assert f'"access_token":"{MASKED}"' in result.evidence[0].reply


@pytest.mark.parametrize(
    ("key", "text", "hidden"),
    [
        ("test", "the test of vex_test_key, test.", f"the {MASKED} of vex_test_key, {MASKED}."),
        ("longer-key", "xlonger-keyx", f"x{MASKED}x"),
        ("", "nothing", "nothing"),
        ("a/b+c d/e", "a%2Fb%2Bc%20d%2Fe or a/b%2Bc%20d/e", f"{MASKED} or {MASKED}"),
        ('quoted"key', 'a "quoted\\"key"', f'a "{MASKED}"'),
    ],
)
def test_a_key_is_hidden_however_it_is_spelled(key: str, text: str, hidden: str) -> None:
    assert KeyMask(key).hide(text) == hidden


def test_a_key_that_begins_like_another_leaves_no_rest() -> None:
    mask = KeyMask("a-short-key")
    mask.learn(b'{"access_token": "a-short-key-and-more", "refresh_token":"another-one"}')

    assert mask.hide("a-short-key-and-more, another-one, a-short-key") == f"{MASKED}, {MASKED}, {MASKED}"
