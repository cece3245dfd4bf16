"""Services that a policy lets in on anyone's behalf: confused deputies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auditor import Check, Problem, Problems, Resource, Severity
from checks.access.audience import told
from checks.access.policies import BUCKET, KEY, TOPIC, PolicyKind
from checks.access.reaching import check_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy import Condition, Statement, Witness
    from checks.access.outsiders import Grant

CONFUSED_DEPUTY: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"
DEPUTIES: Final = {
    BUCKET.stem: frozenset(
        {
            "appstream",
            "bcm-data-exports",
            "billingreports",
            "cloudfront",
            "cloudtrail",
            "config",
            "delivery.logs",
            "guardduty",
            "inspector2",
            "logging.s3",
            "logs",
            "macie",
            "redshift",
            "s3",
            "serverlessrepo",
            "ses",
            "ssm",
            "storage-lens.s3",
        }
    ),
    KEY.stem: frozenset(
        {"cloudfront", "cloudtrail", "config", "delivery.logs", "guardduty", "inspector2", "logs", "macie", "ses"}
    ),
    TOPIC.stem: frozenset(
        {"aps", "budgets", "cloudtrail", "cloudwatch", "config", "costalerts", "events.rds", "s3", "ses"},
    ),
}
"""The services whose documentation asks policies of each kind to say for whom they act, by name before the region.

Any customer can have them work with somebody else's bucket, key or topic. The services that assume roles are not
among them: a role must be passed to them first, which IAM allows within its account only.
"""
TELLING: Final = {"kms:describekey", "s3:getbucketacl"}
"""The actions by which services see whether they may go on: nobody learns or changes anything through them."""
NAME: Final = re.compile(r"([a-z0-9.-]+?)(?:\.[a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com(?:\.cn)?")
BUCKET_NAME: Final = re.compile(r"arn:[^:]+:s3:[^:]*:[^:]*:[^*?/]+")
"""An ARN of one bucket, whatever stands for its region and account: nobody else has one of that name."""
OWNER: Final = re.compile(rf"(?:.*[:/])?(?:\d{{12}}|o-[a-z0-9]{{10,32}})(?:[:/].*)?|{BUCKET_NAME.pattern}", re.DOTALL)
"""A value that names an account or an organization, alone or in an ARN, or one bucket."""
POSITIVE: Final = re.compile(r"(foranyvalue:)?(string(equals(ignorecase)?|like)|arn(equals|like))")


def _deputies(kind: PolicyKind) -> Check:
    def policy_services_act_for_owner(resource: Resource) -> Problems:
        """Policies say for whom a service may act that acts for every customer.

        Services such as CloudTrail or CloudFront do for any account what its resources are set up to do. A statement
        that lets one in without a word on whom it acts for lets it in for strangers: they write into the bucket, or
        read through a distribution of their own. Conditions on aws:SourceArn, aws:SourceAccount or aws:SourceOrgID say
        so, and so does any condition that names an account, as one on the encryption context. The rule is about the
        services for which AWS documents this, and not about roles: nobody can pass a role of another account. Nor is it
        about statements that let a service see no more than how a key, or access to a bucket, is set up.
        """
        for grant in kind.grants(resource):
            for witness in _confused(grant, DEPUTIES[kind.stem]):
                expected = "a condition on aws:SourceAccount or aws:SourceArn"
                yield Problem(grant.says(witness), found=told(witness, grant.number), expected=expected)

    title = f"{kind.policies} say for whom services may act"
    references = (CONFUSED_DEPUTY,)
    return check_of(
        kind, "services-act-for-owner", Severity.MEDIUM, policy_services_act_for_owner, title, references=references
    )


def _confused(grant: Grant, deputies: frozenset[str]) -> Iterator[Witness]:
    """Yield the services that a statement lets act for anyone, each with a request for a stranger."""
    if _only_tells(grant.statement) or any(map(_names_owner, grant.statement.conditions)):
        return
    for witness in grant.reach.witnesses:
        service = witness.request.principal.text
        called = NAME.fullmatch(service)
        confused = service in grant.reach.confusable and called and called[1] in deputies
        if confused and not grant.is_denied_to_strangers(witness):
            yield witness


def _only_tells(statement: Statement) -> bool:
    """Return whether a statement allows nothing by which a stranger could make use of a service."""
    return statement.actions is not None and {each.lower() for each in statement.actions} <= TELLING


def _names_owner(condition: Condition) -> bool:
    """Return whether a condition names an account or an organization, whatever its key."""
    named = bool(condition.values) and all(map(OWNER.fullmatch, condition.values))
    return named and POSITIVE.fullmatch(condition.operator) is not None


SERVICES: Final = [_deputies(kind) for kind in (BUCKET, KEY, TOPIC)]
