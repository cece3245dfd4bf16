"""Steps of the graph as findings carry them, with the policies that prove them, and what is said of doubtful ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor import Inventory, Link, Unseen
from auditor.remedies import UNDECIDED
from checks.access.identities import AccountAccess
from checks.iam.resources import AwsPolicy, Group, Policy, Role, User, is_of_aws

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.graph import Edge, Grant, Identity, Proof
    from auditor.policy import Step

HOLDERS: Final[tuple[type[User | Group | Role], ...]] = (User, Group, Role)
"""What inline policies stand in."""


def link(edge: Edge) -> Link:
    """Return a step as a finding's chain carries it."""
    from auditor.graph import grounds, sentence

    proof = tuple(line.strip() for line in grounds(edge))
    return Link(edge.source, edge.target, sentence(edge), edge.path.id, proof, edge.certain)


def asked(edges: Iterable[Edge]) -> list[dict[str, Any]]:
    """Return the requests that steps take, each once: what a finding shows as the offending value."""
    requests = (proof.request for edge in edges for proof in edge.proof)
    found = {(each.principal.text, each.action, each.resource): None for each in requests}
    return [{"principal": who, "action": action, "resource": resource} for who, action, resource in found]


def show(inventory: Inventory, proofs: Iterable[Proof]) -> None:
    """Read the policies whose statements decide requests, so that the finding carries them as evidence.

    The check reads `AccountAccess.identities`, and so may read all that those are made of.
    """
    from auditor.policy import Kind

    identities = inventory.one(AccountAccess).identities
    for proof in proofs:
        steps = [step for layer in proof.decision.layers for step in layer.steps if step.applies]
        if any(step.kind is Kind.RESOURCE for step in steps):
            role = inventory.find(Role, proof.request.resource)
            _ = role and role.trust_policy
        caller = identities.get(proof.request.principal.text)
        if caller is not None:
            for grant in _deciding(caller, steps):
                show_grant(inventory, caller, grant)


def _deciding(caller: Identity, steps: list[Step]) -> Iterable[Grant]:
    """Return the policies of a principal, as it is, that have a part in a decision."""
    documents = {id(step.policy.document) for step in steps}
    held = (*caller.grants, *([caller.boundary] if caller.boundary else ()))
    return [grant for grant in held if id(grant.policy.document) in documents]


def show_grant(inventory: Inventory, holder: Identity, grant: Grant) -> None:
    """Read a policy of a principal where it stands, so that the finding carries it as evidence."""
    if grant.via:
        member = inventory.find(User, holder.arn)
        _ = member and member.groups
    if grant.inline:
        found = [inventory.find(kind, grant.origin) for kind in HOLDERS]
        _ = [each.inline_policies for each in found if each]
    else:
        kind: type[AwsPolicy | Policy] = AwsPolicy if is_of_aws(grant.origin) else Policy
        managed = inventory.find(kind, grant.origin)
        _ = managed and managed.document


def undecided(what: str) -> Unseen:
    """Return what is raised where policies were read and yet leave something open; ``what`` says what."""
    return User.listing_request().unseen(UNDECIDED, what)


def doubtful(proof: Iterable[Proof]) -> str:
    """Return what requests hang on that are allowed under conditions of which it is not known whether they hold."""
    from auditor.policy import spelling

    keys = {
        spelling.key(condition.key)
        for each in proof
        for step in each.decision.unknown
        for condition in step.unknown
        if not each.certain
    }
    return " and ".join(sorted(keys)) or "what is not known"
