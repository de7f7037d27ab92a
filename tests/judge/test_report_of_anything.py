"""Whatever a journal and a log of deliveries hold, a report can be made of them, in every form, and values can be looked for."""

from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.exchange import Exchange, Request, Violation
from mockserver.webhooks import Delivery, Event
from tests.conftest import client_of, make_app, sandbox_of
from tests.judge.test_formats import check_junit, check_sarif
from tests.properties.account import FEW
from tests.properties.settings import quick

OPERATIONS = ["", "spoonity.listCustomers", "vexutopia.createCustomer", "nobody.does"]
PATHS = ["/customers", "/v1/customers", "/v1/customers/x", "/"]

octets = st.binary(max_size=12) | st.sampled_from(
    [b"{}", b"[1]", b'{"a": "\\ud800"}', b"a=%ff&b=+", b'{"items": 1}', b"mock_default_0"]
)
line = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=12)
headers = st.lists(st.tuples(octets, octets), max_size=3)
requests = st.builds(
    lambda method, path, query, raw, body: Request(method, path, query, "http://x", dict(raw), raw, body),
    st.sampled_from(["GET", "POST", "\x01"]),
    st.sampled_from(PATHS) | line.map(lambda text: f"/{text}"),
    octets,
    headers,
    st.none() | octets,
)
violations = st.builds(
    Violation, place=line, name=st.text(max_size=8), rule=st.just("type"), detail=st.text(max_size=8), pointer=line
)
exchanges = st.builds(
    Exchange,
    number=st.integers(1, 9),
    at=st.integers(0, 2**40),
    request=requests,
    operation=st.sampled_from(OPERATIONS),
    status=st.sampled_from([0, 200, 201, 404, 429, 599]),
    headers=headers,
    body=octets,
    assumed=st.dictionaries(st.sampled_from(["vexutopia.list-order", "x"]), st.text(max_size=3), max_size=2),
    violations=st.lists(violations, max_size=2).map(tuple),
    took_us=st.just(1),
    incomplete_parts=st.sampled_from([frozenset(), frozenset({"reply"}), frozenset({"request"})]),
    faults=st.sampled_from([(), ("lost-reply",), ("status=429",)]),
)
events = st.builds(
    Event,
    id=st.text(max_size=3),
    type=st.text(max_size=5),
    at=st.just(1),
    body=st.dictionaries(st.text(max_size=3), st.none() | st.text(max_size=3) | st.lists(st.integers(), max_size=2), max_size=2),
    assumed=st.just({}),
    provider=st.sampled_from(["", "vexutopia"]),
)
deliveries = st.builds(
    Delivery,
    number=st.just(0),
    event=events,
    endpoint=st.just("hook"),
    url=line,
    due=st.integers(0, 9),
    how=st.sampled_from(["", "duplicate", "bad-signature"]),
    status=st.sampled_from(["delivered", "failed", "dropped"]),
    headers=headers,
    body=octets,
    answer=st.sampled_from([0, 200, 500]),
    answer_body=octets,
)
app = make_app(fixture=[FEW])


@pytest.mark.slow
@quick(40)
@given(held=st.lists(exchanges, max_size=4), sent=st.lists(deliveries, max_size=2), value=st.text(min_size=1, max_size=3))
def test_any_journal_makes_a_report_in_every_form(held: list[Exchange], sent: list[Delivery], value: str) -> None:
    box, control = sandbox_of(app), client_of(app)
    control.post("/_mock/reset")
    for exchange in held:
        box.journal.record(exchange)
    for delivery in sent:
        box.outbox.add(delivery.event)
        box.outbox.enqueue(delivery)

    def report(form: str) -> Any:
        reply = control.get(f"/_mock/report?format={form}")
        assert reply.status_code == 200
        return reply.content

    assert msgspec.json.decode(report("json"))["runs"][0]["exchanges"] == len(held)
    assert report("markdown").decode().startswith("# mockserver: ")
    check_junit(ElementTree.fromstring(report("junit")))
    check_sarif(msgspec.json.decode(report("sarif")))
    assert control.get("/_mock/traces", params={"value": value}).status_code == 200
