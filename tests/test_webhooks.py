"""Events and endpoints, as data."""

from mockserver.webhooks import Endpoint, Event, Outbox


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
