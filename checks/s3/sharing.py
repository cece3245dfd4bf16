"""What buckets share with other accounts, by policy and by ACL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.organizations.resources import OrganizationsAccount
from checks.s3.grants import ANYONE, LOAD_BALANCERS, covers, forbidden_to_all, names_canonical_user, others_let_in
from checks.s3.resources import Bucket, S3Account

if TYPE_CHECKING:
    from auditor.inventory import Inventory
    from auditor.policy import Document

USER_GUIDE: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
CONTROLLING_ACTIONS: Final = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
)
"""What hands over control of a bucket (Security Hub User Guide, control S3.6)."""
LOG_DELIVERY: Final = (
    "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0",
    "a52cb28745c0c06e84ec548334e44bfa7fc2a85c54af20cd59e4969344b7af56",
)
"""The canonical users that deliver CloudFront's standard logs, the second in China (CloudFront Developer Guide)."""
NEW_POLICY: Final = "aws s3api put-bucket-policy --bucket {resource.id} --policy file://POLICY.json"


@check(
    "s3-bucket-policy-keeps-control",
    Severity.HIGH,
    reads=[Bucket.policy, S3Account.canonical_id],
    references=[
        "https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-6",
        f"{USER_GUIDE}/example-bucket-policies.html",
    ],
    fix=Fix(
        cli=NEW_POLICY,
        text="The command replaces the whole policy: keep its other statements in POLICY.json, and name in this one "
        "the actions that the other account needs, and not these.",
    ),
)
def bucket_policy_keeps_control(
    bucket: Bucket,
    inventory: Inventory,
    *,
    actions: tuple[str, ...] = CONTROLLING_ACTIONS,
    trusted: tuple[str, ...] = (),
) -> Problems:
    """Bucket policies leave control of the bucket to its own account.

    An account that may change the policy, the ACLs or the encryption of a bucket can take it over, or lock its owner
    out. What a statement grants to anyone, it grants to other accounts, unless its conditions name the owner's account.
    Accounts, canonical users and organizations that may have control are told by the parameter trusted.
    """
    if bucket.policy is None:
        return
    own = _own(bucket.policy, inventory, bucket.account) | frozenset(trusted)
    for statement in bucket.policy.statements:
        others = others_let_in(statement, own)
        granted = [
            each
            for each in actions
            if covers(statement, each, bucket.arn) and not forbidden_to_all(bucket.policy, each, bucket.arn)
        ]
        if others and granted:
            summary = f"{_whom(others)} may {', '.join(granted)}"
            yield Problem(summary, found=sorted(others), expected="actions that leave control to the owner")


@check(
    "s3-bucket-policy-known-accounts",
    Severity.MEDIUM,
    reads=[Bucket.policy, S3Account.canonical_id, OrganizationsAccount.organization],
    references=[f"{USER_GUIDE}/access-control-overview.html", f"{USER_GUIDE}/example-bucket-policies.html"],
    fix=Fix(
        cli=NEW_POLICY,
        text="The command replaces the whole policy: leave out of POLICY.json the accounts that need no access, and "
        "name those that do in the parameter trusted.",
    ),
)
def bucket_policy_known_accounts(bucket: Bucket, inventory: Inventory, *, trusted: tuple[str, ...] = ()) -> Problems:
    """Bucket policies let in only accounts that are known.

    Whom a policy lets in keeps access after the project, partner or supplier is gone. Accounts, canonical users and
    organizations that may be let in are told by the parameter trusted. The account's own organization is known, and so
    are the accounts of AWS's own that deliver the logs of load balancers. Whether anyone at all is let in, S3 itself
    decides: that is another check.
    """
    if bucket.policy is None:
        return
    known = _own(bucket.policy, inventory, bucket.account) | LOAD_BALANCERS | frozenset({*trusted, ANYONE})
    for statement in bucket.policy.statements:
        others = others_let_in(statement, known)
        if any(each.startswith("o-") for each in others):
            others -= _organization(inventory)
        if others:
            name = f"statement {statement.sid}" if statement.sid else "a statement"
            yield Problem(f"{name} lets in {_whom(others)}", found=sorted(others), expected="own and trusted accounts")


def _own(policy: Document, inventory: Inventory, account: str) -> frozenset[str]:
    """Return what the account is called in a policy: its number and, where the policy has such, its canonical id."""
    if names_canonical_user(policy):
        return frozenset({account, inventory.one(S3Account).canonical_id})
    return frozenset({account})


def _organization(inventory: Inventory) -> frozenset[str]:
    """Return the id of the account's own organization, if it belongs to one."""
    organization = inventory.one(OrganizationsAccount).organization
    return frozenset({organization["Id"]} if organization else ())


def _whom(others: frozenset[str]) -> str:
    return "anyone" if ANYONE in others else ", ".join(sorted(others))


@check(
    "s3-bucket-acl-owner-only",
    Severity.MEDIUM,
    reads=[Bucket.acl, Bucket.acl_owner],
    references=[f"{USER_GUIDE}/acl-overview.html", f"{USER_GUIDE}/about-object-ownership.html"],
    fix=Fix(
        cli="aws s3api put-bucket-acl --bucket {resource.id} --acl private",
        text="The command drops every grant, those by which logs are delivered included. Grant by policy first what "
        "others need; then disable ACLs.",
    ),
)
def bucket_acl_owner_only(bucket: Bucket, *, trusted: tuple[str, ...] = LOG_DELIVERY) -> Problems:
    """The bucket's ACL grants access to nobody but the owner.

    Grants in ACLs know no conditions and are easily overlooked: policies are where access is reviewed. Canonical user
    ids that may stand in an ACL are told by the parameter trusted. Grants to S3's groups are another check's.
    """
    for grant in bucket.acl:
        grantee = grant.get("Grantee", {})
        user = grantee.get("ID") or grantee.get("EmailAddress")
        if user and user not in {bucket.acl_owner, *trusted}:
            summary = f"the ACL grants {grant['Permission']} to the canonical user {user}"
            yield Problem(summary, found=grant, expected="grants to the owner alone")
