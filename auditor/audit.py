"""The whole flow of an audit: plan, collect, decide, report."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from auditor import __version__
from auditor.collect import Collector, Progress, Quiet
from auditor.crew import Crew, Inline, OutOfTimeError, Threads
from auditor.exceptions import applied, notices
from auditor.frameworks import membership, results
from auditor.gaps import gaps_of, missing_permissions
from auditor.garbage import rare_collections
from auditor.inventory import Inventory
from auditor.judge import judge
from auditor.plan import Plan
from auditor.remedies import INTERRUPTED, OUT_OF_TIME
from auditor.report import AuditFacts, CheckFacts, Report
from auditor.score import FORMULA, coverage, kinds, score, tallies

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from auditor.checking import Check
    from auditor.crew import Source
    from auditor.exceptions import ExceptionRule
    from auditor.finding import Finding
    from auditor.frameworks import Framework
    from auditor.snapshot import Snapshot
    from auditor.targets import Target

PER_SERVICE: Final = 48
"""Calls to one service at once, whatever the number of workers."""


@dataclass(frozen=True)
class Audit:
    """What to audit by: checks, the settings of their parameters, frameworks to score against, and exceptions."""

    checks: tuple[Check, ...]
    frameworks: tuple[Framework, ...] = ()
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    exceptions: tuple[ExceptionRule, ...] = ()

    @cached_property
    def plan(self) -> Plan:
        """The calls that the checks need."""
        return Plan(self.checks)

    def live(
        self,
        source: Source,
        target: Target,
        at: datetime,
        workers: int,
        progress: Progress | None = None,
        *,
        until: float | None = None,
    ) -> Collected:
        """Ask AWS what the checks need.

        Ctrl-C ends the collection, not the audit, and so does the time ``until`` of the monotonic clock: the rest is
        unseen.
        """
        return self.collect(Threads(source, workers, PER_SERVICE, until), target, at, progress)

    def collect(self, crew: Crew, target: Target, at: datetime, progress: Progress | None = None) -> Collected:
        """Have a crew ask AWS what the checks need."""
        return self._collect(Inventory(target, at), crew, progress or Quiet())

    def replay(self, snapshot: Snapshot) -> Collected:
        """Read what the checks need from a recording."""
        return self._collect(Inventory(snapshot.header.target, snapshot.header.at), Inline(snapshot), Quiet())

    def _collect(self, inventory: Inventory, crew: Crew, progress: Progress) -> Collected:
        collector = Collector(self.plan, inventory, crew, progress)
        try:
            with rare_collections():
                collector.run()
        except KeyboardInterrupt:
            collector.abandon(INTERRUPTED, "the audit was interrupted before this was read")
            return Collected(inventory, interrupted=True)
        except OutOfTimeError:
            collector.abandon(OUT_OF_TIME, "the audit's time was over before this was read")
            return Collected(inventory, interrupted=True)
        return Collected(inventory, interrupted=False)

    def decide(self, inventory: Inventory) -> tuple[Finding, ...]:
        """Return every check's findings, in the order of a report."""
        with rare_collections():
            found = [
                each for check in self.checks for each in judge(check, inventory, self.parameters.get(check.id, {}))
            ]
            return tuple(sorted(found, key=lambda each: each.order))

    def report(self, collected: Collected, source: str, warnings: tuple[str, ...] = ()) -> Report:
        """Return the report on what was collected from ``source`` (``live`` or ``snapshot``)."""
        inventory = collected.inventory
        facts = self._facts(collected, source, warnings)
        checks = [each.id for each in self.checks]
        findings, exceptions = applied(self.exceptions, self.decide(inventory), facts, checks)
        controls = membership(self.frameworks)
        gaps = gaps_of(findings, inventory, self.plan)
        counts = kinds(findings)
        return Report(
            audit=replace(facts, warnings=(*facts.warnings, *notices(exceptions))),
            score=score(counts),
            coverage=coverage(counts),
            formula=FORMULA,
            accounts=tallies(counts, lambda each: each.account),
            services=tallies(counts, lambda each: each.service),
            severities=tallies(counts, lambda each: each.severity.value),
            frameworks=results(self.frameworks, counts),
            checks=tuple(CheckFacts.of(each, controls.get(each.id, ())) for each in self.checks),
            findings=findings,
            gaps=gaps,
            missing_permissions=missing_permissions(gaps),
            exceptions=exceptions,
        )

    def _facts(self, collected: Collected, source: str, warnings: tuple[str, ...]) -> AuditFacts:
        inventory = collected.inventory
        target = inventory.target
        return AuditFacts(
            tool_version=__version__,
            at=inventory.at,
            source=source,
            partition=target.partition,
            accounts=(target.account,),
            regions=target.regions,
            caller=target.caller,
            partial=collected.interrupted,
            checks_run=len(self.checks),
            calls=len(inventory.outcomes),
            warnings=(*target.warnings, *warnings),
        )


@dataclass(frozen=True, slots=True)
class Collected:
    """An inventory, and whether its collection was cut short."""

    inventory: Inventory
    interrupted: bool
