"""Exceptions: failures that somebody answers for, until a day. They are told apart from others, never hidden."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date
from fnmatch import fnmatchcase, translate
from functools import cache
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from auditor.finding import Acceptance
from auditor.report import ExceptionFacts
from auditor.resource import GLOBAL_REGION
from auditor.severity import Status
from auditor.sight import is_unlisted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.finding import Finding
    from auditor.report import AuditFacts

Pattern = Annotated[str, msgspec.Meta(max_length=2048)]
"""``*`` is any run of characters, ``?`` any one, ``[abc]`` one of those; case counts. AWS's ARNs are no longer."""
Said = Annotated[str, msgspec.Meta(pattern=r"\S")]
"""Text that says something."""


class ExceptionRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An exception as it stands in a file: which findings, why, who answers, and the last day (UTC) on which it holds.

    ``resource`` is a pattern of ARNs; ``tags`` are patterns of values by key, all of which must match. What is not
    given matches everything.
    """

    check: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    resource: Pattern = ""
    tags: dict[str, Pattern] = {}
    account: Pattern = ""
    region: Pattern = ""
    reason: Said
    owner: Said
    expires: date

    @property
    def boundless(self) -> bool:
        """Whether it would accept every failure there is."""
        patterns = (self.check, self.resource, self.account, self.region)
        return not self.tags and not any(set(each) - {"*"} for each in patterns)

    def names(self, finding: Finding) -> bool:
        """Return whether the exception is about a finding.

        What a refused listing hides may be what it names.
        """
        if not (_matches(self.account, finding.account) and _matches(self.region, finding.region)):
            return False
        if is_unlisted(finding):
            return True
        tags = finding.resource.tags
        tagged = all(key in tags and _matches(value, tags[key]) for key, value in self.tags.items())
        return tagged and _matches(self.resource, finding.resource.arn)

    def asked(self, audit: AuditFacts, checks: Iterable[str]) -> bool:
        """Return whether the audit could find anything that the exception names."""
        regions = (*audit.regions, GLOBAL_REGION)
        return (
            any(fnmatchcase(each, self.check) for each in checks)
            and any(_matches(self.account, each) for each in audit.accounts)
            and any(_matches(self.region, each) for each in regions)
        )


def _matches(pattern: str, text: str) -> bool:
    """Return whether ``text`` matches; everything does where nothing is asked for."""
    return not pattern or _compiled(pattern).match(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return the expression of a pattern. The cache of fnmatch is too small for hundreds of exceptions."""
    return re.compile(translate(pattern))


def applied(
    rules: Sequence[ExceptionRule], findings: tuple[Finding, ...], audit: AuditFacts, checks: Sequence[str]
) -> tuple[tuple[Finding, ...], tuple[ExceptionFacts, ...]]:
    """Return the findings with those ACCEPTED that an exception covers, and what became of each exception.

    ``checks`` are the ids of those that ran. Where several exceptions cover a failure, the first one tells.
    """
    if not rules:
        return findings, ()
    ledger = _Ledger(rules, audit, checks)
    return tuple(map(ledger.judged, findings)), tuple(ledger.facts())


class _Ledger:
    """Which exception covered how much."""

    def __init__(self, rules: Sequence[ExceptionRule], audit: AuditFacts, checks: Sequence[str]) -> None:
        self.rules = rules
        self.audit = audit
        self.checks = checks
        self.today = audit.at.astimezone(UTC).date()
        self.failed: Counter[int] = Counter()
        self.unread: Counter[int] = Counter()
        self.of_check: dict[str, list[int]] = defaultdict(list)
        for check in checks:
            self.of_check[check] = [number for number, rule in enumerate(rules) if fnmatchcase(check, rule.check)]

    def judged(self, finding: Finding) -> Finding:
        """Return the finding, ACCEPTED where it fails and an exception in force names it."""
        if finding.status is Status.PASS:
            return finding
        numbers = [each for each in self.of_check[finding.check] if self.rules[each].names(finding)]
        if finding.status is not Status.FAIL:
            self.unread.update(numbers)
            return finding
        self.failed.update(numbers)
        for rule in (self.rules[each] for each in numbers):
            if self.today <= rule.expires:
                acceptance = Acceptance(rule.reason, rule.owner, rule.expires)
                return replace(finding, status=Status.ACCEPTED, accepted=acceptance)
        return finding

    def facts(self) -> Iterator[ExceptionFacts]:
        """Yield what became of each exception, in their order."""
        for number, rule in enumerate(self.rules):
            yield ExceptionFacts(
                check=rule.check,
                resource=rule.resource,
                tags=dict(rule.tags),
                account=rule.account,
                region=rule.region,
                reason=rule.reason,
                owner=rule.owner,
                expires=rule.expires,
                state=self._state(number),
                findings=self.failed[number],
            )

    def _state(self, number: int) -> str:
        rule = self.rules[number]
        if self.today > rule.expires:
            return "EXPIRED"
        if self.failed[number]:
            return "IN_FORCE"
        if self.unread[number]:
            return "UNREAD"
        return "UNUSED" if rule.asked(self.audit, self.checks) else "UNASKED"


def notices(exceptions: Iterable[ExceptionFacts]) -> tuple[str, ...]:
    """Return a sentence on each exception that somebody must look at."""
    return tuple(
        f"the exception for {_named(each)} (owner: {each.owner}) {TOLD[each.state].format(each)}"
        for each in exceptions
        if each.state in TOLD
    )


TOLD: Final = {
    "EXPIRED": "expired on {0.expires}: failures that count again: {0.findings}",
    "UNUSED": "accepts nothing: what it names does not fail, or is not there",
    "UNREAD": "accepts nothing: what it names could not be read",
}
"""What is told of the exceptions in these states; the others need nobody's attention."""


def _named(exception: ExceptionFacts) -> str:
    """Return what an exception names, in the words of its file."""
    told = {name: getattr(exception, name) for name in ("resource", "account", "region") if getattr(exception, name)}
    told |= {f"tags.{key}": value for key, value in exception.tags.items()}
    return " ".join([exception.check, *(f"{name}={value}" for name, value in told.items())])
