"""Schedule tasks by the sandbox's clock."""

from bisect import insort
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field


class Task(Struct, frozen=True):
    """A task and its due time.

    Attributes:
        due: the sandbox's time, milliseconds since 1970.
        work: name of its handler, `PROVIDER.verb`.
        object: the id of its record.
        payload: further input of the handler, in JSON's types.
        assumed: assumption → choice that it depends on.
    """

    due: int
    work: str
    object: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    assumed: Mapping[str, str] = field(default_factory=dict)


class Agenda:
    """The tasks of one state, the earliest first."""

    __slots__ = ("_tasks",)

    def __init__(self) -> None:
        self._tasks: list[Task] = []

    def copy(self) -> "Agenda":
        """Return an independent agenda of the same tasks."""
        twin = Agenda()
        twin._tasks = self._tasks.copy()
        return twin

    def __iter__(self) -> Iterator[Task]:
        return iter(self._tasks)

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def next_due(self) -> int | None:
        """Due time of the earliest task, or None."""
        return self._tasks[0].due if self._tasks else None

    def add(self, task: Task) -> None:
        """Add a task; it runs after others of the same due time."""
        insort(self._tasks, task, key=lambda each: each.due)

    def pop(self) -> Task:
        """Remove and return the earliest task."""
        return self._tasks.pop(0)
