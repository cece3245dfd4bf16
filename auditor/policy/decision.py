"""Whether a request is allowed (IAM User Guide, "Policy evaluation logic"), and which statement had which part."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from auditor.policy import spelling
from auditor.policy.conditions import condition_holds
from auditor.policy.kinds import Kind
from auditor.policy.principals import Caller, Match, named
from auditor.policy.resources import Reading, Target, about, target
from auditor.policy.s3 import is_public

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.conditions import Truth
    from auditor.policy.document import Condition
    from auditor.policy.policies import Policies, Policy, Request, Rule

ALWAYS_ALLOWED: Final = {
    "sts:getcalleridentity": frozenset(Caller) - {Caller.ANONYMOUS},
    "sts:getsessiontoken": {Caller.USER, Caller.ROOT},
}
"""The actions that no policy withholds, and from whom.

"No permissions are required" (AWS STS API Reference, GetCallerIdentity); "you cannot use policies to control
authentication operations" (IAM User Guide, "Permissions for GetSessionToken").
"""
ASSUMING: Final = "sts:assumerole"
PAST_RCPS: Final = {"kms:retiregrant"}
"""The actions that resource control policies leave alone (AWS KMS Developer Guide, "Resource control policies")."""
SERVICE_LINKED: Final = ":role/aws-service-role/"
"""What the ARNs of roles have that services made for themselves, which no resource control policy keeps from them."""
WITH_OWN_PRINCIPAL: Final = {Kind.RESOURCE, Kind.RCP, Kind.ENDPOINT}
WITHOUT_IDENTITY: Final = {Caller.SERVICE, Caller.PROVIDER, Caller.ANONYMOUS}
"""The callers that no identity policy and no service control policy is about."""
GRANTED_DIRECTLY: Final = {Caller.USER, Caller.SESSION, Caller.FEDERATED_USER}
"""The callers whom a resource policy that names them grants whatever boundary or session policy stays silent."""


class Verdict(Enum):
    """What becomes of a request, in AWS's words."""

    ALLOWED = "Allowed"
    IMPLICITLY_DENIED = "ImplicitlyDenied"
    EXPLICITLY_DENIED = "ExplicitlyDenied"


class Why(Enum):
    """Why a statement about the action of a request does not apply to it."""

    PRINCIPAL = "it is about other principals"
    RESOURCE = "it is about other resources"
    CONDITION = "its condition does not hold"


@dataclass(frozen=True, slots=True)
class Step:
    """What one statement about the action did; `why_not` and `condition` say what kept it from applying."""

    kind: Kind
    policy: Policy
    rule: Rule
    applies: Truth
    match: Match = Match.ANYONE
    why_not: Why | None = None
    unknown: tuple[Condition, ...] = ()
    """The conditions that decide whether it applies, of which that is not known."""
    failed: Condition | None = None

    @property
    def allows(self) -> bool:
        """Whether the statement allows rather than denies."""
        return self.rule.statement.allows

    def __str__(self) -> str:
        """Return the step in words."""
        sid = self.rule.statement.sid
        name = f" {self.policy.name!r}" if self.policy.name else ""
        who = f"{self.kind.value}{name}, statement {self.rule.number}{f' ({sid})' if sid else ''}"
        verb = "allow" if self.allows else "deny"
        if self.applies:
            if self.match is Match.ACCOUNT and self.allows:
                return f"{who}: allows what the principal's own policies allow"
            return f"{who}: {'allows' if self.allows else 'denies'}"
        if self.applies is None:
            unknown = (
                " and ".join(map(spelling.condition, self.unknown)) or "the resource or the session is the one it names"
            )
            return f"{who}: would {verb} if {unknown}"
        reason = self.why_not.value if self.why_not else ""
        return f"{who}: does not {verb}, {reason}{f': {spelling.condition(self.failed)}' if self.failed else ''}"


@dataclass(frozen=True, slots=True)
class Layer:
    """Policies that must allow a request together, and what their statements about its action did."""

    kind: Kind
    steps: tuple[Step, ...]

    def allowing(self, *, hoping: bool) -> bool:
        """Return whether a statement allows; ``hoping``, whether one may."""
        return any(step.allows and (step.applies is True or (hoping and step.applies is None)) for step in self.steps)

    def denying(self, *, hoping: bool) -> bool:
        """Return whether a statement denies; unless ``hoping``, whether one may."""
        return any(
            not step.allows and (step.applies is True or (not hoping and step.applies is None)) for step in self.steps
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with the steps that led to it.

    The verdict is the best that the unknown parts of the context leave open; ``certain`` tells whether they could
    still make an allowed request a denied one.
    """

    verdict: Verdict
    certain: bool
    layers: tuple[Layer, ...]
    blocked_by: tuple[Kind, ...] = ()
    reason: str = ""
    doubted_by: tuple[Kind, ...] = ()
    """The kinds of policies that would stand in the way of an allowed request, were what is unknown against it."""

    @property
    def allowed(self) -> bool:
        """Whether the request is or could be allowed."""
        return self.verdict is Verdict.ALLOWED

    @property
    def unknown(self) -> tuple[Step, ...]:
        """The steps of which it is not known whether they apply."""
        return tuple(step for layer in self.layers for step in layer.steps if step.applies is None)

    def explain(self) -> list[str]:
        """Return the verdict and then each step, in words, a line each."""
        words = {
            Verdict.ALLOWED: "allowed" if self.certain else "could be allowed",
            Verdict.IMPLICITLY_DENIED: "denied: nothing allows it",
            Verdict.EXPLICITLY_DENIED: "denied explicitly",
        }[self.verdict]
        blockers = ", ".join(dict.fromkeys(kind.value for kind in self.blocked_by))
        head = f"{words}{f' (by {blockers})' if blockers else ''}{f': {self.reason}' if self.reason else ''}"
        return [head, *(str(step) for layer in self.layers for step in layer.steps)]


def decide(request: Request, policies: Policies) -> Decision:
    """Return whether a request is allowed, by AWS's evaluation order, with the trace."""
    if request.principal.caller in ALWAYS_ALLOWED.get(request.action.lower(), ()):
        return Decision(Verdict.ALLOWED, certain=True, layers=(), reason="no permission is required")
    layers = tuple(_layers(request, policies))
    best, blockers, reason = _concluded(request, policies, layers, hoping=True)
    doubts = _doubts(request, layers) if best is Verdict.ALLOWED else ()
    return Decision(best, not doubts, layers, blockers, reason, doubts)


def _layers(request: Request, policies: Policies) -> Iterator[Layer]:
    action = request.action.lower()
    service = action.partition(":")[0]
    wanted = target(request.resource, everything=request.knows_no_resources)
    for kind, group in policies.groups():
        if not _exempt(kind, request):
            steps = (
                _step(reading, policy, rule, request, wanted, bounded=bool(policies.boundaries))
                for policy in group
                for reading in (Reading(kind, request.context, policy.resolving),)
                for rule in policy.rules(service)
                if rule.covers(action)
            )
            yield Layer(kind, tuple(steps))


def _exempt(kind: Kind, request: Request) -> bool:
    """Return whether policies of a kind have no say in a request, because of who makes it, or of what it is about."""
    caller = request.principal
    if kind is Kind.SCP:
        return caller.is_service_linked or caller.caller in WITHOUT_IDENTITY
    if kind is Kind.RCP:
        return caller.is_service_linked or request.action.lower() in PAST_RCPS or SERVICE_LINKED in request.resource
    return kind is Kind.BOUNDARY and caller.caller is Caller.ROOT


def _step(reading: Reading, policy: Policy, rule: Rule, request: Request, wanted: Target, *, bounded: bool) -> Step:
    kind, statement, context = reading.kind, rule.statement, request.context
    match, sure = Match.ANYONE, True
    asked = kind in WITH_OWN_PRINCIPAL and not (kind is Kind.ENDPOINT and _names_nobody(rule))
    if asked:
        match, certain = named(statement, request.principal, guessing=context.open, bounded=bounded)
        if match is Match.NONE:
            return Step(kind, policy, rule, applies=False, match=match, why_not=Why.PRINCIPAL)
        sure = certain is True
    there = about(statement, wanted, reading)
    if there is False:
        return Step(kind, policy, rule, applies=False, match=match, why_not=Why.RESOURCE)
    unknown: list[Condition] = []
    for condition in statement.conditions:
        truth = condition_holds(condition, context, resolving=reading.resolving)
        if truth is False:
            return Step(kind, policy, rule, False, match, Why.CONDITION, failed=condition)  # noqa: FBT003
        if truth is None:
            unknown.append(condition)
    applies = True if sure and there and not unknown else None
    return Step(kind, policy, rule, applies, match, unknown=tuple(unknown))


def _names_nobody(rule: Rule) -> bool:
    return rule.statement.principals is None and rule.statement.not_principals is None


def _doubts(request: Request, layers: tuple[Layer, ...]) -> tuple[Kind, ...]:
    """Return the kinds of policies that would stand in the way, were what is unknown of them against a request."""
    against = (layer.kind for layer in layers if _withholds(layer, hoping=False) or layer.denying(hoping=False))
    return tuple(dict.fromkeys((*against, *_missing(request, layers, hoping=False))))


Conclusion = tuple[Verdict, tuple[Kind, ...], str]


def _concluded(request: Request, policies: Policies, layers: tuple[Layer, ...], *, hoping: bool) -> Conclusion:
    """Return the verdict, the kinds of policies that stand in the way, and what else there is to say."""
    silent = tuple(layer.kind for layer in layers if _withholds(layer, hoping=hoping))
    denying = tuple(layer.kind for layer in layers if layer.denying(hoping=hoping))
    if denying:
        return Verdict.EXPLICITLY_DENIED, tuple(dict.fromkeys((*silent, *denying))), ""
    if silent:
        return Verdict.IMPLICITLY_DENIED, tuple(dict.fromkeys(silent)), ""
    reason = _refusal(request, policies)
    if reason:
        return Verdict.IMPLICITLY_DENIED, (), reason
    missing = _missing(request, layers, hoping=hoping)
    return (Verdict.IMPLICITLY_DENIED, missing, "") if missing else (Verdict.ALLOWED, (), "")


def _withholds(layer: Layer, *, hoping: bool) -> bool:
    """Return whether a guardrail does not let a request through. Resource control policies always allow."""
    return layer.kind in {Kind.SCP, Kind.ENDPOINT} and not layer.allowing(hoping=hoping)


def _refusal(request: Request, policies: Policies) -> str:
    """Return why a request is refused whatever policies allow; empty where it is not."""
    caller = request.principal
    if caller.caller is Caller.ROOT and request.action.lower() == ASSUMING:
        return "a root user cannot assume a role"
    outside = caller.caller is not Caller.SERVICE and caller.account != request.account
    if policies.restrict_public_buckets and policies.resource and outside and is_public(policies.resource.document):
        return "the bucket's policy is public, and S3 keeps such a bucket to its account"
    return ""


def _missing(request: Request, layers: tuple[Layer, ...], *, hoping: bool) -> tuple[Kind, ...]:
    """Return the kinds of policies without whose grant a request is denied; none where it is granted."""
    caller = request.principal
    granted = _granted(layers, hoping=hoping)
    if caller.caller in WITHOUT_IDENTITY:
        return () if granted else (Kind.RESOURCE,)
    limits = tuple(
        layer.kind
        for layer in layers
        if layer.kind in {Kind.BOUNDARY, Kind.SESSION} and not layer.allowing(hoping=hoping)
    )
    own = _own_grant(request, layers, hoping=hoping)
    sides = (() if own else (Kind.IDENTITY,)) + limits
    if caller.account != request.account:
        return sides if granted else (Kind.RESOURCE, *sides)
    if _granted_directly(caller.caller, granted):
        return ()
    if Match.EXACT in granted or Match.ROLE_OF_SESSION in granted:
        return limits
    return sides if granted or not _needs_own_policy(request) else (Kind.RESOURCE, *sides)


def _granted(layers: tuple[Layer, ...], *, hoping: bool) -> set[Match]:
    """Return how closely the statements of the resource's policy that allow name the principal."""
    return {
        step.match
        for layer in layers
        if layer.kind is Kind.RESOURCE
        for step in layer.steps
        if step.allows and (step.applies is True or (hoping and step.applies is None))
    }


def _granted_directly(caller: Caller, granted: set[Match]) -> bool:
    """Return whether a grant holds past boundaries and session policies that do not allow.

    It does where it names a user or a session, or anyone, but not where it names a role ("Policy evaluation for
    requests within a single account").
    """
    return Match.ANYONE in granted or (Match.EXACT in granted and caller in GRANTED_DIRECTLY)


def _own_grant(request: Request, layers: tuple[Layer, ...], *, hoping: bool) -> bool:
    """Return whether the principal's own policies allow.

    A root user needs none. A federated user has what its session policies and its user's policies both allow, and
    nothing without session policies (IAM User Guide, "Permissions for GetFederationToken").
    """
    if request.principal.caller is Caller.ROOT:
        return True
    if request.principal.caller is Caller.FEDERATED_USER and not any(layer.kind is Kind.SESSION for layer in layers):
        return False
    return any(layer.kind is Kind.IDENTITY and layer.allowing(hoping=hoping) for layer in layers)


def _needs_own_policy(request: Request) -> bool:
    """Return whether a resource's own policy must allow even within its account: those of roles and of KMS keys."""
    action = request.action.lower()
    to_role = action.startswith("sts:") and ":role/" in request.resource
    return to_role or action.startswith(ASSUMING) or (action.startswith("kms:") and ":key/" in request.resource)
