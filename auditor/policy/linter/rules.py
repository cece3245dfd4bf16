"""The rules of the linter: what each is called, how grave a lapse is, and where AWS documents it.

Most are the checks of IAM Access Analyzer's policy validation, under AWS's names and in AWS's grades. The others are
about what AWS takes silently: statements that do nothing, or not what they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
ANALYZER: Final = f"{USER_GUIDE}/access-analyzer-reference-policy-checks.html"
GRAMMAR_PAGE: Final = f"{USER_GUIDE}/reference_policies_grammar.html"
OPERATORS_PAGE: Final = f"{USER_GUIDE}/reference_policies_elements_condition_operators.html"
TROUBLES_PAGE: Final = f"{USER_GUIDE}/troubleshoot_policies.html"
RCPS_PAGE: Final = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html"


class Grade(Enum):
    """How grave a lapse is, in the words of IAM Access Analyzer; its security warnings are warnings."""

    ERROR = "error"
    WARNING = "warning"
    SUGGESTION = "suggestion"


class Group(Enum):
    """What rules are about."""

    GRAMMAR = "what AWS refuses"
    PRINCIPALS = "principals"
    ACTIONS = "actions"
    RESOURCES = "resources"
    CONDITIONS = "conditions that always or never hold"
    SETS = "conditions on keys of several values"
    STYLE = "how a policy is written"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: ``meaning`` says in a sentence what breaks it."""

    code: str
    title: str
    grade: Grade
    group: Group
    meaning: str
    reference: str


ANCHORS: Final = {
    "error": Grade.ERROR,
    "general-warning": Grade.WARNING,
    "security-warning": Grade.WARNING,
    "suggestion": Grade.SUGGESTION,
}
NAMED_BY_AWS: Final = (
    ("error", Group.GRAMMAR, "Json syntax error", "The text is not JSON, or has a key twice."),
    ("error", Group.GRAMMAR, "Data type mismatch", "An element is not of the JSON type it must be of."),
    ("error", Group.GRAMMAR, "Invalid policy element", "There is no such element."),
    ("error", Group.GRAMMAR, "Invalid version", "The Version is neither 2012-10-17 nor 2008-10-17."),
    ("error", Group.GRAMMAR, "Missing statement", "There is no Statement."),
    ("error", Group.GRAMMAR, "Missing effect", "A statement has no Effect."),
    ("error", Group.GRAMMAR, "Invalid effect", "The Effect is neither Allow nor Deny, in just this case."),
    ("error", Group.GRAMMAR, "Missing action", "A statement has neither Action nor NotAction."),
    ("error", Group.GRAMMAR, "Missing resource", "A statement has neither Resource nor NotResource."),
    (
        "error",
        Group.GRAMMAR,
        "Unsupported element combination",
        "A statement has both of Action and NotAction, of Resource and NotResource, or of Principal and NotPrincipal.",
    ),
    ("error", Group.GRAMMAR, "Unique Sids required", "Two statements of a policy of IAM have the same Sid."),
    ("error", Group.GRAMMAR, "Unsupported Sid", "A Sid of a policy of IAM has more than letters and digits."),
    ("error", Group.GRAMMAR, "Policy size exceeds SCP quota", "A policy of Organizations is longer than 5,120."),
    (
        "general-warning",
        Group.GRAMMAR,
        "Policy size exceeds identity policy quota",
        "A policy for a user, group or role is longer than a managed policy may be: 6,144 without spaces.",
    ),
    (
        "general-warning",
        Group.GRAMMAR,
        "Policy size exceeds resource policy quota",
        "A policy of a resource is longer than any service takes: 32,768 characters.",
    ),
    ("error", Group.PRINCIPALS, "Missing principal", "A statement of a resource's policy names no principal."),
    ("error", Group.PRINCIPALS, "Unsupported principal", "A statement of an identity's policy names a principal."),
    ("error", Group.PRINCIPALS, "SCP syntax error principal", "A statement of an SCP names a principal."),
    (
        "error",
        Group.PRINCIPALS,
        "Invalid principal key",
        "A principal is not of AWS, Federated, Service, CanonicalUser.",
    ),
    ("error", Group.PRINCIPALS, "Invalid principal format", "A principal is no ARN, account, or name of its kind."),
    ("error", Group.PRINCIPALS, "Unsupported wildcard in principal", "A part of a principal's name is a wildcard."),
    ("error", Group.PRINCIPALS, "Invalid service principal format", "A service principal is no name with dots."),
    ("general-warning", Group.PRINCIPALS, "Invalid role reference", "A principal is the id of a role since deleted."),
    ("general-warning", Group.PRINCIPALS, "Invalid user reference", "A principal is the id of a user since deleted."),
    ("security-warning", Group.PRINCIPALS, "Allow with NotPrincipal", "A statement allows everyone but some."),
    ("suggestion", Group.PRINCIPALS, "Empty array principal", "The list of principals is empty."),
    ("error", Group.ACTIONS, "Invalid action", "The service has no such action."),
    ("error", Group.ACTIONS, "Invalid service in action", "AWS has no service of this prefix."),
    ("suggestion", Group.ACTIONS, "Wildcard in service name", "A wildcard stands in the prefix of a service."),
    ("suggestion", Group.STYLE, "Empty array action", "The list of actions is empty."),
    ("error", Group.RESOURCES, "Invalid ARN prefix", "A resource is neither an ARN nor *."),
    ("error", Group.RESOURCES, "Missing ARN field", "An ARN has fewer than six parts."),
    ("error", Group.RESOURCES, "Invalid partition", "An ARN's partition does not exist, or is not the account's own."),
    ("error", Group.RESOURCES, "Invalid ARN resource", "No resource of the services has such an ARN."),
    ("error", Group.RESOURCES, "Invalid ARN service case", "The service in an ARN is not in lower case."),
    ("error", Group.RESOURCES, "Invalid ARN account", "The account in an ARN is a number of other than 12 digits."),
    ("suggestion", Group.STYLE, "Empty array resource", "The list of resources is empty."),
    ("error", Group.CONDITIONS, "Invalid condition operator", "There is no such condition operator."),
    ("error", Group.CONDITIONS, "Invalid condition key format", "A condition key has no prefix."),
    ("error", Group.CONDITIONS, "Invalid global condition key", "AWS has no such global condition key."),
    ("error", Group.CONDITIONS, "Invalid service condition key", "The service has no such condition key."),
    ("error", Group.CONDITIONS, "Duplicate keys with different case", "One condition names a key twice."),
    ("error", Group.CONDITIONS, "Invalid condition multiple Boolean", "A Bool condition takes both true and false."),
    ("error", Group.CONDITIONS, "Null with if exists", "Null is about whether a key exists: IfExists says nothing."),
    ("suggestion", Group.SETS, "Null with qualifier", "Null needs no ForAllValues or ForAnyValue."),
    ("error", Group.SETS, "Missing qualifier", "A key of several values is compared without a set operator."),
    (
        "security-warning",
        Group.SETS,
        "ForAllValues with single valued key",
        "A set operator, true for requests without the key, compares a key of one value.",
    ),
    ("error", Group.CONDITIONS, "Invalid variable for operator", "A number, date, or address is a policy variable."),
    ("error", Group.CONDITIONS, "Variable unsupported in version", "The policy's version knows no policy variables."),
    ("error", Group.CONDITIONS, "Missing brace in variable", "A policy variable is not closed."),
    ("error", Group.CONDITIONS, "Empty variable", "A policy variable names no key."),
    ("error", Group.CONDITIONS, "Unsupported space in variable", "The name of a policy variable has a space."),
    ("error", Group.CONDITIONS, "Missing quote in variable", "The default of a policy variable is not quoted."),
    ("error", Group.CONDITIONS, "Private IP address", "aws:SourceIp is compared with private addresses alone."),
    ("error", Group.CONDITIONS, "Private NotIpAddress", "aws:SourceIp is kept from private addresses alone."),
    ("general-warning", Group.CONDITIONS, "Deprecated global condition key", "The key is one that AWS gave up."),
    ("general-warning", Group.CONDITIONS, "Wildcard without like operator", "An exact comparison has a wildcard."),
    ("general-warning", Group.CONDITIONS, "Type mismatch", "The operator compares another type than the key is of."),
    ("general-warning", Group.CONDITIONS, "Type mismatch Boolean", "A Bool condition takes a value but true or false."),
    ("general-warning", Group.CONDITIONS, "Type mismatch number", "A Numeric condition takes what is no number."),
    ("general-warning", Group.CONDITIONS, "Type mismatch date", "A Date condition takes what is no date."),
    ("general-warning", Group.CONDITIONS, "Type mismatch IP range", "An IpAddress condition takes what is no address."),
    ("general-warning", Group.CONDITIONS, "Type mismatch null", "A Null condition takes a value but true or false."),
    ("suggestion", Group.STYLE, "Improve IP range", "The address of a range has bits beyond its length."),
    ("suggestion", Group.STYLE, "Redundant condition value", "A value is among others, or one of them covers it."),
    ("suggestion", Group.STYLE, "Empty object condition", "The Condition is empty."),
    ("suggestion", Group.STYLE, "Empty array statement", "The list of statements is empty."),
    ("suggestion", Group.STYLE, "Empty Sid value", "A Sid is empty."),
    ("suggestion", Group.STYLE, "Redundant action", "A statement names an action that another of its own covers."),
    ("suggestion", Group.STYLE, "Redundant resource", "A statement names a resource that another of its own covers."),
    ("suggestion", Group.STYLE, "Redundant statement", "What a statement says, another one says too."),
    (
        "general-warning",
        Group.STYLE,
        "Missing version",
        "There is no Version, so that of 2008 with no variables holds.",
    ),
    ("general-warning", Group.STYLE, "Unique Sids recommended", "Two statements have the same Sid."),
)
NAMED_HERE: Final = (
    Rule(
        "pattern-without-actions",
        "Pattern without actions",
        Grade.WARNING,
        Group.ACTIONS,
        "No action of the service matches the pattern.",
        f"{USER_GUIDE}/reference_policies_elements_action.html",
    ),
    Rule(
        "mismatched-resource",
        "Mismatched resource",
        Grade.SUGGESTION,
        Group.RESOURCES,
        "A resource is of no type that the statement's actions take.",
        TROUBLES_PAGE,
    ),
    Rule(
        "action-without-resource",
        "Action without resource",
        Grade.WARNING,
        Group.RESOURCES,
        "No resource of the statement is of a type that the action takes.",
        TROUBLES_PAGE,
    ),
    Rule(
        "action-of-all-resources",
        "Action of all resources",
        Grade.WARNING,
        Group.RESOURCES,
        "The action takes no resources, so that only * is about it, which the statement does not name.",
        f"{USER_GUIDE}/reference_policies_elements_resource.html",
    ),
    Rule(
        "prohibited-resource",
        "Prohibited resource",
        Grade.ERROR,
        Group.GRAMMAR,
        "A role's trust policy names resources: it is about its role alone.",
        f"{USER_GUIDE}/id_roles_update-role-trust-policy.html",
    ),
    Rule(
        "rcp-allow",
        "RCP syntax error allow",
        Grade.ERROR,
        Group.GRAMMAR,
        "A resource control policy of one's own allows: only RCPFullAWSAccess does.",
        RCPS_PAGE,
    ),
    Rule(
        "rcp-principal",
        "RCP syntax error principal",
        Grade.ERROR,
        Group.PRINCIPALS,
        "The Principal of a resource control policy is not *, or it has a NotPrincipal.",
        RCPS_PAGE,
    ),
    Rule(
        "rcp-notaction",
        "RCP syntax error NotAction",
        Grade.ERROR,
        Group.GRAMMAR,
        "A resource control policy has a NotAction.",
        RCPS_PAGE,
    ),
    Rule(
        "unsupported-condition-key",
        "Unsupported condition key",
        Grade.WARNING,
        Group.CONDITIONS,
        "No request for the statement's actions carries the condition key.",
        TROUBLES_PAGE,
    ),
    Rule(
        "unmeetable-conditions",
        "Unmeetable conditions",
        Grade.WARNING,
        Group.CONDITIONS,
        "The conditions on a key can never hold together.",
        f"{USER_GUIDE}/reference_policies_condition-logic-multiple-context-keys-or-values.html",
    ),
    Rule(
        "condition-without-values",
        "Condition without values",
        Grade.WARNING,
        Group.CONDITIONS,
        "A condition names no values, so that nothing is equal to any.",
        OPERATORS_PAGE,
    ),
    Rule(
        "condition-always-met",
        "Condition always met",
        Grade.WARNING,
        Group.CONDITIONS,
        "Every value of the key meets the condition.",
        OPERATORS_PAGE,
    ),
    Rule(
        "malformed-arn-in-condition",
        "Malformed ARN in condition",
        Grade.WARNING,
        Group.CONDITIONS,
        "An Arn condition takes what is no ARN of six parts.",
        f"{OPERATORS_PAGE}#Conditions_ARN",
    ),
    Rule(
        "forallvalues-without-null",
        "ForAllValues without Null",
        Grade.WARNING,
        Group.SETS,
        "An Allow with ForAllValues holds for requests without the key, which no Null condition keeps out.",
        f"{USER_GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html",
    ),
    Rule(
        "outdated-version",
        "Outdated version",
        Grade.SUGGESTION,
        Group.STYLE,
        "The Version is 2008-10-17, which has no variables.",
        f"{USER_GUIDE}/reference_policies_elements_version.html",
    ),
    Rule(
        "missing-sid",
        "Missing Sid",
        Grade.SUGGESTION,
        Group.STYLE,
        "A statement has no Sid. Told only when asked for.",
        f"{USER_GUIDE}/reference_policies_elements_sid.html",
    ),
)


def _documented() -> Iterator[Rule]:
    """Yield the rules that are AWS's own, whose anchors are made of their grades and names."""
    for anchor, group, title, meaning in NAMED_BY_AWS:
        code = title.lower().replace(" ", "-")
        reference = f"{ANALYZER}#access-analyzer-reference-policy-checks-{anchor}-{code}"
        yield Rule(code, title, ANCHORS[anchor], group, meaning, reference)


RULES: Final = {rule.code: rule for rule in (*_documented(), *NAMED_HERE)}
"""All rules by code, AWS's own first."""


@dataclass(frozen=True, slots=True)
class Lapse:
    """What breaks a rule in a policy: ``words`` say what is wrong, and ``value`` is what the policy has there.

    ``statement`` counts from 1; it is 0 for what the policy as a whole does.
    """

    code: str
    words: str
    value: str = ""
    statement: int = 0
    sid: str = ""

    @property
    def rule(self) -> Rule:
        """The rule that is broken."""
        return RULES[self.code]

    @property
    def grade(self) -> Grade:
        """How grave the lapse is."""
        return self.rule.grade

    def __str__(self) -> str:
        """Return where the lapse is and what is wrong, in words."""
        if not self.statement:
            return f"the policy {self.words}"
        return f"statement {self.statement}{f' ({self.sid})' if self.sid else ''} {self.words}"
