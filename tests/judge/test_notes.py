"""Notes on conduct stand at the exchanges that they are about."""

from mockserver.judge.notes import notes_of
from mockserver.judge.rows import Note
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
