"""Policies that grant everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.iam.resources import Group, Policy, Role, User

if TYPE_CHECKING:
    from auditor.policy import Document, Statement

BEST_PRACTICES: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"
REFINE: Final = (
    "See what its users need with `aws iam generate-service-last-accessed-details`, and write a policy of that."
)


def _grants_everything(statement: Statement, partition: str) -> bool:
    """Return whether a statement allows every action on every resource, with no condition.

    Every resource is ``*``, or any pattern that matches all ARNs, such as ``arn:aws:*``.
    """
    every_arn = f"arn:{partition}:*:*:*:*"
    everything = statement.covers_action("*:*") and statement.covers_resource(every_arn)
    return statement.allows and everything and not statement.conditions


def _problems(document: Document, arn: str, subject: str) -> Problems:
    partition = arn.split(":")[1]
    for statement in document.statements:
        if _grants_everything(statement, partition):
            name = f" (statement {statement.sid})" if statement.sid else ""
            yield Problem(
                f"{subject} allows every action on every resource{name}",
                found={"Action": statement.actions, "Resource": statement.resources},
                expected="the actions and resources that are needed",
            )


@check(
    "iam-policy-not-admin",
    Severity.HIGH,
    reads=[Policy.attachments, Policy.document],
    references=[BEST_PRACTICES],
    fix=Fix(
        cli="aws iam create-policy-version --policy-arn {resource.arn} --policy-document file://POLICY.json "
        "--set-as-default",
        text=REFINE,
    ),
    applies=lambda policy: policy.attachments > 0,
)
def policy_not_admin(policy: Policy) -> Problems:
    """Customer managed policies do not allow everything.

    Whoever takes over any one of the users and roles that hold such a policy has the whole account. Policies that
    are attached to nobody grant nothing, and the rule is not about them.
    """
    yield from _problems(policy.document, policy.arn, "the policy")


def _inline(principal_type: type[User | Group | Role], kind: str) -> Check:
    """Return the check that principals of a type hold no inline policy that allows everything."""

    def inline_policies_not_admin(principal: User | Group | Role) -> Problems:
        """Inline policies do not allow everything.

        Whoever takes over a principal that holds such a policy has the whole account, and an inline policy is in no
        list of the account's policies.
        """
        for name, document in principal.inline_policies.items():
            yield from _problems(document, principal.arn, f"the inline policy {name}")

    # The annotation is how a check names the resources it is about.
    inline_policies_not_admin.__annotations__["principal"] = principal_type
    return check(
        f"iam-{kind}-inline-policies-not-admin",
        Severity.HIGH,
        reads=[principal_type.inline_policies],
        references=[BEST_PRACTICES],
        fix=Fix(
            cli=f"aws iam delete-{kind}-policy --{kind}-name {{resource.id}} --policy-name POLICY_NAME",
            text=REFINE,
        ),
        applies=lambda principal: bool(principal.inline_policies),
        title=f"Inline policies of {kind}s do not allow everything",
    )(inline_policies_not_admin)


INLINE: Final = [_inline(User, "user"), _inline(Group, "group"), _inline(Role, "role")]
