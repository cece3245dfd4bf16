"""What an Allow with NotAction grants beside what its writer had in mind: the management of permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.access.chains import show_grant
from checks.access.identities import AccountAccess
from checks.iam.resources import RESERVED, Role, User, is_service_linked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor import Inventory
    from auditor.graph import Identity
    from auditor.policy import Decision, Statement, Step

REFERENCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html"
MANAGING: Final = {
    "iam:AttachUserPolicy": "arn:{partition}:iam::{account}:user/{name}",
    "iam:PutUserPolicy": "arn:{partition}:iam::{account}:user/{name}",
    "iam:CreateAccessKey": "arn:{partition}:iam::{account}:user/{name}",
    "iam:AttachRolePolicy": "arn:{partition}:iam::{account}:role/{name}",
    "iam:PutRolePolicy": "arn:{partition}:iam::{account}:role/{name}",
    "iam:UpdateAssumeRolePolicy": "arn:{partition}:iam::{account}:role/{name}",
    "iam:PassRole": "arn:{partition}:iam::{account}:role/{name}",
    "iam:CreatePolicyVersion": "arn:{partition}:iam::{account}:policy/{name}",
    "organizations:LeaveOrganization": "*",
    "account:CloseAccount": "*",
}
"""The actions that give permissions, or take the account out of the organization's control, with whom they are about.

Source: Service Authorization Reference; AWS's own PowerUserAccess leaves these three services out.
"""
NAME: Final = "named-by-no-policy"


def _harmless(principal_type: type[User | Role], kind: str) -> Check:
    """Return the check that NotAction grants principals of a type no management of permissions."""

    def not_action_harmless(principal: User | Role, inventory: Inventory) -> Problems:
        identity = inventory.one(AccountAccess).identity(principal)
        for title, (statement, actions) in _granted(identity, inventory).items():
            for grant in identity.grants:
                if statement in grant.policy.document.statements:
                    show_grant(inventory, identity, grant)
            yield Problem(
                f"{title} allows {', '.join(actions)}, for NotAction does not name them",
                found={"NotAction": statement.not_actions, "allowed": actions},
                expected="an Allow with Action, or NotAction with iam:*, organizations:* and account:*",
            )

    not_action_harmless.__doc__ = (
        f"NotAction does not let {kind}s manage permissions.\n\n"
        "An Allow with NotAction grants all that is not named: a list that forgets iam:*, or misspells it, hands out "
        "the account. The rule tells which actions on permissions, organization or account it grants that no other "
        "statement with Action does, after denials, boundary and what the organization is known to deny: each is a "
        "request that AWS would allow."
    )
    return check(
        f"iam-{kind}-not-action-harmless",
        Severity.HIGH,
        resource=principal_type,
        reads=[AccountAccess.identities],
        references=[REFERENCE],
        fix=Fix(
            text="Name the actions that are needed in Action, or add iam:*, organizations:* and account:* to NotAction."
            f"{RESERVED if principal_type is Role else ''}",
        ),
        applies=lambda principal: not is_service_linked(principal),
    )(not_action_harmless)


def _granted(identity: Identity, inventory: Inventory) -> dict[str, tuple[Statement, list[str]]]:
    """Return the statements with NotAction that alone grant something of `MANAGING`, by title, with what they grant."""
    from auditor.policy import decide
    from checks.access.asking import is_forbidden, policies, request

    found: dict[str, tuple[Statement, list[str]]] = {}
    if not any(each.not_actions is not None for grant in identity.grants for each in grant.policy.document.statements):
        return found
    partition = identity.arn.split(":")[1]
    for action, template in MANAGING.items():
        asked = request(identity, action, template.format(partition=partition, account=identity.account, name=NAME))
        decision = decide(asked, policies(identity))
        granted = decision.allowed and decision.certain and not is_forbidden(asked, inventory)
        steps = list(_allowing(decision)) if granted else []
        if steps and all(step.rule.statement.not_actions is not None for step in steps):
            sid = steps[0].rule.statement.sid
            title = f"{steps[0].policy.name}, statement {steps[0].rule.number}{f' ({sid})' if sid else ''},"
            found.setdefault(title, (steps[0].rule.statement, []))[1].append(action)
    return found


def _allowing(decision: Decision) -> Iterator[Step]:
    """Yield the statements of a principal's own that allow what is asked."""
    from auditor.policy import Kind

    for layer in decision.layers:
        if layer.kind is Kind.IDENTITY:
            yield from (step for step in layer.steps if step.allows and step.applies)


HARMLESS: Final = [_harmless(principal_type, kind) for principal_type, kind in ((User, "user"), (Role, "role"))]
