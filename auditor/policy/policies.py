"""Policies made ready for many decisions, and all those that have a say in one request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from auditor.policy.conditions import CLOSED, Context
from auditor.policy.kinds import Kind
from auditor.policy.patterns import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor.policy.document import Document, Statement
    from auditor.policy.principals import Principal

WILDCARDS: Final = {"*", "?"}
EVERYTHING: Final = {"*", "*:*"}
RESOLVES_VARIABLES: Final = "2012-10-17"


@dataclass(frozen=True, slots=True)
class Rule:
    """A statement and its place in its policy, its actions made ready: in lower case, names apart from patterns."""

    statement: Statement
    number: int
    """The statement's place in the policy, from 1."""
    exact: frozenset[str]
    prefixes: tuple[str, ...]
    """The patterns of which only the end is open, without that end."""
    patterns: tuple[str, ...]
    services: frozenset[str] | None
    """The services whose actions the statement may be about; None for any."""

    def covers(self, action: str) -> bool:
        """Return whether the statement is about an action, given in lower case."""
        found = (
            action in self.exact
            or action.startswith(self.prefixes)
            or any(matches(pattern, action) for pattern in self.patterns)
        )
        return found is not (self.statement.not_actions is not None)


@dataclass(frozen=True, slots=True)
class Policy:
    """A document with its name and an index of its statements by service."""

    document: Document
    name: str
    by_service: Mapping[str, tuple[Rule, ...]] = field(repr=False)
    of_any_service: tuple[Rule, ...] = field(repr=False)

    def rules(self, service: str) -> tuple[Rule, ...]:
        """Return the statements that may be about actions of a service, in order."""
        return self.by_service.get(service, self.of_any_service)

    @property
    def resolving(self) -> bool:
        """Whether the document's version has variables."""
        return self.document.version == RESOLVES_VARIABLES


def compiled(document: Document, name: str = "") -> Policy:
    """Return a document made ready for many decisions; ``name`` is what explanations call it."""
    rules = [_rule(statement, number) for number, statement in enumerate(document.statements, 1)]
    services = {service for rule in rules for service in rule.services or ()}
    return Policy(
        document,
        name,
        {each: tuple(rule for rule in rules if rule.services is None or each in rule.services) for each in services},
        tuple(rule for rule in rules if rule.services is None),
    )


def _rule(statement: Statement, number: int) -> Rule:
    inverted = statement.not_actions is not None
    actions = {each.lower() for each in (statement.not_actions if inverted else statement.actions) or ()}
    usable = {"*" if each in EVERYTHING else each for each in actions if each in EVERYTHING or _names_service(each)}
    patterns = {each for each in usable if WILDCARDS & set(each)}
    prefixes = {each for each in patterns if each.endswith("*") and not WILDCARDS & set(each[:-1])}
    services = None if inverted or "*" in usable else frozenset(each.partition(":")[0] for each in usable)
    return Rule(
        statement,
        number,
        exact=frozenset(usable - patterns),
        prefixes=tuple(each[:-1] for each in prefixes),
        patterns=tuple(patterns - prefixes),
        services=services,
    )


def _names_service(action: str) -> bool:
    """Return whether an action names its service: no wildcard stands for one but in ``*``."""
    service, colon, _ = action.partition(":")
    return bool(colon) and not WILDCARDS & set(service)


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies that have a say in a request.

    Leave out those that AWS does not apply: service and resource control policies of a management account, and
    resource control policies for resources that do not heed them (`heeds_rcps`). ``scps`` and ``rcps`` hold the
    policies of each level, from the root to the account: the principal's for the first, the resource's for the second.
    The policy that every level of resource control policies has, `RCPFullAWSAccess`, need not be given. Grants of KMS
    keys, access control lists and the policies of S3 access points are no part of a decision.
    """

    identity: tuple[Policy, ...] = ()
    resource: Policy | None = None
    boundaries: tuple[Policy, ...] = ()
    session: tuple[Policy, ...] = ()
    scps: tuple[tuple[Policy, ...], ...] = ()
    rcps: tuple[tuple[Policy, ...], ...] = ()
    endpoint: tuple[Policy, ...] = ()
    restrict_public_buckets: bool = False
    """Whether S3 keeps a bucket with a public policy to its account and to services."""

    def groups(self) -> Iterator[tuple[Kind, tuple[Policy, ...]]]:
        """Yield the policies that must allow a request together, in the order in which AWS asks them."""
        yield from _levels(Kind.RCP, self.rcps)
        yield from _levels(Kind.SCP, self.scps)
        if self.resource is not None:
            yield Kind.RESOURCE, (self.resource,)
        yield Kind.IDENTITY, self.identity
        for kind, policies in (
            (Kind.BOUNDARY, self.boundaries),
            (Kind.SESSION, self.session),
            (Kind.ENDPOINT, self.endpoint),
        ):
            if policies:
                yield kind, policies


def _levels(kind: Kind, levels: Iterable[tuple[Policy, ...]]) -> Iterator[tuple[Kind, tuple[Policy, ...]]]:
    for policies in levels:
        yield kind, policies


@dataclass(frozen=True, slots=True)
class Request:
    """A request to decide on: who does what to which resource, and what else is known of it."""

    principal: Principal
    action: str
    resource: str
    """An ARN, with wildcards for any of several, or ``*`` where nothing is said."""
    context: Context = CLOSED
    resource_account: str | None = None
    """The account of the resource; None for the one in the resource's ARN, or else the principal's."""
    knows_no_resources: bool = False
    """Whether the action has no resources, so that only a statement about all of them is about it."""

    @property
    def account(self) -> str | None:
        """The account that owns the resource."""
        if self.resource_account is not None:
            return self.resource_account
        parts = self.resource.split(":", 5)
        return parts[4] if len(parts) > 5 and parts[4].isdigit() else self.principal.account  # noqa: PLR2004
