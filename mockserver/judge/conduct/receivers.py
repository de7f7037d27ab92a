"""Rules on a client's receiver of webhooks: what it accepts, how long it takes, and what it does twice."""

from collections.abc import Hashable, Iterator, Sequence
from itertools import groupby

from mockserver.exchange import Exchange
from mockserver.judge.case import Case
from mockserver.judge.conduct.reading import is_write, request_of, was_seen
from mockserver.judge.rules import Rule, Sighting
from mockserver.webhooks import Delivery


def _accepted_bad_signatures(case: Case) -> Iterator[Sighting]:
    for delivery in case.deliveries:
        is_wrong = case.conduct.has_wrong_signature(delivery.how, delivery.assumed)
        if is_wrong and 200 <= delivery.answer < 300:
            detail = f"a delivery that was made wrong ({delivery.how}) was answered {delivery.answer}"
            yield Sighting(delivery=delivery, about=delivery.event.type, place="signature", detail=detail)


def _slow_receivers(case: Case) -> Iterator[Sighting]:
    webhooks = case.provider.webhooks
    if webhooks is None or case.terms.clock != "real":
        return
    for delivery in case.deliveries:
        if delivery.url and delivery.took_ms >= webhooks.timeout_s * 1_000:
            detail = f"no answer within {webhooks.timeout_s:g} s"
            yield Sighting(delivery=delivery, about=delivery.event.type, place="answer", detail=detail)


def _duplicates_acted_on(case: Case) -> Iterator[Sighting]:
    for deliveries in _sent_again(case.deliveries):
        acted: dict[Hashable, Exchange] = {}
        for delivery in deliveries:
            writes = list(_writes_upon(delivery, case))
            latest = {request_of(each): each for each in writes}
            for request in filter(acted.__contains__, latest):
                if latest[request].number > acted[request].number:
                    yield _acted_twice(delivery, acted[request], latest[request])
            if not _asked_for_another(delivery):
                acted = {**{request_of(each): each for each in reversed(writes)}, **acted}


def _sent_again(deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """Go through the events that an endpoint was sent more than once, each as the attempts at it in the order of sending."""

    def event(delivery: Delivery) -> tuple[str, str]:
        return delivery.endpoint, delivery.event.id

    sent = [each for each in deliveries if each.is_over and each.status not in ("dropped", "collected")]
    for _, group in groupby(sorted(sent, key=lambda each: (event(each), each.sent_after, each.number)), key=event):
        attempts = list(group)
        if len(attempts) > 1:
            yield attempts


def _writes_upon(delivery: Delivery, case: Case) -> Iterator[Exchange]:
    """Go through the writes from the sending of a delivery to that of the next one to the same endpoint, or to its answer."""
    place = delivery.sent_after, delivery.number
    later = [each for each in case.deliveries if each.endpoint == delivery.endpoint and each.is_over]
    starts = [each.sent_after for each in later if (each.sent_after, each.number) > place]
    end = max(min(starts), delivery.answered_after) if starts else None
    for exchange in case.exchanges:
        is_within = exchange.number > delivery.sent_after and (end is None or exchange.number <= end)
        if is_within and is_write(exchange) and was_seen(exchange):
            yield exchange


def _asked_for_another(delivery: Delivery) -> bool:
    """Return whether the receiver said that it failed, so that another attempt is what it wants."""
    return delivery.answer >= 300


def _acted_twice(delivery: Delivery, first: Exchange, second: Exchange) -> Sighting:
    detail = f"{delivery.event.id} came again, and what exchange {first.number} had done was done again"
    return Sighting(exchange=second, delivery=delivery, about=delivery.event.type, place="event.id", detail=detail)


ACCEPTED_BAD_SIGNATURE = Rule(
    "accepted-bad-signature",
    "error",
    "Whoever knows a receiver's address can send it events; only the signature tells which are real.",
    _accepted_bad_signatures,
)
SLOW_RECEIVER = Rule(
    "slow-receiver",
    "warning",
    "A receiver that does not answer in time is sent the event again: answer first, work later.",
    _slow_receivers,
)
DUPLICATE_ACTED_ON = Rule(
    "duplicate-acted-on",
    "error",
    "Events are sent again whenever an answer is late or lost: remember their ids, and act once.",
    _duplicates_acted_on,
)
