"""No credential is shown, wherever in traffic it stands; everything else is shown as it was."""

import pytest

from mockserver.exchange import Exchange, Request
from mockserver.judge.redaction import Redaction, is_secret
from mockserver.providers import PROVIDERS
from tests.judge.recorders import FORM, JSON
from tests.toy.provider import TOY

TOKEN = "s3cr3t+token/of=somebody"


def redaction(query: bytes = b"", sent: bytes = b"", reply: bytes = b"", **headers: str) -> Redaction:
    """Return what knows the credentials of one exchange; names of headers are written with underscores."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    exchange = Exchange(
        number=1,
        at=0,
        request=Request("POST", "/", query, "", dict(raw), raw, sent),
        operation="",
        status=200,
        headers=[],
        body=reply,
        assumed={},
        violations=(),
        took_us=0,
    )
    return Redaction([*PROVIDERS, TOY], [exchange])


BEARER = redaction(authorization=f"Bearer {TOKEN}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"it says {TOKEN}!", "it says [key]!"),
        ("it says s3cr3t%2Btoken%2Fof%3Dsomebody!", "it says [key]!"),
        ("it says vex_test_0123 and vex_live_x.y", "it says [key] and [key]"),
        ("card-7 is a card", "[key] is a card"),
        ("nothing of that", "nothing of that"),
    ],
)
def test_credential_is_hidden_in_any_text(text: str, shown: str) -> None:
    assert BEARER.text(text) == shown


@pytest.mark.parametrize(("token", "shown"), [("eightlng", "[key]s"), ("seven77", "seven77s")])
def test_credential_is_hidden_within_words_from_eight_characters_on(token: str, shown: str) -> None:
    assert redaction(authorization=f"Bearer {token}").text(f"{token}s") == shown


def test_short_credential_is_hidden_where_it_is_a_word() -> None:
    assert redaction(authorization="Bearer test").text("test, a test of testing") == "[key], a [key] of testing"


@pytest.mark.parametrize(
    ("known", "text"),
    [
        (redaction(authorization="just-a-key"), "just-a-key"),
        (redaction(x_api_key="0123456789"), "0123456789"),
        (redaction(x_library_card="0123456789"), "0123456789"),
        (redaction(cookie="session=0123456789"), "session=0123456789"),
        (redaction(query=b"api_key=012345%2B6789"), "012345+6789"),
        (redaction(sent=b"grant_type=x&code=0123456789&client_secret=abcdefghij"), "0123456789"),
        (redaction(sent=b'{"client_secret": "012345\\u00216789"}'), "012345!6789"),
        (redaction(reply=b'{"access_token": "0123456789"}'), "0123456789"),
        (redaction(sent=b'{"api_key":9876543210}'), "9876543210"),
        (redaction(sent=b'{"api_key": "0123456789\\q"}'), "0123456789\\q"),
    ],
)
def test_credential_is_known_wherever_it_was_given(known: Redaction, text: str) -> None:
    assert known.text(f"({text})") == "([key])"


def test_redaction_without_traffic_and_prefixes_hides_nothing() -> None:
    assert Redaction([]).text(f"{TOKEN} vex_test_1") == f"{TOKEN} vex_test_1"


def test_headers_keep_their_names_and_the_scheme() -> None:
    headers = [
        (b"authorization", f"Bearer {TOKEN}".encode()),
        (b"proxy-authorization", b"raw"),
        (b"cookie", b"a=b"),
        (b"set-cookie", b"a=b; Secure"),
        (b"x-api-key", b"k"),
        (b"accept", b"*/*"),
        (b"referer", f"http://h/?t={TOKEN}".encode()),
    ]

    assert BEARER.headers(headers) == [
        ("authorization", "Bearer [key]"),
        ("proxy-authorization", "[key]"),
        ("cookie", "[key]"),
        ("set-cookie", "[key]"),
        ("x-api-key", "[key]"),
        ("accept", "*/*"),
        ("referer", "http://h/?t=[key]"),
    ]


@pytest.mark.parametrize(
    ("path", "query", "shown"),
    [
        ("/customers", b"limit=2&sort=name", "/customers?limit=2&sort=name"),
        ("/customers", b"", "/customers"),
        ("/customers", b"api%5Fkey=1&Password=2&token=&x", "/customers?api%5Fkey=[key]&Password=[key]&token=&x"),
        ("/s3cr3t%2Btoken%2Fof%3Dsomebody/x", b"", "/[key]/x"),
        ("/%73%33cr3t%2Btoken%2Fof%3Dsomebody/x", b"%76ex_test_1", "/[key]/x?[key]"),
    ],
)
def test_address_is_shown_without_credentials(path: str, query: bytes, shown: str) -> None:
    assert BEARER.path(Request("GET", path, query, "http://h", {}, [])) == shown


@pytest.mark.parametrize(
    ("body", "content_type", "shown"),
    [
        (b'{"a": 1, "Client_Secret" : "x\\"y", "n": null}', JSON, b'{"a": 1, "Client_Secret" : "[key]", "n": null}'),
        (b'{"token": 5, "code": "c", "keys": "k"}', JSON, b'{"token": "[key]", "code": "c", "keys": "k"}'),
        (b'{"note": "s3cr3t+token/of=somebody"}', JSON, b'{"note": "[key]"}'),
        (b"code=c&name=Ann", FORM, b"code=c&name=Ann"),
        (
            b"grant_type=authorization_code&code=c&client_secret=d",
            f"{FORM}; charset=utf-8",
            b"grant_type=authorization_code&code=[key]&client_secret=[key]",
        ),
        (b"\xff vex_test_1 \xfe", "image/png", b"\xff [key] \xfe"),
    ],
)
def test_body_is_shown_without_credentials(body: bytes, content_type: str, shown: bytes) -> None:
    assert BEARER.body(body, content_type) == shown


def test_short_credential_does_not_change_a_body() -> None:
    body = b'{"prev": null, "note": "a test"}'

    assert redaction(authorization="Bearer null", query=b"token=test").body(body, JSON) == body


@pytest.mark.parametrize(
    "name", "api_key apiKey X-API-Key token secret client_secret session_key password auth id-token jwt".split()
)
def test_name_tells_of_a_credential(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", "page_token keyword code keys name email monkey authority tokens sort_key token_type".split())
def test_other_name_does_not(name: str) -> None:
    assert not is_secret(name)


PARTS = "multipart/form-data; boundary=xx"
PART = b'--xx\r\nContent-Disposition: form-data; name="%s"\r\n%s\r\n%s\r\n'


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (PART % (b"client_secret", b"", b"hush") + b"--xx--", PART % (b"client_secret", b"", b"[key]") + b"--xx--"),
        (
            PART % (b"api_key", b"Content-Type: text/plain\r\n", b"hush\r\nhush") + b"--xx--",
            PART % (b"api_key", b"Content-Type: text/plain\r\n", b"[key]") + b"--xx--",
        ),
        (PART % (b"note", b"", b"token") + b"--xx--", PART % (b"note", b"", b"token") + b"--xx--"),
        (
            b"--xx\r\nContent-Disposition: form-data; name=token; x=1\r\n\r\nhu",
            b"--xx\r\nContent-Disposition: form-data; name=token; x=1\r\n\r\n[key]",
        ),
    ],
)
def test_form_in_parts_is_shown_without_credentials(body: bytes, shown: bytes) -> None:
    assert redaction(sent=body).body(body, PARTS) == shown


def test_credential_of_a_form_in_parts_is_hidden_elsewhere_too() -> None:
    body = PART % (b"client_secret", b"", b"hush-hush-hush") + b"--xx--"

    assert redaction(sent=body).text("it was hush-hush-hush") == "it was [key]"


def test_many_credentials_are_all_hidden_those_first_that_have_others_within_them() -> None:
    values = [f"credential-{number}" for number in range(100)]
    known = redaction(sent=b"&".join(b'{"token": "%s"}' % value.encode() for value in values))

    assert known.text("credential-7, credential-77, credential-x, and no more") == "[key], [key], credential-x, and no more"
    assert known.text("short") == "short"
