"""Notes on conduct stand at the exchanges that they are about."""

import gc
import weakref
from typing import Any

import pytest

from mockserver.judge.notes import Insights, notes_of
from mockserver.judge.rows import Note
from mockserver.state.clock import Clock
from tests.conftest import client_of, make_app, sandbox_of
from tests.judge.conduct.bad import delivery


def test_notes_stand_at_their_exchanges_and_what_is_about_deliveries_alone_at_none() -> None:
    app = make_app()
    sandbox, pipeline = sandbox_of(app), app.mock.pipeline
    with client_of(app, "vex_test_any") as client:
        for path in ("/v1/customers", "/v1/customers?api_key=any", "/nowhere"):
            client.get(path)
    sandbox.outbox.enqueue(delivery(1, how="bad-signature", answer=204))

    notes = notes_of(sandbox, pipeline.contract, pipeline.providers.values())

    assert notes == {2: [Note("credential-in-url", "error", "a credential")]}


@pytest.mark.parametrize(
    ("happens", "is_new"),
    [
        (lambda _sandbox, _client: None, False),
        (lambda _sandbox, client: client.get("/v1/customers"), True),
        (lambda sandbox, _client: sandbox.journal.forget(), True),
        (lambda sandbox, _client: sandbox.outbox.enqueue(delivery(2)), True),
        (lambda sandbox, _client: setattr(sandbox.state, "clock", Clock("step", 0)), True),
    ],
)
def test_journal_is_looked_through_again_only_after_something_happened(happens: Any, is_new: bool) -> None:
    app = make_app()
    sandbox, client, pipeline = sandbox_of(app), client_of(app, "vex_test_any"), app.mock.pipeline
    client.get("/v1/customers?api_key=any")
    insights = Insights(pipeline.contract, pipeline.providers.values())
    before = insights.notes(sandbox)
    happens(sandbox, client)

    assert (insights.notes(sandbox) is not before) is is_new
    assert insights.notes(sandbox) == notes_of(sandbox, pipeline.contract, pipeline.providers.values())


def test_credentials_are_looked_for_again_only_after_an_exchange() -> None:
    app = make_app()
    sandbox, client, pipeline = sandbox_of(app), client_of(app, "vex_test_any"), app.mock.pipeline
    insights = Insights(pipeline.contract, pipeline.providers.values())
    first = insights.redaction(sandbox)
    sandbox.outbox.enqueue(delivery(1))
    again = insights.redaction(sandbox)
    client.get("/v1/customers", headers={"X-Api-Key": "something-else"})

    assert again is first
    assert insights.redaction(sandbox).text("something-else") == "[key]"
    assert first.text("something-else") == "something-else"


def test_a_sandbox_that_is_gone_is_not_remembered() -> None:
    app = make_app()
    pipeline = app.mock.pipeline
    insights = Insights(pipeline.contract, pipeline.providers.values())
    gone = weakref.ref(app.mock.sandboxes.get("gone"))
    insights.notes(app.mock.sandboxes.get("gone"))
    insights.redaction(app.mock.sandboxes.get("gone"))
    app.mock.sandboxes.drop("gone")
    gc.collect()

    assert gone() is None
