"""One run of the command: load, collect, decide, write, judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from auditor import baseline as baselines
from auditor import catalogue, exception_files
from auditor import outputs as files
from auditor.audit import Audit, Collected
from auditor.config import Config, validated
from auditor.exceptions import notices
from auditor.frameworks import find
from auditor.gate import ExitCode, Gate, Verdict
from auditor.textual import put

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.console import Console
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
    partial: bool

    def run(self, console: Console) -> ExitCode:
        """Audit, write what was asked for, and return the exit code."""
        loaded = load(self)
        audit = loaded.audit
        for framework, _ in self.gate.min_framework_score:
            find(audit.frameworks, framework)
        known = baselines.read(self.baseline) if self.baseline else None
        for problem in loaded.problems:
            console.warn(problem)
        collected = self._replay(audit, self.replay) if self.replay else self._live(audit, console)
        if collected.interrupted and not self.partial:
            console.say("interrupted; --partial writes what was read until then")
            return ExitCode.INTERRUPTED
        if self.record:
            self._write_snapshot(self.record, audit, collected)
        report = audit.report(collected, "snapshot" if self.replay else "live", loaded.problems)
        report = known.marked(report) if known else report
        self._write(report, console)
        verdict = self.gate.judge(report)
        self._tell(report, verdict, console)
        return ExitCode.INTERRUPTED if collected.interrupted else verdict.code

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
            return audit.live(source, target, at, self.access.workers, progress)

    @staticmethod
    def _write_snapshot(path: Path, audit: Audit, collected: Collected) -> None:
        from auditor import snapshot

        try:
            snapshot.write(path, collected.inventory, audit.plan.names)
        except OSError as error:
            raise files.OutputError(f"{path} cannot be written: {error.strerror}") from error

    def _write(self, report: Report, console: Console) -> None:
        for output in self.outputs:
            pieces = files.stream(report, output.format)
            if output.path:
                files.write(output.path, pieces)
                console.say(f"wrote {output.path}")
            else:
                put(pieces)

    def _tell(self, report: Report, verdict: Verdict, console: Console) -> None:
        piped = {each.format for each in self.outputs if each.path is None}
        if not console.quiet and "table" not in piped:
            console.summary(report, err=bool(piped))
        for warning in (*notices(report.exceptions), *verdict.reasons):
            console.warn(warning)
