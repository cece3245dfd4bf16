"""Denials in resource policies that do not deny what they are meant to."""

from __future__ import annotations

from typing import Final

from auditor import Check, Problem, Problems, Resource, Severity
from checks.access.audience import title as title_of
from checks.access.policies import KINDS, LOGS, PolicyKind
from checks.access.reaching import check_of

OPERATORS: Final = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"
)


def _bypass(kind: PolicyKind) -> Check:
    def policy_denials_hold(resource: Resource) -> Problems:
        """Denials also hold where the request lacks the condition key.

        A request that is signed with a long-term access key says nothing of MFA, and a caller outside of any
        organization nothing of an organization. A Deny where aws:MultiFactorAuthPresent is false, or where ForAnyValue
        compares what is not there, passes over such requests. The finding shows one that is allowed, and that the
        statement would deny if its condition also held without the key.
        """
        from auditor.policy import spelling
        from checks.access.bypasses import denials, escaping

        for name, document in kind.documents(resource).items():
            for each in denials(document):
                request = escaping(kind, resource, each)
                if request:
                    which, key = title_of(each.statement, each.number, name), spelling.key(each.condition.key)
                    who = f"{request.principal.text} may call {request.action} on {request.resource}"
                    summary = f"requests without {key} escape the denial of {which}: {who}"
                    expected = f"{spelling.operator(each.meant.operator)}, or a Deny where the key is missing"
                    yield Problem(summary, found=each.condition, expected=expected)

    title = f"Denials in {kind.policies} hold of requests without the condition key"
    references = (OPERATORS,)
    return check_of(kind, "denials-hold", Severity.MEDIUM, policy_denials_hold, title, references=references)


DENIALS: Final = [_bypass(kind) for kind in KINDS if kind is not LOGS]
