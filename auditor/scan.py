"""One run of the command: load, collect, decide, write, judge."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from auditor import baseline as baselines
from auditor import catalogue, exception_files
from auditor import outputs as files
from auditor.audit import Audit, Collected
from auditor.config import Config, validated
from auditor.console import lasted
from auditor.exceptions import notices
from auditor.exit_codes import ExitCode
from auditor.frameworks import find
from auditor.garbage import rare_collections
from auditor.textual import put

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.baseline import Baseline
    from auditor.console import Console
    from auditor.gate import Gate, Verdict
    from auditor.history_file import HistoryFile
    from auditor.history_rows import HistoryError
    from auditor.outputs import Output
    from auditor.registry import Selection
    from auditor.report import Report
    from auditor.targets import Access


@dataclass(frozen=True, slots=True)
class Basis:
    """What to judge by: the checks selected, folders of further ones, frameworks, configuration, exceptions."""

    selection: Selection
    folders: tuple[Path, ...]
    framework_files: tuple[Path, ...]
    config: Config
    exceptions: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What could not be loaded, and the audit by all that could."""

    problems: tuple[str, ...]
    audit: Audit


def load(basis: Basis) -> Loaded:
    """Return the audit by the selected checks; the errors of checks, frameworks, configuration and exceptions."""
    found = catalogue.load(basis.folders, basis.framework_files)
    registry = found.registry
    exceptions = (*basis.config.exceptions, *(rule for path in basis.exceptions for rule in exception_files.read(path)))
    exception_files.refuse_unknown_checks(exceptions, registry.checks)
    parameters = validated(basis.config, registry.checks)
    selected = tuple(found.select(basis.selection))
    return Loaded(registry.problems, Audit(selected, found.frameworks, parameters, exceptions))


@dataclass(frozen=True, slots=True)
class Scan(Basis):
    """What one run is to do. ``replay`` is a snapshot to audit instead of an account."""

    access: Access
    replay: Path | None
    record: Path | None
    outputs: tuple[Output, ...]
    gate: Gate
    baseline: Path | None
    history: Path | None
    partial: bool

    def run(self, console: Console) -> ExitCode:
        """Audit, write what was asked for, and return the exit code; HistoryError last, when all else is written."""
        with rare_collections():
            return self._run(console)

    def _run(self, console: Console) -> ExitCode:
        began = monotonic()
        ready = self._ready(console)
        report = self._audited(ready, console)
        if report is None:
            console.say("interrupted; --partial writes what was read until then")
            return ExitCode.INTERRUPTED
        report = ready.baseline.marked(report) if ready.baseline else report
        remembered = self._remembered(report, console)
        self._write(remembered.report, console)
        verdict = self.gate.judge(remembered.report)
        self._tell(remembered.report, verdict, console, monotonic() - began)
        if remembered.problem:
            raise remembered.problem
        return ExitCode.INTERRUPTED if report.audit.partial else verdict.code

    def _audited(self, ready: Ready, console: Console) -> Report | None:
        """Return the report; None where the user interrupted the audit and wants none of a part."""
        collected = self._collected(ready.audit, console)
        if collected.interrupted and not self.partial:
            return None
        if self.record:
            write_snapshot(self.record, ready.audit, collected)
        with console.timed("judging"):
            return ready.audit.report(collected, "snapshot" if self.replay else "live", ready.problems)

    def _ready(self, console: Console) -> Ready:
        """Return what the audit needs, so that what is wrong with any of it is told before the first call to AWS."""
        with console.timed("loading the checks"):
            loaded = load(self)
        for framework, _ in self.gate.min_framework_score:
            find(loaded.audit.frameworks, framework)
        known = baselines.read(self.baseline) if self.baseline else None
        if self.history:
            history_file(self.history).prepare()
        for problem in loaded.problems:
            console.warn(problem)
        console.detail(f"configuration: {self.config.path or 'none'}; {len(loaded.audit.checks)} checks selected")
        return Ready(loaded.problems, loaded.audit, known)

    def _collected(self, audit: Audit, console: Console) -> Collected:
        with console.timed("collecting"):
            collected = self._replay(audit, self.replay) if self.replay else self._live(audit, console)
        calls = Counter(call.service for call in collected.inventory.outcomes)
        console.detail(f"calls: {', '.join(f'{service} {count}' for service, count in calls.most_common()) or 'none'}")
        return collected

    def _remembered(self, report: Report, console: Console) -> _Remembered:
        """Return the report with what the history knows; where it cannot be kept, the report alone and why."""
        if self.history is None:
            return _Remembered(report)
        from auditor.history_rows import HistoryError

        if report.audit.partial:
            console.warn(f"an interrupted audit is not added to {self.history}")
            return _Remembered(report)
        try:
            with console.timed("history"):
                return _Remembered(history_file(self.history).add(report))
        except HistoryError as error:
            return _Remembered(report, error)

    @staticmethod
    def _replay(audit: Audit, path: Path) -> Collected:
        from auditor import snapshot

        return audit.replay(snapshot.read(path))

    def _live(self, audit: Audit, console: Console) -> Collected:
        from auditor.source import Live

        source = Live.open(self.access, audit.plan.operations(), audit.plan.examined())
        target = source.target()
        at = datetime.now(UTC).replace(microsecond=0)
        console.say(f"auditing account {target.account} in {len(target.regions)} regions")
        with console.progress(lambda: source.retries) as progress:
            collected = audit.live(source, target, at, self.access.workers, progress)
        console.detail(f"retries: {source.retries}")
        return collected

    def _write(self, report: Report, console: Console) -> None:
        for output in self.outputs:
            pieces = files.stream(report, output.format)
            with console.timed(f"writing {output.format}"):
                if output.path:
                    files.write(output.path, pieces)
                else:
                    put(pieces)

    def _written(self) -> tuple[Path, ...]:
        """Return the files that were written, or the folders of many."""
        return tuple(filter(None, (*(each.path for each in self.outputs), self.record)))

    def _tell(self, report: Report, verdict: Verdict, console: Console, seconds: float) -> None:
        piped = {each.format for each in self.outputs if each.path is None}
        if not console.quiet and "table" not in piped:
            console.summary(report, err=bool(piped))
        tell = console.detail if self.replay else console.say
        tell(f"{report.audit.calls:,} {'replies read' if self.replay else 'calls'} in {lasted(seconds)}")
        for path in self._written():
            console.say(f"wrote {path}")
        for warning in (*notices(report.exceptions), *verdict.reasons):
            console.warn(warning)


@dataclass(frozen=True, slots=True)
class Ready(Loaded):
    """What could not be loaded, the audit, and the baseline if there is one."""

    baseline: Baseline | None


def write_snapshot(path: Path, audit: Audit, collected: Collected) -> None:
    """Keep the replies of an audit; OutputError where they cannot be written."""
    from auditor import snapshot

    try:
        snapshot.write(path, collected.inventory, audit.plan.names)
    except OSError as error:
        raise files.OutputError(f"{path} cannot be written: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A report, and why the history could not keep it; None where it did or was not asked to."""

    report: Report
    problem: HistoryError | None = None


def history_file(path: Path) -> HistoryFile:
    """Return the history in a file; SQLite is imported only for who keeps one."""
    from auditor.history_file import HistoryFile

    return HistoryFile(path)
