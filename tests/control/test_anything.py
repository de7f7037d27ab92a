"""Whatever is sent to the control API, it answers as its document says, and it never fails itself."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.control.route import ControlRoute, Empty
from mockserver.control.routes import ROUTES
from tests.conftest import client_of, make_app
from tests.control.asking import fits_document
from tests.properties.account import FEW
from tests.properties.settings import quick

pytestmark = pytest.mark.slow

TIMES = ["2026-02-02T13:48:05.683Z", "1969-12-31", "9999-12-31T23:59:59.999Z", "10000-01-01", "3d", "500000w", "PT1H"]
WORDS = """
    mode now advance name fixture seed clock assume ordinals assumptions pending webhooks spoonity vexutopia customers
    tokens payments live id email metadata generate deleted due work object payload url secret events offset_ms frozen
    step real few vexutopia.settle spoonity.create-status 201 type object how customer.created duplicate reorder
""".split()

texts = st.sampled_from([*WORDS, *TIMES]) | st.text(max_size=8)
numbers = st.integers(-3, 30) | st.integers(min_value=2**53) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "now": st.sampled_from(TIMES),
        "clock": st.fixed_dictionaries({}, optional={"mode": st.sampled_from(["real", "frozen", "step"]), "offset_ms": numbers}),
        "seed": numbers,
        "spoonity": st.fixed_dictionaries({"customers": st.lists(st.dictionaries(texts, values, max_size=3), max_size=3)}),
        "pending": st.lists(st.dictionaries(st.sampled_from(["due", "work", "object", "payload"]), values), max_size=2),
        "webhooks": st.lists(st.dictionaries(st.sampled_from(["id", "url", "secret", "events"]), values), max_size=2),
    },
)
objects = st.dictionaries(texts, values, max_size=4) | documents
bodies = objects.map(msgspec.json.encode) | values.map(msgspec.json.encode) | st.binary(max_size=40)
TALKATIVE = [route for route in ROUTES if route.body is not Empty]
app = make_app(fixture=[FEW])


@quick(600)
@given(
    route=st.sampled_from(TALKATIVE),
    body=bodies,
    headers=st.sampled_from(
        [{}, {"content-type": "application/yaml"}, {"mock-sandbox": "other"}, {"origin": "http://localhost"}]
    ),
)
def test_no_body_makes_the_control_api_fail(route: ControlRoute, body: bytes, headers: dict[str, Any]) -> None:
    control = client_of(app)
    control.event_hooks["response"].append(fits_document)
    reply = control.request(route.method, route.path, content=body, headers=headers)
    assert reply.status_code in (200, 201, 400, 404, 409)
    for sandbox in list(app.mock.sandboxes):
        state = control.get(f"/@{sandbox.name}/_mock/state").content
        assert control.put(f"/@{sandbox.name}/_mock/state", content=state).status_code == 200
        control.delete(f"/_mock/sandboxes/{sandbox.name}")
