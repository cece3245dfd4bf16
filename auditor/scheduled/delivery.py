"""What becomes of an audit's results: kept, then told, then recorded as complete.

In this order, a run that is cut short is told again by the next one, and never lost.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from auditor import past, snapshot
from auditor.history import History
from auditor.outputs import stream
from auditor.scheduled import messages
from auditor.scheduled.news import news
from auditor.scheduled.store import Objects, RunRecord, StoreError, packed
from auditor.trend import marked

if TYPE_CHECKING:
    from collections.abc import Callable

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
class Delivery:
    """The way of one run's results: from which event, to where, and by what log."""

    settings: Settings
    event: str
    destination: Destination
    store: Store
    log: Callable[[str, dict[str, Any]], None]

    def deliver(self, audit: Audit, collected: Collected, began: float) -> dict[str, Any]:
        """Keep the results, tell the news, record that the run is complete, and return the summary.

        ``began`` is when the run did, by the monotonic clock.
        """
        before, history = self._former()
        report = audit.report(collected, "live")
        history = self._after(history, report)
        found, report = news(before, report, history), marked(report, history)
        keys = self._keep(report, history, collected, audit)
        summary = messages.summary(report, found, self.event, f"s3://{self.settings.bucket}/{keys['report.html']}")
        if found.any:
            self._tell(report, found, summary)
        record = RunRecord(self.event, report.audit.at, keys["report.json"], keys["history.json.gz"], summary)
        self.store.finish(self.event, record)
        for line in messages.metrics(report, found, monotonic() - began):
            self.log("", line)
        self.log("audit-finished", summary)
        return summary

    def _former(self) -> tuple[Report | None, History]:
        """Return the report of the run before, None where there is none any more, and the history until then."""
        last = self.store.latest()
        if last is None:
            return None, History()
        text = self.store.report(last)
        return (None if text is None else past.read(text, last.report)), self.store.history(last)

    @staticmethod
    def _after(history: History, report: Report) -> History:
        if history.runs and history.runs[-1].at >= report.audit.at:
            last = f"{history.runs[-1].at:%Y-%m-%d %H:%M:%S}"
            raise StoreError(f"the latest run is of {last} UTC, which is not before this one: is the clock right?")
        return history.after(report)

    def _keep(self, report: Report, history: History, collected: Collected, audit: Audit) -> dict[str, str]:
        """Write what the run leaves; return the keys by name."""
        place = self.store.run(self.event, report.audit.at)
        bodies = {f"report.{form}": "".join(stream(report, form)).encode() for form in ("json", "html")}
        bodies["history.json.gz"] = packed(history)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "snapshot.gz"
            snapshot.write(path, collected.inventory, audit.plan.names)
            bodies[path.name] = path.read_bytes()
        return {name: place.write(name, body) for name, body in bodies.items()}

    def _tell(self, report: Report, found: News, summary: dict[str, Any]) -> None:
        self.destination.publish(messages.subject(report, found), messages.text(report, found, summary["report"]))
        bucket = f"arn:{report.audit.partition}:s3:::{self.settings.bucket}"
        self.destination.announce(messages.event(found, summary), [bucket])
