"""Lets time pass in a sandbox together with its deliveries, and waits for what comes of them.

What needs outcomes is written as a generator that yields where it must wait; the event loop and a caller that blocks drive
the same one.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from msgspec import Struct
from msgspec.structs import replace

from mockserver.errors import BusyError, ClockError, ConfigurationError
from mockserver.exchange import ChoiceReader
from mockserver.http.guard import check_target
from mockserver.http.webhook_signing import FORGED, form_of
from mockserver.mock import Mock
from mockserver.providers.provider import WebhookFormat
from mockserver.state import Sandbox, State
from mockserver.state.clock import Clock, stopwatch_us
from mockserver.webhooks import Delivery, Endpoint, free_id

if TYPE_CHECKING:
    from mockserver.http.webhook_requests import DeliveryResult


MAX_SENDING = 64
"""Deliveries that are on their way at one time, of all sandboxes."""

MAX_SENDING_EACH = 8
"""Deliveries of one sandbox that are on their way at one time."""

APP = "app://"
"""What the URL of an endpoint begins with that is an application of this process."""

SLACK_S = 0.002
"""How much later than a due time a timer rings, as it may ring a little early."""

Application = Callable[..., Any]


class Job(Struct, frozen=True, eq=False):
    """A delivery that is on its way, as it stands in the outbox of its sandbox."""

    sandbox: Sandbox
    delivery: Delivery
    webhooks: WebhookFormat

    @property
    def counts(self) -> bool:
        """Whether its sandbox still waits for the outcome; after a reset it does not."""
        return self.sandbox.outbox.get(self.delivery.number) is self.delivery


class Dispatch:
    """Sends the deliveries of a mock's sandboxes.

    Attributes:
        lock: whatever is done to the mock within the process holds it; who waits for outcomes lets go of it meanwhile.
    """

    def __init__(self, mock: Mock) -> None:
        self.lock = threading.Condition(mock.lock)
        self._mock = mock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._outcomes: deque[tuple[Job, DeliveryResult]] = deque()
        self._jobs: set[Job] = set()
        self._short_of_room: dict[str, Sandbox] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._apps: WeakKeyDictionary[Sandbox, dict[str, Application]] = WeakKeyDictionary()

    def stir(self, sandbox: Sandbox) -> None:
        """Send what is due: after the reply if there is an event loop, else at once."""
        if not sandbox.state.endpoints and sandbox.outbox.next_due is None:
            return
        loop = running_loop()
        if loop is None:
            self.pump(sandbox)
        else:
            loop.call_soon(self.pump, sandbox)

    def pump(self, sandbox: Sandbox) -> None:
        """Do the work and send the deliveries of the sandbox that are due, after noting what came of earlier ones."""
        with self.lock:
            self._loop = running_loop() or self._loop
            for each in {**self._settle(), sandbox.name: sandbox}.values():
                if self._is_there(each):
                    each.run_due()
                    self._send_due(each)
                    self._set_timer(each)
                elif each.name not in self._mock.sandboxes:
                    self._forget(each.name)
            self.lock.notify_all()

    def connect(
        self, sandbox: Sandbox, app: Application, *, secret: str, events: tuple[str, ...] = (), path: str = "/"
    ) -> Endpoint:
        """Have an ASGI or WSGI application of this process receive the sandbox's events, until the sandbox is reset.

        path: where the application takes them, percent-encoded, with a query if it wants one.
        """
        with self.lock:
            name = free_id(sandbox.state.endpoints)
            endpoint = Endpoint(name, f"{APP}{name}{path if path != '/' else ''}", secret, events)
            self._apps.setdefault(sandbox, {})[endpoint.url] = app
            sandbox.state.endpoints = (*sandbox.state.endpoints, endpoint)
            return endpoint

    def check_target(self, sandbox: Sandbox, url: str, *, where: str) -> None:
        """Raise ConfigurationError unless the sandbox's deliveries may go to the URL; an empty one goes nowhere."""
        if url and url not in self._apps.get(sandbox, {}):
            check_target(url, self._mock.settings.allow_webhook_hosts, where=where)

    def stop(self) -> None:
        """Cancel timers, and forget who waits; the event loop ends."""
        for name in list(self._timers):
            self._forget_timer(name)
        self._waiting.clear()

    def _is_there(self, sandbox: Sandbox) -> bool:
        return sandbox.name in self._mock.sandboxes and self._mock.sandboxes.get(sandbox.name) is sandbox

    def _forget(self, name: str) -> None:
        self._short_of_room.pop(name, None)
        self._forget_timer(name)

    def _forget_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _send_due(self, sandbox: Sandbox) -> None:
        self._short_of_room.pop(sandbox.name, None)
        while (delivery := sandbox.outbox.take_due(sandbox.now, partial(self._is_held, sandbox))) is not None:
            self._send(sandbox, delivery)

    def _is_held(self, sandbox: Sandbox, delivery: Delivery) -> bool:
        """Whether the delivery must wait for others: for room, or for an earlier one of the same object.

        Where time does not run by itself, an endpoint is sent one at a time, so that equal runs are equal.
        """
        if len(self._jobs) >= MAX_SENDING:
            self._short_of_room[sandbox.name] = sandbox
            return True
        own = [job.delivery for job in self._jobs if job.sandbox is sandbox]
        if not runs_by_itself(sandbox):
            return any(each.endpoint == delivery.endpoint for each in own)
        return len(own) >= MAX_SENDING_EACH or any(_goes_first(each, delivery) for each in own)

    def _send(self, sandbox: Sandbox, delivery: Delivery) -> None:
        endpoint = next((each for each in sandbox.state.endpoints if each.id == delivery.endpoint), None)
        provider = self._mock.pipeline.providers.get(delivery.event.provider)
        webhooks = provider.webhooks if provider is not None else None
        if endpoint is None or webhooks is None:
            error = "its endpoint is gone" if endpoint is None else "its provider has no webhooks"
            sandbox.outbox.update(replace(delivery, status="dropped", error=error))
            return
        form, number = form_of(sandbox, webhooks, delivery, endpoint), sandbox.journal.number
        made = replace(delivery, url=endpoint.url, headers=form.headers, body=form.body, assumed=form.assumed, sent_after=number)
        if not endpoint.url:
            sandbox.outbox.update(replace(made, status="collected", answered_after=number))
            return
        try:
            self.check_target(sandbox, endpoint.url, where=endpoint.id)
        except ConfigurationError as error:
            sandbox.outbox.update(replace(made, status="failed", error=error.what, answered_after=number))
            return
        self._start(Job(sandbox, sandbox.outbox.update(made), webhooks))

    def _start(self, job: Job) -> None:
        self._jobs.add(job)
        app = self._apps.get(job.sandbox, {}).get(job.delivery.url)
        threading.Thread(target=self._carry, args=(job, app), name="mockserver-webhook", daemon=True).start()

    def _carry(self, job: Job, app: Application | None) -> None:
        """Send one delivery; the only part of this class that runs in a thread of its own."""
        from mockserver.http.webhook_requests import DeliveryResult

        started, outcome = stopwatch_us(), DeliveryResult(error="the delivery was broken off")
        try:
            outcome = _outcome(job, app)
        finally:
            with self.lock:
                self._outcomes.append((job, replace(outcome, took_ms=(stopwatch_us() - started) / 1000)))
                self.lock.notify_all()
            if self._loop is not None:
                with suppress(RuntimeError):  # the loop has ended, and nobody waits
                    self._loop.call_soon_threadsafe(self._hear)

    def _hear(self) -> None:
        """Note in the event loop what came of deliveries, and wake who waits for it."""
        with self.lock:
            for sandbox in self._settle().values():
                self.pump(sandbox)
        self.wake()

    def wake(self) -> None:
        """Have those who wait for an outcome look whether they still need to; for the thread that owns the mock."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()
        with self.lock:
            self.lock.notify_all()

    def _settle(self) -> dict[str, Sandbox]:
        """Note what came of deliveries; return the sandboxes that can go on because of it, by name."""
        touched: dict[str, Sandbox] = {}
        while self._outcomes:
            job, outcome = self._outcomes.popleft()
            self._jobs.discard(job)
            if job.counts:
                _note(job, outcome)
            touched |= self._short_of_room | {job.sandbox.name: job.sandbox}
        return touched

    def _set_timer(self, sandbox: Sandbox) -> None:
        """Have the event loop go on when something falls due by itself."""
        self._forget_timer(sandbox.name)
        loop, due = running_loop(), next_after(sandbox, sandbox.now)
        if loop is not None and due is not None and runs_by_itself(sandbox):
            delay_s = (due - sandbox.now) / 1000 + SLACK_S
            self._timers[sandbox.name] = loop.call_later(delay_s, self.pump, sandbox)


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop in which this is called; None if there is none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def runs_by_itself(sandbox: Sandbox) -> bool:
    """Return whether time passes in the sandbox though nobody calls."""
    return sandbox.state.clock.mode == "real" and sandbox.state.held is None


def next_after(sandbox: Sandbox, now: int) -> int | None:
    """Return when the next work or delivery of the sandbox falls due by itself; None if none does."""
    dues = (sandbox.state.agenda.next_due, sandbox.outbox.next_due_after(now))
    return min((due for due in dues if due is not None), default=None)


def _goes_first(sending: Delivery, other: Delivery) -> bool:
    """Whether a first attempt for the same object is on its way to the same endpoint."""
    is_same = (sending.endpoint, sending.event.object) == (other.endpoint, other.event.object)
    return is_same and sending.attempt == other.attempt == 1


def _outcome(job: Job, app: Application | None) -> "DeliveryResult":
    delivery, timeout_s = job.delivery, job.webhooks.timeout_s
    if app is not None:
        from mockserver.http.webhook_requests import Parcel, hand_over

        target = delivery.url.removeprefix(APP).removeprefix(delivery.endpoint)
        return hand_over(app, Parcel(delivery.headers, delivery.body, target or "/"), timeout_s)
    from mockserver.http.webhook_requests import send

    return send(delivery.url, delivery.headers, delivery.body, timeout_s)


def _note(job: Job, outcome: "DeliveryResult") -> None:
    """Write down what came of a delivery, and put in the next attempt if there is one."""
    sandbox, delivery = job.sandbox, job.delivery
    is_taken = 200 <= outcome.status < 300
    leaning = ChoiceReader(choices=sandbox.state.choices, assumed=dict(delivery.assumed))
    is_final = is_taken or delivery.how in FORGED
    delay_ms = None if is_final else job.webhooks.retry_after_ms(leaning, delivery.attempt)
    sandbox.outbox.update(
        replace(
            delivery,
            status="delivered" if is_taken else "failed",
            answer=outcome.status,
            answer_body=outcome.body,
            error=outcome.error,
            took_ms=outcome.took_ms,
            answered_after=sandbox.journal.number,
            assumed=leaning.assumed,
        )
    )
    if delay_ms is not None:
        sandbox.outbox.enqueue(_next_attempt(delivery, delay_ms, leaning.assumed))


def _next_attempt(delivery: Delivery, delay_ms: int, assumed: dict[str, str]) -> Delivery:
    return Delivery(
        number=0,
        event=delivery.event,
        endpoint=delivery.endpoint,
        url=delivery.url,
        attempt=delivery.attempt + 1,
        due=delivery.due + delay_ms,
        how=delivery.how,
        replays=delivery.replays,
        assumed=assumed,
    )


class WebhookSender(Dispatch):
    """Delivers the events of a mock's sandboxes, and moves their clocks meanwhile.

    A method whose name ends in `_blocking` is for a caller within the process; `go_to` and `wait_for` are for an event loop.
    """

    def __init__(self, mock: Mock) -> None:
        super().__init__(mock)
        self._advancing: set[Sandbox] = set()

    async def go_to(self, sandbox: Sandbox, clock: Clock) -> None:
        """Go on with this clock, the time standing at each due instant until what was sent there has its outcome.

        Raises: ClockError if the clock cannot be said; BusyError if it is being moved already, or the state is replaced.
        """
        with closing(self._moving(sandbox, clock)) as steps:
            for _ in steps:
                await self._next_outcome()

    def go_to_blocking(self, sandbox: Sandbox, clock: Clock) -> None:
        """Do the same as `go_to`, for a caller of this process who waits."""
        with self.lock, closing(self._moving(sandbox, clock)) as steps:
            for _ in steps:
                self.lock.wait()

    def advance(self, sandbox: Sandbox, by_ms: int) -> None:
        """Let so much time pass, as `go_to_blocking` does."""
        self.go_to_blocking(sandbox, sandbox.state.clock.advanced(by_ms))

    def flush(self, sandbox: Sandbox, timeout_s: float) -> bool:
        """Wait until nothing that is due is unsent and all that was sent has its outcome; return whether that came to pass."""
        self.wait_for_blocking(sandbox, lambda: not self._is_busy(sandbox), timeout_s)
        return not self._is_busy(sandbox)

    async def wait_for(self, sandbox: Sandbox, found: Callable[[], bool], timeout_s: float) -> None:
        """Wait until this is found in the sandbox's outbox, or the time is over."""
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def watcher() -> None:
            loop.call_soon_threadsafe(changed.set)

        sandbox.outbox.watchers.append(watcher)
        try:
            async with asyncio.timeout(timeout_s):
                while not found():
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            pass
        finally:
            sandbox.outbox.watchers.remove(watcher)

    def wait_for_blocking(self, sandbox: Sandbox, found: Callable[[], bool], timeout_s: float) -> None:
        """Do the same as `wait_for`, for a caller of this process."""
        end_us = stopwatch_us() + int(timeout_s * 1_000_000)
        with self.lock:
            self.pump(sandbox)
            while not found() and (left_us := end_us - stopwatch_us()) > 0:
                self.lock.wait(_until_due_s(sandbox, left_us / 1_000_000))
                self.pump(sandbox)

    def _is_busy(self, sandbox: Sandbox) -> bool:
        """Whether outcomes are awaited, or deliveries that are due wait for room."""
        due = sandbox.outbox.next_due
        return (due is not None and due <= sandbox.now) or any(job.sandbox is sandbox and job.counts for job in self._jobs)

    def _moving(self, sandbox: Sandbox, clock: Clock) -> Generator[None]:
        """Move the sandbox's clock, yielding wherever the next outcome must be waited for."""
        if not clock.can_be_said:
            raise ClockError("a clock shows times of the years 1970 to 9999")
        if sandbox in self._advancing:
            raise BusyError("the clock is being advanced already", hint="wait for the answer to the other call")
        self._advancing.add(sandbox)
        try:
            if clock.now() > sandbox.now:
                yield from self._passing(sandbox, clock)
            sandbox.state.clock = clock
        finally:
            self._advancing.discard(sandbox)
        self.pump(sandbox)

    def _passing(self, sandbox: Sandbox, clock: Clock) -> Generator[None]:
        """Let the time stand at each due instant up to that of the clock."""
        state, mode = sandbox.state, sandbox.state.clock.mode
        try:
            due: int | None = sandbox.now
            while due is not None and due <= clock.now():
                state.held = max(due, sandbox.now)
                state.clock = Clock.starting(mode, state.held)
                self.pump(sandbox)
                while self._is_busy(sandbox):
                    self._check_state(sandbox, state)
                    yield
                    self.pump(sandbox)
                self._check_state(sandbox, state)
                due = next_after(sandbox, sandbox.now)
        finally:
            state.clock, state.held = Clock.starting(mode, state.time), None

    def _check_state(self, sandbox: Sandbox, state: State) -> None:
        if sandbox.state is not state or not self._is_there(sandbox):
            raise BusyError("the state was replaced while its clock advanced", hint="advance it again")

    async def _next_outcome(self) -> None:
        """Wait in the event loop until something came of a delivery."""
        self._loop = asyncio.get_running_loop()
        if not self._outcomes:
            future = self._loop.create_future()
            self._waiting.append(future)
            await future


def _until_due_s(sandbox: Sandbox, most_s: float) -> float:
    """Return in how many seconds of real time something falls due by itself, if that is less than `most_s`."""
    due = next_after(sandbox, sandbox.now) if runs_by_itself(sandbox) else None
    return most_s if due is None else min(most_s, (due - sandbox.now) / 1000 + SLACK_S)
