"""Acting as a role through a service: passing it the role, or taking over what runs as the role already."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from auditor.graph.choices import REGION, settled
from auditor.graph.edges import Proof, all_certain
from auditor.graph.identities import Sort
from auditor.graph.index import Index, places
from auditor.graph.known_paths import Kind, Path, of_kind, requests
from auditor.graph.powers import Aim
from auditor.graph.steps import Step, step
from auditor.graph.witnesses import carried_out
from auditor.guardrails import said_of
from auditor.policy import Context, Policies, Request, decide, principal
from auditor.policy.patterns import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.graph.edges import State
    from auditor.graph.identities import Compute, Identity
    from auditor.graph.powers import Powers
    from auditor.graph.world import World

PASS: Final = "iam:PassRole"  # noqa: S105 - no password
INSTANCES: Final = "ec2.amazonaws.com"
PROFILE: Final = ("iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile")
MOST_EXISTING: Final = 20
"""On so much of what exists a path is tried."""
IDENTITY_POOLS: Final = "cognito-identity.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Trusting:
    """The roles that trust a service: their bits, and for each the decision that shows it, by its place."""

    bits: int
    proof: dict[int, Proof]


class Services:
    """The ways to act as the roles of an account through services."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._trusting: dict[str, Trusting] = {}
        self._passed = [(path, world.vocabulary.mask(path.required)) for path in of_kind(Kind.PASS_ROLE)]
        self._taken = [(path, world.vocabulary.mask(path.required)) for path in of_kind(Kind.EXISTING_COMPUTE)]
        self._rests: dict[tuple[State, str], tuple[Proof, ...] | None] = {}
        self._doubted: dict[tuple[State, str], bool] = {}
        """Whether what a path needs is not known to exist, where it is allowed."""
        self._sorts = {path.target: _of_sort(world, path) for path, _ in self._passed if _needs_existing(path)}
        """What exists, by the sort of thing that a role is passed to."""
        self._running: dict[int, list[Compute]] = defaultdict(list)
        self._run: dict[str, int] = defaultdict(int)
        for compute in world.account.compute:
            if compute.role in world.place:
                self._running[world.place[compute.role]].append(compute)
                self._run[compute.service] |= world.bit(compute.role)
        self._unprofiled = 0
        """The roles that no instance profile holds, so that nothing runs on instances as them."""
        for place, identity in enumerate(world.identities):
            if identity.has_instance_profile is False:
                self._unprofiled |= 1 << place
        trusts = [(place, _services_of(each)) for place, each in enumerate(world.identities) if each.trust]
        self._named = [(place, services) for place, services in trusts if services]

    def steps(self, powers: Powers, bits: int) -> Iterator[Step]:
        """Yield the ways in which an identity can act as the roles of ``bits`` through services."""
        bits &= ~self._world.bit(powers.identity.arn)
        yield from self._passing(powers, bits)
        yield from self._taking(powers, bits)

    def might(self, powers: Powers) -> int:
        """Return the bits of the roles as which an identity might act."""
        vocabulary = self._world.vocabulary
        bits = powers.reached(PASS) if powers.may(vocabulary.mask([PASS])) else 0
        for path, mask in self._taken:
            if powers.may(mask):
                bits |= self._run[path.services[0]] | self._unseen(path)
        return bits

    def trusting(self, service: str) -> Trusting:
        """Return the roles that let a service assume them."""
        found = self._trusting.get(service)
        if found is None:
            proof = {place: each for place, each in self._letting_in(service) if each}
            bits = 0
            for place in proof:
                bits |= 1 << place
            found = self._trusting[service] = Trusting(bits, proof)
        return found

    def _letting_in(self, service: str) -> Iterator[tuple[int, Proof | None]]:
        for place, services in self._named:
            if services & {service, f"{service}.cn", "*"}:
                name = service if services & {service, "*"} else f"{service}.cn"
                yield place, self._trust(self._world.identities[place], name)

    def _trust(self, role: Identity, service: str) -> Proof | None:
        """Return the decision by which a service may assume a role for something of the account's own."""
        account = self._world.account.id
        place = self._world.account.guardrails.place
        known = said_of(place, "source") | said_of(place, "resource")
        known |= {"aws:sourceaccount": (account,), "aws:principalisawsservice": ("true",)}
        action = "sts:AssumeRoleWithWebIdentity" if service == IDENTITY_POOLS else "sts:AssumeRole"
        request = Request(principal(service), action, role.arn, Context(known, open=True), account)
        policies = Policies(resource=role.trust, rcps=self._world.controls(action))
        return settled(Proof(request, decide(request, policies)), policies, creates=True)

    # --- Passing a role -----------------------------------------------------------------------------------------

    def _passing(self, powers: Powers, bits: int) -> Iterator[Step]:
        if not powers.may(self._world.vocabulary.mask([PASS])):
            return
        bits &= powers.reached(PASS)
        passed: dict[tuple[str, str], Proof | None] = {}
        for path, mask in self._passed if bits else ():
            for service in path.services if powers.may(mask) else ():
                for role in self._world.within(bits & self.trusting(service).bits):
                    key = role.arn, service
                    if key not in passed:
                        passed[key] = self._pass(powers, role, service)
                    rest = self._rest(powers, path) if passed[key] else None
                    if rest is not None:
                        yield from self._run_new(powers, role, path, service, (passed[key], *rest))  # type: ignore[arg-type]

    def _pass(self, powers: Powers, role: Identity, service: str) -> Proof | None:
        trusted = self.trusting(service).proof[self._world.place[role.arn]]
        known = {"iam:passedtoservice": (trusted.request.principal.text,)}
        return powers.asked(Aim(PASS, role.arn, known, role.tags, creates=True))

    def _rest(self, powers: Powers, path: Path) -> tuple[Proof, ...] | None:
        """Return the proof of all that a path needs beside passing the role, on what there is where it is not new."""
        key = powers.state, path.id
        if key not in self._rests:
            actions = [action for action in path.required if action != PASS]
            found = list(self._on_existing(powers, path, actions)) if _needs_existing(path) else []
            found.sort(key=lambda proof: not all_certain(proof))
            self._rests[key] = found[0] if found else self._on_any(powers, path, actions)
            self._doubted[key] = bool(path.existing and not found)
        return self._rests[key]

    def _on_any(self, powers: Powers, path: Path, actions: list[str]) -> tuple[Proof, ...] | None:
        """Return the proof on something new, or on what may exist; None where all that exists is known."""
        service = path.services[0]
        # Instances without a role are not among what runs as one.
        is_known = _needs_existing(path) and service in self._world.account.compute_read and service != INSTANCES
        return None if is_known else carried_out(powers, actions)

    def _on_existing(self, powers: Powers, path: Path, actions: list[str]) -> Iterator[tuple[Proof, ...]]:
        """Yield the proofs on what runs as a role and is of the sort that a path is about."""
        things, index = self._sorts[path.target]
        bits = (1 << len(things)) - 1
        for action in actions:
            if path.target in requests()[action]:
                bits &= index.allowed(powers.policies(action))
        for place in islice(places(bits), MOST_EXISTING):
            proof = carried_out(powers, actions, {path.target: _aimed(things[place])}, creates=False)
            if proof is not None:
                yield proof

    def _run_new(
        self, powers: Powers, role: Identity, path: Path, service: str, proof: tuple[Proof, ...]
    ) -> Iterator[Step]:
        is_doubted = self._doubted[powers.state, path.id]
        doubts = [f"it is not known whether there is {path.existing}"] if is_doubted else []
        profile = self._profile(powers, role) if service == INSTANCES else ()
        if profile is None:
            return
        if service == INSTANCES and role.has_instance_profile is None and not profile:
            doubts.append("it is not known whether an instance profile holds the role")
        trusted = self.trusting(service).proof[self._world.place[role.arn]]
        yield step(role, path, (*proof, *profile, trusted), *doubts)

    def _profile(self, powers: Powers, role: Identity) -> tuple[Proof, ...] | None:
        """Return the proof that a role can be in an instance profile; None where it cannot."""
        if role.has_instance_profile:
            return ()
        key = powers.state, PROFILE[0]
        if key not in self._rests:
            account = self._world.account
            arn = f"arn:{account.partition}:iam::{account.id}:instance-profile/new"
            made = [powers.asked(Aim(action, arn)) for action in PROFILE]
            self._rests[key] = tuple(proof for proof in made if proof) if all(made) else None
        made_new = self._rests[key]
        return () if made_new is None and role.has_instance_profile is None else made_new

    # --- What runs already --------------------------------------------------------------------------------------

    def _taking(self, powers: Powers, bits: int) -> Iterator[Step]:
        for path, mask in self._taken:
            if powers.may(mask):
                service = path.services[0]
                for place in places(bits & (self._run[service] | self._unseen(path))):
                    yield from self._taken_over(powers, place, path)

    def _unseen(self, path: Path) -> int:
        """Return the bits of the roles as which something may run that was not read."""
        service = path.services[0]
        if (path.listed or service) in self._world.account.compute_read:
            return 0
        bits = self.trusting(service).bits
        return bits & ~self._unprofiled if service == INSTANCES else bits

    def _taken_over(self, powers: Powers, place: int, path: Path) -> Iterator[Step]:
        role, certain = self._world.identities[place], False
        for compute in self._running[place]:
            if compute.service == path.services[0] and _is_of(path, compute):
                proof = carried_out(powers, path.required, {path.target: _aimed(compute)}, creates=False)
                if proof is not None:
                    found = step(role, path, proof, through=compute.arn)
                    certain |= found.certain
                    yield found
        if not certain and self._unseen(path) & 1 << place:
            rest = self._rest(powers, path)
            if rest is not None:
                yield step(role, path, rest, self._doubt(path))

    @staticmethod
    def _doubt(path: Path) -> str:
        if path.existing:
            return f"it is not known whether there is {path.existing}"
        return f"what runs as the role in {path.services[0].partition('.')[0]} was not read"


def _needs_existing(path: Path) -> bool:
    """Return whether a path passes a role to something that exists and is among what runs as roles."""
    return path.kind is Kind.PASS_ROLE and bool(path.target)


def _of_sort(world: World, path: Path) -> tuple[list[Compute], Index]:
    """Return what runs as a role and is of the sort that a path is about, with an index of it."""
    things = [each for each in world.account.compute if _is_of(path, each)]
    return things, Index([each.arn for each in things], [1 << place for place in range(len(things))])


def _is_of(path: Path, compute: Compute) -> bool:
    """Return whether something is of the sort that a path is about."""
    return matches(path.target.format(partition="*", region="*", account="*", name="*"), compute.arn)


def _aimed(compute: Compute) -> Aim:
    return Aim("", compute.arn, {REGION: (compute.arn.split(":")[3],)}, compute.tags)


def _services_of(role: Identity) -> frozenset[str]:
    """Return the services and identity pools that a trust policy names; ``*`` where it names anyone or excludes."""
    if role.trust is None or role.sort is not Sort.ROLE or role.is_service_linked:
        return frozenset()
    found: set[str] = set()
    for statement in role.trust.document.statements:
        found |= {value for kind, value in statement.principals or () if kind in {"Service", "Federated"}}
        if statement.names_anyone or statement.not_principals is not None:
            found.add("*")
    return frozenset(found)
