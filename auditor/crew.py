"""Who makes the calls: threads for a live account, nobody in particular for a recording."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict, deque
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from auditor.call import Call, Outcome

TICK: Final = 0.2
"""Seconds between two looks at whether the user interrupted."""


class OutOfTimeError(Exception):
    """The time for making calls is over, with some of them unanswered."""


class Source(Protocol):
    """Where outcomes come from: AWS itself, or a recording."""

    def fetch(self, call: Call) -> Outcome:
        """Return what came of the call; never raise for what AWS or the network does."""


class Crew(Protocol):
    """Takes calls and gives their outcomes back, one by one, to the thread that asked."""

    def submit(self, call: Call) -> None:
        """Take a call to make."""

    def next(self) -> tuple[Call, Outcome] | None:
        """Return a finished call, waiting for one; None when there is nothing left to wait for."""


class Inline:
    """Makes every call when its outcome is asked for: for sources that answer at once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._calls: deque[Call] = deque()

    def submit(self, call: Call) -> None:
        """Take a call to make."""
        self._calls.append(call)

    def next(self) -> tuple[Call, Outcome] | None:
        """Return the next call with its outcome; None when none is left."""
        if not self._calls:
            return None
        call = self._calls.popleft()
        return call, self._source.fetch(call)


class Threads:
    """Makes calls on daemon threads, at most ``workers`` at once and at most ``per_service`` to one service.

    All state belongs to the one thread that submits and collects; workers only fetch. ``until`` is when, by the
    monotonic clock, :meth:`next` raises OutOfTimeError; None for never.
    """

    def __init__(self, source: Source, workers: int, per_service: int, until: float | None = None) -> None:
        self._source = source
        self._until = until
        self._workers = workers
        self._per_service = per_service
        self._waiting: dict[str, deque[Call]] = defaultdict(deque)
        self._in_flight: Counter[str] = Counter()
        self._threads = 0
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        self._outcomes: SimpleQueue[tuple[Call, Outcome | BaseException]] = SimpleQueue()

    def submit(self, call: Call) -> None:
        """Take a call to make, now if there is room for it."""
        self._waiting[call.service].append(call)
        self._dispatch()

    def next(self) -> tuple[Call, Outcome] | None:
        """Return a finished call, waiting for one; None when none is left."""
        if not self._in_flight.total():
            self._dismiss()
            return None
        call, outcome = self._wait()
        self._in_flight[call.service] -= 1
        self._dispatch()
        if isinstance(outcome, BaseException):
            raise outcome
        return call, outcome

    def _wait(self) -> tuple[Call, Outcome | BaseException]:
        while True:
            if self._until is not None and monotonic() >= self._until:
                raise OutOfTimeError
            try:
                return self._outcomes.get(timeout=TICK)
            except Empty:
                continue

    def _dispatch(self) -> None:
        """Start what the limits allow, the services taking turns."""
        started = True
        while started and self._in_flight.total() < self._workers:
            started = False
            for service, calls in self._waiting.items():
                if calls and self._in_flight[service] < self._per_service and self._in_flight.total() < self._workers:
                    self._start(service, calls.popleft())
                    started = True

    def _start(self, service: str, call: Call) -> None:
        self._in_flight[service] += 1
        if self._threads < self._in_flight.total():
            self._threads += 1
            threading.Thread(target=self._work, name=f"auditor-{self._threads}", daemon=True).start()
        self._calls.put(call)

    def _dismiss(self) -> None:
        for _ in range(self._threads):
            self._calls.put(None)
        self._threads = 0

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                outcome: Outcome | BaseException = self._source.fetch(call)
            except BaseException as error:  # noqa: BLE001 - a fault is raised where the audit can report it
                outcome = error
            self._outcomes.put((call, outcome))
