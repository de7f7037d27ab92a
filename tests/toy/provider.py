"""Lendery, a made-up library: a provider made of what the package offers to any provider."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mockserver.catalogue import Assumption, Behaviour, Catalogue, Decision, remove, update
from mockserver.catalogue.behaviour import behaviour
from mockserver.catalogue.client import Api
from mockserver.catalogue.conduct import Asked, Conduct, ListConvention, ProviderRule, Shown
from mockserver.exchange import (
    Call,
    Exchange,
    MockRefusal,
    NotFound,
    Page,
    Problem,
    Reply,
    Request,
    Unauthenticated,
    UnknownPath,
    Unreadable,
    Violation,
    WrongMethod,
)
from mockserver.providers.provider import Provider
from mockserver.state import Draft, Kind, Sandbox, Task
from mockserver.state.clock import iso_seconds, parse_timestamp
from mockserver.state.ids import DIGITS, IdForm
from mockserver.webhooks import Event

DAY_MS = 86_400_000
CARD = b"x-library-card"
_RETURN = "/paths/~1v1~1loans~1{number}/delete/responses"

RETURN_RECEIPT = Assumption(
    "lendery.return-receipt",
    question="What does the library say when a loan comes back?",
    choices={"none": "204, nothing", "loan": "200, the loan as it was"},
    default="none",
    evidence="Nobody asked.",
    overlays={"loan": (remove(f"{_RETURN}/204"), update(f"{_RETURN}/200", {"$ref": "#/components/responses/Loan"}))},
)


class Loan(Struct, frozen=True, forbid_unknown_fields=True):
    """A book that is out."""

    id: str
    title: str
    lent: str
    due: str
    overdue: bool = False


class Rejected(Problem):
    """All that is wrong with a request, as this library tells everything at once."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__()
        self.violations = violations


def _complete(given: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    lent = given.get("lent", iso_seconds(draft.created_at))
    due = iso_seconds(parse_timestamp(lent) + 14 * DAY_MS)
    return {"id": draft.id, "title": f"Volume {draft.number}", "lent": lent, "due": due, **given}


LOANS = Kind(
    name="lendery.loans",
    noun="loan",
    record=Loan,
    form=IdForm("L", DIGITS, 4),
    created=lambda loan: parse_timestamp(loan.lent),
    complete=_complete,
    schema="Loan",
)


def list_loans(sandbox: Sandbox, call: Call) -> Page:
    loans, start, limit = sandbox.records(LOANS), call.query["start"], call.query["count"]
    return Page(loans.page(loans.all(), start, limit, newest_first=True), start, limit, len(loans))


def create_loan(sandbox: Sandbox, call: Call) -> Reply:
    due = sandbox.now + call.fields["days"] * DAY_MS
    loan = Loan(sandbox.new_id(LOANS), call.fields["title"], iso_seconds(sandbox.now), iso_seconds(due))
    sandbox.add(LOANS, loan)
    sandbox.schedule(Task(due, "lendery.remind", loan.id))
    return Reply(201, loan)


def retrieve_loan(sandbox: Sandbox, call: Call) -> Reply:
    return Reply(200, _find(sandbox, call.path["number"]))


def renew_loan(sandbox: Sandbox, call: Call) -> Reply:
    loan = _find(sandbox, call.path["loan"])
    renewed = replace(loan, due=iso_seconds(sandbox.now + call.path["days"] * DAY_MS), overdue=False)
    sandbox.replace(LOANS, renewed)
    return Reply(200, renewed)


def return_loan(sandbox: Sandbox, call: Call) -> Reply:
    loan = _find(sandbox, call.path["number"])
    sandbox.remove(LOANS, loan.id)
    return Reply(200, loan) if call.assume(RETURN_RECEIPT) == "loan" else Reply(204)


def remind(sandbox: Sandbox, task: Task) -> None:
    loan = sandbox.records(LOANS).get(task.object)
    if loan is not None and parse_timestamp(loan.due) <= sandbox.now:
        late = replace(loan, overdue=True)
        sandbox.replace(LOANS, late)
        sandbox.announce(Event(f"late-{loan.id}", "loan.overdue", sandbox.now, {"loan": late}, task.assumed))


def _find(sandbox: Sandbox, number: str) -> Loan:
    loan: Loan | None = sandbox.records(LOANS).get(number)
    if loan is None:
        raise NotFound(LOANS.noun, number)
    return loan


def credential(request: Request) -> str | None:
    return request.header(CARD) or None


def authenticate(_sandbox: Sandbox, call: Call) -> None:
    if credential(call.request) is None:
        raise Unauthenticated(known_form=False)


def refuse(_call: Call, violations: Sequence[Violation]) -> Problem | None:
    return Rejected(violations)


def render_problem(problem: Problem, call: Call) -> Reply:
    status, refused = _refusal(problem, call)
    body = {"refused": [{"reason": reason, "about": about} for reason, about in refused]}
    return Reply(status, body, content_type="application/vnd.lendery+json")


def _refusal(problem: Problem, call: Call) -> tuple[int, list[tuple[str, str]]]:
    match problem:
        case Rejected(violations=violations):
            return 422, [(each.rule, f"{each.place} {each.name}") for each in violations]
        case Unauthenticated():
            return 401, [("no-card", "")]
        case NotFound(record_id=number):
            return 404, [("unknown-loan", number)]
        case UnknownPath() | WrongMethod():
            return 404, [("no-such-desk", call.request.path)]
        case MockRefusal(status=status, detail=detail):
            return status, [("too-big", detail)]
        case Unreadable(detail=detail):
            return 400, [("unreadable", detail)]
    return 500, [("fire", type(problem).__name__)]


def render_page(call: Call, page: Page) -> Reply:
    headers = [("x-total", str(page.total))]
    if page.has_more:
        target = f"{call.request.base_url}/v1/loans?start={page.start + page.limit}&count={page.limit}"
        headers.append(("link", f'<{target}>; rel="next"'))
    return Reply(200, page.records, tuple(headers))


@behaviour("lendery.retrieve.what-was-lent", source="Nowhere", operation="lendery.retrieveLoan")
def new_loan_can_be_looked_up(api: Api) -> None:
    """A new loan can be looked up."""
    card = {"authorization": None, "x-library-card": api.token}
    loan = api.call("POST", "/v1/loans", json={"title": api.unique(), "days": 1}, headers=card).expect(201).json
    api.cleanup(lambda: api.call("DELETE", f"/v1/loans/{loan['id']}", headers=card))
    assert api.call("GET", f"/v1/loans/{loan['id']}", headers=card).expect(200).json == loan


def asked_of(exchange: Exchange) -> Asked | None:
    query = dict(parse_qsl(exchange.request.query.decode()))
    start, count = query.get("start", "0"), query.get("count", "2")
    return Asked("loans", int(start), int(count)) if start.isdecimal() and count.isdecimal() else None


def shown_by(exchange: Exchange) -> Shown:
    link = dict(exchange.headers).get(b"link", b"").decode().partition(">")[0].removeprefix("<") or None
    return Shown(msgspec.json.decode(exchange.body), link is not None, link, [link] if link else [])


def whispers(exchange: Exchange) -> str:
    return "in capitals" if exchange.request.header(b"x-library-card").isupper() else ""


CONDUCT = Conduct(
    listings=(ListConvention("lendery.listLoans", asked_of, shown_by, retrieve="lendery.retrieveLoan"),),
    creates=("lendery.createLoan",),
    rules=(ProviderRule("shouting", "note", "This is a library.", "header.x-library-card", whispers),),
)


def load_catalogue() -> Catalogue:
    behaviours: tuple[Behaviour, ...] = (new_loan_can_be_looked_up,)
    decisions = (Decision("lendery.days", "What is a day?", "24 hours", "Clocks."),)
    return Catalogue(behaviours, decisions=decisions, conduct=CONDUCT)


TOY = Provider(
    name="lendery",
    title="Lendery",
    origin="https://lendery.example.com",
    handlers=(list_loans, create_loan, retrieve_loan, renew_loan, return_loan),
    kinds=(LOANS,),
    authenticate=authenticate,
    refuse=refuse,
    render_problem=render_problem,
    render_page=render_page,
    credential=credential,
    key_prefixes={"lendery": "card-"},
    task_handlers={"lendery.remind": remind},
    assumptions=(RETURN_RECEIPT,),
    catalogue=load_catalogue,
    example='{url}/v1/loans -H "X-Library-Card: any"',
)
