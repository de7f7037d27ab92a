"""Events and endpoints, as data."""

from typing import Any

from msgspec.structs import replace

from mockserver.webhooks import Delivery, Endpoint, Event, Outbox, free_id


def event(number: int) -> Event:
    return Event(f"evt_{number}", "toy.made", number, {"n": number}, {})


def test_events_are_kept_in_order() -> None:
    box = Outbox()
    for number in range(3):
        box.add(event(number))
    assert list(box) == [event(0), event(1), event(2)]
    assert len(box) == 3


def test_past_the_limit_the_oldest_go() -> None:
    box = Outbox(events=2)
    for number in range(5):
        box.add(event(number))
    assert list(box) == [event(3), event(4)]


def test_clear_forgets_all() -> None:
    box = Outbox()
    box.add(event(1))
    box.clear()
    assert list(box) == []


def test_an_endpoint_wants_all_events_unless_it_names_some() -> None:
    assert Endpoint("e", "http://127.0.0.1:9/", "s").events == ()


def delivery(number: int, *, due: int = 0, about: str = "a", **changes: Any) -> Delivery:
    """Return a delivery to the endpoint `e` of an event about an object."""
    told = Event(f"evt_{number}", "toy.made", number, {}, {}, "toy", about)
    return replace(Delivery(number=0, event=told, endpoint="e", url="", due=due), **changes)


def numbers(box: Outbox) -> list[int]:
    return [each.number for each in box.deliveries]


def test_deliveries_are_taken_when_they_are_due_in_order_of_time() -> None:
    box = Outbox()
    for due in (30, 10, 20):
        box.enqueue(delivery(1, due=due))
    assert (box.next_due, box.next_due_after(10), box.next_due_after(30)) == (10, 20, None)
    assert box.take_due(9) is None
    taken = [box.take_due(25), box.take_due(25)]
    assert [(each.number, each.status) for each in taken if each] == [(2, "sending"), (3, "sending")]
    assert box.take_due(25) is None
    assert box.next_due == 30


def test_what_is_held_lets_others_pass() -> None:
    box = Outbox()
    box.enqueue(delivery(1, about="held"))
    box.enqueue(delivery(2, about="free"))
    taken = box.take_due(0, lambda each: each.event.object == "held")
    assert taken is not None
    assert taken.number == 2
    assert box.take_due(0, lambda each: each.event.object == "held") is None
    assert box.next_due == 0


def test_what_is_kept_back_comes_after_the_next_of_its_object_to_its_endpoint() -> None:
    box = Outbox()
    box.keep_back(delivery(1))
    box.enqueue(delivery(2, about="b"))
    box.enqueue(delivery(3, endpoint="other"))
    box.enqueue(delivery(4, attempt=2))
    assert box.next_due_after(0) is None
    box.enqueue(delivery(5, due=7))
    order = [each.number for _ in range(5) if (each := box.take_due(7))]
    assert order == [2, 3, 4, 5, 1]
    assert box.take_due(7) is None


def test_past_the_limit_what_is_over_goes_before_what_waits() -> None:
    box = Outbox(deliveries=2)
    box.enqueue(delivery(1))
    box.enqueue(delivery(2, status="dropped"))
    box.enqueue(delivery(3))
    assert (numbers(box), box.dropped) == ([1, 3], 1)
    box.keep_back(delivery(4))
    assert (numbers(box), box.dropped) == ([3, 4], 2)
    taken = box.take_due(0)
    assert taken is not None
    assert (taken.number, box.take_due(0)) == (3, None)


def test_what_is_forgotten_is_not_updated() -> None:
    box = Outbox()
    first = box.enqueue(delivery(1))
    box.clear()
    box.update(replace(first, status="failed"))
    assert (box.deliveries, box.get(1), box.number) == ([], None, 0)


def test_what_waits_for_an_endpoint_is_given_up() -> None:
    box = Outbox()
    box.enqueue(delivery(1))
    box.enqueue(delivery(2, endpoint="other"))
    box.enqueue(delivery(3, status="collected"))
    box.keep_back(delivery(4))
    box.drop("e", "gone")
    assert [(each.status, each.error) for each in box.deliveries] == [
        ("dropped", "gone"), ("waiting", ""), ("collected", ""), ("dropped", "gone"),
    ]  # fmt: skip
    taken = box.take_due(0)
    assert taken is not None
    assert (taken.number, box.take_due(0)) == (2, None)


def test_listeners_hear_of_every_change() -> None:
    box = Outbox()
    heard: list[int] = []
    box.listeners.append(lambda: heard.append(box.number))
    made = box.enqueue(delivery(1))
    box.update(replace(made, status="failed"))
    box.clear()
    assert heard == [1, 1, 0]


def test_what_is_captured_is_not_kept() -> None:
    box = Outbox()
    with box.capturing() as captured:
        box.add(event(1))
        box.enqueue(delivery(1))
    assert (captured.events, len(captured.deliveries)) == ([event(1)], 1)
    assert (list(box), box.deliveries, box.number) == ([], [], 0)
    box.add(event(2))
    assert list(box) == [event(2)]


def test_free_id_is_the_first_that_is_not_taken() -> None:
    endpoints = [Endpoint(name, "", "s") for name in ("endpoint-1", "mine", "endpoint-3")]
    assert (free_id([]), free_id(endpoints)) == ("endpoint-1", "endpoint-2")
