"""The page that lists all checks, by service."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from auditor.severity import Severity
from generator.catalogue import builtin_checks, by_service, check_link, service_anchor, service_title
from generator.markdown import badge, paragraph, prose, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.checking import Check


def check_index() -> Iterator[str]:
    """Yield the page of all checks."""
    groups = by_service(builtin_checks())
    yield from ("# Checks", "")
    yield from paragraph(
        f"{len(builtin_checks())} checks of {len(groups)} services come with the auditor. Each has a page: why it",
        "matters, what it reads, what it says in doubtful cases, and how to mend what it finds. On the command line,",
        "`auditor checks` lists them, and `auditor checks show ID` explains one. Which checks decide the controls of a",
        "standard is told by the pages of the [frameworks](../frameworks/index.md).",
    )
    severities = [severity.value.capitalize() for severity in Severity]
    yield from table(("Service", "Checks", *severities), (_counts(*group) for group in groups.items()))
    for service, checks in groups.items():
        yield from (f"## {service_title(service)}", "")
        yield from paragraph(f"`auditor scan --service {service}`")
        yield from table(("Check", "Severity", "What it wants"), map(_row, sorted(checks, key=_gravity)))


def _counts(service: str, checks: Sequence[Check]) -> tuple[str, ...]:
    count = Counter(check.severity for check in checks)
    cells = (str(count[severity] or "·") for severity in Severity)
    return f"[{service_title(service)}](#{service_anchor(service)})", str(len(checks)), *cells


def _gravity(check: Check) -> tuple[int, str]:
    """Return the place in a service's table: the gravest first."""
    return check.severity.rank, check.id


def _row(check: Check) -> tuple[str, str, str]:
    return check_link(check.id), badge(check.severity.value), prose(check.title)
