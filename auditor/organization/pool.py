"""The threads that make the calls of all accounts: one pool, in which accounts take turns."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict, deque
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING

from auditor.crew import TICK, OutOfTimeError

if TYPE_CHECKING:
    from auditor.call import Call, Outcome
    from auditor.crew import Source


class Pool:
    """Daemon threads, at most ``workers``, that serve crews in turn: an account with many calls delays no other.

    A crew has at most ``per_service`` calls to one service under way. ``until`` is when, by the monotonic clock, its
    crews raise OutOfTimeError; None for never.
    """

    def __init__(self, workers: int, per_service: int, until: float | None = None) -> None:
        self.per_service = per_service
        self.until = until
        self.interrupted = False
        self._workers = workers
        self._changed = threading.Condition()
        self._turns: deque[PooledCrew] = deque()
        self._threads = self._idle = self._queued = 0

    @property
    def over(self) -> bool:
        """Whether no more calls are to be made."""
        return self.interrupted or (self.until is not None and monotonic() >= self.until)

    def crew(self, source: Source) -> PooledCrew:
        """Return a crew of this pool that asks ``source``."""
        return PooledCrew(self, source)

    def interrupt(self) -> None:
        """Have every crew raise KeyboardInterrupt in the thread that waits for it; what waits is not begun."""
        with self._changed:
            self.interrupted = True
            self._turns.clear()

    def forget(self, crew: PooledCrew) -> None:
        """Have no further call of a crew begun."""
        with self._changed:
            self._queued -= sum(map(len, crew.waiting.values()))
            crew.waiting.clear()

    def take(self, crew: PooledCrew, call: Call) -> None:
        """Put a call into its crew's queue, and the crew into the turns."""
        with self._changed:
            if self.interrupted:
                return
            crew.waiting[call.service].append(call)
            if crew not in self._turns:
                self._turns.append(crew)
            self._queued += 1
            if self._queued > self._idle and self._threads < self._workers:
                self._threads += 1
                threading.Thread(target=self._work, name=f"auditor-{self._threads}", daemon=True).start()
            self._changed.notify()

    def _work(self) -> None:
        while True:
            crew, call = self._next()
            try:
                outcome: Outcome | BaseException = crew.source.fetch(call)
            except BaseException as error:  # noqa: BLE001 - a fault is raised where the audit can report it
                outcome = error
            with self._changed:
                crew.under_way[call.service] -= 1
                self._changed.notify()
            crew.outcomes.put((call, outcome))

    def _next(self) -> tuple[PooledCrew, Call]:
        """Return the next call to make, waiting for one."""
        with self._changed:
            while True:
                for _ in range(len(self._turns)):
                    crew = self._turns.popleft()
                    call = crew.startable()
                    if any(crew.waiting.values()):
                        self._turns.append(crew)
                    if call is not None:
                        self._queued -= 1
                        return crew, call
                self._idle += 1
                self._changed.wait()
                self._idle -= 1


class PooledCrew:
    """One account's share of a pool. Its calls are submitted, and their outcomes taken, by one thread."""

    def __init__(self, pool: Pool, source: Source) -> None:
        self.source = source
        self.waiting: dict[str, deque[Call]] = defaultdict(deque)
        self.under_way: Counter[str] = Counter()
        self.outcomes: SimpleQueue[tuple[Call, Outcome | BaseException]] = SimpleQueue()
        self._pool = pool
        self._open = 0

    def submit(self, call: Call) -> None:
        """Take a call to make."""
        self._open += 1
        self._pool.take(self, call)

    def next(self) -> tuple[Call, Outcome] | None:
        """Return a finished call, waiting for one; None when none is left."""
        if not self._open:
            return None
        call, outcome = self._wait()
        self._open -= 1
        if isinstance(outcome, BaseException):
            raise outcome
        return call, outcome

    def startable(self) -> Call | None:
        """Return a call that may begin, which counts as under way from now on; the services take turns."""
        for service in list(self.waiting):
            calls = self.waiting.pop(service)
            if calls and self.under_way[service] < self._pool.per_service:
                self.under_way[service] += 1
                call = calls.popleft()
                if calls:
                    self.waiting[service] = calls
                return call
            if calls:
                self.waiting[service] = calls
        return None

    def _wait(self) -> tuple[Call, Outcome | BaseException]:
        while True:
            if self._pool.interrupted:
                raise KeyboardInterrupt
            if self._pool.until is not None and monotonic() >= self._pool.until:
                self._pool.forget(self)
                raise OutOfTimeError
            try:
                return self.outcomes.get(timeout=TICK)
            except Empty:
                continue
