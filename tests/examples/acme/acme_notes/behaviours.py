"""What Acme's page promises."""

from mockserver.catalogue.behaviour import behaviour
from mockserver.catalogue.client import Api


@behaviour("acme.create.keeps-text", source="Notes page", operation="acme.createNote")
def text_is_kept(api: Api) -> None:
    """A note keeps its text as it was sent."""
    text = api.unique()
    assert api.call("POST", "/notes", json={"text": text}).expect(200, 201).json["text"] == text


@behaviour("acme.get.unknown", source="Notes page", operation="acme.getNote", statuses=(404,))
def unknown_note_is_not_found(api: Api) -> None:
    """An unknown note answers 404."""
    api.call("GET", "/notes/n0").expect(404)


BEHAVIOURS = (text_is_kept, unknown_note_is_not_found)
