"""The checks and frameworks that the pages are about, and how pages link to them."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import botocore.session

from auditor.listings import frameworks
from auditor.registry import load

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.checking import Check
    from auditor.frameworks import Control, Framework


TITLES: Final = {
    "accessanalyzer": "Access Analyzer",
    "config": "Config",
    "macie2": "Macie",
    "rbin": "Recycle Bin",
    "securityhub": "Security Hub",
}
"""Services that botocore calls by another name than people do."""


class Membership(NamedTuple):
    """A control that a check decides, or helps to decide."""

    framework: Framework
    control: Control


@cache
def builtin_checks() -> tuple[Check, ...]:
    """Return the checks that come with the auditor, by id; not those of plugins that happen to be installed."""
    return tuple(each for each in load().checks.values() if each.function.__module__.startswith("checks."))


@cache
def builtin_frameworks() -> tuple[Framework, ...]:
    """Return the frameworks that come with the auditor, by id."""
    return frameworks()


def by_service(checks: Iterable[Check]) -> dict[str, list[Check]]:
    """Return the checks of each service, services in the order of their titles."""
    groups: dict[str, list[Check]] = defaultdict(list)
    for check in checks:
        groups[check.service].append(check)
    return dict(sorted(groups.items(), key=lambda group: service_title(group[0]).lower()))


@cache
def service_title(service: str) -> str:
    """Return what AWS calls a service, such as ``CloudTrail`` for ``cloudtrail``."""
    if service in TITLES:
        return TITLES[service]
    return str(botocore.session.get_session().get_service_model(service).service_id)


def service_anchor(service: str) -> str:
    """Return the anchor of the heading that is the service's title."""
    return service_title(service).lower().replace(" ", "-")


@cache
def memberships() -> dict[str, list[Membership]]:
    """Return the controls of each check, in the order of the frameworks."""
    controls: dict[str, list[Membership]] = defaultdict(list)
    for framework in builtin_frameworks():
        for control in framework.controls:
            for check in control.checks:
                controls[check].append(Membership(framework, control))
    return dict(controls)


def check_link(check_id: str, folder: str = "") -> str:
    """Return a link to a check's page, from a page that has the checks in ``folder``."""
    return f"[{check_id}]({folder}{check_id}.md)"
