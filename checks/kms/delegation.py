"""Keys whose policy names their users, and leaves their use to the policies of IAM besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.access.audience import title as title_of
from checks.kms.resources import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE: Final = "https://docs.aws.amazon.com/kms/latest/developerguide"
USES: Final = ("kms:Decrypt", "kms:Sign", "kms:GenerateMac", "kms:DeriveSharedSecret")
"""What keys are for, one use for each sort of key."""


def _named(key: Key, action: str) -> Iterator[str]:
    """Yield the users and roles of the account that a key's policy lets do something, by name."""
    for statement in key.policy.statements if key.policy else ():
        if statement.allows and statement.is_about(action):
            for kind, value in statement.principals or ():
                if kind == "AWS" and f":{key.account}:" in value and not value.endswith(":root"):
                    yield value


@check(
    "kms-key-policy-use-named",
    Severity.LOW,
    reads=[Key.is_own, Key.policy],
    references=[f"{GUIDE}/key-policy-default.html", f"{GUIDE}/iam-policies-best-practices.html"],
    fix=Fix(
        cli="aws kms put-key-policy --key-id {resource.id} --region {resource.region} --policy-name default "
        "--policy file://POLICY.json",
        text="In the statement for the account itself, put the actions that manage the key (kms:Put*, kms:Describe*, "
        "kms:Get*, kms:List*, kms:Enable*, kms:Disable*, kms:ScheduleKeyDeletion and the like) in the place of kms:*. "
        "Name every principal that needs the key first: those that IAM alone lets use it are cut off.",
    ),
    applies=lambda key: key.is_own and any(any(_named(key, each)) for each in USES),
)
def key_policy_use_named(key: Key) -> Problems:
    """KMS key policies that name the users of the key leave its use to nobody else.

    The account as principal hands the decision to IAM: with kms:* for it, whoever is granted kms:Decrypt on all keys by
    any policy of IAM uses this one too. The list of users in the policy then looks complete and is not. Policies that
    name no users, such as the one of a new key, leave all to IAM openly, and the rule is not about them.
    """
    from checks.access.delegation import delegating

    for action in USES:
        named = sorted(set(_named(key, action)))
        number = delegating(key, action) if named else None
        if key.policy and number:
            which = title_of(key.policy.statements[number - 1], number)
            summary = (
                f"{which} leaves {action} to the policies of IAM, beside the {len(named)} principals that are named"
            )
            yield Problem(summary, found=named, expected="actions that manage the key, for the account as principal")
