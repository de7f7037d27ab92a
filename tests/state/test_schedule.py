"""Due work: the earliest first, and of one time in the order in which it was put in."""

from hypothesis import given
from hypothesis import strategies as st

from mockserver.state.schedule import Agenda, Task


def agenda_of(dues: list[int]) -> Agenda:
    agenda = Agenda()
    for index, due in enumerate(dues):
        agenda.add(Task(due, "toys.wind", str(index)))
    return agenda


@given(st.lists(st.integers(0, 5)))
def test_the_earliest_comes_first_and_equals_in_their_order(dues: list[int]) -> None:
    agenda = agenda_of(dues)
    popped = [agenda.pop() for _ in dues]
    assert [int(task.object) for task in popped] == sorted(range(len(dues)), key=lambda index: dues[index])
    assert len(agenda) == 0


@given(st.lists(st.integers(0, 5), min_size=1))
def test_the_next_due_time_is_that_of_the_first(dues: list[int]) -> None:
    agenda = agenda_of(dues)
    assert agenda.next_due == min(dues) == next(iter(agenda)).due
    assert len(agenda) == len(dues)


def test_nothing_is_due_where_there_is_no_work() -> None:
    assert Agenda().next_due is None
    assert list(Agenda()) == []


def test_a_task_put_in_late_comes_after_those_of_its_time() -> None:
    agenda = agenda_of([1, 1, 2])
    agenda.pop()
    agenda.add(Task(1, "toys.wind", "late"))
    assert [task.object for task in agenda] == ["1", "late", "2"]


def test_all_that_a_task_says_is_kept() -> None:
    agenda = Agenda()
    agenda.add(Task(1, "toys.wind", "a", {"live": True}, {"toys.speed": "fast"}))
    assert agenda.pop() == Task(1, "toys.wind", "a", {"live": True}, {"toys.speed": "fast"})


def test_a_copy_goes_its_own_way() -> None:
    agenda = agenda_of([1, 2])
    twin = agenda.copy()
    agenda.pop()
    twin.add(Task(0, "toys.wind", "twin"))
    assert [task.object for task in agenda] == ["1"]
    assert [task.object for task in twin] == ["twin", "0", "1"]
    agenda.add(Task(2, "toys.wind", "later"))
    assert [task.object for task in agenda] == ["1", "later"]
