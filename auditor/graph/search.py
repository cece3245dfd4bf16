"""The search for the shortest ways to an administrator's rights: backwards, from administrators to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.graph.administrators import administrator
from auditor.graph.budget import SpentError
from auditor.graph.edges import DONE, State, surest
from auditor.graph.moves import JOIN, Moves, Near
from auditor.graph.powers import Powers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.graph.administrators import Admin
    from auditor.graph.edges import Edge
    from auditor.graph.identities import Identity
    from auditor.graph.world import World

FOR_CHANGES: Final = 550_000
"""What it may cost to find what identities become by changes, in statements looked at; see `Budget`."""
FOR_STEPS: Final = 450_000
"""What it may cost to find the certain steps, beside what finding changes left."""
FOR_DOUBTS: Final = 150_000
"""What it may cost to find the other steps, beside what finding the certain ones left."""
MOST_CHANGES: Final = 2
"""How many changes of itself an identity makes one after the other: removing a boundary, and one more."""


class Search:
    """The shortest ways, step by step: ``next_step`` of each state that has one, the certain ones first."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.moves = Moves(world)
        self.nodes = {
            State(identity.arn): Powers(world, identity)
            for identity in world.identities
            if not identity.is_service_linked
        }
        self.admins = self._administrators()
        self.is_cut = False
        """Whether the search ended before everything was tried."""
        world.budget.allow(FOR_CHANGES)
        try:
            self._add_changed()
        except SpentError:
            self.is_cut = True
        self.certain: dict[State, Edge] = {}
        self.uncertain: dict[State, Edge] = {}
        self.blind: dict[State, Edge] = {}
        """The steps towards identities of which not everything was read."""
        self._maybe: dict[int, dict[State, Edge]] = {}
        self._settle()
        world.budget.lift()

    def _surest(self, powers: Powers, near: Near) -> Edge | None:
        """Return the surest step somewhere near; None where there is none, or where it costs too much to find."""
        try:
            return surest(self.moves.toward(powers, near))
        except SpentError:
            self.is_cut = True
            return None

    def is_searched(self, state: State) -> bool:
        """Return whether all was tried to find a certain way of an identity as it is, or one was found."""
        if not self.is_cut or state in self.certain or self._is_admin(state):
            return True
        return state not in self.nodes or self.moves.is_idle(self.nodes[state])

    def _administrators(self) -> dict[str, Admin]:
        found = ((powers.identity.arn, administrator(powers)) for powers in self.nodes.values())
        return {arn: admin for arn, admin in found if admin}

    # --- Identities after changes -------------------------------------------------------------------------------

    def _add_changed(self) -> None:
        """Add what identities become by changes that make no administrators of them, but may lead on."""
        ordinary = [powers for state, powers in self.nodes.items() if not self._is_admin(state)]
        editable = 0
        for powers in ordinary:
            if powers.identity.unread is None and not self._is_at_once(powers):
                editable |= self.moves.editable(powers)
                self._add(powers.state, self._results(powers))
        admins = {State(arn) for arn in self.admins if self._is_admin(State(arn))}
        editors = self.moves.editors([powers for state, powers in self.nodes.items() if state not in admins])
        for identity in self.world.within(editable):
            if State(identity.arn) in self.nodes and not self._is_admin(State(identity.arn)):
                self._add(State(identity.arn), self.moves.changed(identity, editors))
        for _ in range(MOST_CHANGES - 1):
            for powers in [each for state, each in self.nodes.items() if state.after]:
                self._add(powers.state, self._results(powers))

    def _is_at_once(self, powers: Powers) -> bool:
        """Return whether an identity surely makes itself an administrator in one step: there is no shorter way."""
        return any(edge.end == DONE and edge.certain for edge, _ in self.moves.own(powers))

    def _results(self, powers: Powers) -> Iterable[tuple[State, Identity]]:
        found = [(edge, identity) for edge, identity in self.moves.own(powers) if edge.end != DONE]
        return [
            (edge.end, identity) for edge, identity in found if not (powers.state.after and edge.path.change == JOIN)
        ]

    def _add(self, before: State, results: Iterable[tuple[State, Identity]]) -> None:
        for state, identity in results:
            if state != before and state not in self.nodes:
                powers = Powers(self.world, identity, state)
                if self.moves.leads_on(powers):
                    self.nodes[state] = powers

    def _is_admin(self, state: State) -> bool:
        return not state.after and state.arn in self.admins and self.admins[state.arn].certain

    # --- Levels -------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        sure = [State(arn) for arn, admin in self.admins.items() if admin.certain]
        self.world.budget.allow(FOR_STEPS)
        self._certainly(sure)
        unsure = [State(arn) for arn, admin in self.admins.items() if not admin.certain]
        self.world.budget.allow(FOR_DOUBTS)
        self._perhaps([each for each in unsure if each not in self.certain])
        self._blindly([state for state, powers in self.nodes.items() if powers.identity.unread is not None])

    def _left(self, *settled: dict[State, Edge]) -> list[Powers]:
        """Return the identities whose way is still to be found, those that were not read apart."""
        return [
            powers
            for state, powers in self.nodes.items()
            if powers.identity.unread is None
            and not self._is_admin(state)
            and not any(state in each for each in settled)
        ]

    def _near(self, reached: Iterable[State]) -> Near:
        bits, states = 0, set()
        for state in reached:
            if state.after or state == DONE:
                states.add(state)
            else:
                bits |= self.world.bit(state.arn)
        return Near(bits, frozenset(states))

    def _certainly(self, reached: list[State]) -> None:
        """Find the ways of certain steps only, level by level; keep the first uncertain step of each identity."""
        level, reached = 0, [*reached, DONE]
        while reached:
            near, reached = self._near(reached), []
            doubtful = self._maybe[level] = {}
            for powers in self._left(self.certain):
                edge = self._surest(powers, near)
                if edge and edge.certain:
                    self.certain[powers.state] = edge
                    reached.append(powers.state)
                elif edge and not any(powers.state in each for each in self._maybe.values()):
                    doubtful[powers.state] = edge
            level += 1

    def _perhaps(self, reached: list[State]) -> None:
        """Find the shortest ways of those without a certain one."""
        level = 0
        while reached or level < len(self._maybe):
            near, found = self._near(reached), {}
            for powers in self._left(self.certain, self.uncertain):
                if powers.state in reached and powers.state.arn in self.admins:
                    continue
                edge = self._maybe.get(level, {}).get(powers.state) or self._surest(powers, near)
                if edge:
                    found[powers.state] = edge
            self.uncertain |= found
            reached = list(found)
            level += 1

    def _blindly(self, reached: list[State]) -> None:
        """Find the shortest ways to identities of which not everything was read, for those without a certain way."""
        while reached:
            near, reached = self._near(reached), []
            for powers in self._left(self.certain, self.blind):
                edge = self._surest(powers, near)
                if edge:
                    self.blind[powers.state] = edge
                    reached.append(powers.state)
