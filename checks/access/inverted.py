"""Statements that allow all but what they name: what they grant without anybody having meant it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from auditor import Check, Problem, Problems, Resource, Severity
from checks.access.audience import told
from checks.access.policies import BUCKET, FILE_SYSTEM, KEY, LOGS, TOPIC, PolicyKind
from checks.access.reaching import check_of

if TYPE_CHECKING:
    from auditor.policy import Statement, Witness
    from checks.access.outsiders import Grant

ELEMENTS: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements"


def _inverted(kind: PolicyKind) -> Check:
    def policy_grants_not_inverted(resource: Resource) -> Problems:
        """Policies do not let outsiders do all but what they name.

        NotPrincipal, NotAction and NotResource in an Allow grant everything that was not thought of, and what AWS adds
        next year. The finding shows the gravest request of an outsider that the statement allows. Statements that let
        only the account's own principals in are not meant: their own policies limit them.
        """
        for grant in kind.grants(resource):
            element = _element(grant.statement)
            if element and grant.reach.witnesses:
                worst = _worst(kind, resource, grant)
                summary = f"{grant.says(worst)}: it allows all but what its {element} names"
                yield Problem(
                    summary, found=told(worst, grant.number), expected="named principals, actions and resources"
                )

    title = f"{kind.policies} do not let outsiders do all but what they name"
    references = (f"{ELEMENTS}_notprincipal.html", f"{ELEMENTS}_notaction.html", f"{ELEMENTS}_notresource.html")
    return check_of(
        kind, "grants-not-inverted", Severity.MEDIUM, policy_grants_not_inverted, title, references=references
    )


def _element(statement: Statement) -> str:
    """Return the element by which a statement allows all but what it names; empty where there is none."""
    elements = (
        ("NotPrincipal", statement.not_principals),
        ("NotAction", statement.not_actions),
        ("NotResource", statement.not_resources),
    )
    return next((name for name, named in elements if named is not None), "")


def _worst(kind: PolicyKind, resource: Resource, grant: Grant) -> Witness:
    """Return the gravest request of an outsider that a statement allows."""
    from auditor.policy import decide

    first, policies = grant.reach.witnesses[0], grant.policies
    for action in kind.grave:
        request = replace(first.request, action=action, resource=kind.target(resource, action))
        decision = decide(request, policies)
        if decision.allowed:
            return replace(first, request=request, decision=decision)
    return first


INVERTED: Final = [_inverted(kind) for kind in (BUCKET, KEY, FILE_SYSTEM, TOPIC, LOGS)]
