"""Whom resource policies of every kind let in."""

from resource_policies import (
    MEMBER,
    ORGANIZATION,
    OTHER,
    PLACES,
    UNBLOCKED,
    allow,
    deny,
    held,
    holding,
    of,
    own,
    unread,
)

from auditor.policy import parse
from auditor.testing import ACCOUNT, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.access.deputies import SERVICES
from checks.access.inverted import INVERTED
from checks.access.policies import BUCKET, FILE_SYSTEM, KEY, KINDS, LOGS, ROLE, TOPIC
from checks.access.reaching import ACCOUNTS, CALLERS, PUBLIC
from checks.organizations.resources import OrganizationsAccount
from checks.s3.resources import S3Account


def public(kind):
    check = of(PUBLIC, kind)
    return [
        passes(check, held(kind, own(kind))),
        passes(check, held(kind, allow(kind), deny(kind, {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}))),
        passes(check, held(kind, allow(kind, {"AWS": OTHER}))),
        fails(check, held(kind, allow(kind)), UNBLOCKED, says="lets anyone"),
        fails(check, held(kind, own(kind), allow(kind, Sid="Open")), UNBLOCKED, says="statement 2 (Open)"),
        fails(
            check,
            held(kind, allow(kind), deny(kind, {"Bool": {"aws:SecureTransport": "false"}})),
            UNBLOCKED,
            doubt="A denial of plain HTTP keeps nobody out.",
        ),
        fails(
            check,
            held(kind, allow(kind, condition={"StringLike": {"aws:PrincipalArn": "*"}})),
            UNBLOCKED,
            doubt="A condition that everyone meets limits nobody.",
        ),
        unknown(
            check,
            held(kind, allow(kind, condition={"NumericLessThan": {"aws:TokenAge": "many"}})),
            says="does not tell whom statement 1",
            doubt="Of a condition that makes no sense nobody can tell whom it lets in.",
        ),
        unknown(check, unread(kind)),
    ]


def accounts(kind):
    check = of(ACCOUNTS, kind)
    organization = allow(kind, condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})
    return [
        passes(check, held(kind, own(kind)), MEMBER),
        passes(check, held(kind, allow(kind, {"AWS": OTHER})), MEMBER, trusted=(OTHER,)),
        passes(check, held(kind, organization), MEMBER, doubt="The account's own organization is known."),
        passes(
            check,
            held(kind, allow(kind, condition={"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}})),
            doubt="aws:ResourceOrgID stands for the organization of the account.",
        ),
        passes(check, held(kind, allow(kind)), MEMBER, doubt="That anyone at all is let in, another check tells."),
        fails(check, held(kind, allow(kind, {"AWS": OTHER})), MEMBER, says=f"principals of account {OTHER}"),
        fails(
            check,
            held(kind, allow(kind), deny(kind, {"StringNotEquals": {"aws:PrincipalAccount": [ACCOUNT, OTHER]}})),
            MEMBER,
            says=OTHER,
            doubt="Whom a denial of all others leaves is let in as much as whom a statement names.",
        ),
        fails(
            check,
            held(kind, organization),
            fake(OrganizationsAccount, organization=None),
            says=f"principals of organization {ORGANIZATION}",
        ),
        unknown(check, held(kind, organization), fake(OrganizationsAccount, organization=refused())),
        unknown(check, unread(kind)),
    ]


def callers(kind):
    check = of(CALLERS, kind)
    by_denial = [allow(kind), deny(kind, {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}})]
    plain = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    return [
        passes(check, held(kind, own(kind))),
        passes(check, held(kind, allow(kind, condition=plain))),
        passes(
            check,
            held(kind, allow(kind, condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}})),
        ),
        fails(
            check,
            held(kind, *by_denial),
            says="statement 1 allows everyone, and no plain condition says who is meant",
            doubt="A denial elsewhere keeps strangers out, which nobody sees in the statement that allows everyone.",
        ),
        passes(check, held(kind, allow(kind)), doubt="What is surely public fails another rule only."),
        unknown(check, unread(kind)),
    ]


def deputies(kind, service, stranger):
    """Return the cases of a service that acts for others, and of one that does not say for whom it acts."""
    check = of(SERVICES, kind)
    source = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    return [
        passes(check, held(kind, allow(kind, {"Service": service}, source))),
        passes(
            check,
            held(kind, allow(kind, {"Service": service}, {"ArnLike": {"aws:SourceArn": f"arn:aws:*:*:{ACCOUNT}:*"}})),
        ),
        passes(
            check, held(kind, allow(kind, {"Service": service}, {"StringEquals": {"aws:SourceOrgID": ORGANIZATION}}))
        ),
        passes(
            check,
            held(kind, allow(kind, {"Service": stranger})),
            doubt="Not every service tells for whom it acts: the rule is about those for which AWS documents it.",
        ),
        passes(
            check,
            held(
                kind, allow(kind, {"Service": service}), deny(kind, {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}})
            ),
            doubt="A denial of all other sources says it as well.",
        ),
        fails(check, held(kind, allow(kind, {"Service": service})), says=f"the service {service} on anyone's behalf"),
        fails(
            check,
            held(kind, allow(kind, {"Service": service}, {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}})),
            doubt="IfExists lets a service through that does not tell for whom it acts.",
        ),
        unknown(check, unread(kind)),
    ]


def inverted(kind):
    check = of(INVERTED, kind)
    resource = PLACES[kind][2]
    everyone_else = allow(kind, None, NotPrincipal={"AWS": f"arn:aws:iam::{OTHER}:root"})
    everything_else = allow(kind, {"AWS": OTHER}, Action=None, NotAction=kind.grave[-1])
    return [
        passes(check, held(kind, allow(kind, {"AWS": OTHER}))),
        passes(
            check,
            held(kind, allow(kind, {"AWS": ACCOUNT}, Action=None, NotAction="iam:*")),
            doubt="What the account's own principals may do their own policies limit.",
        ),
        fails(check, held(kind, everyone_else), says="all but what its NotPrincipal names"),
        fails(check, held(kind, everything_else), says=kind.grave[0] if resource == "*" else "its NotAction names"),
        unknown(check, unread(kind)),
    ]


WIDE = {"IpAddress": {"aws:SourceIp": "20.0.0.0/7"}}
"""A range that is wider than S3 takes for somebody's."""
BUCKETS: list[Case] = [
    passes(
        of(PUBLIC, BUCKET),
        fake(
            BUCKET.resource,
            "arn:aws:s3:::b",
            policy=parse({"Statement": allow(BUCKET)}),
            policy_is_public=True,
            public_access_block={"RestrictPublicBuckets": True},
        ),
        doubt="S3 keeps a bucket with a public policy to its account where a block restricts public buckets.",
    ),
    fails(
        of(PUBLIC, BUCKET),
        fake(
            BUCKET.resource,
            "arn:aws:s3:::b",
            policy=parse({"Statement": allow(BUCKET)}),
            policy_is_public=False,
            public_access_block={"RestrictPublicBuckets": True},
        ),
        doubt="The block holds only for policies that S3 itself calls public.",
    ),
    unknown(
        of(PUBLIC, BUCKET),
        fake(
            BUCKET.resource,
            "arn:aws:s3:::b",
            policy=parse({"Statement": allow(BUCKET)}),
            policy_is_public=True,
            public_access_block=refused("s3:GetBucketPublicAccessBlock"),
        ),
        fake(S3Account, public_access_block={}),
    ),
    passes(
        of(CALLERS, BUCKET),
        held(BUCKET, allow(BUCKET, condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})),
        doubt="S3 documents that a range of addresses narrower than /8 keeps a bucket from being public.",
    ),
    *(
        fails(of(ACCOUNTS, BUCKET), held(BUCKET, allow(BUCKET, condition={"StringEquals": place})), MEMBER, says=whose)
        for place, whose in (({"aws:VpceAccount": OTHER}, OTHER), ({"aws:VpceOrgID": "o-elsewhere"}, "o-elsewhere"))
    ),
    fails(
        of(ACCOUNTS, BUCKET),
        held(
            BUCKET,
            allow(BUCKET, {"Service": "cloudtrail.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": OTHER}}),
        ),
        MEMBER,
        says=f"on behalf of account {OTHER}",
        doubt="A service that acts for another account lets that account in.",
    ),
    passes(
        of(CALLERS, FILE_SYSTEM),
        held(FILE_SYSTEM, allow(FILE_SYSTEM, condition={"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}})),
        doubt="Whoever reaches a mount target, security groups decide: AWS does not call that public.",
    ),
    passes(
        of(SERVICES, KEY),
        held(
            KEY,
            allow(
                KEY,
                {"Service": "logs.eu-west-1.amazonaws.com"},
                {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:eu-west-1:{ACCOUNT}:*"}},
            ),
        ),
        doubt="An encryption context that names the account says for whom CloudWatch Logs acts.",
    ),
    inapplicable(of(ACCOUNTS, ROLE), fake(ROLE.resource, f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso/x")),
    passes(
        of(ACCOUNTS, ROLE),
        held(ROLE, allow(ROLE, {"AWS": "210987654321"})),
        MEMBER,
        doubt="Organizations makes a role that trusts its management account.",
    ),
    passes(of(ACCOUNTS, LOGS), holding(LOGS, None)),
    passes(
        of(PUBLIC, TOPIC),
        held(TOPIC, allow(TOPIC, {"AWS": "*"}, {"StringEquals": {"AWS:SourceOwner": ACCOUNT}})),
        doubt="The policy that SNS gives a new topic addresses everyone and means the account.",
    ),
    passes(
        of(CALLERS, TOPIC),
        held(TOPIC, allow(TOPIC, {"AWS": "*"}, {"StringEquals": {"AWS:SourceOwner": ACCOUNT}})),
    ),
    *(
        passes(
            of(checks, TOPIC),
            held(TOPIC, allow(TOPIC, {"AWS": "*"}, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:orders"}})),
            doubt="One bucket by its name is somebody's, whatever stands for its region and account.",
        )
        for checks in (CALLERS, SERVICES)
    ),
    *(
        check(of(checks, BUCKET), held(BUCKET, *statements), UNBLOCKED, own_networks=networks)
        for check, checks, statements, networks in (
            (fails, PUBLIC, [allow(BUCKET, condition=WIDE)], ()),
            (passes, PUBLIC, [allow(BUCKET, condition=WIDE)], ("20.0.0.0/6",)),
            (fails, PUBLIC, [allow(BUCKET, condition=WIDE)], ("203.0.113.0/24",)),
            (fails, PUBLIC, [allow(BUCKET)], ("vpc-1",)),
        )
    ),
    *(
        check(
            of(CALLERS, FILE_SYSTEM),
            held(FILE_SYSTEM, allow(FILE_SYSTEM, condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/25"}})),
            own_networks=networks,
            doubt=doubt,
        )
        for check, networks, doubt in (
            (fails, (), "A range of addresses says who is meant where own_networks has it."),
            (passes, ("203.0.113.0/24",), ""),
        )
    ),
    passes(
        of(ACCOUNTS, BUCKET),
        held(
            BUCKET,
            allow(
                BUCKET,
                {"Service": "cloudtrail.amazonaws.com"},
                {"StringEquals": {"aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:210987654321:trail/all"}},
            ),
        ),
        MEMBER,
        doubt="A trail of the organization belongs to its management account.",
    ),
    fails(
        of(ACCOUNTS, BUCKET),
        held(
            BUCKET,
            allow(
                BUCKET, {"Service": "config.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": [ACCOUNT, OTHER]}}
            ),
        ),
        MEMBER,
        says=f"on behalf of account {OTHER}",
        doubt="That a service acts for the account itself hides no other that it acts for.",
    ),
    *(
        check(
            of(ACCOUNTS, BUCKET),
            held(
                BUCKET, allow(BUCKET, {"Service": "config.amazonaws.com"}, {"StringEquals": {"aws:SourceOrgID": whose}})
            ),
            MEMBER,
        )
        for check, whose in ((passes, ORGANIZATION), (passes, "${aws:ResourceOrgID}"), (fails, "o-elsewhere01"))
    ),
    *(
        passes(
            of(SERVICES, kind),
            held(kind, allow(kind, {"Service": "cloudtrail.amazonaws.com"}, Action=action)),
            doubt="A service that only sees how a key, or access to a bucket, is set up can be put to no use.",
        )
        for kind, action in ((KEY, "kms:DescribeKey"), (BUCKET, "s3:GetBucketAcl"))
    ),
    *(
        check(
            of(PUBLIC, TOPIC),
            held(TOPIC, allow(TOPIC, condition={"StringLike": {"sns:Endpoint": endpoint}}, Action="sns:Subscribe")),
            doubt=doubt,
        )
        for check, endpoint, doubt in (
            (passes, "*@example.com", "Only mailboxes of the domain are subscribed, whoever asks for it."),
            (passes, "https://example.com/*", ""),
            (fails, "*", ""),
            (fails, "https://*", ""),
        )
    ),
    fails(
        of(INVERTED, BUCKET),
        held(BUCKET, allow(BUCKET, {"AWS": OTHER}, Resource=None, NotResource="arn:aws:s3:::b/private/*")),
        says="its NotResource names",
    ),
]

CASES: list[Case] = [
    *(case for kind in KINDS for family in (public, accounts) for case in family(kind)),
    *(case for check in CALLERS for kind in KINDS if kind.resource is check.resource for case in callers(kind)),
    *(case for check in INVERTED for kind in KINDS if kind.resource is check.resource for case in inverted(kind)),
    *deputies(BUCKET, "cloudtrail.amazonaws.com", "logdelivery.elasticloadbalancing.amazonaws.com"),
    *deputies(KEY, "logs.eu-west-1.amazonaws.com", "lambda.amazonaws.com"),
    *deputies(TOPIC, "cloudwatch.amazonaws.com", "events.amazonaws.com"),
    *BUCKETS,
]
