"""What several accounts say alike, said once: gaps, warnings, and what became of exceptions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.report import AuditFacts, ExceptionFacts, GapFacts

NAMED: Final = 10
"""How many accounts a warning names."""
PLACED: Final = 3
"""How many accounts a gap names."""
STATES: Final = ("EXPIRED", "IN_FORCE", "UNREAD", "UNUSED", "UNASKED")
"""The states of an exception: that of all accounts is the first of those that it has in any."""


def gaps_of(gaps: Iterable[GapFacts]) -> Iterator[GapFacts]:
    """Yield what AWS did not tell, once for all the accounts in which that is mended alike."""
    of: dict[tuple[str, ...], list[GapFacts]] = defaultdict(list)
    for gap in gaps:
        of[gap.operation, gap.code, gap.permission, gap.remedy].append(gap)
    for key in sorted(of):
        alike = of[key]
        yield replace(
            alike[0],
            account=_named([each.account for each in alike], PLACED),
            regions=tuple(sorted({region for each in alike for region in each.regions})),
            checks=tuple(sorted({check for each in alike for check in each.checks})),
            findings=sum(each.findings for each in alike),
        )


def audited(told: Sequence[tuple[AuditFacts, set[str]]], notices: tuple[str, ...]) -> AuditFacts:
    """Return the facts of accounts' audits as those of one.

    Each comes with those of its warnings that ``notices``, which are of all accounts, stand for.
    """
    audits = [audit for audit, _ in told]
    latest = max(audits, key=lambda each: (each.at, each.accounts))
    return replace(
        latest,
        source="live" if any(each.source == "live" for each in audits) else latest.source,
        partition=" ".join(sorted({each.partition for each in audits})),
        accounts=tuple(account for each in audits for account in each.accounts),
        regions=tuple(sorted({region for each in audits for region in each.regions})),
        caller=" ".join(sorted({each.caller for each in audits if each.caller})) if len(audits) <= NAMED else "",
        partial=any(each.partial for each in audits),
        checks_run=max(each.checks_run for each in audits),
        calls=sum(each.calls for each in audits),
        warnings=(*_warnings(told), *notices),
    )


def _warnings(audits: Iterable[tuple[AuditFacts, set[str]]]) -> Iterator[str]:
    """Yield what was told of accounts, each once, with the accounts that it was told of."""
    told: dict[str, list[str]] = defaultdict(list)
    accounts = 0
    for audit, own in audits:
        accounts += len(audit.accounts)
        for warning in audit.warnings:
            if warning not in own:
                told[warning].extend(audit.accounts)
    for warning in sorted(told):
        names = told[warning]
        yield warning if len(names) == accounts else f"{_named(names, NAMED)}: {warning}"


def _named(accounts: Sequence[str], most: int) -> str:
    more = f" and {len(accounts) - most} more" if len(accounts) > most else ""
    return f"{', '.join(accounts[:most])}{more}"


def exceptions_of(accounts: Iterable[Iterable[ExceptionFacts]]) -> Iterator[ExceptionFacts]:
    """Yield what became of each exception in all accounts together, in the order of the first account."""
    of: dict[tuple[object, ...], list[ExceptionFacts]] = defaultdict(list)
    for told in accounts:
        for number, each in enumerate(told):
            of[number, each.check, each.resource, each.account, each.region, each.reason, each.expires].append(each)
    for key in sorted(of, key=lambda key: (key[0], str(key))):
        states = {each.state for each in of[key]}
        state = next(each for each in STATES if each in states)
        yield replace(of[key][0], state=state, findings=sum(each.findings for each in of[key]))
