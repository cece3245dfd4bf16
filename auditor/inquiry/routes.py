"""The ways to an administrator's rights: who has them, who can take them, step by step, and of whom it is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.graph import as_json, grounds, sentence, sentences
from auditor.inquiry.deciding import Standing
from auditor.inquiry.documents import SCHEMA_VERSION, unread_fields
from auditor.inquiry.pages import Page
from auditor.inquiry.view import Unread
from auditor.request import Unseen

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from auditor.graph import Chain, Escalation, Identity
    from auditor.inquiry.view import View


@dataclass(frozen=True, slots=True)
class Routes:
    """The administrators, the chains of others to their rights, and of whom something on the way is not known."""

    view: View
    admins: tuple[Chain, ...]
    """A chain without steps for each administrator."""
    chains: tuple[Chain, ...]
    """The certain ones first, the shorter first of those."""
    unread: tuple[tuple[str, Unread], ...]
    """The ARNs of those who have no certain chain, with what was not read of them, or on their way."""
    of_one: bool = False
    """Whether one principal is asked about, who may be an administrator already."""

    @property
    def standing(self) -> Standing:
        """Allowed where there is a certain chain, denied where there surely is none."""
        if any(each.certain for each in (*self.chains, *(self.admins if self.of_one else ()))):
            return Standing.ALLOWED
        if self.unread:
            return Standing.UNKNOWN
        return Standing.CONDITIONAL if self.chains or not all(each.certain for each in self.admins) else Standing.DENIED


def routes(view: View, escalation: Escalation, principal: str = "") -> Routes:
    """Return the ways to an administrator's rights of one principal, or of all but service-linked roles."""
    chosen = [
        each for each in view.account.identities if principal == each.arn or not (principal or each.is_service_linked)
    ]
    found = [chain for each in chosen if (chain := escalation.chain(each.arn)) is not None]
    chains = sorted(
        (each for each in found if each.edges), key=lambda chain: (not chain.certain, len(chain.edges), chain.start)
    )
    return Routes(
        view,
        tuple(sorted((each for each in found if not each.edges), key=lambda chain: (not chain.certain, chain.start))),
        tuple(chains),
        tuple(_unread(chosen, escalation)),
        of_one=bool(principal),
    )


def _unread(chosen: list[Identity], escalation: Escalation) -> Iterator[tuple[str, Unread]]:
    for each in sorted(chosen, key=lambda identity: identity.arn):
        for reason in escalation.unread_on_way(each.arn)[:1]:
            yield each.arn, _told(reason)


def _told(reason: Hashable) -> Unread:
    what = "policies on the way"
    return Unread.of(what, reason) if isinstance(reason, Unseen) else Unread(what, str(reason), "")


def routes_page(found: Routes, *, width: int, verbose: bool = False) -> str:
    """Return the ways as text, each step a sentence; ``verbose``, with the decisions that prove it."""
    page = Page(width)
    page.say(_count(found))
    page.section("Administrators", ((short(each.start), "" if each.certain else "perhaps") for each in found.admins))
    for chain in found.chains:
        page.title(f"{short(chain.start)}{'' if chain.certain else ', perhaps'}")
        _steps(page, chain, verbose=verbose)
    page.section("Not known", ((short(arn), f"{each.what}: {each.why}; {each.remedy}") for arn, each in found.unread))
    page.section("Bear in mind", ((note, "") for note in notes(found)))
    return str(page)


def _count(found: Routes) -> str:
    certain = sum(each.certain for each in found.chains)
    counts = {
        "can become administrator": certain,
        "perhaps": len(found.chains) - certain,
        "not known": len(found.unread),
        "is one already" if len(found.admins) == 1 else "are already": len(found.admins),
    }
    told = ", ".join(f"{count} {label}" for label, count in counts.items() if count)
    return (told or "nobody can become administrator").upper()


def _steps(page: Page, chain: Chain, *, verbose: bool) -> None:
    told = sentences(chain)
    for number, edge in enumerate(chain.edges, 1):
        page.say(f"{number}. {sentence(edge)}", 2, hanging=3)
        for line in grounds(edge) if verbose else ():
            page.say(line.strip(), 5 + len(line) - len(line.lstrip()))
    for line in told[len(chain.edges) :]:
        page.say(line, 5)


def short(arn: str) -> str:
    """Return what follows the account in an ARN: ``user/alice``."""
    return arn.split(":", 5)[-1]


def notes(found: Routes) -> Iterator[str]:
    """Yield what the ways take for granted, and what was not looked at."""
    account = found.view.account
    if not account.knows_scps:
        yield "Service control policies are not known here: one could deny a step."
    known = " and ".join(sorted(each.partition(".")[0] for each in account.compute_read))
    yield f"What runs as a role is known of {known} only." if known else "Nothing is known of what runs as a role."
    if any(not each.certain for each in found.chains):
        yield "What is perhaps a way depends on what a request has, which `auditor can` shows step by step."


def routes_document(found: Routes) -> dict[str, Any]:
    """Return the ways as JSON, whose members docs/who-can.md describes."""
    return {
        "schema_version": SCHEMA_VERSION,
        "account": found.view.account.id,
        "at": found.view.at.isoformat(),
        "source": found.view.source,
        "answer": found.standing.value,
        "administrators": [{"principal": each.start, "certain": each.certain} for each in found.admins],
        "chains": [as_json(each) for each in found.chains],
        "unknown": [{"principal": arn, "unread": unread_fields(each)} for arn, each in found.unread],
        "notes": list(notes(found)),
    }
