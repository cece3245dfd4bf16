from auditor.policy import parse
from auditor.testing import Case, fails, fake, passes, refused, unknown
from checks.s3.access import (
    account_public_access_blocked,
    bucket_acls_disabled,
    bucket_not_public,
    bucket_public_access_blocked,
    bucket_tls_only,
)
from checks.s3.protection import (
    bucket_access_logged,
    bucket_encrypted_by_default,
    bucket_encrypted_with_kms,
    bucket_versioned,
)
from checks.s3.resources import BLOCK_SETTINGS, Bucket, S3Account

BLOCKED = dict.fromkeys(BLOCK_SETTINGS, True)
OPEN = {}
ANYONE = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
OWNER = {"Type": "CanonicalUser", "ID": "0123"}


def bucket(**facts):
    return fake(Bucket, "arn:aws:s3:::b", region="eu-west-1", **facts)


def reachable(*, block=OPEN, public=False, grants=()):
    return bucket(public_access_block=block, policy_is_public=public, acl=list(grants))


def account(block):
    return fake(S3Account, public_access_block=block)


def grant(grantee):
    return {"Grantee": grantee, "Permission": "READ"}


def deny(*, actions="s3:*", resources=("arn:aws:s3:::b", "arn:aws:s3:::b/*"), principal="*", condition=None):
    condition = condition or {"Bool": {"aws:SecureTransport": "false"}}
    return {
        "Effect": "Deny",
        "Principal": principal,
        "Action": actions,
        "Resource": list(resources),
        "Condition": condition,
    }


def with_policy(*statements):
    return bucket(policy=parse({"Version": "2012-10-17", "Statement": list(statements)}))


def encrypted(algorithm):
    return bucket(encryption={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}]})


def block_without(setting):
    return {**BLOCKED, setting: False}


CASES: list[Case] = [
    passes(account_public_access_blocked, account(BLOCKED)),
    *(fails(account_public_access_blocked, account(block_without(each)), says=each) for each in BLOCK_SETTINGS),
    fails(account_public_access_blocked, account(OPEN)),
    unknown(account_public_access_blocked, account(refused("s3:GetAccountPublicAccessBlock"))),
    # The stricter of bucket and account holds, setting by setting.
    passes(bucket_public_access_blocked, bucket(public_access_block=BLOCKED), account(OPEN)),
    passes(bucket_public_access_blocked, bucket(public_access_block=OPEN), account(BLOCKED)),
    passes(bucket_public_access_blocked, bucket(public_access_block=BLOCKED), account(refused())),
    passes(bucket_public_access_blocked, bucket(public_access_block=refused()), account(BLOCKED)),
    fails(bucket_public_access_blocked, bucket(public_access_block=OPEN), account(OPEN), says="RestrictPublicBuckets"),
    unknown(bucket_public_access_blocked, bucket(public_access_block=OPEN), account(refused())),
    passes(bucket_not_public, reachable(), account(OPEN)),
    passes(bucket_not_public, reachable(public=True), account({"RestrictPublicBuckets": True})),
    passes(bucket_not_public, reachable(public=True, block={"RestrictPublicBuckets": True}), account(refused())),
    passes(bucket_not_public, reachable(grants=[grant(ANYONE)], block={"IgnorePublicAcls": True}), account(OPEN)),
    passes(bucket_not_public, reachable(grants=[grant(OWNER)]), account(OPEN)),
    passes(bucket_not_public, reachable(block=refused()), account(refused())),
    fails(bucket_not_public, reachable(public=True), account(OPEN), says="policy grants access to anyone"),
    fails(bucket_not_public, reachable(grants=[grant(ANYONE)]), account(OPEN), says="READ to AllUsers"),
    # Blocking new public policies and ACLs does not undo the ones there are.
    fails(
        bucket_not_public,
        reachable(public=True, block={"BlockPublicPolicy": True, "BlockPublicAcls": True}),
        account(OPEN),
    ),
    unknown(bucket_not_public, reachable(public=refused("s3:GetBucketPolicyStatus")), account(OPEN)),
    fails(bucket_not_public, reachable(public=refused(), grants=[grant(ANYONE)]), account(OPEN), says="AllUsers"),
    unknown(bucket_not_public, reachable(public=True), account(refused("s3:GetAccountPublicAccessBlock"))),
    passes(bucket_acls_disabled, bucket(ownership="BucketOwnerEnforced")),
    fails(bucket_acls_disabled, bucket(ownership="BucketOwnerPreferred"), says="BucketOwnerPreferred"),
    fails(bucket_acls_disabled, bucket(ownership="ObjectWriter")),
    unknown(bucket_acls_disabled, bucket(ownership=refused())),
    passes(bucket_tls_only, with_policy(deny())),
    passes(bucket_tls_only, with_policy(deny(actions="*", resources=["*"], principal={"AWS": "*"}))),
    passes(bucket_tls_only, with_policy(deny(resources=["arn:aws:s3:::b"]), deny(resources=["arn:aws:s3:::b/*"]))),
    passes(bucket_tls_only, with_policy(deny(condition={"bool": {"AWS:securetransport": [False]}}))),
    fails(bucket_tls_only, bucket(policy=None), says="plain HTTP to the bucket is not denied"),
    fails(bucket_tls_only, with_policy(deny(resources=["arn:aws:s3:::b/*"])), says="to the bucket"),
    fails(bucket_tls_only, with_policy(deny(resources=["arn:aws:s3:::b"])), says="its objects"),
    fails(bucket_tls_only, with_policy(deny(actions="s3:GetObject"))),
    fails(bucket_tls_only, with_policy(deny(principal={"AWS": "arn:aws:iam::123456789012:root"}))),
    fails(bucket_tls_only, with_policy(deny(condition={"Bool": {"aws:SecureTransport": "true"}}))),
    fails(
        bucket_tls_only,
        with_policy(deny(condition={"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:username": "x"}})),
    ),
    fails(bucket_tls_only, with_policy({**deny(), "Effect": "Allow"})),
    unknown(bucket_tls_only, bucket(policy=refused("s3:GetBucketPolicy"))),
    passes(bucket_encrypted_by_default, encrypted("AES256")),
    fails(bucket_encrypted_by_default, bucket(encryption=None)),
    unknown(bucket_encrypted_by_default, bucket(encryption=refused())),
    passes(bucket_encrypted_with_kms, encrypted("aws:kms")),
    passes(bucket_encrypted_with_kms, encrypted("aws:kms:dsse")),
    fails(bucket_encrypted_with_kms, encrypted("AES256"), says="AES256"),
    fails(bucket_encrypted_with_kms, bucket(encryption=None), says="no default encryption"),
    unknown(bucket_encrypted_with_kms, bucket(encryption=refused())),
    passes(bucket_versioned, bucket(versioning="Enabled")),
    fails(bucket_versioned, bucket(versioning=None), says="off"),
    fails(bucket_versioned, bucket(versioning="Suspended"), says="Suspended"),
    unknown(bucket_versioned, bucket(versioning=refused())),
    passes(bucket_access_logged, bucket(logging={"TargetBucket": "logs", "TargetPrefix": ""})),
    fails(bucket_access_logged, bucket(logging=None)),
    unknown(bucket_access_logged, bucket(logging=refused())),
]
