"""A kind of record for tests of the state, which knows no provider."""

from typing import Any

from msgspec import Struct

from mockserver.state import Draft, Kind
from mockserver.state.clock import Clock
from mockserver.state.ids import DIGITS, HEX, IdForm
from mockserver.state.sandbox import Limits, Sandbox, Sandboxes, TaskHandler
from mockserver.state.store import State


class Toy(Struct, frozen=True):
    """A toy; its colour may be None."""

    id: str
    made_at: int
    colour: str | None = None
    size: int = 0


def complete(given: Any, draft: Draft) -> dict[str, Any]:
    """Return the fields of a toy that was given in part."""
    return {"id": draft.id, "made_at": draft.created_at, **given}


TOYS = Kind(
    name="toys.toys",
    noun="toy",
    record=Toy,
    form=IdForm("toy_", DIGITS, 3),
    created=lambda toy: toy.made_at,
    complete=complete,
    indexes={"colour": lambda toy: toy.colour, "size": lambda toy: toy.size},
)
RARE_TOYS = Kind("toys.rare.toys", "toy", Toy, IdForm("toy_", DIGITS, 3), TOYS.created, complete, ids="toys.toys")
SHELLS = Kind("toys.shells", "shell", Toy, IdForm("", HEX, 4), TOYS.created, complete, keeps_deleted=True)


def state(*toys: Toy, seed: int = 1, clock: Clock | None = None) -> State:
    """Return a state of these toys, whose clock stands at 10,000 unless another is given."""
    made = State(seed, clock or Clock("frozen", 10_000))
    for toy in toys:
        made.write(TOYS).add(toy)
    return made


def sandboxes(origin: State | None = None, *, worker: TaskHandler = lambda _sandbox, _task: None, **limits: int) -> Sandboxes:
    """Return sandboxes of toys; the only due work is `toys.wind`."""
    prefixes = {"toys": "", "toys_live": "live_"}
    return Sandboxes(origin or state(), key_prefixes=prefixes, task_handlers={"toys.wind": worker}, limits=Limits(**limits))


def sandbox(origin: State | None = None, *, worker: TaskHandler = lambda _sandbox, _task: None, **limits: int) -> Sandbox:
    """Return the default one of such sandboxes."""
    return sandboxes(origin, worker=worker, **limits).get("default")
