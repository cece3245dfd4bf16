"""What policies say: that they grant everything, or more than their writer can tell, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.iam.resources import RESERVED, Group, Policy, Role, User, is_reserved, is_service_linked

if TYPE_CHECKING:
    from auditor.facts import Fact
    from auditor.policy import Document, Statement

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
BEST_PRACTICES: Final = f"{USER_GUIDE}/best-practices.html#grant-least-privilege"
ELEMENTS: Final = f"{USER_GUIDE}/reference_policies_elements"
CURRENT_VERSION: Final = "2012-10-17"
WHOLE_SERVICE: Final = re.compile(r"(?:(?:[^:*?]+|\*+):)?\*+")
"""An action that is all actions of a service, or of all services."""
REFINE: Final = (
    "See what its users need with `aws iam generate-service-last-accessed-details`, and write a policy of that."
)
Holder = Policy | User | Group | Role
Found = Iterator[tuple[str, Any]]


class Kind(NamedTuple):
    """A kind of policies: how ids and titles name it, where such policies stand, and the command that replaces one.

    ``documents`` returns the policies of this kind that a resource holds, by what a problem calls them; ``mutable``
    whether the resource's owner can change them.
    """

    id: str
    title: str
    holder: type[Holder]
    reads: tuple[Fact[Any], ...]
    documents: Callable[[Any], dict[str, Document]]
    mutable: Callable[[Holder], bool]
    command: str


def _inline(holder: type[User | Group | Role], kind: str) -> Kind:
    return Kind(
        f"{kind}-inline-policies",
        f"Inline policies of {kind}s",
        holder,
        (holder.inline_policies,),
        lambda each: {f"the inline policy {name}": held for name, held in each.inline_policies.items()},
        lambda each: not is_service_linked(each),
        f"aws iam put-{kind}-policy --{kind}-name {{resource.id}} --policy-name POLICY_NAME "
        "--policy-document file://POLICY.json",
    )


MANAGED: Final = Kind(
    "policy",
    "Customer managed policies",
    Policy,
    (Policy.document,),
    lambda policy: {"the policy": policy.document},
    lambda _policy: True,
    "aws iam create-policy-version --policy-arn {resource.arn} --policy-document file://POLICY.json --set-as-default",
)
TRUST: Final = Kind(
    "role-trust",
    "Trust policies of roles",
    Role,
    (Role.trust_policy,),
    lambda role: {"the trust policy": role.trust_policy},
    lambda role: not is_reserved(role),
    "aws iam update-assume-role-policy --role-name {resource.id} --policy-document file://POLICY.json",
)
IDENTITY: Final = (MANAGED, _inline(User, "user"), _inline(Group, "group"), _inline(Role, "role"))


class Rule(NamedTuple):
    """A rule over policies: what it is called, why it is one, and what of a document breaks it.

    ``find`` yields, for a document of a partition, what the policy does wrong and the value that says so.
    """

    id: str
    title: str
    why: str
    severity: Severity
    reference: str
    fix: str
    expected: str
    find: Callable[[Document, str], Found]
    kinds: tuple[Kind, ...]
    attached_only: bool = False


def _named(statement: Statement) -> str:
    return f" (statement {statement.sid})" if statement.sid else ""


def _everything(document: Document, partition: str) -> Found:
    """Yield the statements that allow every action on every resource, with no condition.

    Every resource is ``*``, or any pattern that matches all ARNs, such as ``arn:aws:*``.
    """
    for each in document.statements:
        everything = each.covers_action("*:*") and each.covers_resource(f"arn:{partition}:*:*:*:*")
        if each.allows and everything and not each.conditions:
            found = {"Action": each.actions, "Resource": each.resources}
            yield f"allows every action on every resource{_named(each)}", found


def _all_but(document: Document, _partition: str) -> Found:
    for each in document.statements:
        if each.allows and each.not_actions is not None:
            yield (
                f"allows every action but {', '.join(each.not_actions)}{_named(each)}",
                {"NotAction": each.not_actions},
            )


def _whole_services(document: Document, _partition: str) -> Found:
    for each in document.statements:
        for action in each.actions or ():
            if each.allows and WHOLE_SERVICE.fullmatch(action):
                yield f"allows {action}{_named(each)}", action


def _old_version(document: Document, _partition: str) -> Found:
    if document.version != CURRENT_VERSION:
        yield f"is of version {document.version}" if document.version else "states no version", document.version


def _nameless(document: Document, _partition: str) -> Found:
    nameless = [number for number, each in enumerate(document.statements, 1) if not each.sid]
    if nameless:
        yield f"has no Sid in {len(nameless)} of {len(document.statements)} statements", nameless


RULES: Final = (
    Rule(
        "not-admin",
        "do not allow everything",
        "Whoever takes over any one who holds such a policy has the whole account. Managed policies that are attached "
        "to nobody grant nothing, and the rule is not about them; nor is what a condition limits everything. AWS's own "
        "policy AdministratorAccess is another rule's.",
        Severity.HIGH,
        BEST_PRACTICES,
        REFINE,
        "the actions and resources that are needed",
        _everything,
        IDENTITY,
        attached_only=True,
    ),
    Rule(
        "no-not-action",
        "do not allow everything but something",
        "An Allow with NotAction grants every action that is not named, those of services that AWS has yet to invent "
        "included. To forbid by NotAction in a Deny is fine.",
        Severity.MEDIUM,
        f"{ELEMENTS}_notaction.html",
        "Name the actions that are needed, or allow a wider Action and take back by a Deny.",
        "an Allow with Action",
        _all_but,
        (*IDENTITY, TRUST),
    ),
    Rule(
        "no-service-wildcard",
        "do not allow all actions of a service",
        "Few need every action of a service: such a grant holds deletion, policies and public sharing too. Prefixes "
        "such as ec2:Describe* are fine. What resources and conditions limit fails all the same, as in Security Hub.",
        Severity.LOW,
        BEST_PRACTICES,
        REFINE,
        "actions by name or prefix",
        _whole_services,
        IDENTITY,
    ),
    Rule(
        "current-version",
        "are of the current version of the language",
        "A policy without a version, or of 2008-10-17, takes variables such as ${aws:username} for plain text: what "
        "looks limited to each user's own resources is not.",
        Severity.LOW,
        f"{ELEMENTS}_version.html",
        'Put "Version": "2012-10-17" in front, and see that no value holds "${" by chance.',
        f"Version: {CURRENT_VERSION}",
        _old_version,
        (*IDENTITY, TRUST),
    ),
    Rule(
        "statements-named",
        "name their statements",
        "A Sid says what a statement is for, and reviews, findings and tools can point at it.",
        Severity.LOW,
        f"{ELEMENTS}_sid.html",
        "Give every statement a Sid of letters and digits.",
        "a Sid for every statement",
        _nameless,
        (*IDENTITY, TRUST),
    ),
)


def declare(rule: Rule, kind: Kind) -> Check:
    """Return the check of a rule over a kind of policies."""
    attached_only = rule.attached_only and kind is MANAGED

    def well_written(holder: Holder) -> Problems:
        partition = holder.arn.split(":")[1]
        for name, document in kind.documents(holder).items():
            for broken, found in rule.find(document, partition):
                yield Problem(f"{name} {broken}", found=found, expected=rule.expected)

    def applies(holder: Holder) -> bool:
        if attached_only and isinstance(holder, Policy) and not holder.attachments:
            return False
        return kind.mutable(holder) and bool(kind.documents(holder))

    # What a check takes its title and its reason from.
    well_written.__doc__ = f"{kind.title} {rule.title}.\n\n{rule.why}"
    return check(
        f"iam-{kind.id}-{rule.id}",
        rule.severity,
        resource=kind.holder,
        reads=[*kind.reads, Policy.attachments] if attached_only else kind.reads,
        references=[rule.reference],
        fix=Fix(cli=kind.command, text=f"{rule.fix}{RESERVED if kind.holder is Role and kind is not TRUST else ''}"),
        applies=applies,
    )(well_written)


CHECKS: Final = [declare(rule, kind) for rule in RULES for kind in rule.kinds]
