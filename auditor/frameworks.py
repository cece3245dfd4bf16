"""Frameworks: documented practices and benchmarks as lists of controls, each with the checks that decide it."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.errors import AuditorError
from auditor.report import ControlResult, FrameworkResult
from auditor.score import tally
from auditor.severity import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from auditor.finding import Finding


class FrameworkError(AuditorError):
    """A framework file is not one; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control: its id and title, the checks that decide it, and what only a person can see.

    ``manual`` says what a person must look at, ``uncovered`` what no check decides, all of it or the rest.
    """

    id: str
    title: str
    checks: tuple[str, ...] = ()
    manual: str = ""
    uncovered: str = ""
    level: int = 0


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


def read(files: Iterable[Traversable]) -> tuple[Framework, ...]:
    """Return the frameworks in TOML ``files``, by id; FrameworkError for a file that is not one."""
    return tuple(sorted((_parse(file.name, file.read_bytes()) for file in files), key=lambda each: each.id))


def _parse(name: str, text: bytes) -> Framework:
    try:
        table = tomllib.loads(text.decode())
        controls = tuple(_control(row) for row in table["controls"])
        framework = Framework(table["id"], table["title"], table["source"], controls)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise FrameworkError(f"{name} is not a framework: {type(error).__name__}: {error}") from error
    repeated = [each for each, count in Counter(control.id for control in controls).items() if count > 1]
    if repeated:
        raise FrameworkError(f"{name} has the control {repeated[0]} twice")
    return framework


def _control(row: Mapping[str, Any]) -> Control:
    control = Control(**{**row, "checks": tuple(row.get("checks", ()))})
    if not (control.checks or control.manual or control.uncovered):
        raise TypeError(f"control {control.id} has neither checks nor manual nor uncovered")
    return control


def membership(frameworks: Iterable[Framework]) -> dict[str, tuple[str, ...]]:
    """Return, for each check, the controls it decides as ``framework:control``."""
    controls: dict[str, list[str]] = defaultdict(list)
    for framework in frameworks:
        for control in framework.controls:
            for check in control.checks:
                controls[check].append(f"{framework.id}:{control.id}")
    return {check: tuple(names) for check, names in controls.items()}


def results(frameworks: Iterable[Framework], findings: Sequence[Finding]) -> tuple[FrameworkResult, ...]:
    """Return each framework's score over the findings of its checks, and the status of each control."""
    by_check: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_check[finding.check].append(finding)
    return tuple(_result(framework, by_check) for framework in frameworks)


def _result(framework: Framework, by_check: Mapping[str, list[Finding]]) -> FrameworkResult:
    own = [finding for check in sorted(framework.checks) for finding in by_check.get(check, ())]
    controls = tuple(_judged(control, by_check) for control in framework.controls)
    return FrameworkResult(framework.id, framework.title, tally(framework.id, own), controls)


def _judged(control: Control, by_check: Mapping[str, list[Finding]]) -> ControlResult:
    count = Counter(finding.status for check in control.checks for finding in by_check.get(check, ()))
    return ControlResult(
        id=control.id,
        title=control.title,
        status=_status(control, count),
        checks=control.checks,
        failing=count[Status.FAIL],
        unknown=count[Status.UNKNOWN] + count[Status.ERROR],
        guidance=control.manual or control.uncovered,
    )


def _status(control: Control, count: Counter[Status]) -> str:
    """Return the gravest thing its checks say; what a person must look at is never a pass."""
    if count[Status.FAIL]:
        return "FAIL"
    if count[Status.UNKNOWN] or count[Status.ERROR]:
        return "UNKNOWN"
    if control.manual:
        return "MANUAL"
    if not control.checks:
        return "UNCOVERED"
    if not count:
        return "NOT_APPLICABLE"
    return "PARTIAL" if control.uncovered else "PASS"
