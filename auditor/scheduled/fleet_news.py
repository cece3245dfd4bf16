"""What an organization's audit has to tell that the one before it did not: its accounts' news, and its accounts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from auditor.scheduled import messages
from auditor.scheduled.fleet_run import ORGANIZATION
from auditor.scheduled.news import News, news
from auditor.textual import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.history import History
    from auditor.report import Report
    from auditor.scheduled.fleet_run import Outcome
    from auditor.scheduled.news import Item
    from auditor.scheduled.store import RunRecord

MOST_NAMED: Final = 40
"""How many accounts of a kind a text names; outcomes.json has all."""
KINDS: Final = ("new", "reopened", "fixed")


@dataclass
class Gathered:
    """The news of accounts, as they come."""

    items: dict[str, list[Item]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, report: Report, record: RunRecord, history: History) -> None:
        """Take an account's news. Of the first audit of an account nothing is new."""
        found = news(None, report, history)
        for kind in KINDS:
            self.items[kind].extend(getattr(found, kind))
        # What an account lost is told in its own summary: the report before, which says of what, need not be read.
        self.counts.update({kind: record.summary["news"].get(kind, 0) for kind in ("lost", "expired")})

    def news(self, *, first: bool) -> News:
        """Return the news of all accounts, the gravest first."""
        if first:
            return News(first=True)
        new, reopened, fixed = (tuple(sorted(self.items[kind], key=_gravity)) for kind in KINDS)
        return News(first=False, new=new, reopened=reopened, fixed=fixed)


def _gravity(item: Item) -> tuple[int, str, str, str]:
    return item.severity.rank, item.check, item.account, item.resource


@dataclass(frozen=True, slots=True)
class FleetNews:
    """The organization's news: that of its accounts, what became of each, and what had become of them before."""

    report: Report
    news: News
    counts: Counter[str]
    outcomes: Sequence[Outcome]
    before: Sequence[Outcome]

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return self.news.any or bool(sum(self.counts.values())) or bool(self.lost) or bool(self.regained)

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
        return {**summary, "news": {**summary["news"], **self.counts}, "accounts": accounts}

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
        yield from _section("NOT AUDITED, so nothing is known of", "UNKNOWN", self.outcomes)
        yield from _section("Audited in part, as time was over", "PARTIAL", self.outcomes)
        regained = ", ".join(each.account for each in self.regained[:MOST_NAMED])
        if regained:
            yield f"Audited again: {regained}"
        if self.counts["lost"] or self.counts["expired"]:
            yield (
                f"Answers lost since the accounts' runs before: {self.counts['lost']}; "
                f"exceptions that expired: {self.counts['expired']} (the accounts' own reports say which)"
            )


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
