"""What becomes of an audit's results: kept, then told, then recorded as complete.

In this order, a run that is cut short is told again by the next one, and never lost. Two runs at once are both kept and
told, each compared with the run that was the latest when it began.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from auditor import snapshot
from auditor.encoding import encoded
from auditor.history import History
from auditor.outputs import stream
from auditor.scheduled import former, messages
from auditor.scheduled.news import is_lost, news
from auditor.scheduled.store import Objects, RunRecord, StoreError, packed
from auditor.scheduled.told import Told
from auditor.sight import Sight
from auditor.trend import marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from auditor.audit import Audit, Collected
    from auditor.report import Report
    from auditor.scheduled.news import News
    from auditor.scheduled.settings import Settings
    from auditor.scheduled.store import Store


class Destination(Objects, Protocol):
    """Where results are kept and told."""

    def publish(self, subject: str, text: str) -> None:
        """Tell people."""

    def announce(self, detail: dict[str, Any], resources: list[str]) -> None:
        """Tell programs."""


@dataclass(frozen=True, slots=True)
class Latest:
    """What was the latest complete run when this one began, None where there was none, and the history until then."""

    record: RunRecord | None
    history: History


@dataclass(frozen=True, slots=True)
class Delivery:
    """The way of one run's results: from which event, to where, and by what log."""

    settings: Settings
    event: str
    destination: Destination
    store: Store
    log: Callable[[str, dict[str, Any]], None]

    def latest(self, at: datetime) -> Latest:
        """Return what to compare a run that begins ``at`` with; StoreError where that is damaged, or later."""
        last = self.store.latest()
        if last is None:
            return Latest(None, History())
        if last.at >= at:
            told = f"the latest run is of {last.at:%Y-%m-%d %H:%M:%S} UTC, which is not before this one"
            raise StoreError(f"{told}: is the clock right?")
        return Latest(last, self.store.history(last))

    def deliver(self, audit: Audit, collected: Collected, before: Latest, began: float) -> dict[str, Any]:
        """Keep the results, tell the news, record that the run is complete, and return the summary.

        ``began`` is when the run did, by the monotonic clock. PastError where the report of the run before is damaged.
        """
        report = audit.report(collected, "live")
        history = before.history.after(report)
        found, report = self._news(before, report, history), marked(report, history)
        keys = self._keep(report, history, collected, audit)
        keys["news.json"] = self.store.run(self.event, report.audit.at).write("news.json", encoded(Told.of(found)))
        summary = messages.summary(report, found, self.event, f"s3://{self.settings.bucket}/{keys['report.html']}")
        if found.any:
            self._tell(report, found, summary)
        left = keys["report.json"], keys["history.json.gz"], summary, len(report.findings), keys["news.json"]
        self.store.finish(self.event, RunRecord(self.event, report.audit.at, *left))
        for line in messages.metrics(report, found, monotonic() - began):
            self.log("", line)
        self.log("audit-finished", summary)
        return summary

    def _news(self, before: Latest, report: Report, history: History) -> News:
        """Return what there is to tell; PastError where the report of the run before is damaged."""
        pieces = self.store.pieces(before.record) if before.record else None
        if before.record is None or pieces is None:
            return news(None, report, history)
        sight = Sight(report)
        return news(former.read(pieces, before.record.report, partial(is_lost, sight=sight)), report, history)

    def _keep(self, report: Report, history: History, collected: Collected, audit: Audit) -> dict[str, str]:
        """Write what the run leaves; return the keys by name."""
        place = self.store.run(self.event, report.audit.at)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "snapshot.gz"
            snapshot.write(path, collected.inventory, audit.plan.names)
            return {
                **{name: place.upload(name, _encoded(report, name)) for name in ("report.json", "report.html")},
                "history.json.gz": place.write("history.json.gz", packed(history)),
                path.name: place.write(path.name, path.read_bytes()),
            }

    def _tell(self, report: Report, found: News, summary: dict[str, Any]) -> None:
        bucket = f"arn:{report.audit.partition}:s3:::{self.settings.bucket}"
        try:
            self.destination.publish(messages.subject(report, found), messages.text(report, found, summary["report"]))
        finally:
            # A topic that is gone keeps nothing from those who listen to the bus.
            self.destination.announce(messages.event(found, summary), [bucket])


def _encoded(report: Report, name: str) -> Iterator[bytes]:
    """Yield a report in the format that its name ends with. The whole of a large one takes as much as its audit."""
    return (each.encode() for each in stream(report, name.rpartition(".")[2]))
