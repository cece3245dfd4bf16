"""What a run leaves for the next one to remember, beside its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from auditor.sight import Absence, Sight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.finding import Finding
    from auditor.report import Report

MOST: Final = 10_000
"""How many failures of each kind are remembered, the latest."""


class Hidden(msgspec.Struct, frozen=True):
    """A failure that was not seen since, and may be one still."""

    check: str
    account: str
    region: str
    fingerprint: str


class Memory(msgspec.Struct, frozen=True):
    """The fingerprints of ``mended`` failures, so that one that returns is told as such, and the ``hidden`` ones.

    A failure that merely could not be read for a time is no news when it is read again.
    """

    mended: tuple[str, ...] = ()
    hidden: tuple[Hidden, ...] = ()

    def after(self, before: Report | None, now: Report, fixed: Iterable[str], failing: Iterable[str]) -> Memory:
        """Return the memory after a run: ``fixed`` and ``failing`` are the fingerprints that it tells as such."""
        gone = {*fixed}
        open_ = {*failing}
        kept = (each for each in self.mended if each not in open_ and each not in gone)
        return Memory((*kept, *sorted(gone))[-MOST:], tuple(self._hidden(before, now))[-MOST:])

    def _hidden(self, before: Report | None, now: Report) -> Iterator[Hidden]:
        sight = Sight(now)
        failed = (each for each in before.findings if each.status.failing) if before else ()
        known = {each.fingerprint: each for each in (*self.hidden, *map(_kept, failed))}
        return (each for each in known.values() if _is_hidden(each, sight))


def _kept(finding: Finding) -> Hidden:
    return Hidden(finding.check, finding.account, finding.region, finding.fingerprint)


def _is_hidden(known: Hidden, sight: Sight) -> bool:
    finding = sight.findings.get(known.fingerprint)
    return sight.absence(known) is not Absence.GONE if finding is None else not finding.status.decided
