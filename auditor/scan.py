"""One run of the command: load, collect, decide, write, judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from auditor import catalogue
from auditor import outputs as files
from auditor.audit import Audit, Collected
from auditor.config import Config, validated
from auditor.gate import ExitCode, Gate, Verdict
from auditor.textual import put

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.checking import Check
    from auditor.console import Console
    from auditor.frameworks import Framework
    from auditor.outputs import Output
    from auditor.registry import Registry, Selection
    from auditor.report import Report
    from auditor.targets import Access


@dataclass(frozen=True, slots=True)
class Loaded:
    """The checks there are, those selected, and the frameworks."""

    registry: Registry
    selected: tuple[Check, ...]
    frameworks: tuple[Framework, ...]


def load(folders: tuple[Path, ...], framework_files: tuple[Path, ...], selection: Selection) -> Loaded:
    """Return the selected checks; the errors of the registry and of frameworks when there are none to select."""
    found = catalogue.load(folders, framework_files)
    return Loaded(found.registry, tuple(found.select(selection)), found.frameworks)


@dataclass(frozen=True, slots=True)
class Scan:
    """What one run is to do. ``replay`` is a snapshot to audit instead of an account."""

    access: Access
    selection: Selection
    folders: tuple[Path, ...]
    framework_files: tuple[Path, ...]
    replay: Path | None
    record: Path | None
    outputs: tuple[Output, ...]
    gate: Gate
    config: Config
    partial: bool

    def run(self, console: Console) -> ExitCode:
        """Audit, write what was asked for, and return the exit code."""
        loaded = load(self.folders, self.framework_files, self.selection)
        for problem in loaded.registry.problems:
            console.warn(problem)
        audit = Audit(loaded.selected, loaded.frameworks, validated(self.config, loaded.registry.checks))
        collected = self._replay(audit, self.replay) if self.replay else self._live(audit, console)
        if collected.interrupted and not self.partial:
            console.say("interrupted; --partial writes what was read until then")
            return ExitCode.INTERRUPTED
        if self.record:
            self._write_snapshot(self.record, audit, collected)
        report = audit.report(collected, "snapshot" if self.replay else "live", loaded.registry.problems)
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
        for reason in verdict.reasons:
            console.warn(reason)
