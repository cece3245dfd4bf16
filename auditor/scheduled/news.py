"""What a scheduled audit has to tell that the one before it did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.diff import compare
from auditor.exceptions import notices

if TYPE_CHECKING:
    from auditor.diff import Change
    from auditor.report import Report
    from auditor.scheduled.memory import Memory


@dataclass(frozen=True, slots=True)
class News:
    """What changed since the run before.

    ``first``: there was none, and all failures are new. ``reopened`` were mended before. ``lost`` were decided and are
    not any more; ``expired`` are sentences on exceptions that no longer hold.
    """

    first: bool
    new: tuple[Change, ...] = ()
    reopened: tuple[Change, ...] = ()
    fixed: tuple[Change, ...] = ()
    lost: tuple[Change, ...] = ()
    expired: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return self.first or bool(self.new or self.reopened or self.fixed or self.lost or self.expired)

    def memory(self, before: Report | None, after: Report, memory: Memory) -> Memory:
        """Return what to remember of this run, which compared ``before`` and ``after``, and of those until then."""
        fixed = [each.fingerprint for each in self.fixed]
        return memory.after(before, after, fixed, [each.fingerprint for each in (*self.new, *self.reopened)])

    @property
    def counts(self) -> dict[str, int]:
        """How much there is of each kind."""
        kinds = ("new", "reopened", "fixed", "lost", "expired")
        return {kind: len(getattr(self, kind)) for kind in kinds}


def news(before: Report | None, after: Report, memory: Memory) -> News:
    """Return what ``after`` has to tell beside ``before``, with what is remembered of the runs until then."""
    if before is None:
        return News(first=True)
    diff = compare(before, after)
    mended, hidden = set(memory.mended), {each.fingerprint for each in memory.hidden}
    seen = [each for each in diff.new if each.fingerprint not in hidden]
    told = set(_expired(before))
    return News(
        first=False,
        new=tuple(each for each in seen if each.fingerprint not in mended),
        reopened=tuple(each for each in seen if each.fingerprint in mended),
        fixed=diff.fixed,
        lost=diff.lost,
        expired=tuple(each for each in _expired(after) if each not in told),
    )


def _expired(report: Report) -> tuple[str, ...]:
    return notices(each for each in report.exceptions if each.state == "EXPIRED")
