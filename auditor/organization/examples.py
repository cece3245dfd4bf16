"""A few failures of each check, as examples for an overview of more failures than a page can list."""

from __future__ import annotations

from heapq import nsmallest
from itertools import groupby
from typing import TYPE_CHECKING, Final

import msgspec

from auditor.organization.outline import owner
from auditor.severity import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.finding import Finding

MOST: Final = 3
"""How many are kept of a check."""


class Example(msgspec.Struct, frozen=True, order=True):
    """A failure: where, on which resource, and what is wrong. In the order of a report."""

    account: str
    region: str
    resource: str
    problem: str


class Examples(msgspec.Struct):
    """The first failures of each check, which do not depend on the order in which accounts come.

    What an account finds of another's resource is none of them: another account's finding may stand for it.
    """

    of: dict[str, tuple[Example, ...]] = msgspec.field(default_factory=dict)

    def add(self, findings: Iterable[Finding]) -> None:
        """Take the findings of an account, which are in the order of a report."""
        failing = (each for each in findings if each.status is Status.FAIL and owner(each) == each.account)
        for check, group in groupby(failing, lambda each: each.check):
            self._take(check, [_example(each) for _, each in zip(range(MOST), group, strict=False)])

    def join(self, other: Examples) -> None:
        """Take those of other accounts."""
        for check, examples in other.of.items():
            self._take(check, examples)

    def _take(self, check: str, examples: Iterable[Example]) -> None:
        self.of[check] = tuple(nsmallest(MOST, (*self.of.get(check, ()), *examples)))


def _example(finding: Finding) -> Example:
    problem = next((each.summary for each in finding.problems), "")
    return Example(finding.account, finding.region, finding.resource.arn, problem)
