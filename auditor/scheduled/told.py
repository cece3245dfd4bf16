"""What runs have to tell, as objects keep it for an organization's news: as much as is told, and how much there is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from heapq import nsmallest
from typing import TYPE_CHECKING

import msgspec

from auditor.report import ExceptionFacts
from auditor.scheduled.messages import MOST_TOLD
from auditor.scheduled.news import ITEMS, Item, News
from auditor.severity import Severity  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Iterable


class Told(msgspec.Struct, frozen=True):
    """The news of one account or of several: the gravest items of each kind, and how many there are by severity.

    ``expired`` are the exceptions that no longer hold, each once, with the failures that count again in all accounts.
    """

    items: dict[str, tuple[Item, ...]] = {}
    totals: dict[str, dict[Severity, int]] = {}
    expired: tuple[ExceptionFacts, ...] = ()

    @classmethod
    def of(cls, news: News) -> Told:
        """Return what is kept of an account's news. Of its first audit nothing is."""
        items: dict[str, tuple[Item, ...]] = {kind: getattr(news, kind) for kind in ITEMS}
        return cls(
            {kind: _gravest(found) for kind, found in items.items()},
            {kind: Counter(each.severity for each in found) for kind, found in items.items()},
            _together(news.over),
        )

    @classmethod
    def all(cls, of: Iterable[Told]) -> Told:
        """Return the news of all. It does not depend on the order, nor on which were put together before."""
        items: dict[str, tuple[Item, ...]] = dict.fromkeys(ITEMS, ())
        totals: dict[str, Counter[Severity]] = {kind: Counter() for kind in ITEMS}
        expired: tuple[ExceptionFacts, ...] = ()
        for each in of:
            for kind in ITEMS:
                items[kind] = _gravest((*items[kind], *each.items.get(kind, ())))
                totals[kind].update(each.totals.get(kind, {}))
            expired = _together((*expired, *each.expired))
        return cls(items, {kind: dict(sorted(of.items(), key=str)) for kind, of in totals.items()}, expired)

    def news(self) -> News:
        """Return the news for those who are told."""
        totals = {kind: Counter(of) for kind, of in self.totals.items()}
        return News(first=False, **self.items, over=self.expired, totals=totals)


def _gravest(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(nsmallest(MOST_TOLD, items, key=lambda each: each.gravity))


def _together(exceptions: Iterable[ExceptionFacts]) -> tuple[ExceptionFacts, ...]:
    """Return each exception once, with the failures that it covered in all."""
    failures: Counter[bytes] = Counter()
    for each in exceptions:
        failures[msgspec.json.encode(replace(each, findings=0))] += each.findings
    return tuple(
        replace(msgspec.json.decode(rule, type=ExceptionFacts), findings=failures[rule]) for rule in sorted(failures)
    )
