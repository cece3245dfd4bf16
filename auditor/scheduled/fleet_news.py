"""What an organization's audit has to tell that the one before it did not: its accounts' news, and its accounts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from auditor.organization.examples import Examples
from auditor.scheduled import messages
from auditor.scheduled.fleet_run import ORGANIZATION
from auditor.scheduled.news import News
from auditor.textual import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.report import Report
    from auditor.scheduled.fleet_run import Outcome
    from auditor.scheduled.told import Told
    from auditor.score import Kind

MOST_NAMED: Final = 40
"""How many accounts of a kind a text names; outcomes.json has all."""


@dataclass(frozen=True, slots=True)
class FleetNews:
    """The organization's news: that of its accounts, what became of each, and what had become of them before."""

    report: Report
    counted: Counter[Kind]
    told: Told | None
    """None at the organization's first run, of which all is new."""
    outcomes: Sequence[Outcome]
    before: Sequence[Outcome]
    unmerged: int = 0
    """How many accounts were not merged: they are unknown, whatever their own reports say."""
    examples: Examples = field(default_factory=Examples)

    @property
    def news(self) -> News:
        """What is told of findings and exceptions."""
        return News(first=True) if self.told is None else self.told.news()

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return self.news.any or bool(self.lost) or bool(self.regained) or self.unmerged > 0

    @property
    def lost(self) -> list[Outcome]:
        """The accounts that are unknown or partial now and were not before."""
        unknown = {each.account for each in self.before if each.state != "AUDITED"}
        return [each for each in self.outcomes if each.state != "AUDITED" and each.account not in unknown]

    @property
    def regained(self) -> list[Outcome]:
        """The accounts that are audited now and were unknown or partial before."""
        unknown = {each.account for each in self.before if each.state != "AUDITED"}
        return [each for each in self.outcomes if each.state == "AUDITED" and each.account in unknown]

    def summary(self, run: str, where: str) -> dict[str, Any]:
        """Return what the run came to, as the summary of one account's run does, with how many accounts it audited."""
        summary = messages.summary(self._named, self.news, run, where)
        states = Counter(each.state.lower() for each in self.outcomes)
        accounts = {state: states[state] for state in ("audited", "partial", "unknown")}
        return {**summary, "accounts": accounts, "unmerged": self.unmerged}

    def subject(self) -> str:
        """Return the subject of the text."""
        return messages.subject(self._named, self.news)

    def text(self, where: str) -> str:
        """Return the news for people, with the accounts that were not audited first."""
        head = "\n".join(self._lines())
        return f"{head}\n\n{messages.text(self._named, self.news, where)}"

    def metrics(self, seconds: float) -> Iterator[dict[str, Any]]:
        """Yield the lines that CloudWatch turns into metrics of the organization."""
        return messages.metrics(self._named, self.news, seconds)

    @property
    def _named(self) -> Report:
        return replace(self.report, audit=replace(self.report.audit, accounts=(ORGANIZATION,)))

    def _lines(self) -> Iterator[str]:
        audited = _ids(self.outcomes, "AUDITED")
        yield f"{len(audited)} of {len(self.outcomes)} accounts audited"
        if self.unmerged:
            yield f"NOT MERGED: {self.unmerged} accounts, of which this report knows nothing; they may have their own"
        yield from _section("NOT AUDITED, so nothing is known of", "UNKNOWN", self.outcomes)
        yield from _section("Audited in part, as time was over", "PARTIAL", self.outcomes)
        regained = ", ".join(each.account for each in self.regained[:MOST_NAMED])
        if regained:
            yield f"Audited again: {regained}"


def _section(title: str, state: str, outcomes: Iterable[Outcome]) -> Iterator[str]:
    found = [each for each in outcomes if each.state == state]
    if found:
        yield f"\n{title}: {len(found)}"
        for each in found[:MOST_NAMED]:
            name = f" ({each.name[:100]})" if each.name else ""
            told = inert(f"  {each.account}{name}: {each.reason[: messages.LONGEST]}")
            # So many characters of one byte each leave room for the rest of the text.
            yield told.encode("ascii", "replace").decode()
        if len(found) > MOST_NAMED:
            yield f"  and {len(found) - MOST_NAMED} more: see outcomes.json beside the report"


def _ids(outcomes: Iterable[Outcome], state: str) -> list[str]:
    return [each.account for each in outcomes if each.state == state]
