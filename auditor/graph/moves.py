"""The steps that one identity can take towards others: found by bits, and decided before they count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from auditor.graph.access import Access
from auditor.graph.administrators import administrator
from auditor.graph.changes import ACTIONS, OF_POLICIES, Changes
from auditor.graph.creation import Creation
from auditor.graph.edges import DONE, Edge, State, all_certain
from auditor.graph.index import Index
from auditor.graph.known_paths import Kind, catalogue, of_kind
from auditor.graph.powers import Powers, all_asked
from auditor.graph.services import Services

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from auditor.graph.administrators import Admin
    from auditor.graph.changes import Change
    from auditor.graph.edges import Proof
    from auditor.graph.identities import Identity
    from auditor.graph.known_paths import Path
    from auditor.graph.steps import Step
    from auditor.graph.world import World

ANY_EDIT: Final = "aaa-iam-007"
"""The path of changing another identity in a way, or using it in a way, that no other path tells of."""
ACCESS_OF: Final = {
    "sts-001": "assume",
    "iam-012": "trust",
    **dict.fromkeys(("iam-002", "iam-003"), "key"),
}
"""How the catalogue calls the ways of acting as another that its paths of edits end with."""
JOIN: Final = "join"
"""The change of which there may be as many as groups: it is only ever the first."""
PASSIVE: Final = {Kind.COVERED, Kind.NOT_MODELLED}
INDIRECT: Final = ("policy", "group")
"""What is changed in place of an identity itself."""


@dataclass(frozen=True, slots=True)
class Near:
    """Where steps are to lead."""

    bits: int = 0
    """Identities as they are."""
    states: Container[State] = ()
    """Identities after changes; `DONE` for an administrator's rights."""


@dataclass(frozen=True, slots=True)
class Editors:
    """What some identities might change: how, as keys of `ACTIONS`, and the bits of which customer managed policies."""

    able: frozenset[tuple[str, str]]
    policies: int


class Anything:
    """Holds every state."""

    def __contains__(self, state: object) -> bool:
        """Return True."""
        return True


class Moves:
    """The steps that identities of an account can take."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._access = Access(world)
        self._services = Services(world)
        self._changes = Changes(world)
        self._creation = Creation(world)
        self._self_edits = {(path.change, path.on): path for path in of_kind(Kind.SELF_EDIT)}
        self._edits = {(path.change, path.on, path.access): path for path in of_kind(Kind.EDIT_AND_USE)}
        self._masks = {key: world.vocabulary.mask([action]) for key, action in ACTIONS.items()}
        paths = (path for path in catalogue().values() if path.change != JOIN and path.kind not in PASSIVE)
        self._further = [world.vocabulary.mask(path.required) for path in paths if path.required]
        self._admins: dict[State, Admin | None] = {}
        self._own: dict[State, tuple[tuple[Edge, Identity], ...]] = {}
        self._others: dict[tuple[str, bool], tuple[Change, ...]] = {}
        self._holders = self._held_by()
        self._writes: dict[tuple[State, str], int] = {}

    @cached_property
    def _written(self) -> Index:
        """The index of customer managed policies."""
        managed = self._world.account.managed
        return Index(tuple(managed), [1 << place for place in range(len(managed))])

    def _held_by(self) -> Index:
        """Return the index of policies and groups, with the bits of the identities whose rights change with them."""
        found: dict[str, int] = {}
        for place, identity in enumerate(self._world.identities):
            managed = [grant.origin for grant in (*identity.grants, identity.boundary) if grant and not grant.inline]
            for arn in (*managed, *identity.groups):
                found[arn] = found.get(arn, 0) | 1 << place
        return Index(tuple(found), tuple(found.values()))

    def toward(self, powers: Powers, near: Near) -> Iterator[Edge]:
        """Yield the steps of an identity that lead somewhere near, those without changes to others first."""
        own = (edge for edge, _ in self.own(powers) if edge.end in near.states)
        created = self._creation.edges(powers) if DONE in near.states else ()
        return chain(own, self._direct(powers, near.bits), self._by_edits(powers, near.states), created)

    def _direct(self, powers: Powers, bits: int) -> Iterator[Edge]:
        for step in self._steps(powers, bits) if bits else ():
            yield _edge(powers, step)

    def _steps(self, powers: Powers, bits: int) -> Iterator[Step]:
        return chain(self._access.steps(powers, bits), self._services.steps(powers, bits))

    # --- Changing oneself ---------------------------------------------------------------------------------------

    def own(self, powers: Powers) -> tuple[tuple[Edge, Identity], ...]:
        """Return the steps by which an identity changes itself, each with the identity afterwards."""
        found = self._own.get(powers.state)
        if found is None:
            found = self._own[powers.state] = tuple(self._self_edited(powers))
        return found

    def _self_edited(self, powers: Powers) -> Iterator[tuple[Edge, Identity]]:
        able = {key for key in self._self_edits if powers.may(self._masks[key]) and self._on_self(powers, key)}
        for change in self._changes.of(powers.identity, able, rewriting=bool(able & OF_POLICIES)):
            path = self._self_edits[change.what, change.on]
            if gains(powers.identity, change):
                proof = all_asked(powers, change.aims)
                if proof is not None:
                    end, sure = self._end(powers.state, change)
                    certain = sure and all_certain(proof)
                    yield Edge(powers.state, end, path, proof, certain, change.through), change.result

    def _on_self(self, powers: Powers, key: tuple[str, str]) -> bool:
        """Return whether an identity's policies might mean itself where they allow a change, or what it is in."""
        return key[1] in INDIRECT or bool(powers.meant(ACTIONS[key]) & self._world.bit(powers.identity.arn))

    def _end(self, state: State, change: Change) -> tuple[State, bool]:
        """Return where a change leads, and whether that is certain."""
        after = State(state.arn, " and ".join(filter(None, (state.after, change.after))))
        if after not in self._admins:
            self._admins[after] = administrator(Powers(self._world, change.result, after))
        admin = self._admins[after]
        return (DONE, admin.certain) if admin else (after, True)

    # --- Changing others ----------------------------------------------------------------------------------------

    def _by_edits(self, powers: Powers, states: Container[State]) -> Iterator[Edge]:
        """Yield the steps by which an identity changes another and acts as it."""
        if not states:
            return
        bits = self.editable(powers)
        if bits:
            bits &= self._access.might(powers, bits) | self._services.might(powers)
        for other in self._world.within(bits):
            for change in self._leading(powers, other, states):
                proof = all_asked(powers, change.aims)
                if proof is not None:
                    yield from self._used(powers, change, proof)

    def _leading(self, powers: Powers, other: Identity, states: Container[State]) -> Iterator[Change]:
        """Yield the changes that one identity might make of another, after which that is among some states."""
        key = other.arn, any(powers.may(self._masks[each]) for each in OF_POLICIES)
        found = self._others.get(key)
        if found is None:
            found = self._others[key] = tuple(self._changes.of(other, rewriting=key[1]))
        start = State(other.arn)
        for change in found:
            if self._might(powers, change) and self._end(start, change)[0] in states:
                yield change

    def _might(self, powers: Powers, change: Change) -> bool:
        """Return whether an identity may be allowed a change: less often than not, and found out before all else."""
        key = change.what, change.on
        if not powers.may(self._masks[key]):
            return False
        if change.on == "policy":
            return bool(self._writable(powers, ACTIONS[key]) & self._written.meant(change.through))
        return change.on in INDIRECT or bool(powers.reached(ACTIONS[key]) & self._world.bit(change.result.arn))

    def _writable(self, powers: Powers, action: str) -> int:
        """Return the bits of the customer managed policies on which an identity might be allowed an action."""
        key = powers.state, action
        if key not in self._writes:
            self._writes[key] = self._written.allowed(powers.policies(action))
        return self._writes[key]

    def _used(self, powers: Powers, change: Change, edit: tuple[Proof, ...]) -> Iterator[Edge]:
        other = change.result
        end, sure = self._end(State(other.arn), change)
        for step in self._steps(powers, self._world.bit(other.arn)):
            proof = (*edit, *step.proof)
            path = self._edit_path(change, step)
            certain = sure and step.certain and all_certain(edit)
            through = other.arn if end == DONE else change.through
            yield Edge(powers.state, end, path, proof, certain, through, step.notes)

    def _edit_path(self, change: Change, step: Step) -> Path:
        access = ACCESS_OF.get(step.path.id, "")
        return self._edits.get((change.what.removesuffix("-new"), change.on, access)) or catalogue()[ANY_EDIT]

    def editable(self, powers: Powers) -> int:
        """Return the bits of the others that an identity might change, but those that AWS alone changes."""
        bits = 0
        for (what, on), action in ACTIONS.items():
            if powers.may(self._masks[what, on]):
                if what == "join":
                    bits |= self._access.users
                elif on in INDIRECT:  # a role that AWS alone changes has policies that others write
                    bits |= self._holders.allowed(powers.policies(action))
                else:
                    bits |= powers.reached(action) & ~self._access.fixed
        return bits & ~self._world.bit(powers.identity.arn)

    def leads_on(self, powers: Powers) -> bool:
        """Return whether an identity after a change may be allowed all that some further step needs."""
        return powers.identity.unread is not None or any(powers.may(mask) for mask in self._further)

    def is_idle(self, powers: Powers) -> bool:
        """Return whether an identity surely takes no step, whatever others are: nothing that one needs is allowed."""
        masks = (*self._further, *self._masks.values())
        return self._access.is_idle(powers) and not any(powers.may(mask) for mask in masks)

    def changed(self, identity: Identity, editors: Editors) -> Iterator[tuple[State, Identity]]:
        """Yield what an identity is after each change that others might make, by which it is no administrator yet."""
        for change in self._changes.of(identity, rewriting=bool(editors.able & OF_POLICIES)):
            is_open = change.on != "policy" or editors.policies & self._written.meant(change.through)
            if is_open and (change.what, change.on) in editors.able:
                end, _ = self._end(State(identity.arn), change)
                if end != DONE and gains(identity, change):
                    yield end, change.result

    def editors(self, some: Sequence[Powers]) -> Editors:
        """Return what identities together might change."""
        able = {key for key, mask in self._masks.items() if any(powers.may(mask) for powers in some)}
        policies = 0
        for what, on in able & OF_POLICIES:
            for powers in some:
                if powers.may(self._masks[what, on]):
                    policies |= self._writable(powers, ACTIONS[what, on])
        return Editors(frozenset(able), policies)


def gains(identity: Identity, change: Change) -> bool:
    """Return whether a change could let an identity do more: one that makes nothing different does not."""
    before = [grant.policy.document for grant in identity.grants]
    after = [grant.policy.document for grant in change.result.grants]
    same = identity.boundary == change.result.boundary and identity.tags == change.result.tags
    return before != after or not same


def _edge(powers: Powers, step: Step) -> Edge:
    return Edge(powers.state, State(step.end.arn), step.path, step.proof, step.certain, step.through, step.notes)
