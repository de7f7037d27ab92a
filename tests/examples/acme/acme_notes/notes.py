"""Notes: their record, and what can be done with them."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mockserver.catalogue import Assumption
from mockserver.exchange import Call, NotFound, Page, Reply
from mockserver.state import Draft, Kind, Sandbox
from mockserver.state.clock import iso_seconds, parse_timestamp
from mockserver.state.ids import DIGITS, IdForm

CREATE_STATUS = Assumption(
    "acme.create-status",
    question="Which status has the reply to a creation?",
    choices={"201": "201", "200": "200"},
    default="201",
    evidence="The page prints a body and no status.",
)


class Note(Struct, frozen=True):
    """A note."""

    id: str
    text: str
    created: str


def complete(given: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    return {"id": draft.id, "text": f"Note {draft.number}", "created": iso_seconds(draft.created_at), **given}


NOTES = Kind(
    name="acme.notes",
    noun="note",
    record=Note,
    form=IdForm("n", DIGITS, 6),
    created=lambda note: parse_timestamp(note.created),
    complete=complete,
    schema="Note",
)


def list_notes(sandbox: Sandbox, call: Call) -> Page:
    notes, limit = sandbox.records(NOTES), call.query["limit"]
    return Page(notes.page(notes.all(), 0, limit, newest_first=True), 0, limit, len(notes))


def create_note(sandbox: Sandbox, call: Call) -> Reply:
    note = Note(sandbox.new_id(NOTES), call.fields["text"], iso_seconds(sandbox.now))
    sandbox.add(NOTES, note)
    return Reply(int(call.assume(CREATE_STATUS)), note)


def get_note(sandbox: Sandbox, call: Call) -> Reply:
    note = sandbox.records(NOTES).get(call.path["id"])
    if note is None:
        raise NotFound("note", call.path["id"])
    return Reply(200, note)
