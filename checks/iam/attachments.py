"""Who holds the managed policies of AWS that matter most: AdministratorAccess, CloudShell and Support."""

from __future__ import annotations

from typing import Final, NamedTuple

from auditor import Check, Fix, Inventory, Problem, Problems, Severity, check
from checks.iam.resources import RESERVED, Group, IamAccount, Role, User, is_service_linked

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
SUPPORT: Final = "AWSSupportAccess"
ELSEWHERE: Final = "In China the policy's ARN begins with arn:aws-cn, in GovCloud with arn:aws-us-gov."
Principal = User | Group | Role


class Unwanted(NamedTuple):
    """A managed policy of AWS that principals should not hold: its name, and how its checks are called."""

    policy: str
    id: str
    why: str
    reference: str
    fix: str


UNWANTED: Final = (
    Unwanted(
        "AdministratorAccess",
        "no-administrator-access",
        "Whoever takes over a principal that holds AWS's own policy AdministratorAccess has the whole account. An "
        "emergency role that is watched may have it: accept that with an exception. The rule judges attachments, "
        "including those that IAM Identity Center makes for a permission set.",
        f"{USER_GUIDE}/best-practices.html#grant-least-privilege",
        "Attach a policy of what the principal needs first.",
    ),
    Unwanted(
        "AWSCloudShellFullAccess",
        "no-cloudshell-full-access",
        "CloudShell has a network connection, a superuser, and upload and download: with full access to it, data "
        "leaves the account through a shell that no network control sees.",
        "https://docs.aws.amazon.com/cloudshell/latest/userguide/sec-auth-with-identities.html",
        "Attach a policy that denies cloudshell:GetFileDownloadUrls and cloudshell:GetFileUploadUrls in its stead.",
    ),
)


def _holds(principal: Principal, policy: str) -> bool:
    """Return whether a managed policy of AWS is attached to a principal."""
    suffix = f":iam::aws:policy/{policy}"
    return any(each["PolicyArn"].endswith(suffix) for each in principal.attached_policies)


def _not_attached(unwanted: Unwanted, principal_type: type[Principal], kind: str) -> Check:
    """Return the check that a managed policy of AWS is attached to no principal of a type."""
    policy = unwanted.policy

    def not_attached(principal: Principal) -> Problems:
        if _holds(principal, policy):
            yield Problem(f"{policy} is attached to the {kind}", found=policy, expected="policies of what is needed")

    not_attached.__doc__ = f"{kind.capitalize()}s do not hold {policy}.\n\n{unwanted.why}"
    arn = f"arn:aws:iam::aws:policy/{policy}"
    return check(
        f"iam-{kind}-{unwanted.id}",
        Severity.MEDIUM,
        resource=principal_type,
        reads=[principal_type.attached_policies],
        references=[unwanted.reference],
        fix=Fix(
            cli=f"aws iam detach-{kind}-policy --{kind}-name {{resource.id}} --policy-arn {arn}",
            text=f"{unwanted.fix} {ELSEWHERE}{RESERVED if principal_type is Role else ''}",
        ),
        applies=lambda principal: not is_service_linked(principal),
    )(not_attached)


NOT_ATTACHED: Final = [
    _not_attached(unwanted, principal_type, kind)
    for unwanted in UNWANTED
    for principal_type, kind in ((User, "user"), (Group, "group"), (Role, "role"))
]


@check(
    "iam-support-role-exists",
    Severity.LOW,
    reads=[Role.attached_policies],
    references=["https://docs.aws.amazon.com/awssupport/latest/user/accessing-support.html"],
    fix=Fix(
        cli=f"aws iam attach-role-policy --role-name ROLE_NAME --policy-arn arn:aws:iam::aws:policy/{SUPPORT}",
        terraform='resource "aws_iam_role_policy_attachment" "support" {\n  role       = aws_iam_role.support.name\n'
        f'  policy_arn = "arn:aws:iam::aws:policy/{SUPPORT}"\n}}',
        text=f"Make a role first that the people who handle incidents may assume. {ELSEWHERE}",
    ),
)
def support_role_exists(_account: IamAccount, inventory: Inventory) -> Problems:
    """A role may open and follow cases with AWS Support.

    In an incident nobody should have to search for who may call AWS, or sign in as the root user to do so. The rule
    asks for a role with AWSSupportAccess: users and groups do not count, nor do policies of one's own.
    """
    if not inventory.any(Role, lambda role: _holds(role, SUPPORT)):
        yield Problem(f"no role has {SUPPORT}", expected=f"a role with {SUPPORT}")
