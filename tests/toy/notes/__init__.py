"""Notes, a provider that says no more than it must."""

from msgspec import Struct

from mockserver.exchange import Call, Page, Reply
from mockserver.providers.provider import Provider
from mockserver.state import Kind, Sandbox
from mockserver.state.clock import iso_seconds, parse_timestamp
from mockserver.state.ids import DIGITS, IdForm


class Note(Struct, frozen=True):
    """A text and when it was written."""

    id: str
    text: str
    created: str


NOTES = Kind(
    name="notes.notes",
    noun="note",
    record=Note,
    form=IdForm("n", DIGITS, 6),
    created=lambda note: parse_timestamp(note.created),
    complete=lambda given, draft: {"id": draft.id, "text": "", "created": iso_seconds(draft.created_at), **given},
    schema="Note",
)


def list_notes(sandbox: Sandbox, call: Call) -> Page:
    notes, limit = sandbox.records(NOTES), call.query["limit"]
    return Page(notes.page(notes.all(), 0, limit, newest_first=True), 0, limit, len(notes))


def create_note(sandbox: Sandbox, call: Call) -> Reply:
    note = Note(sandbox.new_id(NOTES), call.fields["text"], iso_seconds(sandbox.now))
    sandbox.add(NOTES, note)
    return Reply(201, note)


PROVIDER = Provider(
    name="notes", title="Notes", origin="https://notes.example.com", handlers=(list_notes, create_note), kinds=(NOTES,)
)
