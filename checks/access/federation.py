"""Roles that identity providers' users assume: whose tokens they let in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor import Fix, Problem, Problems, Severity, check
from checks.access.audience import title as title_of
from checks.access.audience import told
from checks.access.policies import ROLE
from checks.iam.resources import Role, is_reserved

if TYPE_CHECKING:
    from collections.abc import Iterator

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"


class Tenancy(NamedTuple):
    """Where a token's subject names the customer of its issuer: behind ``marker``, up to ``end``; and a stranger's."""

    issuer: re.Pattern[str]
    marker: str
    end: str
    sample: str


SHARED: Final = (
    Tenancy(
        re.compile(r"token\.actions\.githubusercontent\.com"),
        "repo:",
        "/",
        "repo:other/other:ref:refs/heads/main",
    ),
    Tenancy(re.compile(r"gitlab\.com"), "project_path:", "/", "project_path:other/other:ref_type:branch:ref:main"),
    Tenancy(
        re.compile(r"app\.terraform\.io"),
        "organization:",
        ":",
        "organization:other:project:other:workspace:other:run_phase:apply",
    ),
    Tenancy(
        re.compile(r"agent\.buildkite\.com"),
        "organization:",
        ":",
        "organization:other:pipeline:other:ref:refs/heads/main:commit:other:step:other",
    ),
)
"""The token issuers whose customers are strangers to each other and choose the audience of their tokens themselves."""
CLUSTERS: Final = (
    Tenancy(
        re.compile(r"oidc\.eks\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)/id/\w+"),
        "system:serviceaccount:",
        ":",
        "system:serviceaccount:other:other",
    ),
)
"""EKS clusters: every pod's token has the same audience, and its subject names the namespace and service account."""


def _elsewhere(role: Role) -> Problems:
    """Yield a problem for each statement that lets in strangers by another issuer that serves anyone."""
    from auditor.policy import Extent, issuers

    known = {provider for provider, _ in _trusted(role, SHARED)}
    others = {each for each in role.identity_providers if _is_shared(each) and each not in known}
    for grant in ROLE.grants(role) if others else ():
        for witness in grant.reach.witnesses if grant.reach.extent is Extent.PUBLIC else ():
            issuer = issuers.domain(witness.request.principal.text)
            if witness.request.principal.text in others:
                expected = f"a condition on {issuer}:sub that names whose it is"
                yield Problem(grant.says(witness), found=told(witness, grant.number), expected=expected)


def _trusted(role: Role, tenancies: tuple[Tenancy, ...]) -> Iterator[tuple[str, Tenancy]]:
    """Yield the providers that a role trusts and that are such issuers."""
    for provider in role.identity_providers:
        issuer = provider.partition(":oidc-provider/")[2]
        yield from ((provider, each) for each in tenancies if each.issuer.fullmatch(issuer))


def _is_shared(provider: str) -> bool:
    """Return whether a provider's ARN is that of an issuer that serves anyone."""
    from auditor.policy import issuers

    return provider.startswith("arn:") and issuers.is_shared(provider)


def _let_in(role: Role, tenancies: tuple[Tenancy, ...], who: str) -> Problems:
    """Yield a problem for each statement that lets in tokens that it need not."""
    from checks.access.tokens import strangers

    for provider, tenancy in _trusted(role, tenancies):
        issuer = provider.partition(":oidc-provider/")[2]
        for number, subject, witness in strangers(role, provider, tenancy):
            which = title_of(role.trust_policy.statements[number - 1], number)
            summary = f"{which} lets in a token of {issuer} with the subject {subject}: {who}"
            yield Problem(
                summary, found=told(witness, number), expected=f"a condition on {issuer}:sub that names whose it is"
            )


@check(
    "iam-role-shared-issuer-restricted",
    Severity.HIGH,
    reads=[Role.trust_policy, Role.identity_providers, Role.audience],
    references=[f"{USER_GUIDE}/id_roles_providers_create_oidc.html", f"{USER_GUIDE}/id_roles_create_for-idp_oidc.html"],
    fix=Fix(
        cli=ROLE.fix.cli,
        terraform='condition {\n  test     = "StringLike"\n'
        '  variable = "token.actions.githubusercontent.com:sub"\n'
        '  values   = ["repo:ORGANIZATION/REPOSITORY:ref:refs/heads/main"]\n}',
        text="Let a condition on the token's subject name your organization and, best, the repository and branch: "
        '"token.actions.githubusercontent.com:sub": "repo:ORGANIZATION/REPOSITORY:ref:refs/heads/main".',
    ),
    applies=lambda role: not is_reserved(role) and any(map(_is_shared, role.identity_providers)),
)
def role_shared_issuer_restricted(role: Role) -> Problems:
    """Roles for GitHub, GitLab, HCP Terraform and the like are for one's own jobs only.

    These services issue tokens to anyone who registers with them, for any audience asked for. Only the subject says
    whose job it is: without a condition on it that names the whole organization, any stranger's job may assume the
    role. A pattern such as repo:acme* also admits what acme-evil registers. The finding shows such a token.
    """
    yield from _let_in(role, SHARED, "strangers have such tokens")
    yield from _elsewhere(role)


@check(
    "iam-role-cluster-subject-limited",
    Severity.MEDIUM,
    reads=[Role.trust_policy, Role.identity_providers],
    references=["https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html"],
    fix=Fix(
        cli=ROLE.fix.cli,
        text="Let a condition on the token's subject name the namespace and the service account: "
        '"oidc.eks.REGION.amazonaws.com/id/CLUSTER:sub": "system:serviceaccount:NAMESPACE:NAME".',
    ),
    applies=lambda role: not is_reserved(role) and any(True for _ in _trusted(role, CLUSTERS)),
)
def role_cluster_subject_limited(role: Role) -> Problems:
    """Roles for pods of an EKS cluster are for chosen service accounts.

    The audience of every pod's token is the same: a trust policy that asks for it alone, or for a subject in any
    namespace, lets every pod of the cluster assume the role. The finding shows the subject of such a token.
    """
    yield from _let_in(role, CLUSTERS, "any pod of the cluster may be given such a token")
