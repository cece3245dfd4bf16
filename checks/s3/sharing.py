"""What buckets share with other accounts, by policy and by ACL."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.access.audience import Reading, told
from checks.access.policies import BUCKET
from checks.s3.resources import Bucket, S3Account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.inventory import Inventory
    from auditor.policy import Statement, Witness
    from checks.access.outsiders import Grant

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
CANONICAL_LENGTH: Final = 64
"""How long the ids are by which S3 knows accounts."""
NEW_POLICY: Final = "aws s3api put-bucket-policy --bucket {resource.id} --policy file://POLICY.json"


@check(
    "s3-bucket-policy-keeps-control",
    Severity.HIGH,
    reads=[Bucket.policy, Bucket.audience, S3Account.canonical_id],
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
    for grant in BUCKET.grants(bucket):
        for who, (asked, witness) in _controlling(bucket, grant, actions).items():
            if who not in trusted and not _is_owner(who, inventory):
                summary = f"{grant.title} lets {witness.caller} call {', '.join(asked)}"
                yield Problem(
                    summary, found=told(witness, grant.number), expected="actions that leave control to the owner"
                )


def _controlling(bucket: Bucket, grant: Grant, actions: tuple[str, ...]) -> dict[str, tuple[list[str], Witness]]:
    """Return whom a statement lets do which of ``actions``, each with a request that is allowed."""
    from checks.access.outsiders import grants

    granted: dict[str, tuple[list[str], Witness]] = {}
    for action in actions:
        narrowed = _narrowed(grant.statement, action, bucket.arn)
        document = grant.apart(narrowed) if narrowed else None
        for each in grants(document, "", bucket, Reading((action,))) if document else ():
            for who, witness in _let_in(each):
                granted.setdefault(who, ([], witness))[0].append(action)
    return granted


def _narrowed(statement: Statement, action: str, bucket_arn: str) -> Statement | None:
    """Return a statement as far as it is about an action on the bucket or, for an object's action, on any object."""
    if not statement.is_about(action):
        return None
    if "Object" in action or statement.resources is None:
        return replace(statement, actions=(action,), not_actions=None)
    if not statement.covers_resource(bucket_arn):
        return None
    return replace(statement, actions=(action,), not_actions=None, resources=(bucket_arn,))


def _let_in(grant: Grant) -> Iterator[tuple[str, Witness]]:
    """Yield whom a statement lets in who could act by themselves: no services, and no identities of CloudFront's."""
    anyone = grant.public or grant.placed
    if anyone:
        yield "anyone", anyone
    for party in grant.parties():
        if party.witness.request.principal.account or party.is_canonical_user:
            yield party.name, party.witness


def _is_owner(name: str, inventory: Inventory) -> bool:
    """Return whether a canonical user id is that of the account."""
    return len(name) == CANONICAL_LENGTH and name == inventory.one(S3Account).canonical_id


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
