"""Roles: whom they trust, whether they are used, and the identity providers they trust."""

from datetime import timedelta

from auditor.policy import parse
from auditor.testing import ACCOUNT, NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.iam.providers import TRUSTED
from checks.iam.resources import OidcProvider, Role, SamlProvider
from checks.iam.roles import (
    role_foreign_trust_guarded,
    role_service_trust_separate,
    role_shared_issuer_restricted,
    role_trust_not_public,
    role_used,
)
from checks.organizations.resources import OrganizationsAccount

ALONE = fake(OrganizationsAccount, organization=None)
MEMBER = fake(OrganizationsAccount, organization={"Id": "o-0123456789", "MasterAccountId": "210987654321"})
DETAILS = refused("iam:GetAccountAuthorizationDetails")
OTHER = "210987654321"
SERVICE_LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
SAML_TRUSTED, OIDC_TRUSTED = TRUSTED
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"
GITHUB = "token.actions.githubusercontent.com"
GITLAB = "gitlab.com"


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
    fails(role_trust_not_public, role(ANYONE), says="anyone with an AWS account"),
    fails(role_trust_not_public, role(SERVICE, allow(aws("*"), action="sts:*"))),
    fails(role_trust_not_public, role(allow("*", equals("aws:PrincipalOrgID", "o-1")), ANYONE)),
    inapplicable(
        role_trust_not_public,
        role(allow("*", equals("sts:ExternalId", "secret"))),
        doubt="Everyone who knows the external ID is not everyone, but who knows it no policy tells: nothing is said.",
    ),
    inapplicable(
        role_trust_not_public, role(allow("*", equals("aws:PrincipalArn", "arn:aws:iam::*:role/a", "ArnLike")))
    ),
    inapplicable(role_trust_not_public, role(allow("*", equals("aws:PrincipalOrgID", "o-1", "StringEqualsIfExists")))),
    inapplicable(
        role_trust_not_public,
        role(ANYONE, DENY_OTHERS),
        doubt="A Deny may take back what an Allow to everyone gives: nothing is said.",
    ),
    inapplicable(role_trust_not_public, role(ANYONE, arn=SERVICE_LINKED)),
    unknown(role_trust_not_public, fake(Role, trust_policy=DETAILS)),
    passes(role_shared_issuer_restricted, role(web("repo:me/shop:*"))),
    passes(role_shared_issuer_restricted, role(web("repo:*/*", operator="StringEquals"))),
    passes(role_shared_issuer_restricted, role(web("project_path:me/*", issuer=GITLAB))),
    passes(role_shared_issuer_restricted, role(web("organization:me:*", issuer="app.terraform.io"))),
    passes(role_shared_issuer_restricted, role(web("repository_owner_id:1:*"))),
    passes(role_shared_issuer_restricted, role(web("repo:me/shop:*", operator="ForAnyValue:StringLike"))),
    fails(role_shared_issuer_restricted, role(web()), says="githubusercontent.com with the subject * may assume"),
    fails(role_shared_issuer_restricted, role(web(["repo:me/shop:*", "repo:*"])), says="the subject repo:* may"),
    fails(role_shared_issuer_restricted, role(web("*")), says="the subject *"),
    fails(
        role_shared_issuer_restricted,
        role(web("repo:me*")),
        says="repo:me*",
        doubt="repo:me* is met by repositories of every organization whose name begins with me: anyone can make one.",
    ),
    fails(role_shared_issuer_restricted, role(web("project_path:*", issuer=GITLAB)), says="gitlab.com"),
    fails(role_shared_issuer_restricted, role(SERVICE, web("repo:me/*"), web())),
    inapplicable(role_shared_issuer_restricted, role(SERVICE)),
    inapplicable(role_shared_issuer_restricted, role(web(issuer="oidc.eks.eu-west-1.amazonaws.com/id/0123"))),
    inapplicable(
        role_shared_issuer_restricted,
        role(web(StringEquals={f"{GITHUB}:repository_owner": "me"})),
        doubt="Conditions on other claims, or on the request, may name the organization too: nothing is said.",
    ),
    inapplicable(role_shared_issuer_restricted, role(web("*", StringNotLike={f"{GITHUB}:sub": "repo:evil/*"}))),
    inapplicable(role_shared_issuer_restricted, role(web("*", operator="StringLikeIfExists"))),
    inapplicable(role_shared_issuer_restricted, role(web("repo:${aws:ResourceAccount}/*"))),
    inapplicable(role_shared_issuer_restricted, role(web(), DENY_OTHERS)),
    unknown(role_shared_issuer_restricted, fake(Role, trust_policy=DETAILS)),
    passes(role_foreign_trust_guarded, role(allow(aws(OTHER), equals("sts:ExternalId", "x")))),
    passes(role_foreign_trust_guarded, role(allow(aws(OTHER))), own_accounts=(OTHER,)),
    passes(
        role_foreign_trust_guarded,
        role(allow(aws(f"arn:aws:iam::{OTHER}:root"))),
        MEMBER,
        doubt="Organizations makes a role that trusts its management account with no condition: that is no stranger.",
    ),
    fails(role_foreign_trust_guarded, role(allow(aws(OTHER))), ALONE, says=f"account {OTHER} may assume"),
    fails(role_foreign_trust_guarded, role(allow(aws("999999999999"))), MEMBER),
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
