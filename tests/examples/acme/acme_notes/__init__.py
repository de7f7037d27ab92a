"""Acme's notes, as somebody wrote them who has their own words for a refusal and a file for each thing."""

from pathlib import Path

from acme_notes.notes import CREATE_STATUS, NOTES, create_note, get_note, list_notes
from mockserver.catalogue import Catalogue
from mockserver.exchange import Call, NotFound, Problem, Reply, Unauthenticated
from mockserver.providers.provider import Provider
from mockserver.state import Sandbox

HERE = Path(__file__).parent


def authenticate(_sandbox: Sandbox, call: Call) -> None:
    if call.request.bearer is None:
        raise Unauthenticated(known_form=False)


def render_problem(problem: Problem, _call: Call) -> Reply:
    match problem:
        case Unauthenticated():
            return Reply(401, {"error": "no key"})
        case NotFound(kind=kind):
            return Reply(404, {"error": f"no such {kind}"})
    return Reply(400, {"error": type(problem).__name__})


def load_catalogue() -> Catalogue:
    from acme_notes.behaviours import BEHAVIOURS

    return Catalogue(BEHAVIOURS)


PROVIDER = Provider(
    name="acme",
    title="Acme Notes",
    origin="https://api.acme.example",
    handlers=(list_notes, create_note, get_note),
    kinds=(NOTES,),
    contract=HERE / "api.yaml",
    fixtures=HERE / "scenarios",
    assumptions=(CREATE_STATUS,),
    authenticate=authenticate,
    render_problem=render_problem,
    catalogue=load_catalogue,
)
