"""Which open questions the answers of a sandbox leaned on, with the choice that held, and where that showed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from msgspec import Meta, Struct, field

from mockserver.catalogue import Assumption
from mockserver.state import Sandbox

MAX_NUMBERS = 20
"""Exchanges, events and deliveries that are named for each choice; all are counted."""


class AssumptionUse(Struct, frozen=True, kw_only=True):
    """An open question on whose answer something leaned.

    Attributes:
        means: what the choice means.
        times: in how many exchanges, events and deliveries.
    """

    sandbox: str
    key: str
    choice: str
    is_default: bool
    question: str
    means: str
    evidence: Annotated[str, Meta(description="What speaks for the default.")]
    times: int
    exchanges: tuple[int, ...]
    events: tuple[str, ...]
    deliveries: tuple[int, ...]


class _Marks(Struct):
    """Where one choice showed."""

    exchanges: list[int] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    deliveries: list[int] = field(default_factory=list)


def leanings_of(sandbox: Sandbox, assumptions: Iterable[Assumption]) -> list[AssumptionUse]:
    """Return what the sandbox's exchanges, events and deliveries leaned on, in the order of the assumptions."""
    known = {each.key: each for each in assumptions}
    marks: dict[tuple[str, str], _Marks] = {}
    for part, number, assumed in _assumed(sandbox):
        for each in assumed.items():
            getattr(marks.setdefault(each, _Marks()), part).append(number)
    order = list(known)
    found = sorted((each for each in marks if each[0] in known), key=lambda each: (order.index(each[0]), each[1]))
    return [_leaning(sandbox.name, known[key], choice, marks[key, choice]) for key, choice in found]


def _assumed(sandbox: Sandbox) -> Iterator[tuple[str, int | str, Mapping[str, str]]]:
    """Go through all that can lean on something: which list it belongs to, what it is called, and what it leaned on."""
    for exchange in sandbox.journal:
        yield "exchanges", exchange.number, exchange.assumed
    for event in sandbox.outbox:
        yield "events", event.id, event.assumed
    for delivery in sandbox.outbox.deliveries:
        yield "deliveries", delivery.number, delivery.assumed


def _leaning(sandbox: str, assumption: Assumption, choice: str, marks: _Marks) -> AssumptionUse:
    return AssumptionUse(
        sandbox=sandbox,
        key=assumption.key,
        choice=choice,
        is_default=choice == assumption.default,
        question=assumption.question,
        means=assumption.choices.get(choice, ""),
        evidence=assumption.evidence,
        times=len(marks.exchanges) + len(marks.events) + len(marks.deliveries),
        exchanges=tuple(marks.exchanges[:MAX_NUMBERS]),
        events=tuple(marks.events[:MAX_NUMBERS]),
        deliveries=tuple(marks.deliveries[:MAX_NUMBERS]),
    )
