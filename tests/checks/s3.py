from auditor.policy import parse
from auditor.request import Unseen
from auditor.testing import Case, fails, fake, inapplicable, passes, refused, unknown
from checks.s3.access import (
    account_public_access_blocked,
    bucket_acls_disabled,
    bucket_not_public,
    bucket_public_access_blocked,
    bucket_tls_only,
)
from checks.s3.protection import (
    bucket_access_log_delivered,
    bucket_access_logged,
    bucket_customer_keys_refused,
    bucket_encrypted_by_default,
    bucket_encrypted_with_kms,
    directory_bucket_encrypted_with_kms,
)
from checks.s3.resources import BLOCK_SETTINGS, Bucket, DirectoryBucket, S3Account

BLOCKED = dict.fromkeys(BLOCK_SETTINGS, True)
OPEN = {}
ANYONE = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
OWNER = {"Type": "CanonicalUser", "ID": "0123"}
BRINGS_A_KEY = {"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}}
GONE = Unseen("s3:GetBucketAcl", "s3:GetBucketAcl", "NoSuchBucket", "The specified bucket does not exist")
DENIED = Unseen(
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPolicyStatus",
    "AccessDenied",
    "User: auditor is not authorized to perform: s3:GetBucketPolicyStatus with an explicit deny in a resource-based "
    "policy",
)


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
    return bucket(policy=policy(*statements))


def policy(*statements):
    return parse({"Version": "2012-10-17", "Statement": list(statements)})


def default(algorithm, *blocked):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
    return {"Rules": [{**rule, "BlockedEncryptionTypes": {"EncryptionType": list(blocked)}} if blocked else rule]}


def encrypted(algorithm):
    return bucket(encryption=default(algorithm))


def logging_to(target):
    return bucket(logging={"TargetBucket": target, "TargetPrefix": ""})


def block_without(setting):
    return {**BLOCKED, setting: False}


CASES: list[Case] = [
    passes(account_public_access_blocked, account(BLOCKED)),
    *(fails(account_public_access_blocked, account(block_without(each)), says=each) for each in BLOCK_SETTINGS),
    fails(account_public_access_blocked, account(OPEN)),
    unknown(account_public_access_blocked, account(refused("s3:GetAccountPublicAccessBlock"))),
    # The stricter of bucket and account holds, setting by setting.
    passes(bucket_public_access_blocked, bucket(public_access_block=BLOCKED), account(OPEN)),
    passes(
        bucket_public_access_blocked,
        bucket(public_access_block=OPEN),
        account(BLOCKED),
        doubt="The account's block protects a bucket without one of its own: the stricter holds, setting by setting.",
    ),
    passes(bucket_public_access_blocked, bucket(public_access_block=BLOCKED), account(refused())),
    passes(bucket_public_access_blocked, bucket(public_access_block=refused()), account(BLOCKED)),
    fails(bucket_public_access_blocked, bucket(public_access_block=OPEN), account(OPEN), says="RestrictPublicBuckets"),
    unknown(bucket_public_access_blocked, bucket(public_access_block=OPEN), account(refused())),
    fails(
        bucket_public_access_blocked,
        bucket(public_access_block=OPEN),
        account(BLOCKED),
        says="BlockPublicAcls is off for the bucket",
        account_suffices=False,
    ),
    passes(bucket_not_public, reachable(), account(OPEN)),
    passes(
        bucket_not_public,
        reachable(public=True),
        account({"RestrictPublicBuckets": True}),
        doubt="A public policy is out of reach where the account or the bucket restricts public buckets.",
    ),
    passes(bucket_not_public, reachable(public=True, block={"RestrictPublicBuckets": True}), account(refused())),
    passes(
        bucket_not_public,
        reachable(grants=[grant(ANYONE)], block={"IgnorePublicAcls": True}),
        account(OPEN),
        doubt="A grant to everyone in the ACL is harmless where the bucket or the account ignores public ACLs.",
    ),
    passes(bucket_not_public, reachable(grants=[grant(OWNER)]), account(OPEN)),
    passes(
        bucket_not_public,
        bucket(public_access_block=OPEN, policy_is_public=False, ownership="BucketOwnerEnforced"),
        account(OPEN),
        doubt="With BucketOwnerEnforced, ACLs grant nothing, whatever they say: S3 need not be asked for them.",
    ),
    fails(
        bucket_not_public,
        reachable(public=True),
        account(OPEN),
        doubt="Requester Pays turns away anonymous requests only: whoever has an AWS account still gets in.",
    ),
    fails(
        bucket_not_public,
        reachable(grants=[grant({**ANYONE, "URI": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"})]),
        account(OPEN),
        says="AuthenticatedUsers",
        doubt="Authenticated users are those of any AWS account in the world.",
    ),
    fails(
        bucket_not_public,
        reachable(public=True, block={"IgnorePublicAcls": True}),
        account(OPEN),
        doubt="Ignoring public ACLs does nothing about a public policy.",
    ),
    unknown(
        bucket_not_public,
        bucket(public_access_block=OPEN, policy_is_public=False, acl=GONE),
        account(OPEN),
        says="NoSuchBucket",
        doubt="A bucket that is deleted between being listed and being read is open: nothing is known of it any more.",
    ),
    unknown(
        bucket_not_public,
        reachable(public=DENIED),
        account(OPEN),
        says="explicit deny",
        doubt="A bucket policy that shuts out the auditor as well leaves open what it lets in.",
    ),
    passes(bucket_not_public, reachable(block=refused()), account(refused())),
    fails(bucket_not_public, reachable(public=True), account(OPEN), says="policy grants access to anyone"),
    fails(bucket_not_public, reachable(grants=[grant(ANYONE)]), account(OPEN), says="READ to AllUsers"),
    fails(
        bucket_not_public,
        reachable(public=True, block={"BlockPublicPolicy": True, "BlockPublicAcls": True}),
        account(OPEN),
        doubt="Blocking new public policies and ACLs does not undo the ones there are.",
    ),
    unknown(bucket_not_public, reachable(public=refused("s3:GetBucketPolicyStatus")), account(OPEN)),
    fails(bucket_not_public, reachable(public=refused(), grants=[grant(ANYONE)]), account(OPEN), says="AllUsers"),
    unknown(bucket_not_public, reachable(public=True), account(refused("s3:GetAccountPublicAccessBlock"))),
    passes(bucket_acls_disabled, bucket(ownership="BucketOwnerEnforced")),
    fails(
        bucket_acls_disabled,
        bucket(ownership="BucketOwnerPreferred"),
        says="BucketOwnerPreferred",
        doubt="With BucketOwnerPreferred the owner gets the objects, and ACLs still grant access.",
    ),
    fails(bucket_acls_disabled, bucket(ownership="ObjectWriter")),
    unknown(bucket_acls_disabled, bucket(ownership=refused())),
    passes(bucket_tls_only, with_policy(deny())),
    passes(bucket_tls_only, with_policy(deny(actions="*", resources=["*"], principal={"AWS": "*"}))),
    passes(bucket_tls_only, with_policy(deny(resources=["arn:aws:s3:::b"]), deny(resources=["arn:aws:s3:::b/*"]))),
    passes(bucket_tls_only, with_policy(deny(condition={"bool": {"AWS:securetransport": [False]}}))),
    fails(bucket_tls_only, bucket(policy=None), says="plain HTTP to the bucket is not denied"),
    fails(
        bucket_tls_only,
        with_policy(deny(resources=["arn:aws:s3:::b/*"])),
        says="to the bucket",
        doubt="A statement on the objects alone leaves the bucket's own operations, such as listing it, to plain HTTP.",
    ),
    fails(bucket_tls_only, with_policy(deny(resources=["arn:aws:s3:::b"])), says="its objects"),
    fails(bucket_tls_only, with_policy(deny(actions="s3:GetObject"))),
    passes(
        bucket_tls_only,
        with_policy(deny(condition={"StringEquals": {"aws:SecureTransport": "false"}})),
        doubt="AWS compares true and false as text as well.",
    ),
    passes(
        bucket_tls_only,
        with_policy(
            deny(condition={"Bool": {"aws:SecureTransport": "false", "aws:PrincipalIsAWSService": "false"}}),
        ),
        doubt="AWS's own services call over TLS: exempting them leaves no gap.",
    ),
    fails(
        bucket_tls_only,
        with_policy(deny(condition={"StringEquals": {"aws:SecureTransport": "False"}})),
        doubt="As text, False is not false: the denial holds of nothing.",
    ),
    fails(
        bucket_tls_only,
        with_policy(deny(condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})),
        doubt="A request over plain HTTP has no version of TLS: a denial of old ones passes over it.",
    ),
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
    passes(directory_bucket_encrypted_with_kms, fake(DirectoryBucket, encryption=default("aws:kms"))),
    fails(directory_bucket_encrypted_with_kms, fake(DirectoryBucket, encryption=default("AES256")), says="AES256"),
    unknown(directory_bucket_encrypted_with_kms, fake(DirectoryBucket, encryption=refused())),
    passes(bucket_customer_keys_refused, bucket(encryption=default("AES256", "SSE-C"), policy=None)),
    passes(bucket_customer_keys_refused, bucket(encryption=default("AES256", "SSE-C"), policy=refused())),
    passes(
        bucket_customer_keys_refused,
        bucket(encryption=default("AES256"), policy=policy(deny(actions="s3:PutObject", condition=BRINGS_A_KEY))),
        doubt="A bucket policy that denies requests with such keys does the same as blocking them.",
    ),
    fails(bucket_customer_keys_refused, bucket(encryption=default("AES256"), policy=None), says="keys of their own"),
    fails(bucket_customer_keys_refused, bucket(encryption=default("AES256", "NONE"), policy=policy(deny()))),
    fails(bucket_customer_keys_refused, bucket(encryption=None, policy=None)),
    fails(
        bucket_customer_keys_refused,
        bucket(
            encryption=default("AES256"),
            policy=policy(deny(actions="s3:PutObject", resources=["arn:aws:s3:::b"], condition=BRINGS_A_KEY)),
        ),
    ),
    unknown(bucket_customer_keys_refused, bucket(encryption=default("AES256"), policy=refused())),
    unknown(bucket_customer_keys_refused, bucket(encryption=refused(), policy=None)),
    passes(bucket_access_logged, logging_to("logs")),
    passes(bucket_access_logged, fake(Bucket, "logs", logging=None), exempt=("logs",)),
    fails(bucket_access_logged, bucket(logging=None)),
    fails(
        bucket_access_logged,
        fake(Bucket, "logs", logging=None),
        bucket(logging={"TargetBucket": "logs", "TargetPrefix": ""}),
        doubt="A bucket that receives logs fails too, unless the parameter exempt names it: AWS asks no log of it.",
    ),
    unknown(bucket_access_logged, bucket(logging=refused())),
    passes(bucket_access_log_delivered, logging_to("logs"), fake(Bucket, "logs")),
    fails(bucket_access_log_delivered, logging_to("logs"), says="logs does not exist"),
    fails(bucket_access_log_delivered, fake(Bucket, "b", logging={"TargetBucket": "b"}), says="logs to itself"),
    inapplicable(bucket_access_log_delivered, bucket(logging=None)),
    unknown(bucket_access_log_delivered, bucket(logging=refused("s3:GetBucketLogging"))),
    unknown(bucket_access_log_delivered, logging_to("logs"), unlisted=[Bucket]),
]
