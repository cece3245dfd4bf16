"""Frameworks: documented practices and benchmarks as lists of controls, each with the checks that decide it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.errors import AuditorError
from auditor.report import ControlResult, FrameworkResult, Scope
from auditor.score import tally
from auditor.severity import Status
from auditor.textual import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from importlib.resources.abc import Traversable

    from auditor.score import Kind


class FrameworkError(AuditorError):
    """A framework file is not one, or there is no such framework; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control: its id and title, the checks that decide it, and what only a person can see.

    ``manual`` says what a person must look at, ``uncovered`` what no check decides, all of it or the rest. ``level``
    is the profile level of a CIS benchmark, 0 where there are none; ``severity`` the framework's own, in the words of
    AWS Security Hub (CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL), empty where it has none.
    """

    id: str
    title: str
    checks: tuple[str, ...] = ()
    manual: str = ""
    uncovered: str = ""
    level: int = 0
    severity: str = ""

    @property
    def scope(self) -> str:
        """Who decides the control: checks alone (``decided``), checks in part (``partly``), a person, or nobody."""
        if self.checks:
            return "partly" if self.manual or self.uncovered else "decided"
        return "manual" if self.manual else "uncovered"


@dataclass(frozen=True, slots=True)
class Framework:
    """A standard's controls in its own order."""

    id: str
    title: str
    source: str
    controls: tuple[Control, ...]

    @property
    def checks(self) -> frozenset[str]:
        """Every check the framework names."""
        return frozenset(check for control in self.controls for check in control.checks)

    @property
    def scope(self) -> Scope:
        """How many of the controls are decided by checks, by a person, or by nobody."""
        count = Counter(control.scope for control in self.controls)
        return Scope(len(self.controls), count["decided"], count["partly"], count["manual"], count["uncovered"])


def read(files: Iterable[Traversable]) -> tuple[Framework, ...]:
    """Return the frameworks in TOML ``files``, by id; FrameworkError for a file that is not one."""
    from auditor.framework_files import parse

    return tuple(sorted(parse(files), key=lambda each: each.id))


def find(frameworks: Iterable[Framework], framework_id: str) -> Framework:
    """Return the framework with an id; FrameworkError that names the nearest when there is none."""
    known = {framework.id: framework for framework in frameworks}
    if framework_id not in known:
        raise FrameworkError(f"there is no framework {framework_id}{nearest(framework_id, known)}")
    return known[framework_id]


def refuse_unknown_checks(frameworks: Iterable[Framework], checks: Collection[str]) -> None:
    """Raise FrameworkError, which names the nearest, for a check that a control names and that does not exist."""
    for framework in frameworks:
        for control in framework.controls:
            for check in control.checks:
                if check not in checks:
                    raise FrameworkError(
                        f"framework {framework.id}, control {control.id}: there is no check {check}"
                        f"{nearest(check, checks)}"
                    )


def membership(frameworks: Iterable[Framework]) -> dict[str, tuple[str, ...]]:
    """Return, for each check, the controls it decides as ``framework:control``."""
    controls: dict[str, list[str]] = defaultdict(list)
    for framework in frameworks:
        for control in framework.controls:
            for check in control.checks:
                controls[check].append(f"{framework.id}:{control.id}")
    return {check: tuple(names) for check, names in controls.items()}


def results(frameworks: Iterable[Framework], counts: Mapping[Kind, int]) -> tuple[FrameworkResult, ...]:
    """Return each framework's score over the findings of its checks, and the status of each control.

    ``counts`` are how many findings there are of each kind.
    """
    of: dict[str, Counter[Status]] = defaultdict(Counter)
    for kind, count in counts.items():
        of[kind.check][kind.status] += count
    return tuple(_result(framework, counts, of) for framework in frameworks)


def _result(framework: Framework, counts: Mapping[Kind, int], of: Mapping[str, Counter[Status]]) -> FrameworkResult:
    own = {kind: count for kind, count in counts.items() if kind.check in framework.checks}
    return FrameworkResult(
        id=framework.id,
        title=framework.title,
        source=framework.source,
        tally=tally(framework.id, own),
        scope=framework.scope,
        controls=tuple(_judged(control, of) for control in framework.controls),
    )


def _judged(control: Control, counts: Mapping[str, Counter[Status]]) -> ControlResult:
    count: Counter[Status] = Counter()
    for check in control.checks:
        count.update(counts.get(check, {}))
    return ControlResult(
        id=control.id,
        title=control.title,
        status=_status(control, count),
        checks=control.checks,
        failing=count[Status.FAIL],
        unknown=count[Status.UNKNOWN] + count[Status.ERROR],
        manual=control.manual,
        uncovered=control.uncovered,
        level=control.level,
        severity=control.severity,
        accepted=count[Status.ACCEPTED],
    )


GRAVEST: Final = {
    "FAIL": (Status.FAIL,),
    "UNKNOWN": (Status.UNKNOWN, Status.ERROR),
    "ACCEPTED": (Status.ACCEPTED,),
}
"""What findings make of their control, the gravest first, whatever else it says."""


def _status(control: Control, count: Counter[Status]) -> str:
    """Return the gravest thing its checks say; what a person must look at is never a pass."""
    gravest = next((name for name, statuses in GRAVEST.items() if any(map(count.get, statuses))), "")
    if gravest:
        return gravest
    if control.manual:
        return "MANUAL"
    if not control.checks:
        return "UNCOVERED"
    if not count:
        return "NOT_APPLICABLE"
    return "PARTIAL" if control.uncovered else "PASS"
