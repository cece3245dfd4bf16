"""Answers as text for people: the verdict first, then what decides it, then what is not known."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from auditor.inquiry.deciding import OF_RESOURCE, Standing
from auditor.inquiry.words import conditions_words, reason_words, statement_words
from auditor.policy import Kind, Verdict, spelling
from auditor.policy.principals import Match
from auditor.textual import inert, padded, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.inquiry.audience import Audience, Outsider
    from auditor.inquiry.deciding import Answer, Question
    from auditor.inquiry.view import Unread
    from auditor.policy import Step

HEADINGS: Final = {
    Standing.ALLOWED: "ALLOWED",
    Standing.CONDITIONAL: "ALLOWED ON CONDITIONS",
    Standing.UNKNOWN: "NOT KNOWN",
}
MISSING: Final = {
    Kind.IDENTITY: "No identity policy of the principal allows it.",
    Kind.RESOURCE: "The resource's own policy does not allow it.",
    Kind.BOUNDARY: "The permissions boundary does not allow it.",
    Kind.SESSION: "The session policy does not allow it.",
    Kind.SCP: "The service control policies of a level do not allow it.",
    Kind.RCP: "The resource control policies of a level do not allow it.",
    Kind.ENDPOINT: "The VPC endpoint's policy does not allow it.",
}
"""What is said of policies that would have to allow and do not."""
OUTSIDE: Final = "From outside, where their own account lets them"
Entry = tuple[str, str]
"""A line and what stands beneath it."""


class Page:
    """Lines of text, wrapped to a width, without characters that command a terminal."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._lines: list[str] = []

    def say(self, text: str, indent: int = 0, hanging: int = 0) -> None:
        """Add a paragraph, all lines of which but the first stand ``hanging`` further in."""
        first, later = " " * indent, " " * (indent + hanging)
        self._lines += textwrap.wrap(
            inert(text),
            self.width,
            initial_indent=first,
            subsequent_indent=later,
            break_long_words=False,
            break_on_hyphens=False,
        )

    def line(self, text: str) -> None:
        """Add a line as it is, however long: what people copy must not be broken."""
        self._lines.append(inert(text))

    def title(self, text: str) -> None:
        """Add a heading."""
        self._lines += ["", inert(text)]

    def section(self, title: str, entries: Iterable[Entry]) -> None:
        """Add a heading with its entries; nothing where there are none. What fits stands beside its entry."""
        entries = list(entries)
        if not entries:
            return
        self.title(title)
        column = max((width_of(inert(line)) for line, below in entries if below), default=0) + 4
        beside = all(column + width_of(inert(below)) <= self.width for _, below in entries)
        for line, below in entries:
            if beside and below:
                self._lines.append(f"  {padded(inert(line), column - 2)}{inert(below)}")
            else:
                self.say(line, 2)
                self.say(below, 4)

    def __str__(self) -> str:
        """Return the page."""
        return "\n".join(self._lines) + "\n"


def unread_page(unread: Unread, *, width: int) -> str:
    """Return the answer where not even the account's principals are known."""
    page = Page(width)
    page.say(HEADINGS[Standing.UNKNOWN])
    page.section("Could not be read", [_unread(unread)])
    return str(page)


def answer_page(question: Question, answer: Answer, *, width: int, verbose: bool = False) -> str:
    """Return the answer to whether one principal may."""
    page = Page(width)
    page.say(_heading(answer))
    _asked(page, question, answer.principal.text)
    page.section(*_deciding(answer))
    page.section("Allows it, which is not enough", _in_vain(answer))
    for group in answer.needed:
        page.section(
            f"One of these must apply ({group.kind.value})", (_conditional(step, answer) for step in group.steps)
        )
    if answer.instead:
        title = "Or else one of these must" if answer.needed else "One of these must apply"
        page.section(f"{title} (resource policy)", (_conditional(step, answer) for step in answer.instead.steps))
    page.section("None of these may apply", (_conditional(step, answer) for step in answer.obstacles))
    page.section("Not known", map(_unread, answer.unread))
    page.section("Does not apply", _others(answer, verbose=verbose))
    page.section("Bear in mind", ((note, "") for note in (*_advice(answer), *question.notes, *answer.notes)))
    return str(page)


def _heading(answer: Answer) -> str:
    if answer.standing is not Standing.DENIED:
        return HEADINGS[answer.standing]
    if answer.decision.verdict is Verdict.EXPLICITLY_DENIED:
        return "DENIED: a statement denies it"
    return f"DENIED: {answer.decision.reason or 'a policy that would have to allow it does not'}"


def _asked(page: Page, question: Question, principal: str = "") -> None:
    told = ", ".join(f"{spelling.key(key)}={' and '.join(held)}" for key, held in sorted(question.told.items()))
    rows = {"principal": principal, "action": question.action, "resource": question.resource, "context": told}
    for label, text in rows.items():
        if text:
            page.line(f"  {label:<9}  {text}")


def _deciding(answer: Answer) -> tuple[str, list[Entry]]:
    """Return the statements that decide, or the policies that do not allow what they would have to."""
    title = "Known so far" if answer.standing in {Standing.UNKNOWN, Standing.CONDITIONAL} else "Decided by"
    if answer.decision.verdict is Verdict.IMPLICITLY_DENIED:
        return title, [(MISSING[kind], "") for kind in answer.decision.blocked_by]
    return title, [(f"{statement_words(step, answer.grants)} {_does(step)}", "") for step in answer.applying]


def _in_vain(answer: Answer) -> Iterator[Entry]:
    if answer.decision.verdict is Verdict.IMPLICITLY_DENIED:
        yield from ((statement_words(step, answer.grants), "") for step in answer.applying)


def _does(step: Step) -> str:
    if step.match is Match.ACCOUNT and step.allows and step.kind is Kind.RESOURCE:
        return "lets the account's own policies allow it"
    return "allows it" if step.allows else "denies it"


def _conditional(step: Step, answer: Answer) -> Entry:
    return statement_words(step, answer.grants), f"if {conditions_words(step)}"


def _unread(unread: Unread) -> Entry:
    return f"{unread.what}: {unread.why}" if unread.why else unread.what, unread.remedy


def _others(answer: Answer, *, verbose: bool) -> Iterator[Entry]:
    """Yield the statements about the action that do not apply: those that came near, or, ``verbose``, all."""
    for step in answer.steps:
        near = answer.standing is Standing.DENIED and step.allows and step.kind in answer.decision.blocked_by
        if step.applies is False and (verbose or near):
            yield f"{statement_words(step, answer.grants)} ({'Allow' if step.allows else 'Deny'})", reason_words(step)


def _advice(answer: Answer) -> Iterator[str]:
    if answer.keys and answer.standing is Standing.CONDITIONAL:
        keys = ", ".join(map(spelling.key, answer.keys))
        yield f"It turns on {keys}: tell what the request has with --context KEY=VALUE."


def audience_page(question: Question, audience: Audience, *, width: int, verbose: bool = False) -> str:
    """Return who may do something."""
    page = Page(width)
    page.say(_count(audience))
    _asked(page, question)
    page.section("Not read", map(_unread, audience.unread))
    for title, standing in GROUPS.items():
        page.section(title, (entry for each in audience.of(standing) for entry in _insider(each, verbose=verbose)))
    page.section(OUTSIDE, (_outsider(each) for each in audience.outsiders if not each.is_service))
    page.section("Services", (_outsider(each) for each in audience.outsiders if each.is_service))
    page.section("Bear in mind", ((note, "") for note in (*question.notes, *notes(audience))))
    return str(page)


GROUPS: Final = {
    "Can": Standing.ALLOWED,
    "Can on conditions": Standing.CONDITIONAL,
    "Not known": Standing.UNKNOWN,
}


def _count(audience: Audience) -> str:
    """Return how many can, in one line."""
    known = [each for each in audience.outsiders if each.standing is not Standing.UNKNOWN]
    services = sum(each.is_service for each in known)
    counts = {
        "can": len(audience.of(Standing.ALLOWED)),
        "can on conditions": len(audience.of(Standing.CONDITIONAL)),
        "from outside": len(known) - services,
        "service" if services == 1 else "services": services,
        "not known": len(audience.of(Standing.UNKNOWN)) + len(audience.outsiders) - len(known),
    }
    return ", ".join(f"{count} {label}" for label, count in counts.items() if count).upper() or "NOBODY"


def _insider(answer: Answer, *, verbose: bool) -> Iterator[Entry]:
    name = answer.principal.text.split(":", 5)[5]
    reasons = list(_reasons(answer))
    shown = reasons if verbose else reasons[: MOST_REASONS[answer.standing]]
    yield name, shown[0] if shown else ""
    yield from (("", each) for each in shown[1:])
    if len(shown) < len(reasons) and answer.standing is Standing.CONDITIONAL:
        yield "", f"and on {len(reasons) - len(shown)} more: --verbose shows them"


def _reasons(answer: Answer) -> Iterator[str]:
    """Yield by what a principal may, on what conditions, or why that is not known."""
    if answer.standing is Standing.ALLOWED:
        granting = [step for step in answer.applying if step.kind in GRANTING]
        # A statement that leaves it to the account's own policies says less than one of those.
        granting.sort(key=lambda step: step.kind is Kind.RESOURCE and step.match is Match.ACCOUNT)
        yield from (statement_words(step, answer.grants) for step in granting)
        if answer.decision.reason:
            yield answer.decision.reason
    elif answer.standing is Standing.CONDITIONAL:
        groups = (*answer.needed, *([answer.instead] if answer.instead else ()))
        yield from (_condition("if", step, answer) for group in groups for step in group.steps)
        yield from (_condition("unless", step, answer) for step in answer.obstacles)
    else:
        yield from (f"{each.what}: {each.why}" for each in answer.unread if each.what != OF_RESOURCE)
        yield "its own policies allow it" if answer.decision.allowed else "no policy that is known allows it"


def _condition(word: str, step: Step, answer: Answer) -> str:
    return f"{word} {conditions_words(step)}: {statement_words(step, answer.grants)}"


MOST_REASONS: Final = {Standing.ALLOWED: 1, Standing.CONDITIONAL: 3, Standing.UNKNOWN: 1}
"""How many reasons are shown of each principal."""
GRANTING: Final = {Kind.IDENTITY, Kind.RESOURCE}
"""The kinds of policies that grant; the others only limit."""


def _outsider(outsider: Outsider) -> Entry:
    if not outsider.statement:
        return outsider.who, "not known"
    told = " and ".join(outsider.told)
    sid = f" ({outsider.sid})" if outsider.sid else ""
    return outsider.who, f"{outsider.policy}, statement {outsider.statement}{sid}{f', with {told}' if told else ''}"


def notes(audience: Audience) -> Iterator[str]:
    """Yield what the answers take for granted."""
    if audience.root.standing is not Standing.DENIED:
        yield "The account's root user can, too." if audience.root.standing is Standing.ALLOWED else ROOT_PERHAPS
    yield from dict.fromkeys(note for each in audience.insiders for note in each.notes)


ROOT_PERHAPS: Final = "The account's root user may be able to, too."
