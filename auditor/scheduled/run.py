"""One scheduled audit from beginning to end: once for each event, however often that is delivered."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Protocol

from auditor import config, past, snapshot
from auditor.outputs import stream
from auditor.registry import Selection
from auditor.scan import Basis, load
from auditor.scheduled import messages
from auditor.scheduled.memory import Memory
from auditor.scheduled.news import news
from auditor.scheduled.settings import SettingsError
from auditor.scheduled.store import Objects, RunRecord, Store
from auditor.severity import Severity
from auditor.source import Live
from auditor.targets import Access

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.audit import Audit, Collected
    from auditor.report import Report
    from auditor.scheduled.news import News
    from auditor.scheduled.settings import Settings
    from auditor.scheduled.store import Run

LEAST: Final = 5.0
"""Seconds that are given to the collection at least."""


class Destination(Objects, Protocol):
    """Where results are kept and told."""

    def publish(self, subject: str, text: str) -> None:
        """Tell people."""

    def announce(self, detail: dict[str, Any], resources: list[str]) -> None:
        """Tell programs."""


@dataclass(frozen=True, slots=True)
class Job:
    """An audit to run: by which settings, for which event, and until when by the monotonic clock.

    ``log`` takes what is structured: the name of what happened, and its details.
    """

    settings: Settings
    event: str
    until: float
    log: Callable[[str, dict[str, Any]], None]

    def run(self, destination: Destination) -> dict[str, Any]:
        """Audit, keep and tell the results, and return their summary; that of the first time for an event run before.

        The errors of AuditorError where the account, the settings or the destination are not as they must be.
        """
        began, at = monotonic(), datetime.now(UTC).replace(microsecond=0)
        audit = self._audit(destination)
        source = Live.open(self._access, audit.plan.operations(), audit.plan.examined())
        target = source.target()
        store = Store(destination, self.settings.prefix, target.account)
        place = store.run(self.event, at)
        done = place.finished()
        if done:
            store.point(done)
            self.log("audit-repeated", {"account": target.account, "run": done.run})
            return {**done.summary, "repeated": True}
        self.log(
            "audit-began", {"account": target.account, "regions": list(target.regions), "checks": len(audit.checks)}
        )
        collected = audit.live(source, target, at, self.settings.workers, until=self._deadline(began))
        return self._deliver(_Results(audit, collected, store, place), destination, began)

    @property
    def _access(self) -> Access:
        given = self.settings
        return Access(
            role_arns=(given.role_arn,) if given.role_arn else (),
            external_id=given.external_id,
            regions=given.regions,
            endpoint_url=given.endpoint_url,
            timeout=given.timeout,
            workers=given.workers,
        )

    def _audit(self, destination: Destination) -> Audit:
        given = self.settings
        selection = Selection(
            checks=given.checks,
            services=given.services,
            severities=_severities(given.severities),
            frameworks=given.frameworks,
            exclude_checks=given.exclude_checks,
            exclude_services=given.exclude_services,
        )
        return load(Basis(selection, (), (), self._configuration(destination), ())).audit

    def _configuration(self, destination: Destination) -> config.Config:
        """Return the parameters and exceptions in the bucket's auditor.toml; SettingsError where it is missing."""
        key = self.settings.config
        if not key:
            return config.Config()
        text = destination.get(key)
        if text is None:
            raise SettingsError(f"there is no {key} in the bucket: put one there, or set AUDITOR_CONFIG to nothing")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / config.FILE_NAME
            path.write_bytes(text)
            return config.read(path, ())

    def _deadline(self, began: float) -> float:
        """Return when to stop asking AWS: a reserve before the end, so that there is time to judge and write."""
        return max(self.until - self.settings.reserve, began + LEAST)

    def _deliver(self, results: _Results, destination: Destination, began: float) -> dict[str, Any]:
        """Keep the results, then tell the news, then say that the run is complete: a run cut short is told again."""
        former = results.store.latest()
        before, memory = _read(destination, former), former.memory if former else Memory()
        report = results.audit.report(results.collected, "live")
        found = news(before, report, memory)
        keys = _keep(results, report)
        summary = _summary(report, found, self.event, f"s3://{self.settings.bucket}/{keys['report.html']}")
        if found.any:
            destination.publish(messages.subject(report, found), messages.text(report, found, summary["report"]))
            bucket = f"arn:{report.audit.partition}:s3:::{self.settings.bucket}"
            destination.announce(messages.event(found, summary), [bucket])
        memory = found.memory(before, report, memory)
        results.place.finish(RunRecord(self.event, report.audit.at, keys["report.json"], summary, memory))
        for line in messages.metrics(report, found, monotonic() - began):
            self.log("", line)
        self.log("audit-finished", summary)
        return summary


@dataclass(frozen=True, slots=True)
class _Results:
    """What was collected for an audit, and where its results go."""

    audit: Audit
    collected: Collected
    store: Store
    place: Run


def _severities(names: tuple[str, ...]) -> tuple[Severity, ...]:
    try:
        return tuple(map(Severity, names))
    except ValueError as error:
        raise SettingsError(f"{error}: there are {', '.join(each.value for each in Severity)}") from error


def _read(destination: Destination, before: RunRecord | None) -> Report | None:
    """Return the report of the run before; None where a lifecycle rule has deleted it."""
    text = destination.get(before.report) if before else None
    return past.read(text, before.report) if text is not None and before else None


def _keep(results: _Results, report: Report) -> dict[str, str]:
    """Write the report and the snapshot; return their keys by name."""
    keys = {}
    for form in ("json", "html"):
        name = f"report.{form}"
        keys[name] = results.place.write(name, "".join(stream(report, form)).encode())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "snapshot.gz"
        snapshot.write(path, results.collected.inventory, results.audit.plan.names)
        keys[path.name] = results.place.write(path.name, path.read_bytes())
    return keys


def _summary(report: Report, found: News, event: str, where: str) -> dict[str, Any]:
    return {
        "account": report.audit.accounts[0],
        "run": event,
        "at": f"{report.audit.at:%Y-%m-%dT%H:%M:%SZ}",
        "score": report.score,
        "coverage": report.coverage,
        "partial": report.audit.partial,
        "failures": messages.failures(report),
        "news": found.counts,
        "report": where,
    }
