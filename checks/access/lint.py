"""Policies that do not do what they say: actions that do not exist, resources that do not fit, idle conditions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor import Check, Problem, Problems, Resource, Severity, check
from auditor.policy import Kind
from checks.access.policies import KINDS, PolicyKind
from checks.iam.policies import IDENTITY, Rule, declare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy import Document

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
ANALYZER: Final = f"{USER_GUIDE}/access-analyzer-reference-policy-checks.html"
REWRITE: Final = (
    "`aws accessanalyzer validate-policy --policy-type TYPE --policy-document file://POLICY.json` tells whether the "
    "new text is sound."
)


class Lint(NamedTuple):
    """A rule over the findings of the linter: which groups of them, in statements of which effect."""

    id: str
    title: str
    why: str
    severity: Severity
    groups: tuple[str, ...]
    allows: bool
    reference: str
    expected: str

    def find(self, kind: Kind, document: Document, partition: str) -> Iterator[tuple[str, str]]:
        """Yield what a document does wrong, and the value that says so. What is mere style is left out."""
        from auditor.policy import Grade, Group, lint

        groups = [Group[name] for name in self.groups]
        for lapse in lint(document, kind, partition=partition, groups=groups):
            effective = document.statements[lapse.statement - 1].allows is self.allows
            if effective and lapse.grade is not Grade.SUGGESTION:
                yield f"{lapse.words} (statement {lapse.sid or lapse.statement})", lapse.value


ACTIONS: Final = Lint(
    "actions-exist",
    "allow actions that exist",
    "AWS takes any name for an action. One that is misspelt, or of a service that is gone, grants nothing: whoever "
    "relies on it is refused, and whoever reviews the policy reads what is not there. The names are those of the "
    "Service Authorization Reference; in partitions that it does not describe, the rule tells nothing.",
    Severity.LOW,
    ("ACTIONS",),
    allows=True,
    reference=f"{ANALYZER}#access-analyzer-reference-policy-checks-error-invalid-action",
    expected="actions that AWS documents",
)
RESOURCES: Final = Lint(
    "resources-fit",
    "allow actions on resources that they take",
    "An action is checked against resources of certain types: s3:ListBucket against the bucket, s3:GetObject against "
    "objects. A statement that names others grants nothing, and one for an action without resources works with * "
    "alone. People then widen the wrong part of the policy until it works.",
    Severity.LOW,
    ("RESOURCES",),
    allows=True,
    reference=f"{USER_GUIDE}/troubleshoot_policies.html",
    expected="resources of the types that the actions take",
)
CONDITIONS: Final = Lint(
    "conditions-effective",
    "limit what they allow by conditions that work",
    "A condition on a key that no request carries, on a wildcard that is compared as text, or on a value of the wrong "
    "type never holds, and the statement grants nothing; one that every request meets limits nothing. Both look like "
    "a limit to whoever reads the policy. Negated, they turn around.",
    Severity.MEDIUM,
    ("CONDITIONS",),
    allows=True,
    reference=f"{USER_GUIDE}/reference_policies_elements_condition_operators.html",
    expected="conditions that some requests meet and others do not",
)
DENIALS: Final = Lint(
    "denials-effective",
    "deny what exists and can be denied",
    "A Deny is a safeguard that nobody sees at work: with a misspelt action, a resource of a type that the action does "
    "not take, or a condition that never holds, it denies nothing, and nobody is refused who would notice.",
    Severity.MEDIUM,
    ("ACTIONS", "RESOURCES", "CONDITIONS"),
    allows=False,
    reference=ANALYZER,
    expected="actions, resources and conditions that requests have",
)


def _of_identities(rule: Lint) -> Rule:
    """Return a rule over the policies of users, groups and roles."""
    return Rule(
        rule.id,
        rule.title,
        rule.why,
        rule.severity,
        rule.reference,
        REWRITE,
        rule.expected,
        partial(rule.find, Kind.IDENTITY),
        IDENTITY,
    )


def _of_resources(rule: Lint, kind: PolicyKind) -> Check:
    """Return the check of a rule over a kind of resource policies."""

    def policy_effective(resource: Resource) -> Problems:
        partition = resource.arn.split(":")[1]
        for name, document in kind.documents(resource).items():
            for broken, found in rule.find(Kind.RESOURCE, document, partition):
                yield Problem(f"the policy {f'{name} ' * bool(name)}{broken}", found=found, expected=rule.expected)

    policy_effective.__doc__ = f"{kind.policies} {rule.title}.\n\n{rule.why}"
    return check(
        f"{kind.stem}-{rule.id}",
        rule.severity,
        resource=kind.resource,
        reads=(kind.policy,),
        references=(rule.reference, kind.guide),
        fix=kind.fix,
        applies=kind.applies,
    )(policy_effective)


OF_IDENTITIES: Final = [
    declare(_of_identities(rule), kind) for rule in (ACTIONS, RESOURCES, CONDITIONS, DENIALS) for kind in IDENTITY
]
OF_RESOURCES: Final = [_of_resources(rule, kind) for rule in (CONDITIONS, DENIALS) for kind in KINDS]
