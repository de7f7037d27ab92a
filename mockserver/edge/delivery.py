"""Lets time pass in a sandbox together with its deliveries, and waits for what comes of them.

What needs outcomes is written as a generator that yields where it must wait; the event loop and a caller that blocks drive
the same one.
"""

import asyncio
from collections.abc import Callable, Generator, Set
from contextlib import closing

from mockserver.edge.dispatch import SLACK_S, Dispatch, next_after, runs_by_itself
from mockserver.errors import BusyError, ClockError
from mockserver.mock import Mock
from mockserver.state import Sandbox, State
from mockserver.state.clock import Clock, stopwatch_us


class WebhookSender(Dispatch):
    """Delivers the events of a mock's sandboxes, and moves their clocks meanwhile.

    A method whose name ends in `_blocking` is for a caller within the process; `go_to` and `wait_for` are for an event loop.
    """

    def __init__(self, mock: Mock, allowed_hosts: Set[str]) -> None:
        super().__init__(mock, allowed_hosts)
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
            raise BusyError("the clock is being advanced already", remedy="wait for the answer to the other call")
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
            raise BusyError("the state was replaced while its clock advanced", remedy="advance it again")

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
