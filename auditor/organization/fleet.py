"""Auditing many accounts in one process: several beside one another, over one pool of threads and connections."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from auditor.audit import PER_SERVICE
from auditor.garbage import rare_collections
from auditor.organization.guarding import Guarding
from auditor.organization.pool import Pool
from auditor.organization.seats import NotReachedError
from auditor.organization.unread import unread
from auditor.remedies import INTERRUPTED, OUT_OF_TIME
from auditor.targets import HOME_REGIONS, Target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from auditor.audit import Audit, Collected
    from auditor.call import Call, Outcome
    from auditor.collect import Progress
    from auditor.organization.accounts import Member
    from auditor.organization.seats import Caller, Seat
    from auditor.report import Report

AT_ONCE: Final = 4
"""Accounts audited beside one another: while one waits for its last calls, or is judged, others keep the pool busy."""
LOOK: Final = 0.2
"""Seconds between two looks at whether the user interrupted."""


class Taker(Protocol):
    """Is given each account's report as soon as there is one, one at a time."""

    def __call__(self, member: Member, report: Report, collected: Collected | None) -> None:
        """Take a report, and what it was made of; None where the account could not be reached."""


@dataclass(frozen=True)
class Fleet:
    """The accounts to audit, who audits them and by what; ``until`` is when, by the monotonic clock, to stop."""

    audit: Audit
    caller: Caller
    members: Sequence[Member]
    at: datetime
    guarding: Guarding = field(default_factory=Guarding)
    at_once: int = AT_ONCE
    until: float | None = None

    def run(self, take: Taker, progress: Progress, *, partial: bool) -> bool:
        """Audit all accounts and return whether the user interrupted; then, with ``partial``, the rest are unread.

        What goes wrong with an account is in its report; what goes wrong with the program is raised.
        """
        with rare_collections():
            return _Work(self, take, progress).run(partial=partial)


class _Work:
    """One run of a fleet."""

    def __init__(self, fleet: Fleet, take: Taker, progress: Progress) -> None:
        self._fleet = fleet
        self._take = take
        self._progress = _InTurn(progress)
        self._pool = Pool(fleet.caller.reach.access.workers, PER_SERVICE, fleet.until)
        self._members = deque(fleet.members)
        self._taking = threading.Lock()
        self._fault: BaseException | None = None

    def run(self, *, partial: bool) -> bool:
        left = [threading.Event() for _ in range(min(self._fleet.at_once, len(self._members)))]
        for number, each in enumerate(left, 1):
            threading.Thread(target=self._sit, args=(each,), name=f"auditor-seat-{number}", daemon=True).start()
        try:
            self._await(left)
        except KeyboardInterrupt:
            self._pool.interrupt()
            if partial:
                self._await(left)
            else:
                self._members.clear()
        if self._fault is not None:
            raise self._fault
        return self._pool.interrupted

    @staticmethod
    def _await(left: list[threading.Event]) -> None:
        """Wait until every seat is left. A thread whose join is interrupted counts as ended, though it is not."""
        for each in left:
            while not each.wait(LOOK):
                pass

    def _sit(self, left: threading.Event) -> None:
        """Audit one account after the other until none is left."""
        try:
            seat = self._fleet.caller.seat(self._fleet.audit.plan)
            while member := self._next():
                self._work(seat, member)
        except BaseException as error:  # noqa: BLE001 - raised where the run was begun
            self._fault = self._fault or error
            self._members.clear()
            self._pool.interrupt()
        finally:
            left.set()

    def _next(self) -> Member | None:
        try:
            return self._members.popleft()
        except IndexError:
            return None

    def _work(self, seat: Seat, member: Member) -> None:
        """Audit an account and give away its report, whatever became of it."""
        audit = self._fleet.audit
        try:
            collected = self._collected(seat, member)
            report = audit.report(collected, "live")
        except NotReachedError as error:
            collected = None
            report = unread(audit, self._unseen(member), self._fleet.at, error.code, error.message)
        with self._taking:
            self._take(member, report, collected)
        if collected:
            collected.inventory.release()

    def _collected(self, seat: Seat, member: Member) -> Collected:
        fleet = self._fleet
        if self._pool.over:
            code = INTERRUPTED if self._pool.interrupted else OUT_OF_TIME
            raise NotReachedError(code, "the audit ended before this account")
        target = seat.turn(member, fleet.guarding.above(member.id))
        return fleet.audit.collect(self._pool.crew(seat.source), target, fleet.at, self._progress)

    def _unseen(self, member: Member) -> Target:
        """Return what is known of an account that could not be reached."""
        partition = self._fleet.caller.target.partition
        return Target(member.id, partition, (), HOME_REGIONS.get(partition, ""))


class _InTurn:
    """Progress that several accounts tell."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._telling = threading.Lock()

    def asked(self, call: Call) -> None:
        """A call joins the work."""
        with self._telling:
            self._progress.asked(call)

    def answered(self, call: Call, outcome: Outcome) -> None:
        """A call came back."""
        with self._telling:
            self._progress.answered(call, outcome)
