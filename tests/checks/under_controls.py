"""Checks of resource policies, in accounts whose organization has resource control policies."""

from guarded import DEPUTIES, ORGANIZATION, PLAIN_HTTP, STRANGERS, denial, identities, under
from resource_policies import MEMBER, OTHER, UNBLOCKED, allow, deny, held, of

from auditor.guardrails import Guardrails
from auditor.policy import parse
from auditor.testing import ACCOUNT, Case, fails, fake, passes, refused, unknown
from checks.access import denials, deputies, inverted, reaching
from checks.access.federation import role_shared_issuer_restricted
from checks.access.policies import BUCKET, FILE_SYSTEM, KEY, LOGS, ROLE, TOPIC
from checks.cloudtrail.buckets import bucket_not_public as trail_bucket_not_public
from checks.cloudtrail.resources import Trail
from checks.iam.roles import role_foreign_trust_guarded
from checks.organizations.resources import OrganizationsAccount
from checks.s3.access import bucket_not_public, bucket_tls_only
from checks.s3.points import bucket_website_private
from checks.s3.resources import Bucket, S3Account
from checks.s3.sharing import bucket_policy_keeps_control

HEEDING = (BUCKET, KEY, ROLE, LOGS)
"""The kinds whose resources AWS applies resource control policies to."""
OWNER = fake(S3Account, public_access_block={}, canonical_id="0" * 64)
NOT_TOLD = fake(OrganizationsAccount, organization=refused("organizations:DescribeOrganization"))
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
ANYONE = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}


def guarded(*cases):
    """Return cases in an account that lets in nobody from outside its organization."""
    return [case.under(under(STRANGERS)) for case in cases]


def public(kind):
    """Return the cases of anyone who is let in."""
    check, subject = of(reaching.PUBLIC, kind), held(kind, allow(kind))
    exempting = under(denial("Strangers", identities(**{"aws:PrincipalAccount": OTHER})))
    by_tag = under(denial("Strangers", identities(**{"aws:PrincipalTag/exempt": "yes"})))
    others = under(denial("Strangers", identities(), ["dynamodb:*"]))
    return [
        *guarded(passes(check, subject, UNBLOCKED)),
        passes(check, subject, UNBLOCKED).under(under(denial("Nobody", None))),
        passes(check, subject, UNBLOCKED).under(exempting),
        fails(of(reaching.ACCOUNTS, kind), subject, MEMBER, OWNER, says=f"account {OTHER}").under(exempting),
        fails(check, subject, UNBLOCKED, says="aws:PrincipalTag/exempt yes").under(by_tag),
        fails(check, subject, UNBLOCKED, says="lets anyone").under(others),
        fails(check, subject, UNBLOCKED, says="lets anyone").under(under(DEPUTIES, PLAIN_HTTP)),
        *(fails(check, subject, UNBLOCKED).under(each) for each in (Guardrails(), Guardrails(rcps=()))),
        fails(of(reaching.CALLERS, kind), subject, says="allows everyone").under(under(STRANGERS))
        if kind is not LOGS
        else fails(check, subject),
    ]


def shared(kind):
    """Return the cases of an account that is let in: only members of the organization pass."""
    check, subject = of(reaching.ACCOUNTS, kind), held(kind, allow(kind, {"AWS": OTHER}))
    known = {"StringEquals": {"aws:PrincipalOrgID": "o-elsewhere"}}
    elsewhere = held(kind, allow(kind, {"AWS": OTHER}, known))
    return [
        fails(check, elsewhere, MEMBER, OWNER, says=OTHER),
        *guarded(passes(check, elsewhere, MEMBER, OWNER), passes(check, subject, MEMBER, OWNER)),
        fails(check, subject, MEMBER, OWNER, says=OTHER).under(
            under(denial("Strangers", identities(**{"aws:PrincipalAccount": OTHER})))
        ),
    ]


def deputy(kind):
    """Return the cases of a service that acts for anyone."""
    check = of(deputies.SERVICES, kind)
    subject = held(kind, allow(kind, {"Service": "cloudtrail.amazonaws.com"}))
    heeding = passes if kind in HEEDING else fails
    return [
        fails(check, subject).under(under(STRANGERS, PLAIN_HTTP)),
        heeding(check, subject).under(under(DEPUTIES)),
    ]


def unheeded(kind):
    """Return the cases of a service to whose resources AWS applies no resource control policies."""
    everybody = denial("Strangers", identities(), ["*"])
    subject = held(kind, allow(kind))
    return [fails(of(reaching.PUBLIC, kind), subject, says="lets anyone").under(under(everybody))]


def bucket(grants=(), **facts):
    facts = {"public_access_block": {}, "policy_is_public": True, "acl": list(grants), **facts}
    return fake(Bucket, "arn:aws:s3:::b", region="eu-west-1", **facts)


def token():
    """Return a role that lets in tokens of GitHub for any repository."""
    return held(ROLE, allow(ROLE, {"Federated": GITHUB}, Action="sts:AssumeRoleWithWebIdentity"))


def limited_to(**resources):
    """Return the denial to strangers, of some resources only."""
    statement = {**STRANGERS, **resources}
    return {key: value for key, value in statement.items() if value is not None}


def tagged(resource, tags):
    resource.tags = tags
    return resource


EXEMPTING = denial("Strangers", identities(**{"aws:ResourceTag/perimeter": "out"}))
OPEN = bucket([{"Grantee": ANYONE, "Permission": "READ"}], website={"IndexDocument": {"Suffix": "index.html"}})
TRAIL = fake(Trail, f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/t", bucket_name=OPEN.id)
TOKENS = denial(
    "OnlyOurRepositories",
    {"StringNotLikeIfExists": {"token.actions.githubusercontent.com:sub": "repo:acme/*"}},
    ["sts:AssumeRoleWithWebIdentity"],
)
NO_MFA = deny(BUCKET, {"Bool": {"aws:MultiFactorAuthPresent": "false"}}, Action="s3:*")
CASES: list[Case] = [
    *(case for kind in HEEDING for case in (*public(kind), *shared(kind))),
    *(case for kind in (BUCKET, KEY, TOPIC) for case in deputy(kind)),
    *(case for kind in (FILE_SYSTEM, TOPIC) for case in unheeded(kind)),
    fails(bucket_not_public, OPEN, UNBLOCKED, says="grants access to anyone"),
    fails(bucket_website_private, OPEN, UNBLOCKED),
    fails(trail_bucket_not_public, TRAIL, OPEN, UNBLOCKED),
    *guarded(
        passes(bucket_not_public, OPEN, UNBLOCKED),
        passes(bucket_website_private, OPEN, UNBLOCKED),
        passes(trail_bucket_not_public, TRAIL, OPEN, UNBLOCKED),
        unknown(bucket_not_public, bucket(policy_is_public=refused("s3:GetBucketPolicyStatus")), UNBLOCKED),
        fails(bucket_tls_only, bucket(policy=None)),
        passes(role_foreign_trust_guarded, held(ROLE, allow(ROLE, {"AWS": OTHER})), MEMBER),
        passes(role_foreign_trust_guarded, held(ROLE, allow(ROLE, {"AWS": OTHER})), NOT_TOLD),
        fails(
            bucket_policy_keeps_control,
            held(BUCKET, allow(BUCKET, Action="s3:*", Resource="*")),
            OWNER,
            says=f"principals of organization {ORGANIZATION} call",
        ),
        fails(
            of(inverted.INVERTED, BUCKET),
            held(BUCKET, allow(BUCKET, Action=None, NotAction="s3:GetObject", Resource="*")),
            says=f"principals of organization {ORGANIZATION} call",
        ),
        unknown(
            of(reaching.PUBLIC, BUCKET),
            held(BUCKET, allow(BUCKET, {"CanonicalUser": "1" * 64})),
            UNBLOCKED,
            says="nobody can tell whether resource control policies deny",
        ),
    ),
    unknown(role_foreign_trust_guarded, held(ROLE, allow(ROLE, {"AWS": OTHER})), NOT_TOLD).under(
        under(STRANGERS, place="")
    ),
    *(
        judge(of(reaching.PUBLIC, ROLE), tagged(subject, tags)).under(under(EXEMPTING))
        for judge, tags in ((passes, {}), (passes, {"perimeter": "in"}), (fails, {"Perimeter": "out"}))
        for subject in (held(ROLE, allow(ROLE)), held(ROLE, allow(ROLE, {"AWS": "*"})))
    ),
    fails(of(reaching.PUBLIC, KEY), held(KEY, allow(KEY)), says="with aws:ResourceTag/perimeter out").under(
        under(EXEMPTING)
    ),
    fails(bucket_not_public, OPEN, UNBLOCKED).under(under(denial("Reading", identities(), ["s3:GetObject"]))),
    *(
        judge(check, subject, UNBLOCKED).under(under(limited_to(**resources)))
        for check, subject in ((bucket_not_public, OPEN), (of(reaching.PUBLIC, BUCKET), held(BUCKET, allow(BUCKET))))
        for judge, resources in (
            (passes, {"Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}),
            (fails, {"Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/private/*"]}),
            (fails, {"Resource": None, "NotResource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}),
            (fails, {"Resource": None, "NotResource": "arn:aws:s3:::b/public/*"}),
            (passes, {"Resource": None, "NotResource": "arn:aws:s3:::public/*"}),
        )
    ),
    passes(bucket_tls_only, bucket(policy=None)).under(under(PLAIN_HTTP)),
    passes(bucket_tls_only, bucket(policy=parse({"Statement": allow(BUCKET)}))).under(under(PLAIN_HTTP)),
    fails(bucket_tls_only, bucket(policy=None)).under(
        under(denial("Some", {"Bool": {"aws:SecureTransport": "false"}}, ["s3:GetObject"]))
    ),
    fails(role_shared_issuer_restricted, token(), says="subject repo:other/other"),
    passes(role_shared_issuer_restricted, token()).under(under(TOKENS)),
    fails(of(denials.DENIALS, BUCKET), held(BUCKET, allow(BUCKET), NO_MFA)),
    passes(of(denials.DENIALS, BUCKET), held(BUCKET, allow(BUCKET), NO_MFA)).under(under(denial("Nobody", None))),
]
