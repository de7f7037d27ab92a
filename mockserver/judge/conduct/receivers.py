"""Rules on webhook receivers: signatures, response times, repeated events."""

from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence
from itertools import groupby

from mockserver.exchange import Exchange
from mockserver.judge.conduct.reading import is_write, request_of, was_seen
from mockserver.judge.rules import Hit, RuleInput, rule
from mockserver.webhooks import Delivery


@rule(
    "accepted-bad-signature",
    "error",
    "Anyone who knows a receiver's address can send it events. Only the signature proves that they are real.",
    needs_mock=True,
)
def accepted_bad_signature(traffic: RuleInput) -> Iterator[Hit]:
    for delivery in traffic.deliveries:
        is_wrong = traffic.conduct.has_wrong_signature(delivery.how, delivery.assumed)
        if is_wrong and 200 <= delivery.answer < 300:
            detail = f"a delivery that was made wrong ({delivery.how}) was answered {delivery.answer}"
            yield Hit(delivery=delivery, about=delivery.event.type, place="signature", detail=detail)


@rule(
    "slow-receiver",
    "warning",
    "A receiver that does not answer in time gets the event again. Answer first, work later.",
    needs_mock=True,
)
def slow_receiver(traffic: RuleInput) -> Iterator[Hit]:
    webhooks = traffic.provider.webhooks
    if webhooks is None or traffic.settings.clock != "real":
        return
    for delivery in traffic.deliveries:
        if delivery.url and delivery.took_ms >= webhooks.timeout_s * 1_000:
            detail = f"no answer within {webhooks.timeout_s:g} s"
            yield Hit(delivery=delivery, about=delivery.event.type, place="answer", detail=detail)


@rule(
    "duplicate-acted-on",
    "error",
    "Events are sent again when an answer is late or lost. Remember their ids, and act once.",
    needs_mock=True,
)
def duplicate_acted_on(traffic: RuleInput) -> Iterator[Hit]:
    sent = [each for each in traffic.deliveries if each.is_over and each.status not in ("dropped", "collected")]
    writes = [each for each in traffic.exchanges if is_write(each) and was_seen(each)]
    for deliveries in _sent_again(sent):
        acted: dict[Hashable, Exchange] = {}
        for delivery, upon in zip(deliveries, _writes_upon(deliveries, sent, writes), strict=True):
            latest = {request_of(each): each for each in upon}
            for request in filter(acted.__contains__, latest):
                if latest[request].number > acted[request].number:
                    yield _acted_twice(delivery, acted[request], latest[request])
            if delivery.answer < 300:  # else the receiver failed, and another attempt is expected
                acted = {**{request_of(each): each for each in reversed(upon)}, **acted}


def _sent_again(sent: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """Yield the attempts at each event that an endpoint received again."""

    def event(delivery: Delivery) -> tuple[str, str]:
        return delivery.endpoint, delivery.event.id

    for _, group in groupby(sorted(sent, key=lambda each: (event(each), _place(each))), key=event):
        attempts = list(group)
        if len(attempts) > 1:
            yield attempts


def _place(delivery: Delivery) -> tuple[int, int]:
    return delivery.sent_after, delivery.number


def _writes_upon(
    deliveries: Sequence[Delivery], sent: Sequence[Delivery], writes: Sequence[Exchange]
) -> Iterator[Sequence[Exchange]]:
    """Yield the writes between each delivery and the next or answer."""
    places = sorted(_place(each) for each in sent if each.endpoint == deliveries[0].endpoint)
    numbers = [each.number for each in writes]
    for delivery in deliveries:
        following = places[bisect_right(places, _place(delivery)) :][:1]
        end = bisect_right(numbers, max(following[0][0], delivery.answered_after)) if following else len(writes)
        yield writes[bisect_right(numbers, delivery.sent_after) : end]


def _acted_twice(delivery: Delivery, first: Exchange, second: Exchange) -> Hit:
    detail = f"{delivery.event.id} came again, and what exchange {first.number} had done was done again"
    return Hit(exchange=second, delivery=delivery, about=delivery.event.type, place="event.id", detail=detail)
