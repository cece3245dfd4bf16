"""Who can become an administrator of an account, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.graph.edges import ADMIN, State
from auditor.graph.moves import Anything, Near
from auditor.graph.search import Search
from auditor.graph.world import World
from auditor.policy import reach

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from auditor.graph.administrators import Admin
    from auditor.graph.edges import Edge
    from auditor.graph.identities import Account
    from auditor.graph.powers import Powers
    from auditor.policy import Reach

OUTSIDE: Final = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
"""How outsiders come to act as a role."""
TOO_LARGE: Final = "the account has more ways to try than the search for them may cost: not all were tried"
"""Why it is not known that an identity has no way, where everything was read."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps, in order, by which an identity gains an administrator's rights; none where it has them."""

    start: str
    edges: tuple[Edge, ...]
    certain: bool

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.edges)

    def __bool__(self) -> bool:
        """Return True: a chain without steps is one, too."""
        return True

    @property
    def end(self) -> str:
        """The ARN of the administrator at the end; `ADMIN` where the last step makes one."""
        return self.edges[-1].target if self.edges else self.start

    def __str__(self) -> str:
        """Return the chain in words, a line for each step."""
        from auditor.graph.words import sentences

        return "\n".join(sentences(self))


class Escalation:
    """What an account's identities can do to become its administrators."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._search = Search(World(account))
        self._unread = {each.arn: each.unread for each in account.identities if each.unread is not None}

    @property
    def admins(self) -> Mapping[str, Admin]:
        """The administrators by ARN, each with its proof; those that are not certain among them."""
        return self._search.admins

    def chain(self, arn: str) -> Chain | None:
        """Return the shortest chain to an administrator's rights, a certain one if there is one; None without any.

        Of those that were tried, where the account has more than the search may cost; see `unread_on_way`.
        That of an administrator has no steps. An identity that was not read has no chain; see `unread_on_way`.
        """
        admin = self.admins.get(arn)
        if admin and admin.certain:
            return Chain(arn, (), certain=True)
        state = State(arn)
        if state in self._search.certain:
            return self._followed(state, certain=True)
        if admin:
            return Chain(arn, (), certain=False)
        return self._followed(state, certain=False) if state in self._search.uncertain else None

    def _followed(self, state: State, *, certain: bool) -> Chain:
        """Return the chain of the next steps from a state on."""
        start, edges = state.arn, []
        while (edge := self._next(state)) is not None:
            edges.append(edge)
            state = edge.end
        return Chain(start, tuple(edges), certain)

    def _next(self, state: State) -> Edge | None:
        search = self._search
        is_admin = not state.after and state.arn in self.admins
        return search.certain.get(state) or (None if is_admin else search.uncertain.get(state))

    def edges(self, arn: str) -> tuple[Edge, ...]:
        """Return every step that an identity as it is can take: towards others, and changes of itself.

        Each is decided when it is asked for; those of an administrator are as many as the account has identities.
        """
        powers = self._powers(arn)
        near = Near(self._search.world.everyone, Anything())
        return tuple(self._search.moves.toward(powers, near)) if powers else ()

    def changes(self, arn: str) -> tuple[Edge, ...]:
        """Return the steps by which an identity as it is changes itself."""
        powers = self._powers(arn)
        return tuple(edge for edge, _ in self._search.moves.own(powers)) if powers else ()

    def towards(self, arn: str, others: Iterable[str] | None = None) -> Iterator[Edge]:
        """Yield the steps by which an identity as it is acts as others as they are, decided one after the other.

        ``others`` are their ARNs; None for anybody.
        """
        powers, world = self._powers(arn), self._search.world
        bits = world.everyone if others is None else 0
        for each in others or ():
            bits |= world.bit(each)
        if powers:
            yield from self._search.moves.toward(powers, Near(bits))

    def _powers(self, arn: str) -> Powers | None:
        """Return what an identity may do; None for one of which not everything was read."""
        powers = self._search.nodes.get(State(arn))
        return powers if powers and powers.identity.unread is None else None

    def outsiders(self, arn: str) -> Reach | None:
        """Return who outside the account its trust policy lets assume a role; None for what has none that was read."""
        identity = next((each for each in self.account.identities if each.arn == arn), None)
        if identity is None or identity.trust is None:
            return None
        controls = self.account.guardrails.controls(arn)
        return reach(identity.trust.document, self.account.id, arn, actions=OUTSIDE, rcps=controls)

    def unread_on_way(self, arn: str) -> tuple[Hashable, ...]:
        """Return why it is not known that an identity has no way: what was not read of itself, or of whom it reaches.

        Or that too much would have to be tried (`TOO_LARGE`), where the identity may be allowed some step at all.
        Nothing where all that decides was read, or where there is a certain way anyhow.
        """
        if arn in self._unread:
            return (self._unread[arn],)
        state = State(arn)
        if state not in self._search.blind:
            return () if self._search.is_searched(state) else (TOO_LARGE,)
        while (edge := self._search.blind.get(state)) is not None:
            state = edge.end
        reason = self._search.nodes[state].identity.unread
        return () if reason is None else (reason,)


def escalation(account: Account) -> Escalation:
    """Return who can become an administrator of an account, and how."""
    return Escalation(account)


__all__ = ["ADMIN", "Chain", "Escalation", "escalation"]
