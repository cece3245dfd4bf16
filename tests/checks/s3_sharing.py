from auditor.policy import parse
from auditor.testing import Case, fails, fake, passes, refused, unknown
from checks.access.reaching import ACCOUNTS
from checks.organizations.resources import OrganizationsAccount
from checks.s3.points import (
    access_point_public_access_blocked,
    bucket_website_private,
    multi_region_access_point_public_access_blocked,
)
from checks.s3.resources import BLOCK_SETTINGS, AccessPoint, Bucket, MultiRegionAccessPoint, S3Account
from checks.s3.sharing import LOG_DELIVERY, bucket_acl_owner_only, bucket_policy_keeps_control

(bucket_policy_known_accounts,) = (each for each in ACCOUNTS if each.resource is Bucket)
OWN = "123456789012"
OTHER = "999988887777"
CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
FOREIGN = "0" * 64
BLOCKED = dict.fromkeys(BLOCK_SETTINGS, True)
ANYONE = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
SITE = {"IndexDocument": {"Suffix": "index.html"}}


def bucket(**facts):
    return fake(Bucket, "arn:aws:s3:::b", region="eu-west-1", **facts)


def account(**facts):
    return fake(S3Account, **facts)


def allow(principal, action, *, resource="arn:aws:s3:::b", effect="Allow", **more):
    return {"Effect": effect, "Principal": principal, "Action": action, "Resource": resource, **more}


def policy(*statements):
    return bucket(policy=parse({"Version": "2012-10-17", "Statement": list(statements)}))


def aws(name):
    return {"AWS": name}


def only(key, *values, operator="StringEquals"):
    return {"Condition": {operator: {key: list(values)}}}


def grants(*grantees, **facts):
    given = [{"Grantee": each, "Permission": "FULL_CONTROL"} for each in grantees]
    return bucket(acl=given, acl_owner=CANONICAL, **facts)


def user(name):
    return {"Type": "CanonicalUser", "ID": name}


def site(website, *, public=False, block=None, **facts):
    return bucket(website=website, policy_is_public=public, acl=[], public_access_block=block or {}, **facts)


def point(block, **facts):
    return fake(AccessPoint, public_access_block=block, **facts)


def multi(block):
    return fake(MultiRegionAccessPoint, public_access_block=block)


CONTROL: list[Case] = [
    passes(bucket_policy_keeps_control, bucket(policy=None)),
    passes(bucket_policy_keeps_control, policy(allow(aws(OTHER), ["s3:GetObject", "s3:ListBucket"]))),
    passes(bucket_policy_keeps_control, policy(allow(aws(f"arn:aws:iam::{OWN}:root"), "s3:*"))),
    passes(bucket_policy_keeps_control, policy(allow({"Service": "logging.s3.amazonaws.com"}, "s3:*"))),
    passes(
        bucket_policy_keeps_control,
        policy(allow(aws("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"), "s3:*")),
        doubt="An origin access identity of CloudFront is no account that could act by itself.",
    ),
    passes(bucket_policy_keeps_control, policy(allow(aws(OTHER), "s3:PutBucketPolicy")), trusted=(OTHER,)),
    passes(bucket_policy_keeps_control, policy(allow(aws(OTHER), "s3:PutBucketPolicy", effect="Deny"))),
    passes(
        bucket_policy_keeps_control,
        policy(allow("*", "s3:*", **only("aws:PrincipalAccount", OWN))),
        doubt="A statement for anyone that asks for callers of the owner's account is one for that account.",
    ),
    passes(
        bucket_policy_keeps_control,
        policy(allow(aws("*"), "*", **only("s3:DataAccessPointAccount", OWN))),
        doubt="Leaving access to the account's own access points lets nobody in: their policies decide.",
    ),
    passes(
        bucket_policy_keeps_control,
        policy(allow("*", "s3:*", **only("aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/*", operator="ArnLike"))),
    ),
    passes(
        bucket_policy_keeps_control,
        policy(
            allow(
                "*",
                "s3:*",
                Condition={"StringEquals": {"aws:PrincipalAccount": OWN, "aws:PrincipalOrgID": "o-1234567890"}},
            )
        ),
        doubt="All conditions of a statement must hold: the narrowest decides.",
    ),
    fails(
        bucket_policy_keeps_control,
        policy(allow("*", "s3:*", **only("aws:PrincipalArn", "arn:aws:iam::*:role/deploy", operator="ArnLike"))),
        says="lets anyone",
        doubt="An ARN with a wildcard for the account is a role of that name in any account.",
    ),
    passes(
        bucket_policy_keeps_control,
        policy(allow(aws(OTHER), "s3:PutBucket*", resource="arn:aws:s3:::b/*")),
        doubt="An action on buckets that is allowed on the objects only allows nothing.",
    ),
    passes(
        bucket_policy_keeps_control,
        policy(
            allow(aws(OTHER), "s3:PutBucketPolicy"),
            allow("*", "s3:PutBucketPolicy", effect="Deny"),
        ),
        doubt="A Deny for everyone, without conditions, outweighs what is allowed.",
    ),
    fails(
        bucket_policy_keeps_control,
        policy(allow(aws(OTHER), "s3:PutBucketPolicy")),
        says="statement 1 lets principals of account 999988887777 call s3:PutBucketPolicy",
    ),
    fails(
        bucket_policy_keeps_control,
        policy(allow(aws(f"arn:aws:iam::{OTHER}:role/deploy"), "s3:*", resource="arn:aws:s3:::b/*")),
        says="s3:PutObjectAcl",
    ),
    fails(bucket_policy_keeps_control, policy(allow(aws(f"arn:aws:sts::{OTHER}:assumed-role/r/s"), "S3:putbucketacl"))),
    fails(bucket_policy_keeps_control, policy(allow("*", "s3:Put*")), says="lets anyone"),
    fails(
        bucket_policy_keeps_control,
        policy(
            allow(aws(OTHER), "s3:PutBucketPolicy"),
            allow("*", "s3:PutBucketPolicy", effect="Deny", **only("aws:SecureTransport", "false", operator="Bool")),
        ),
        doubt="A Deny with conditions still leaves what is allowed where they do not hold.",
    ),
    fails(
        bucket_policy_keeps_control,
        policy({"Effect": "Allow", "NotPrincipal": aws(OWN), "Action": "s3:*", "Resource": "*"}),
        doubt="Allow with NotPrincipal lets in everyone who is not named.",
    ),
    fails(
        bucket_policy_keeps_control,
        policy({"Effect": "Allow", "Principal": aws(OTHER), "NotAction": "s3:GetObject", "Resource": "*"}),
        doubt="Allow with NotAction allows all that is not named.",
    ),
    fails(
        bucket_policy_keeps_control,
        policy(allow("*", "s3:*", **only("aws:PrincipalOrgID", "o-1234567890"))),
        says="principals of organization o-1234567890",
        doubt="All accounts of an organization are other accounts, unless the parameter trusted names it.",
    ),
    fails(
        bucket_policy_keeps_control,
        policy(allow("*", "s3:*", **only("aws:SourceIp", "192.0.2.0/24", operator="IpAddress"))),
        doubt="Addresses in a condition do not say whose account a caller is of.",
    ),
    fails(
        bucket_policy_keeps_control,
        policy(allow({"CanonicalUser": FOREIGN}, "s3:*")),
        account(canonical_id=CANONICAL),
        says=FOREIGN,
    ),
    passes(
        bucket_policy_keeps_control,
        policy(allow({"CanonicalUser": CANONICAL}, "s3:*")),
        account(canonical_id=CANONICAL),
    ),
    unknown(
        bucket_policy_keeps_control,
        policy(allow({"CanonicalUser": FOREIGN}, "s3:*")),
        account(canonical_id=refused("s3:ListAllMyBuckets")),
    ),
    unknown(bucket_policy_keeps_control, bucket(policy=refused("s3:GetBucketPolicy"))),
    passes(bucket_policy_known_accounts, bucket(policy=None)),
    passes(bucket_policy_known_accounts, policy(allow(aws(OWN), "s3:*"))),
    passes(bucket_policy_known_accounts, policy(allow(aws(OTHER), "s3:GetObject")), trusted=(OTHER,)),
    passes(
        bucket_policy_known_accounts,
        policy(allow("*", "s3:GetObject")),
        doubt="Whether a bucket is open to anyone is for S3 to say, and the check of public buckets to tell.",
    ),
    passes(
        bucket_policy_known_accounts,
        policy(allow(aws("AIDACKCEVSQ6C2EXAMPLE"), "s3:GetObject")),
        doubt="The id that is left of a deleted user or role lets nobody in.",
    ),
    passes(
        bucket_policy_known_accounts,
        policy(allow(aws("arn:aws:iam::156460612806:root"), "s3:PutObject", resource="arn:aws:s3:::b/AWSLogs/*")),
        doubt="In older regions, load balancers deliver their logs by accounts of AWS's own, which AWS documents.",
    ),
    fails(
        bucket_policy_known_accounts,
        policy(allow(aws([f"arn:aws:iam::{OTHER}:root", OWN]), "s3:GetObject", Sid="Partner")),
        says="statement 1 (Partner) lets principals of account 999988887777 call s3:GetObject",
    ),
    fails(
        bucket_policy_known_accounts,
        policy(allow("*", "s3:GetObject", **only("aws:PrincipalAccount", OTHER))),
        says=OTHER,
    ),
    passes(
        bucket_policy_known_accounts,
        policy(allow("*", "s3:GetObject", **only("aws:PrincipalOrgID", "o-1234567890"))),
        fake(OrganizationsAccount, organization={"Id": "o-1234567890", "MasterAccountId": OTHER}),
        doubt="The account's own organization is known.",
    ),
    fails(
        bucket_policy_known_accounts,
        policy(allow("*", "s3:GetObject", **only("aws:PrincipalOrgID", "o-1234567890"))),
        fake(OrganizationsAccount, organization={"Id": "o-0987654321", "MasterAccountId": OTHER}),
        says="o-1234567890",
    ),
    unknown(
        bucket_policy_known_accounts,
        policy(allow("*", "s3:GetObject", **only("aws:PrincipalOrgID", "o-1234567890"))),
        fake(OrganizationsAccount, organization=refused("organizations:DescribeOrganization")),
    ),
    unknown(bucket_policy_known_accounts, bucket(policy=refused("s3:GetBucketPolicy"))),
    passes(bucket_acl_owner_only, grants(user(CANONICAL))),
    passes(
        bucket_acl_owner_only,
        bucket(ownership="BucketOwnerEnforced"),
        doubt="An ACL has no effect where the bucket owner owns every object (BucketOwnerEnforced).",
    ),
    *(passes(bucket_acl_owner_only, grants(user(each))) for each in LOG_DELIVERY),
    passes(
        bucket_acl_owner_only, grants(user(LOG_DELIVERY[0])), doubt="CloudFront's log delivery is no other customer."
    ),
    passes(
        bucket_acl_owner_only,
        grants(user(CANONICAL), ANYONE),
        doubt="Grants to everyone are told by the check of public buckets, which knows what blocks them.",
    ),
    fails(bucket_acl_owner_only, grants(user(CANONICAL), user(FOREIGN)), says=FOREIGN),
    passes(bucket_acl_owner_only, grants(user(FOREIGN)), trusted=(FOREIGN,)),
    unknown(bucket_acl_owner_only, bucket(acl=refused("s3:GetBucketAcl"))),
    unknown(bucket_acl_owner_only, bucket(acl=[{"Grantee": user(FOREIGN), "Permission": "READ"}], acl_owner=refused())),
]

POINTS: list[Case] = [
    passes(access_point_public_access_blocked, point(BLOCKED)),
    passes(
        access_point_public_access_blocked,
        fake(AccessPoint, network_origin="VPC"),
        doubt="S3 turns away requests from outside of the VPC that an access point is bound to: it is never public.",
    ),
    passes(
        access_point_public_access_blocked,
        point({}, network_origin="Internet"),
        account(public_access_block=BLOCKED),
        doubt="The account's block holds for its access points too: the strictest block holds, setting by setting.",
    ),
    fails(
        access_point_public_access_blocked,
        point({}),
        account(public_access_block=BLOCKED),
        says="BlockPublicAcls is off for the access point",
        account_suffices=False,
    ),
    fails(
        access_point_public_access_blocked,
        point({**BLOCKED, "BlockPublicPolicy": False}),
        account(public_access_block={}),
        says="BlockPublicPolicy",
    ),
    unknown(access_point_public_access_blocked, point(refused("s3:GetAccessPoint")), account(public_access_block={})),
    unknown(access_point_public_access_blocked, point({}), account(public_access_block=refused())),
    passes(multi_region_access_point_public_access_blocked, multi(BLOCKED)),
    passes(multi_region_access_point_public_access_blocked, multi({}), account(public_access_block=BLOCKED)),
    fails(
        multi_region_access_point_public_access_blocked,
        multi({**BLOCKED, "RestrictPublicBuckets": False}),
        account(public_access_block={}),
        says="RestrictPublicBuckets",
    ),
    unknown(multi_region_access_point_public_access_blocked, multi(refused()), account(public_access_block={})),
]

WEBSITES: list[Case] = [
    passes(
        bucket_website_private,
        site(SITE),
        account(public_access_block={}),
        doubt="A website configuration alone opens nothing: its endpoint answers Access Denied to anonymous readers.",
    ),
    passes(
        bucket_website_private,
        site(SITE, public=True, block={"RestrictPublicBuckets": True}),
        account(public_access_block={}),
        doubt="A public access block closes the website endpoint as well.",
    ),
    passes(
        bucket_website_private,
        site({"RedirectAllRequestsTo": {"HostName": "www.example.com"}}, public=True),
        account(public_access_block={}),
        doubt="A website that redirects all requests shows no object of the bucket.",
    ),
    passes(bucket_website_private, bucket(policy_is_public=False, acl=[])),
    fails(
        bucket_website_private,
        site(SITE, public=True),
        account(public_access_block={}),
        says="over plain HTTP",
    ),
    unknown(
        bucket_website_private,
        bucket(
            website=SITE,
            public_access_block=refused(),
            policy_is_public=True,
            acl=[{"Grantee": ANYONE, "Permission": "READ"}],
        ),
        account(public_access_block={}),
    ),
    fails(
        bucket_website_private,
        bucket(
            website=SITE,
            public_access_block={"RestrictPublicBuckets": True},
            policy_is_public=refused(),
            acl=[{"Grantee": ANYONE, "Permission": "READ"}],
        ),
        account(public_access_block={}),
        doubt="An ACL that anyone may read by serves the website as well as a policy does.",
    ),
    unknown(bucket_website_private, bucket(website=refused("s3:GetBucketWebsite"))),
    unknown(bucket_website_private, site(SITE, public=True), account(public_access_block=refused())),
]

CASES: list[Case] = [*CONTROL, *POINTS, *WEBSITES]
