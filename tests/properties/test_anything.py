"""Whatever bytes come, somebody answers, nobody fails, and what is refused leaves no trace."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.http.app import App
from tests.asgi import HOST, converse, scope_of
from tests.conftest import check_headers, make_app, sandbox_of
from tests.properties.account import FEW, FORM, JSON
from tests.properties.settings import quick

pytestmark = pytest.mark.slow

KEYS = [b"Bearer any", b"Bearer vex_test_a", b"Bearer vex_live_a"]
PATHS = [
    b"/customers",
    b"/customers/",
    b"/oauth/access_token",
    b"/v1/customers",
    b"/v1/customers/cus_000000000001",
    b"/v1/payments",
]
NAMES = ["email", "name", "metadata", "amount", "currency", "customer_id", "limit", "status", "x"]

texts = st.text(max_size=12)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | st.just("a@example.com"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from(NAMES) | texts, values, max_size=5).map(msgspec.json.encode)
bodies = st.none() | st.binary(max_size=60) | objects
queries = st.binary(max_size=20) | st.builds(
    lambda name, value: name.encode() + b"=" + value, st.sampled_from(NAMES), st.binary(max_size=8)
)
methods = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]) | st.text("ABCXYZ!*", min_size=1, max_size=8)
headers = st.lists(
    st.tuples(
        st.sampled_from([b"mock-sandbox", b"authorization", b"content-type", b"origin", b"x"]),
        st.binary(max_size=12) | st.sampled_from([JSON.encode(), FORM.encode(), b"red"]),
    ),
    max_size=3,
)
app = make_app(fixture=[FEW])


def remembered(app: App) -> bytes:
    """Return the records and ids of every account; those that were only made since are left out."""
    return msgspec.json.encode([app.mock.fixtures.dump(sandbox_of(app, name).state) for name in ("default", "red")])


@quick(600)
@given(
    method=methods,
    path=st.sampled_from(PATHS),
    more=st.just(b"") | st.binary(max_size=12),
    query=queries,
    key=st.sampled_from(KEYS),
    content_type=st.sampled_from([JSON.encode(), FORM.encode()]),
    headers=headers,
    body=bodies,
)
def test_somebody_answers_and_nobody_fails(
    method: str,
    path: bytes,
    more: bytes,
    query: bytes,
    key: bytes,
    content_type: bytes,
    headers: list[tuple[bytes, bytes]],
    body: bytes | None,
) -> None:
    before = remembered(app)
    length = [(b"content-length", b"%d" % len(body))] if body else []
    head = [HOST, (b"authorization", key), (b"content-type", content_type), *headers, *length]
    target = (path + more).partition(b"?")[0]
    scope = scope_of(target.decode("latin-1"), raw_path=target, query_string=query, method=method, headers=head)
    start, answer = converse(app, scope, {"type": "http.request", "body": body or b""})
    check_headers(start["headers"])
    form = msgspec.json.decode(answer["body"])
    assert start["status"] < 500
    if start["status"] >= 400:
        assert form.keys() in ({"internal_code", "message"}, {"error"}, {"type", "title", "status", "detail"})
        assert remembered(app) == before
    for sandbox in list(app.mock.sandboxes):
        sandbox.reset()
