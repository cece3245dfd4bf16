"""Services that policies grant and nobody uses, as IAM's access advisor tells."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.iam.resources import Group, Role, User

if TYPE_CHECKING:
    from datetime import datetime

    from types_boto3_iam.type_defs import ServiceLastAccessedTypeDef

REFERENCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html"
NAMED: Final = 5
"""How many services a problem names before it counts the rest."""
WHY: Final = (
    "What is granted and not needed is what an attacker gains. IAM looks back 400 days, counts denied attempts as use, "
    "shows what happened some hours later, and does not tell since when a service has been granted: what was granted "
    "lately and not used yet fails too. A {kind} younger than max_idle_days passes. {scope}"
)
SCOPES: Final = {
    "user": "The rule is about users with policies of their own, and counts what their groups grant too, as IAM does; "
    "the permissions of all other users are judged at their groups.",
    "group": "A service is used when any member of the group uses it, by whatever policy.",
    "role": "Service-linked roles are AWS's own, and the rule is not about them.",
}


def _idle(services: list[ServiceLastAccessedTypeDef], since: datetime) -> list[str]:
    """Return the services, by their prefix in actions, that were not used since a time."""
    used = {each["ServiceNamespace"]: each.get("LastAuthenticated") for each in services}
    return sorted(name for name, last in used.items() if last is None or last < since)


def _granted_are_used(principal_type: type[User | Group | Role], kind: str) -> Check:
    """Return the check that principals of a type use the services that their policies grant."""

    def granted_are_used(principal: User | Group | Role, *, max_idle_days: int = 365) -> Problems:
        period = timedelta(days=max_idle_days)
        if principal.at - principal.created < period:
            return
        idle = _idle(principal.granted_services, principal.at - period)
        if idle:
            more = f" and {len(idle) - NAMED} more" if len(idle) > NAMED else ""
            yield Problem(
                f"granted and not used for {max_idle_days} days: {', '.join(idle[:NAMED])}{more}",
                found=idle,
                expected="services that are used",
            )

    title = f"{kind.capitalize()}s use the services that their policies grant"
    granted_are_used.__doc__ = f"{title}.\n\n{WHY.format(kind=kind, scope=SCOPES[kind])}"
    return check(
        f"iam-{kind}-services-used",
        Severity.LOW,
        resource=principal_type,
        reads=[principal_type.has_policies, principal_type.created, principal_type.granted_services],
        references=[REFERENCE],
        fix=Fix(
            text="Take the services out of the policies, with IAM Access Analyzer's policy generation where the trail "
            "knows what is needed. Look at the year's rare work first: restores, audits, closing of books.",
        ),
        applies=lambda principal: principal.has_policies,
    )(granted_are_used)


CHECKS: Final = [
    _granted_are_used(principal_type, kind)
    for principal_type, kind in ((User, "user"), (Group, "group"), (Role, "role"))
]
