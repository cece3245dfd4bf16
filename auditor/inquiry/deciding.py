"""Whether a principal may do something, as far as an account was read: decided, with all that is not known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from auditor.errors import AuditorError
from auditor.guardrails import said_of
from auditor.inquiry.contexts import context
from auditor.inquiry.services import may_have_policies
from auditor.inquiry.view import Unread
from auditor.policy import Document, Kind, Policies, Policy, Request, compiled, decide, parse
from auditor.policy.policies import WILDCARDS
from auditor.policy.principals import Caller, Principal
from auditor.policy.rcps import services_with_rcps
from auditor.policy.s3 import is_public
from auditor.request import Unseen
from auditor.textual import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor.graph import Grant, Identity
    from auditor.guardrails import Levels
    from auditor.inquiry.view import View
    from auditor.policy import Decision, Layer, Step

ALLOW_ALL: Final = {"Effect": "Allow", "Action": "*", "Resource": "*"}
UNREAD: Final = compiled(parse({"Statement": ALLOW_ALL}), "what is not known")
"""The best that an identity policy that is not known could say."""
UNREAD_OF_RESOURCE: Final = compiled(parse({"Statement": {**ALLOW_ALL, "Principal": "*"}}), "what is not known")
OF_OTHERS: Final = compiled(parse({"Statement": ALLOW_ALL}), "of the principal's own account")
"""What an outsider's own account is taken to allow: nobody else can know."""
OF_RESOURCE: Final = "the resource's own policy"
OF_LISTS: Final = "access control lists"
OUTSIDE: Final = {Caller.USER, Caller.ROLE, Caller.SESSION, Caller.ROOT, Caller.FEDERATED_USER}
"""The callers that are of some account."""


class InquiryError(AuditorError):
    """A question that cannot be asked as it stands; the message says why and how to ask it."""


class Standing(Enum):
    """How a question is answered."""

    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the action, the resource's ARN or ``*``, and what is told of the request's condition keys."""

    action: str
    resource: str
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    takes_no_resource: bool = False
    """Whether the action knows no resources."""
    notes: tuple[str, ...] = ()
    """What is doubtful about the question itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a principal may, the decision with its steps, and what is not known that may change it."""

    principal: Principal
    standing: Standing
    decision: Decision
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    """The principal's own policies, with where each is written."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """What each statement about the action did, in the order in which AWS asks them."""
        steps = (step for layer in self.decision.layers for step in layer.steps)
        return tuple(step for step in steps if step.policy is not OF_OTHERS)

    @property
    def applying(self) -> tuple[Step, ...]:
        """The statements that surely apply: those that deny where one does, else those that allow."""
        denying = tuple(step for step in self.steps if step.applies and not step.allows)
        return denying or tuple(step for step in self.steps if step.applies)

    @property
    def needed(self) -> tuple[Alternatives, ...]:
        """The statements of which one of each sort of policy must apply, for a conditional answer to be a yes."""
        doubted = [each for each in self.decision.layers if each.kind in self.decision.doubted_by]
        silent = [each for each in doubted if not each.allowing(hoping=False)]
        if not all(each.allowing(hoping=True) for each in silent):
            return ()
        return tuple(Alternatives(each.kind, _open_grants(each)) for each in silent)

    @property
    def instead(self) -> Alternatives | None:
        """The statements of the resource's policy of which one is enough, whatever other policies say."""
        doubted = self.decision.doubted_by
        limits = {Kind.IDENTITY, Kind.BOUNDARY, Kind.SESSION}
        if Kind.RESOURCE in {each.kind for each in self.needed} or not limits & set(doubted):
            return None
        own = [step for each in self.decision.layers if each.kind is Kind.RESOURCE for step in _open_grants(each)]
        return Alternatives(Kind.RESOURCE, tuple(own)) if own else None

    @property
    def obstacles(self) -> tuple[Step, ...]:
        """The statements that would deny if their conditions hold."""
        return tuple(step for step in self.decision.unknown if not step.allows)

    @property
    def keys(self) -> tuple[str, ...]:
        """The condition keys, in lower case, on which a conditional answer turns."""
        groups = (*self.needed, *([self.instead] if self.instead else ()))
        steps = (*self.obstacles, *(step for each in groups for step in each.steps))
        return tuple(dict.fromkeys(condition.key for step in steps for condition in step.unknown))


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Statements of a kind of policy that would allow if their conditions hold: one is enough."""

    kind: Kind
    steps: tuple[Step, ...]


def _open_grants(layer: Layer) -> tuple[Step, ...]:
    return tuple(step for step in layer.steps if step.allows and step.applies is None)


def is_of_several(resource: str) -> bool:
    """Return whether an ARN leaves open which resource it is of; one of any object in a bucket does not."""
    return resource == "*" or bool(WILDCARDS & set(resource.split("/", 1)[0]))


def role_of(session: Principal, identities: Iterable[str]) -> str:
    """Return the ARN of the role that a session of the account is of; InquiryError where there is no such role."""
    name = (session.role or "").lower()
    roles = {each.rpartition("/")[2]: each for each in identities if ":role/" in each}
    found = next((arn for role, arn in roles.items() if role.lower() == name), None)
    if found is None:
        raise InquiryError(f"the account has no role {session.role}{nearest(session.role or '', roles)}")
    return found


class Inquiry:
    """One question, to be answered for one principal or for many."""

    def __init__(self, view: View, question: Question) -> None:
        self.view = view
        self.question = question
        self.identities = {each.arn: each for each in view.account.identities}
        self.unread_resource: Unread | None = None
        self._unread_block: Unread | None = None
        self.resource_policy = self._resource_policy()

    @property
    def owner(self) -> str:
        """The account that owns the resource: the one in its ARN, or else the one that is asked about."""
        parts = self.question.resource.split(":", 5)
        told = parts[4] if len(parts) > 4 else ""  # noqa: PLR2004
        return told if told.isdigit() else self.view.account.id

    @property
    def _service(self) -> str:
        """The service in the resource's ARN."""
        return (self.question.resource.split(":", 3) + [""] * 3)[2]

    def _resource_policy(self) -> Policy | None:
        """Return the policy of the resource; None where it has none, or where that is not known, which is noted."""
        resource = self.question.resource
        if not may_have_policies(resource) or is_of_several(resource):
            return None
        if self.owner != self.view.account.id:
            self._miss(f"account {self.owner} owns the resource", "ask with credentials of that account")
            return None
        if self._service == "iam":
            return self._trust_policy(self.identities.get(resource))
        try:
            document = self.view.policy_of(resource)
        except Unseen as unseen:
            self.unread_resource = Unread.of(OF_RESOURCE, unseen)
            return None
        return None if document is None else compiled(document)

    def _trust_policy(self, role: Identity | None) -> Policy | None:
        """Return the policy that says who may assume a role; None for what is none."""
        if role is not None and role.trust is None and role.unread is not None:
            self._miss("the role's trust policy could not be read", "")
        return role.trust if role else None

    @cached_property
    def keeps_public_out(self) -> bool | None:
        """Whether S3 keeps the bucket, whose policy is public, to its account and to services; None if not known."""
        policy = self.resource_policy
        if policy is None or self._service != "s3" or not is_public(policy.document):
            return False
        try:
            return self.view.is_kept_from_public(self.question.resource)
        except Unseen as unseen:
            self._unread_block = Unread.of("whether Block Public Access keeps strangers out", unseen)
            return None

    @cached_property
    def unread_lists(self) -> Unread | None:
        """What is not known of access control lists, which only S3 has, and which may let others in."""
        if self._service != "s3" or self.unread_resource or is_of_several(self.question.resource):
            return None
        try:
            told = "the bucket has not switched them off" if self.view.has_access_lists(self.question.resource) else ""
        except Unseen as unseen:
            return Unread.of(OF_LISTS, unseen)
        return Unread(OF_LISTS, told, "look at the lists of the bucket and of the object") if told else None

    def _is_stranger(self, caller: Principal) -> bool:
        """Return whether a principal is neither of the account that owns the resource nor a service."""
        return caller.caller is not Caller.SERVICE and caller.account != self.owner

    def _miss(self, why: str, remedy: str) -> None:
        self.unread_resource = Unread(OF_RESOURCE, why, remedy)

    @cached_property
    def principals(self) -> tuple[str, ...]:
        """The ARNs of the account's users and roles, in order."""
        return tuple(sorted(self.identities))

    def answer(self, caller: Principal) -> Answer:
        """Return whether a principal may do what is asked."""
        identity = self._identity(caller)
        policies = self._policies(caller, identity)
        request = self._request(caller, identity, policies)
        decision = decide(request, policies)
        unread = tuple(self._unread(caller, identity, decision))
        if unread and decide(request, self._at_best(policies, caller, identity)).allowed:
            standing = Standing.UNKNOWN
        elif unread or not decision.allowed:
            standing, unread = Standing.DENIED, ()
        else:
            standing = Standing.ALLOWED if decision.certain else Standing.CONDITIONAL
        notes = tuple(self._notes(caller, standing))
        return Answer(caller, standing, decision, unread, notes, identity.grants if identity else ())

    def _identity(self, caller: Principal) -> Identity | None:
        """Return the user or role of the account that a principal is, or is a session of."""
        if caller.caller is Caller.SESSION and caller.account == self.view.account.id:
            return self.identities[role_of(caller, self.identities)]
        return self.identities.get(caller.text)

    def _policies(self, caller: Principal, identity: Identity | None) -> Policies:
        own = caller.account == self.view.account.id
        boundary = identity.boundary if identity else None
        others = () if own or caller.caller not in OUTSIDE else (OF_OTHERS,)
        return Policies(
            identity=tuple(grant.policy for grant in identity.grants) if identity else others,
            resource=self.resource_policy,
            boundaries=(boundary.policy,) if boundary else (),
            scps=self.view.account.scps if own else (),
            rcps=self.controls,
            restrict_public_buckets=bool(self.keeps_public_out),
        )

    @cached_property
    def controls(self) -> Levels:
        """What resource control policies deny of the action, as far as that is known: of the account's own resources.

        AWS applies none to the keys that it manages: a key whose policy was not read may be one.
        """
        of_aws = ":key/" in self.question.resource and self.resource_policy is None
        if self.owner != self.view.account.id or (of_aws and not is_of_several(self.question.resource)):
            return ()
        return self.view.account.guardrails.denials(self._action_service)

    @property
    def _action_service(self) -> str:
        return self.question.action.lower().partition(":")[0]

    def _home(self, caller: Principal) -> dict[str, tuple[str, ...]]:
        """Return what AWS says of the organization of the account, where the caller or the resource is of it."""
        own, place = self.view.account.id, self.view.account.guardrails.place
        of_caller = said_of(place, "principal") if caller.caller in OUTSIDE and caller.account == own else {}
        return of_caller | (said_of(place, "resource") if self.owner == own else {})

    def _request(self, caller: Principal, identity: Identity | None, policies: Policies) -> Request:
        known = [policy for _, group in policies.groups() for policy in group]
        question = self.question
        place = {"aws:resourceaccount": (self.owner,), **self._home(caller)}
        region = question.resource.split(":", 4)[3] if question.resource.startswith("arn:") else ""
        if region and "*" not in region:
            place["aws:requestedregion"] = (region,)
        return Request(
            caller,
            question.action,
            question.resource,
            context(caller, identity, known, self.view.at, {**place, **question.told}),
            resource_account=self.owner,
            knows_no_resources=question.takes_no_resource,
        )

    def _unread(self, caller: Principal, identity: Identity | None, decision: Decision) -> Iterator[Unread]:
        """Yield what is not known and has a say."""
        if not decision.layers:
            return
        if identity is not None and identity.unread is not None:
            what = f"the policies of {identity.sort.value} {identity.name}"
            yield Unread.of(what, identity.unread) if isinstance(identity.unread, Unseen) else Unread(what, "", "")
        if caller.caller is Caller.FEDERATED_USER and caller.account == self.view.account.id:
            yield Unread("the policies of the session", "a federated user has what its session was begun with", "")
        if self.unread_resource:
            yield self.unread_resource
        if self._unread_block and self._is_stranger(caller) and decision.allowed:
            yield self._unread_block
        if self.unread_lists and self._is_stranger(caller) and not decision.allowed:
            yield self.unread_lists

    def _at_best(self, policies: Policies, caller: Principal, identity: Identity | None) -> Policies:
        """Return the policies with the best that those could say that are not known."""
        federated = caller.caller is Caller.FEDERATED_USER
        if federated or (identity is not None and identity.unread is not None):
            session = (UNREAD,) if federated else policies.session
            policies = replace(policies, identity=(*policies.identity, UNREAD), session=session)
        if self.unread_resource:
            return replace(policies, resource=UNREAD_OF_RESOURCE)
        if self.unread_lists and self._is_stranger(caller):
            known = self.resource_policy.document.statements if self.resource_policy else ()
            best = Document("2012-10-17", (*known, *UNREAD_OF_RESOURCE.document.statements))
            return replace(policies, resource=compiled(best), restrict_public_buckets=False)
        return policies

    def _notes(self, caller: Principal, standing: Standing) -> Iterator[str]:
        """Yield what an answer takes for granted, for those that it could change."""
        if self._service == "kms" and standing is not Standing.ALLOWED:
            yield "Grants of keys are not read: one could allow this."
        if standing is Standing.DENIED:
            return
        own = caller.account == self.view.account.id
        if not own and caller.caller in OUTSIDE:
            yield f"What account {caller.account} itself allows is not known here: it is taken to allow this."
        yield from self._unknown_guardrails(own=own)
        if own and caller.caller in {Caller.ROLE, Caller.SESSION}:
            yield "A session policy, where a session is begun with one, could deny this."
        if is_of_several(self.question.resource) and not self.question.takes_no_resource:
            yield "No single resource is named: the policies that resources have of their own are not looked at."

    def _unknown_guardrails(self, *, own: bool) -> Iterator[str]:
        """Yield which policies of an organization are not known that could deny what is not denied."""
        account = self.view.account
        kinds = [] if account.knows_scps or not own else ["service"]
        known = self.owner == account.id and account.guardrails.rcps is not None
        if not known and (kinds or self._action_service in services_with_rcps()):
            kinds.append("resource")
        if kinds:
            told = " and ".join(kinds).capitalize()
            yield f"{told} control policies of an organization are not known here: one could deny this."
