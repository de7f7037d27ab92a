"""Send webhook deliveries when they fall due, and advance clocks meanwhile.

Moving a clock is a generator that yields where it waits for results; the event loop and a blocking caller share it.
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
from msgspec.structs import asdict, replace

from mockserver.errors import BusyError, ClockError, ConfigurationError
from mockserver.exchange import ChoiceReader
from mockserver.http.guard import check_target
from mockserver.http.webhook_signing import FORGED, signed_body
from mockserver.mock import Mock
from mockserver.providers.provider import WebhookFormat
from mockserver.state import Sandbox, State
from mockserver.state.clock import Clock, stopwatch_us
from mockserver.webhooks import APP, Delivery, Endpoint, free_id

if TYPE_CHECKING:
    from mockserver.http.webhook_requests import DeliveryResult

MAX_SENDING = 64
"""Deliveries of all sandboxes on their way at one time."""

MAX_SENDING_EACH = 8
"""Deliveries of one sandbox on their way at one time."""

SLACK_S = 0.002
"""Seconds added to a timer, since timers may fire a little early."""

Application = Callable[..., Any]


class Job(Struct, frozen=True, eq=False):
    """A delivery under way, as in its sandbox's outbox."""

    sandbox: Sandbox
    delivery: Delivery
    webhooks: WebhookFormat

    @property
    def counts(self) -> bool:
        """Whether its sandbox still waits for the result."""
        return self.sandbox.outbox.get(self.delivery.number) is self.delivery


class WebhookSender:
    """Sends the deliveries of a mock's sandboxes.

    Methods that end in `_blocking` are for in-process callers; `go_to` and `wait_for` are for an event loop.
    """

    def __init__(self, mock: Mock) -> None:
        self.lock = threading.Condition(mock.lock)
        self._mock = mock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._results: deque[tuple[Job, DeliveryResult]] = deque()
        self._jobs: set[Job] = set()
        self._short_of_room: dict[str, Sandbox] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._apps: WeakKeyDictionary[Sandbox, dict[str, Application]] = WeakKeyDictionary()
        self._advancing: set[Sandbox] = set()

    def send_soon(self, sandbox: Sandbox) -> None:
        """Send due deliveries, after the reply if there is an event loop."""
        if not sandbox.state.endpoints and sandbox.outbox.next_due is None:
            return
        loop = running_loop()
        if loop is None:
            self.send_due(sandbox)
        else:
            loop.call_soon(self.send_due, sandbox)

    def send_due(self, sandbox: Sandbox) -> None:
        """Collect results, do due tasks and send due deliveries."""
        with self.lock:
            self._loop = running_loop() or self._loop
            for each in {**self._collect_results(), sandbox.name: sandbox}.values():
                if self._is_there(each):
                    each.run_due()
                    self._short_of_room.pop(each.name, None)
                    while (delivery := each.outbox.take_due(each.now, partial(self._is_held, each))) is not None:
                        self._send(each, delivery)
                    self._set_timer(each)
                elif each.name not in self._mock.sandboxes:
                    self._short_of_room.pop(each.name, None)
                    self._cancel_timer(each.name)
            self.lock.notify_all()

    def connect(
        self, sandbox: Sandbox, app: Application, *, secret: str, events: tuple[str, ...] = (), path: str = "/"
    ) -> Endpoint:
        """Send events to an ASGI or WSGI application until a reset.

        path: percent-encoded, and may have a query.
        """
        with self.lock:
            name = free_id(sandbox.state.endpoints)
            endpoint = Endpoint(name, f"{APP}{name}{path if path != '/' else ''}", secret, events)
            self._apps.setdefault(sandbox, {})[endpoint.url] = app
            sandbox.state.endpoints = (*sandbox.state.endpoints, endpoint)
            return endpoint

    def check_target(self, sandbox: Sandbox, url: str, *, where: str) -> None:
        """Raise ConfigurationError unless the sandbox may send to the URL."""
        if url and url not in self._apps.get(sandbox, {}):
            check_target(url, self._mock.settings.allow_webhook_hosts, where=where)

    def wake_waiters(self) -> None:
        """Wake the callers that wait for a result."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()
        with self.lock:
            self.lock.notify_all()

    def stop(self) -> None:
        """Cancel timers and forget waiters; the event loop ends."""
        for name in list(self._timers):
            self._cancel_timer(name)
        self._waiting.clear()

    def _is_there(self, sandbox: Sandbox) -> bool:
        return sandbox.name in self._mock.sandboxes and self._mock.sandboxes.get(sandbox.name) is sandbox

    def _is_held(self, sandbox: Sandbox, delivery: Delivery) -> bool:
        """Return whether the delivery must wait for others.

        Unless the clock is real, each endpoint gets one delivery at a time, so that equal runs are equal.
        """
        if len(self._jobs) >= MAX_SENDING:
            self._short_of_room[sandbox.name] = sandbox
            return True
        own = [job.delivery for job in self._jobs if job.sandbox is sandbox]
        if not runs_by_itself(sandbox):
            return any(each.endpoint == delivery.endpoint for each in own)
        return len(own) >= MAX_SENDING_EACH or any(_goes_first(each, delivery) for each in own)

    def _send(self, sandbox: Sandbox, delivery: Delivery) -> None:
        """Start a delivery, or note why it cannot be sent."""
        endpoint = next((each for each in sandbox.state.endpoints if each.id == delivery.endpoint), None)
        provider = self._mock.pipeline.providers.get(delivery.event.provider)
        webhooks = provider.webhooks if provider is not None else None
        if endpoint is None or webhooks is None:
            error = "its endpoint is gone" if endpoint is None else "its provider has no webhooks"
            sandbox.outbox.update(replace(delivery, status="dropped", error=error))
            return
        signed, number = signed_body(sandbox, webhooks, delivery, endpoint), sandbox.journal.number
        made = replace(delivery, url=endpoint.url, sent_after=number, **asdict(signed))
        if not endpoint.url:
            sandbox.outbox.update(replace(made, status="collected", answered_after=number))
            return
        try:
            self.check_target(sandbox, endpoint.url, where=endpoint.id)
        except ConfigurationError as error:
            sandbox.outbox.update(replace(made, status="failed", error=error.what, answered_after=number))
            return
        job = Job(sandbox, sandbox.outbox.update(made), webhooks)
        self._jobs.add(job)
        app = self._apps.get(sandbox, {}).get(made.url)
        threading.Thread(target=self._deliver, args=(job, app), name="mockserver-webhook", daemon=True).start()

    def _deliver(self, job: Job, app: Application | None) -> None:
        """Send one delivery; only this runs in a thread of its own."""
        from mockserver.http.webhook_requests import DeliveryResult, deliver

        started, result = stopwatch_us(), DeliveryResult(error="the delivery was broken off")
        try:
            result = deliver(job.delivery, app, job.webhooks.timeout_s)
        finally:
            with self.lock:
                self._results.append((job, replace(result, took_ms=(stopwatch_us() - started) / 1000)))
                self.lock.notify_all()
            if self._loop is not None:
                with suppress(RuntimeError):  # the loop has ended, and nothing waits in it
                    self._loop.call_soon_threadsafe(self._go_on)

    def _go_on(self) -> None:
        """Collect results in the event loop, and send what waited for them."""
        with self.lock:
            for sandbox in self._collect_results().values():
                self.send_due(sandbox)
        self.wake_waiters()

    def _collect_results(self) -> dict[str, Sandbox]:
        """Note results; return the sandboxes that can go on, by name."""
        touched: dict[str, Sandbox] = {}
        while self._results:
            job, result = self._results.popleft()
            self._jobs.discard(job)
            if job.counts:
                _note_result(job, result)
            touched |= self._short_of_room | {job.sandbox.name: job.sandbox}
        return touched

    def _set_timer(self, sandbox: Sandbox) -> None:
        """Set the timer for what falls due next by itself."""
        self._cancel_timer(sandbox.name)
        loop, due = running_loop(), next_after(sandbox, sandbox.now)
        if loop is not None and due is not None and runs_by_itself(sandbox):
            delay_s = (due - sandbox.now) / 1000 + SLACK_S
            self._timers[sandbox.name] = loop.call_later(delay_s, self.send_due, sandbox)

    def _cancel_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    async def go_to(self, sandbox: Sandbox, clock: Clock) -> None:
        """Move to this clock; each due instant waits for its results.

        Raises: ClockError if the clock is out of range; BusyError if it is being moved already, or the state is replaced.
        """
        with closing(self._moving(sandbox, clock)) as steps:
            for _ in steps:
                await self._next_result()

    def go_to_blocking(self, sandbox: Sandbox, clock: Clock) -> None:
        """Do the same as `go_to` in process."""
        with self.lock, closing(self._moving(sandbox, clock)) as steps:
            for _ in steps:
                self.lock.wait()

    def advance(self, sandbox: Sandbox, by_ms: int) -> None:
        """Advance the clock, as `go_to_blocking` does."""
        self.go_to_blocking(sandbox, sandbox.state.clock.advanced(by_ms))

    def flush(self, sandbox: Sandbox, timeout_s: float) -> bool:
        """Wait for the results of all due deliveries; return whether they came."""
        self.wait_for_blocking(sandbox, lambda: not self._is_busy(sandbox), timeout_s)
        return not self._is_busy(sandbox)

    async def wait_for(self, sandbox: Sandbox, found: Callable[[], bool], timeout_s: float) -> None:
        """Wait until the outbox fulfils the condition, at most so long."""
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def notify() -> None:
            loop.call_soon_threadsafe(changed.set)

        sandbox.outbox.listeners.append(notify)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    while not found():
                        changed.clear()
                        await changed.wait()
        finally:
            sandbox.outbox.listeners.remove(notify)

    def wait_for_blocking(self, sandbox: Sandbox, found: Callable[[], bool], timeout_s: float) -> None:
        """Do the same as `wait_for` in process."""
        end_us = stopwatch_us() + int(timeout_s * 1_000_000)
        with self.lock:
            self.send_due(sandbox)
            while not found() and (left_us := end_us - stopwatch_us()) > 0:
                self.lock.wait(_until_due_s(sandbox, left_us / 1_000_000))
                self.send_due(sandbox)

    def _is_busy(self, sandbox: Sandbox) -> bool:
        """Return whether deliveries are due or under way."""
        due = sandbox.outbox.next_due
        return (due is not None and due <= sandbox.now) or any(job.sandbox is sandbox and job.counts for job in self._jobs)

    def _moving(self, sandbox: Sandbox, clock: Clock) -> Generator[None]:
        """Move the clock; yield to wait for the next result."""
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
        self.send_due(sandbox)

    def _passing(self, sandbox: Sandbox, clock: Clock) -> Generator[None]:
        """Stop the clock at each due instant up to the new time."""
        state, mode = sandbox.state, sandbox.state.clock.mode
        try:
            due: int | None = sandbox.now
            while due is not None and due <= clock.now():
                state.held_time_ms = max(due, sandbox.now)
                state.clock = Clock.starting(mode, state.held_time_ms)
                self.send_due(sandbox)
                while self._is_busy(sandbox):
                    self._check_state(sandbox, state)
                    yield
                    self.send_due(sandbox)
                self._check_state(sandbox, state)
                due = next_after(sandbox, sandbox.now)
        finally:
            state.clock, state.held_time_ms = Clock.starting(mode, state.time), None

    def _check_state(self, sandbox: Sandbox, state: State) -> None:
        if sandbox.state is not state or not self._is_there(sandbox):
            raise BusyError("the state was replaced while its clock advanced", hint="advance it again")

    async def _next_result(self) -> None:
        self._loop = asyncio.get_running_loop()
        if not self._results:
            future = self._loop.create_future()
            self._waiting.append(future)
            await future


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the running event loop; None if there is none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def runs_by_itself(sandbox: Sandbox) -> bool:
    """Return whether the sandbox's time passes without a call."""
    return sandbox.state.clock.mode == "real" and sandbox.state.held_time_ms is None


def next_after(sandbox: Sandbox, now: int) -> int | None:
    """Return when the next task or delivery falls due, or None."""
    dues = (sandbox.state.agenda.next_due, sandbox.outbox.next_due_after(now))
    return min((due for due in dues if due is not None), default=None)


def _until_due_s(sandbox: Sandbox, most_s: float) -> float:
    """Return the real seconds until something falls due, at most `most_s`."""
    due = next_after(sandbox, sandbox.now) if runs_by_itself(sandbox) else None
    return most_s if due is None else min(most_s, (due - sandbox.now) / 1000 + SLACK_S)


def _goes_first(sending: Delivery, other: Delivery) -> bool:
    """Return whether both are first attempts for one object and endpoint."""
    is_same = (sending.endpoint, sending.event.object) == (other.endpoint, other.event.object)
    return is_same and sending.attempt == other.attempt == 1


def _note_result(job: Job, result: "DeliveryResult") -> None:
    """Note a delivery's result, and enqueue its next attempt if any."""
    sandbox, delivery = job.sandbox, job.delivery
    is_taken = 200 <= result.status < 300
    choices = ChoiceReader(choices=sandbox.state.choices, assumed=dict(delivery.assumed))
    is_final = is_taken or delivery.how in FORGED
    delay_ms = None if is_final else job.webhooks.retry_after_ms(choices, delivery.attempt)
    sandbox.outbox.update(
        replace(
            delivery,
            status="delivered" if is_taken else "failed",
            answer=result.status,
            answer_body=result.body,
            error=result.error,
            took_ms=result.took_ms,
            answered_after=sandbox.journal.number,
            assumed=choices.assumed,
        )
    )
    if delay_ms is not None:
        sandbox.outbox.enqueue(
            Delivery(
                number=0,
                event=delivery.event,
                endpoint=delivery.endpoint,
                url=delivery.url,
                attempt=delivery.attempt + 1,
                due=delivery.due + delay_ms,
                how=delivery.how,
                replays=delivery.replays,
                assumed=choices.assumed,
            )
        )
