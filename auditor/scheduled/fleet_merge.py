"""The reports of an organization's accounts as one. An account that left no report is unknown in it."""

from __future__ import annotations

import gzip
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from auditor import past
from auditor.organization.merged import Merger
from auditor.organization.unread import unread
from auditor.outputs import stream
from auditor.remedies import INTERRUPTED, NOT_ASSUMED, OUT_OF_TIME
from auditor.scheduled.fleet_news import FleetNews, Gathered
from auditor.scheduled.fleet_run import ACCOUNTS, OUTCOMES, WARNINGS, Item, Outcome
from auditor.scheduled.store import RunRecord, StoreError
from auditor.targets import HOME_REGIONS, Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.audit import Audit
    from auditor.history import History
    from auditor.report import Report
    from auditor.scheduled.fleet_run import Cause, FleetRun

AHEAD: Final = 8
"""How many accounts' objects are fetched while one is merged."""
MOST_IN_HTML: Final = 200_000
"""Findings up to which the organization's report is written as HTML: more take longer than a function has."""
MOST_WHOLE: Final = 200
"""Accounts up to which the organization's report has the findings that pass, too."""
TIMED_OUT: Final = frozenset({"Sandbox.Timedout", "States.Timeout"})
REFUSED: Final = "AWS refused"
"""What stands in the message of an account that did not let its role be assumed."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the run left of an account: its record, report and history, or why there are none."""

    item: Item
    record: RunRecord | None = None
    text: bytes = b""
    history: History | None = None
    failure: Cause | None = None


class Merging:
    """Merges the reports of a run's accounts, with one account's report in memory at a time."""

    def __init__(self, run: FleetRun, audit: Audit) -> None:
        """``audit`` is what was asked of every account: of one that was not audited, all of it is unknown."""
        self._run = run
        self._audit = audit
        self._merger = Merger()
        self._gathered = Gathered()
        self._outcomes: list[Outcome] = []

    def merged(self) -> FleetNews:
        """Return the organization's report with its news; StoreError where the list of accounts is gone."""
        items = self._run.read(ACCOUNTS, tuple[Item, ...])
        if not items:
            raise StoreError(f"{self._run.place.base}{ACCOUNTS} names no accounts: run the audit again")
        self._merger = Merger(keep_passing=len(items) <= MOST_WHOLE)
        for each in self._fetched(items):
            self._add(each)
        before = self._before()
        news = self._gathered.news(first=before is None)
        return FleetNews(self._report(), news, self._gathered.counts, self._outcomes, before or ())

    def _report(self) -> Report:
        report = self._merger.report()
        warnings = [*report.audit.warnings, *(self._run.read(WARNINGS, tuple[str, ...]) or ())]
        if len(self._outcomes) > MOST_WHOLE:
            told = f"of {len(self._outcomes)} accounts, what passes is counted in the scores and not listed"
            warnings.append(f"{told}: the accounts' own reports have all")
        if len(report.findings) > MOST_IN_HTML:
            warnings.append(f"there is no HTML report of {len(report.findings)} findings: the accounts' own have all")
        return replace(report, audit=replace(report.audit, warnings=tuple(warnings)))

    def _before(self) -> tuple[Outcome, ...] | None:
        """Return what became of the accounts in the run before; None where there was none."""
        last = self._run.store().latest()
        if last is None:
            return None
        return self._run.read_key(f"{last.report.rpartition('/')[0]}/{OUTCOMES}", tuple[Outcome, ...]) or ()

    def _fetched(self, items: Iterable[Item]) -> Iterator[Fetched]:
        """Yield what the run left of each account, in order, a few fetched ahead."""
        waiting = iter(items)
        with ThreadPoolExecutor(AHEAD) as beside:
            under_way = deque(beside.submit(self._fetch, each) for each in islice(waiting, AHEAD))
            while under_way:
                yield under_way.popleft().result()
                under_way.extend(beside.submit(self._fetch, each) for each in islice(waiting, 1))

    def _fetch(self, item: Item) -> Fetched:
        store = self._run.store(item.account)
        record = store.finished(self._run.name)
        text = store.report(record) if record else None
        if record is None or text is None:
            return Fetched(item, failure=self._run.failure(item.account))
        return Fetched(item, record, text, store.history(record))

    def _add(self, fetched: Fetched) -> None:
        item = fetched.item
        if fetched.record is None or fetched.history is None:
            code, reason = why(fetched.failure)
            home = HOME_REGIONS["aws"]
            target = Target(item.account, self._partition(item), (home,), home)
            self._merger.add(unread(self._audit, target, self._run.at, code, reason))
            self._outcomes.append(Outcome(item.account, item.name, "UNKNOWN", reason))
            return
        report = past.read(fetched.text, fetched.record.report)
        self._merger.add(report)
        self._gathered.add(report, fetched.record, fetched.history)
        self._outcomes.append(_outcome(item, report))

    @staticmethod
    def _partition(item: Item) -> str:
        return str(item.audit.get("role_arn", "arn:aws:")).split(":")[1]


def _outcome(item: Item, report: Report) -> Outcome:
    if report.audit.partial:
        reason = f"time was over: {report.coverage:g} % of the questions are answered"
        return Outcome(item.account, item.name, "PARTIAL", reason)
    return Outcome(item.account, item.name, "AUDITED")


def why(failure: Cause | None) -> tuple[str, str]:
    """Return the code and the sentence that say why an account was not audited."""
    if failure is None:
        return INTERRUPTED, "the run ended before this account was audited"
    reason = failure.message or failure.error
    if REFUSED in reason:
        return NOT_ASSUMED, reason
    return (OUT_OF_TIME if failure.error in TIMED_OUT else failure.error), reason


def written(run: FleetRun, found: FleetNews) -> str:
    """Write the organization's report in its formats, and return the key of the one to look at first."""
    run.write(OUTCOMES, found.outcomes)
    keys = [_compressed(run, found.report, "json", "report.json.gz")]
    _compressed(run, found.report, "csv", "findings.csv.gz")
    if len(found.report.findings) <= MOST_IN_HTML:
        keys.append(run.place.write("report.html", "".join(stream(found.report, "html")).encode()))
    return keys[-1]


def _compressed(run: FleetRun, report: Report, form: str, name: str) -> str:
    """Write the report in a format by way of a file: the text of a large one is larger than the memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        with path.open("wb") as file, gzip.GzipFile("", "wb", 1, file, mtime=0) as packed:
            for piece in stream(report, form):
                packed.write(piece.encode())
        return run.place.write(name, path.read_bytes())
