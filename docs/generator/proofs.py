"""How the fix of a check is proven: on a check's page, and the page of those that are only rehearsed."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from generator.catalogue import builtin_checks, by_service, check_link, service_title
from generator.markdown import paragraph, prose, section, table
from generator.suite import suite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.checking import Check


@cache
def _proven() -> frozenset[str]:
    proven: frozenset[str] = suite("fixes.catalogue").proven()
    return proven


@cache
def _reasons() -> dict[str, str]:
    """Return why a command cannot be proven, by check id."""
    reasons: dict[str, str] = suite("fixes.catalogue").unproven()
    return reasons


def words(check: Check) -> list[str]:
    """Return the words in CAPITALS of a check's command, which stand for what only a person can tell."""
    known: Iterable[str] = suite("fixes.catalogue").words(check.id)
    return sorted(set(known) & set(re.findall(r"\b[A-Z][A-Z0-9_]*\b", check.fix.cli)))


def told(check: Check) -> str:
    """Return how the fix of a check is proven."""
    if not check.fix.cli:
        return "There is no command to run: a person has to do it, and the next audit tells whether it is done."
    if check.id in _proven():
        return (
            "The test suite builds the failing state on an emulator, runs this command with the AWS CLI, audits again "
            "and sees the check pass."
        )
    reason = _reasons().get(check.id, "")
    shown = f"The emulator cannot show this: {prose(reason)}." if reason else ""
    validated = "The AWS CLI parses the command and validates its arguments against the API's model."
    return f"{shown} {validated}".strip()


def fixes_page() -> Iterator[str]:
    """Yield the page of the commands that are validated only, with the reasons."""
    checks = [check for check in builtin_checks() if check.fix.cli]
    validated = [check for check in checks if check.id not in _proven()]
    proven = len(checks) - len(validated)
    yield from ("# Proof of the fixes", "")
    yield from paragraph(
        f"{len(checks)} checks come with a command that mends what they find. {proven} of these commands are proven:",
        "the test suite builds the failing state on an emulator, runs the command that the finding shows with the AWS",
        "CLI, audits again and sees the check pass.",
    )
    if validated:
        yield from _only_validated(validated)


def _only_validated(checks: Iterable[Check]) -> Iterator[str]:
    yield from paragraph(
        "The commands below are not, because the emulator cannot represent the state. The AWS CLI parses them and",
        "validates their arguments against the API's model, up to the point where the request would leave.",
    )
    for service, own in by_service(checks).items():
        yield from section(service_title(service), table(("Check", "Why it cannot be shown"), _rows(own)))


def _rows(checks: Iterable[Check]) -> Iterator[tuple[str, str]]:
    return ((check_link(check.id, "checks/"), prose(_reasons().get(check.id, ""))) for check in checks)
