"""Roles: whom they trust, whether they are used, and the identity providers they trust."""

from datetime import timedelta

from auditor.policy import parse
from auditor.testing import ACCOUNT, NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.access.federation import role_cluster_subject_limited, role_shared_issuer_restricted
from checks.access.reaching import PUBLIC
from checks.iam.providers import TRUSTED
from checks.iam.resources import OidcProvider, Role, SamlProvider
from checks.iam.roles import (
    role_foreign_trust_guarded,
    role_service_trust_separate,
    role_used,
)
from checks.organizations.resources import OrganizationsAccount

(role_trust_not_public,) = (each for each in PUBLIC if each.resource is Role)
ALONE = fake(OrganizationsAccount, organization=None)
MEMBER = fake(OrganizationsAccount, organization={"Id": "o-0123456789", "MasterAccountId": "210987654321"})
DETAILS = refused("iam:GetAccountAuthorizationDetails")
OTHER = "210987654321"
SERVICE_LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
SAML_TRUSTED, OIDC_TRUSTED = TRUSTED
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"
GITHUB = "token.actions.githubusercontent.com"
GITLAB = "gitlab.com"
EKS = "oidc.eks.eu-west-1.amazonaws.com/id/0123"


def role(*statements, arn=f"arn:aws:iam::{ACCOUNT}:role/worker"):
    return fake(Role, arn, trust_policy=parse({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(principal, condition=None, action="sts:AssumeRole", effect="Allow"):
    statement = {"Effect": effect, "Principal": principal, "Action": action}
    return {**statement, "Condition": condition} if condition else statement


def aws(*names):
    return {"AWS": list(names)}


def web(subjects=None, *, issuer=GITHUB, operator="StringLike", **conditions):
    """Return a statement that trusts an issuer of tokens with these subjects."""
    named = {operator: {f"{issuer}:sub": subjects}} if subjects else {}
    audience = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"}}
    principal = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"}
    return allow(principal, audience | named | conditions, "sts:AssumeRoleWithWebIdentity")


def equals(key, value, operator="StringEquals"):
    return {operator: {key: value}}


def idle(days, created=1000):
    last = None if days is None else NOW - timedelta(days=days)
    return fake(Role, f"arn:aws:iam::{ACCOUNT}:role/worker", created=NOW - timedelta(days=created), last_used=last)


def provider_cases(check, provider):
    trusting = role(allow({"Federated": provider.arn}, action="sts:AssumeRoleWithSAML"))
    return [
        passes(check, provider, trusting),
        fails(check, provider, role(allow({"Service": "ec2.amazonaws.com"})), says="no role trusts the provider"),
        fails(check, provider),
        unknown(check, provider, unlisted=[Role]),
        unknown(check, provider, fake(Role, trust_policy=DETAILS), says="GetAccountAuthorizationDetails"),
    ]


ANYONE = allow("*")
SERVICE = allow({"Service": "ec2.amazonaws.com"})
DENY_OTHERS = allow("*", equals("aws:PrincipalOrgID", "o-1", "StringNotEquals"), effect="Deny")

CASES: list[Case] = [
    passes(role_trust_not_public, role(SERVICE)),
    passes(role_trust_not_public, role(allow(aws(f"arn:aws:iam::{OTHER}:root")))),
    passes(role_trust_not_public, role(allow("*", equals("aws:PrincipalOrgID", "o-1")))),
    passes(role_trust_not_public, role(allow(aws("*"), equals("AWS:PrincipalArn", f"arn:aws:iam::{OTHER}:role/a")))),
    passes(
        role_trust_not_public,
        role(allow("*", equals("aws:PrincipalOrgPaths", "o-1/r-1/", "ForAnyValue:StringEquals"))),
    ),
    passes(role_trust_not_public, role(allow("*", effect="Deny"))),
    passes(role_trust_not_public, role(allow("*", action="sts:TagSession"))),
    fails(role_trust_not_public, role(ANYONE), says="lets anyone with an AWS account call sts:AssumeRole"),
    fails(role_trust_not_public, role(SERVICE, allow(aws("*"), action="sts:*"))),
    fails(role_trust_not_public, role(allow("*", equals("aws:PrincipalOrgID", "o-1")), ANYONE)),
    passes(
        role_trust_not_public,
        role(allow("*", equals("sts:ExternalId", "secret"))),
        doubt="Everyone who knows the external ID is not everyone, but who knows it no policy tells.",
    ),
    fails(
        role_trust_not_public,
        role(allow("*", equals("sts:ExternalId", "*", "StringLike"))),
        says="sts:ExternalId other",
        doubt="An external ID of anyone's choosing keeps nobody out.",
    ),
    fails(
        role_trust_not_public,
        role(allow("*", equals("aws:PrincipalArn", "arn:aws:iam::*:role/a", "ArnLike"))),
        says="arn:aws:iam::999999999999:role/a",
        doubt="A pattern that leaves the account open admits the roles of that name in all accounts.",
    ),
    fails(
        role_trust_not_public,
        role(allow("*", equals("aws:PrincipalOrgID", "o-1", "StringEqualsIfExists"))),
        says="no aws:PrincipalOrgID",
        doubt="IfExists holds where the key is missing, as for callers outside of any organization.",
    ),
    passes(role_trust_not_public, role(ANYONE, DENY_OTHERS), doubt="A Deny may take back what an Allow gives."),
    fails(
        role_trust_not_public,
        role(ANYONE, allow("*", equals("aws:MultiFactorAuthPresent", "false", "Bool"), effect="Deny")),
        doubt="A Deny of some requests by anybody leaves the others.",
    ),
    fails(
        role_trust_not_public,
        role(allow({"Federated": "cognito-identity.amazonaws.com"}, action="sts:AssumeRoleWithWebIdentity")),
        doubt="Without a condition on the audience, anybody's pool of identities will do.",
    ),
    passes(role_trust_not_public, role(web())),
    fails(
        role_trust_not_public,
        role(allow("*", equals("aws:PrincipalTag/team", "${aws:PrincipalTag/kin}"))),
        says="anyone with an AWS account",
        doubt="A caller's own account chooses the tags of its principals.",
    ),
    unknown(
        role_trust_not_public,
        role(allow("*", equals("aws:PrincipalAccount", "${aws:ResourceTag/owner}"))),
        says="the policy alone does not tell whom statement 1 lets in",
    ),
    inapplicable(role_trust_not_public, role(ANYONE, arn=SERVICE_LINKED)),
    unknown(role_trust_not_public, fake(Role, trust_policy=DETAILS)),
    passes(role_shared_issuer_restricted, role(web("repo:me/shop:*"))),
    passes(role_shared_issuer_restricted, role(web("repo:*/*", operator="StringEquals"))),
    passes(role_shared_issuer_restricted, role(web("project_path:me/*", issuer=GITLAB))),
    passes(role_shared_issuer_restricted, role(web("organization:me:*", issuer="app.terraform.io"))),
    passes(role_shared_issuer_restricted, role(web("repository_owner_id:1:*"))),
    passes(role_shared_issuer_restricted, role(web("repo:me/shop:*", operator="ForAnyValue:StringLike"))),
    fails(
        role_shared_issuer_restricted, role(web()), says="githubusercontent.com with the subject repo:other/other:ref"
    ),
    fails(role_shared_issuer_restricted, role(web(["repo:me/shop:*", "repo:*"])), says="the subject repo:other/"),
    fails(role_shared_issuer_restricted, role(web("*")), says="the subject repo:other/"),
    fails(
        role_shared_issuer_restricted,
        role(web("repo:me*")),
        says="repo:me-other/other",
        doubt="repo:me* is met by repositories of every organization whose name begins with me: anyone can make one.",
    ),
    fails(role_shared_issuer_restricted, role(web("project_path:*", issuer=GITLAB)), says="gitlab.com"),
    passes(
        role_shared_issuer_restricted,
        role(web("repo:me@*/shop@*:*")),
        doubt="In repo:me@*/shop@*:* the organization is fixed, as no name holds an @: its number follows.",
    ),
    fails(role_shared_issuer_restricted, role(SERVICE, web("repo:me/*"), web())),
    inapplicable(role_shared_issuer_restricted, role(SERVICE)),
    inapplicable(role_shared_issuer_restricted, role(web(issuer="oidc.eks.eu-west-1.amazonaws.com/id/0123"))),
    passes(
        role_shared_issuer_restricted,
        role(web(StringEquals={"aws:SourceIp": "192.0.2.1"})),
    ),
    passes(
        role_shared_issuer_restricted,
        role(
            allow(
                {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"},
                equals(f"{GITHUB}:repository_owner", "me"),
                "sts:AssumeRoleWithWebIdentity",
            )
        ),
        doubt="Fixed values of other claims name the organization as well as the subject does.",
    ),
    fails(
        role_shared_issuer_restricted,
        role(
            allow(
                {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"},
                equals(f"{GITHUB}:repository", "*", "StringLike"),
                "sts:AssumeRoleWithWebIdentity",
            )
        ),
    ),
    fails(
        role_shared_issuer_restricted,
        role(web("*", StringNotLike={f"{GITHUB}:sub": "repo:evil/*"})),
        doubt="To keep out one stranger lets in all the others.",
    ),
    fails(role_shared_issuer_restricted, role(web("*", operator="StringLikeIfExists"))),
    fails(role_shared_issuer_restricted, role(web("repo:m?/*")), says="repo:mx/"),
    fails(
        role_shared_issuer_restricted, role(web("*:ref:refs/heads/main")), says="repo:other/other:ref:refs/heads/main"
    ),
    passes(role_shared_issuer_restricted, role(web("repo:${aws:ResourceAccount}/*"))),
    fails(
        role_shared_issuer_restricted,
        role(web(), DENY_OTHERS),
        doubt="A Deny of sts:AssumeRole says nothing of sts:AssumeRoleWithWebIdentity.",
    ),
    passes(
        role_shared_issuer_restricted,
        role(web(), allow("*", equals(f"{GITHUB}:sub", "repo:me/*", "StringNotLike"), "sts:*", "Deny")),
        doubt="A Deny of all other subjects keeps strangers out as a condition does.",
    ),
    fails(role_shared_issuer_restricted, role(web(issuer="oidc.codefresh.io")), says="oidc.codefresh.io"),
    passes(role_shared_issuer_restricted, role(web("account:me:pipeline:shop", issuer="oidc.codefresh.io"))),
    inapplicable(role_shared_issuer_restricted, role(allow({"Federated": "accounts.google.com"}, action="sts:*"))),
    passes(role_cluster_subject_limited, role(web("system:serviceaccount:shop:app", issuer=EKS))),
    passes(
        role_cluster_subject_limited,
        role(web("system:serviceaccount:shop:*", issuer=EKS)),
        doubt="All service accounts of one namespace are chosen ones.",
    ),
    fails(
        role_cluster_subject_limited,
        role(web(issuer=EKS)),
        says="the subject system:serviceaccount:other:other",
        doubt="The audience sts.amazonaws.com is that of every pod of the cluster.",
    ),
    fails(role_cluster_subject_limited, role(web("system:serviceaccount:*", issuer=EKS))),
    fails(role_cluster_subject_limited, role(web("system:serviceaccount:*:app", issuer=EKS)), says=":other:app"),
    inapplicable(role_cluster_subject_limited, role(web())),
    unknown(role_cluster_subject_limited, fake(Role, trust_policy=DETAILS)),
    unknown(role_shared_issuer_restricted, fake(Role, trust_policy=DETAILS)),
    passes(role_foreign_trust_guarded, role(allow(aws(OTHER), equals("sts:ExternalId", "x")))),
    passes(role_foreign_trust_guarded, role(allow(aws(OTHER))), own_accounts=(OTHER,)),
    passes(
        role_foreign_trust_guarded,
        role(allow(aws(f"arn:aws:iam::{OTHER}:root"))),
        MEMBER,
        doubt="Organizations makes a role that trusts its management account with no condition: that is no stranger.",
    ),
    fails(
        role_foreign_trust_guarded,
        role(allow(aws(OTHER))),
        ALONE,
        says=f"principals of account {OTHER} call sts:AssumeRole",
    ),
    fails(role_foreign_trust_guarded, role(allow(aws("999988887777"))), MEMBER),
    passes(
        role_foreign_trust_guarded,
        role(allow(aws("999988887777"), equals("aws:PrincipalOrgID", "o-0123456789"))),
        MEMBER,
        doubt="Whoever must belong to the account's own organization is no other company.",
    ),
    passes(role_foreign_trust_guarded, role(allow(aws(OTHER), equals("aws:MultiFactorAuthPresent", "true", "Bool")))),
    fails(
        role_foreign_trust_guarded,
        role(allow(aws(OTHER), equals("sts:ExternalId", "*", "StringLike"))),
        ALONE,
        doubt="An external ID of anyone's choosing guards against nobody.",
    ),
    fails(
        role_foreign_trust_guarded,
        role(allow(aws(OTHER), equals("aws:SecureTransport", "true", "Bool"))),
        ALONE,
        doubt="A condition that the other company meets for every customer does not keep it from being tricked.",
    ),
    fails(
        role_foreign_trust_guarded,
        role(allow("*", equals("aws:PrincipalOrgID", "o-elsewhere"))),
        MEMBER,
        says="principals of organization o-elsewhere",
    ),
    passes(
        role_foreign_trust_guarded,
        role(
            allow(aws(OTHER)),
            allow("*", {"StringNotEquals": {"sts:ExternalId": "x"}}, effect="Deny"),
        ),
        doubt="A Deny of requests without the external ID asks for it as well as a condition does.",
    ),
    fails(role_foreign_trust_guarded, role(allow(aws(f"arn:aws:iam::{OTHER}:role/vendor"))), ALONE),
    fails(role_foreign_trust_guarded, role(allow(aws(OTHER), equals("sts:ExternalId", "x")), allow(aws(OTHER))), ALONE),
    unknown(
        role_foreign_trust_guarded,
        role(allow(aws(OTHER))),
        fake(OrganizationsAccount, organization=refused("organizations:DescribeOrganization")),
        says="DescribeOrganization",
    ),
    inapplicable(role_foreign_trust_guarded, role(SERVICE, allow(aws(f"arn:aws:iam::{ACCOUNT}:root")))),
    inapplicable(
        role_foreign_trust_guarded,
        role(allow(aws("AIDAEXAMPLEEXAMPLE123"))),
        doubt="The id that IAM leaves in place of a principal that was deleted trusts nobody.",
    ),
    inapplicable(role_foreign_trust_guarded, role(ANYONE)),
    unknown(role_foreign_trust_guarded, fake(Role, trust_policy=DETAILS)),
    passes(role_service_trust_separate, role(SERVICE)),
    passes(
        role_service_trust_separate,
        role(SERVICE, allow(aws("AROAEXAMPLEEXAMPLE123", "AIDAEXAMPLEEXAMPLE123"))),
        doubt="The id that IAM leaves in place of a role or user that was deleted trusts nobody.",
    ),
    fails(role_service_trust_separate, role(SERVICE, allow(aws(ACCOUNT))), says="by accounts, users or roles"),
    fails(role_service_trust_separate, role(SERVICE, allow({"Federated": SAML})), says="identity provider's users"),
    inapplicable(role_service_trust_separate, role(allow(aws(ACCOUNT)))),
    unknown(role_service_trust_separate, fake(Role, trust_policy=DETAILS)),
    passes(role_used, idle(90)),
    passes(role_used, idle(None, created=90)),
    passes(role_used, idle(200), max_idle_days=365),
    fails(role_used, idle(91), says="not been used for 91 days"),
    fails(
        role_used,
        idle(None),
        says="1000 days, or never",
        doubt="IAM looks back 400 days: a role without a last use was used longer ago, or never.",
    ),
    inapplicable(role_used, fake(Role, SERVICE_LINKED, created=NOW - timedelta(days=1000), last_used=None)),
    unknown(role_used, fake(Role, created=DETAILS)),
    *provider_cases(SAML_TRUSTED, fake(SamlProvider, SAML)),
    inapplicable(
        SAML_TRUSTED,
        fake(SamlProvider, f"arn:aws:iam::{ACCOUNT}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"),
        doubt="IAM Identity Center keeps its provider even where it assigns nothing: its name says to leave it.",
    ),
    fails(
        SAML_TRUSTED,
        fake(SamlProvider, SAML),
        doubt="Client VPN and identity pools of Cognito use providers that no role trusts: accept those.",
    ),
    *provider_cases(OIDC_TRUSTED, fake(OidcProvider, f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}")),
]
