"""Who has an administrator's rights and does not look like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.access.chains import doubtful, show, undecided
from checks.access.identities import AccountAccess
from checks.iam.resources import Role, User, is_service_linked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor import Inventory
    from auditor.graph import Admin, Identity

REFERENCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"
ADMINISTRATOR: Final = ":iam::aws:policy/AdministratorAccess"


def _known(principal_type: type[User | Role], kind: str) -> Check:
    """Return the check that principals of a type who are administrators are known to be."""

    def administrator_known(
        principal: User | Role, inventory: Inventory, *, expected: tuple[str, ...] = ()
    ) -> Problems:
        access = inventory.one(AccountAccess)
        identity = access.identity(principal)
        admin = access.escalation.admins.get(principal.arn)
        if admin is None or _is_told(identity, expected):
            return
        if not admin.certain:
            raise undecided(f"whether the {kind} may do anything hangs on {doubtful(admin.proof)}")
        show(inventory, admin.proof)
        yield Problem(
            f"the {kind} {_power(admin)}, by {', '.join(_granting(admin))}",
            found=list(_told(admin)),
            expected="AdministratorAccess for those who are to be administrators, and less for all others",
        )

    administrator_known.__doc__ = (
        f"{kind.capitalize()}s that are administrators are plainly so.\n\n"
        "Reviews look for AdministratorAccess. A policy of one's own that allows everything, or all of IAM, gives the "
        "same power and goes unseen. Whether a principal is an administrator is computed from all its policies, after "
        "denials and its boundary: it may do any action on any resource, or take the permissions of anybody. Who "
        "holds AdministratorAccess, or is named in the parameter expected, is known."
    )
    return check(
        f"iam-{kind}-administrator-known",
        Severity.MEDIUM,
        resource=principal_type,
        reads=[AccountAccess.escalation, AccountAccess.identities],
        references=[REFERENCE],
        fix=Fix(
            cli=f"aws iam attach-{kind}-policy --{kind}-name {{resource.id}} "
            "--policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
            text="Where it is no administrator, allow it what it needs instead. In China the policy's ARN begins with "
            "arn:aws-cn, in GovCloud with arn:aws-us-gov.",
        ),
        applies=lambda principal: not is_service_linked(principal),
    )(administrator_known)


def _is_told(identity: Identity, expected: tuple[str, ...]) -> bool:
    """Return whether a principal is known as an administrator: by the policy's name, or by its own."""
    return identity.name in expected or any(grant.origin.endswith(ADMINISTRATOR) for grant in identity.grants)


def _power(admin: Admin) -> str:
    from auditor.graph.world import ANYTHING

    is_all = any(proof.request.action == ANYTHING for proof in admin.proof)
    return "may do anything" if is_all else "may give itself and take from others any permission"


def _told(admin: Admin) -> Iterator[str]:
    """Yield what was decided, in words: actions and resources that stand for all are called that."""
    from auditor.graph.world import ANYTHING

    for proof in admin.proof:
        action, resource = proof.request.action, proof.request.resource
        if action == ANYTHING:
            yield "any action on any resource"
        else:
            yield f"{action} on any {resource.rpartition(':')[2].partition('/')[0]}"


def _granting(admin: Admin) -> list[str]:
    """Return the names of the policies that make somebody an administrator."""
    steps = (step for proof in admin.proof for layer in proof.decision.layers for step in layer.steps)
    return sorted({step.policy.name for step in steps if step.allows and step.applies and step.kind.name == "IDENTITY"})


KNOWN: Final = [_known(principal_type, kind) for principal_type, kind in ((User, "user"), (Role, "role"))]
