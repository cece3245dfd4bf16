"""An account, indexed: which identities a resource pattern means, which roles trust whom."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from auditor.graph.budget import Budget
from auditor.graph.index import Index, places, split
from auditor.graph.keys import PRINCIPAL_TAG, RESOURCE_TAGS, mentioned_keys
from auditor.graph.known_paths import catalogue
from auditor.graph.vocabulary import Vocabulary, rules
from auditor.guardrails import said_of
from auditor.policy import Policy, compiled, parse
from auditor.policy.patterns import variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from auditor.graph.identities import Account, Identity
    from auditor.graph.keys import Values
    from auditor.graph.vocabulary import Mentions
    from auditor.guardrails import Levels
    from auditor.policy import Policies

ANYTHING: Final = "unnamed:anything"
"""An action that no policy names: allowed to whoever is allowed all."""
MORE: Final = (
    *("iam:addroletoinstanceprofile", "iam:createinstanceprofile", "iam:deactivatemfadevice", "iam:enablemfadevice"),
    *("iam:deletepolicyversion", ANYTHING),
)
"""The actions that matter beside those of the catalogue."""
REGIONS: Final = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The region of each partition to which requests of IAM are sent (IAM User Guide, "Managing AWS STS")."""
BOUNDARY: Final = "iam:permissionsboundary"
WILD: Final = frozenset("*?$")
POLICY: Final = "iam:policyarn"


def trusting(arn: str) -> Policy:
    """Return the trust policy that lets a principal, or an account by its id, assume a role."""
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}
    return compiled(parse({"Version": "2012-10-17", "Statement": statement}), "a trust policy that names it")


class World:
    """An account with what its decisions share."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.budget = Budget()
        self.full_access = f"arn:{account.partition}:iam::aws:policy/AdministratorAccess"
        """The ARN of AWS's policy for administrators."""
        self.region = REGIONS.get(account.partition, "us-east-1")
        self.identities = tuple(sorted(account.identities, key=lambda identity: identity.arn))
        self.place = {identity.arn: place for place, identity in enumerate(self.identities)}
        actions = {action for path in catalogue().values() for action in path.required if "*" not in action}
        self.vocabulary = Vocabulary({*actions, *MORE})
        self._mentions: dict[int, Mentions] = {}
        self._cut: dict[tuple[int, str], Policy | None] = {}
        self._kept: list[Policy] = []
        services = sorted({action.partition(":")[0].lower() for action in actions})
        self._controls = {each: account.guardrails.denials(each) for each in services}
        """What resource control policies deny of each service's actions."""
        self.home: Values = said_of(account.guardrails.place, "principal") | said_of(
            account.guardrails.place, "resource"
        )
        """Where the account stands in its organization, as AWS says of its principals and of its resources."""
        self._policies = tuple({id(policy): policy for policy in self._all_policies()}.values())
        self._held: dict[str, list[str]] = {}
        self.index = Index(tuple(self.place), [1 << place for place in self.place.values()])
        self.delegating = trusting(account.id)
        self._bounded = list(self._by(lambda each: [each.boundary.origin] if each.boundary else []))
        self._tagged = list(self._by(lambda each: each.tags.items()))
        self.keys = keys = self._keys()
        """The condition keys that any policy names."""
        self.now, self.new_session = _times(account.at)
        self.principal_tags = sorted(key for key in keys if key.startswith(PRINCIPAL_TAG))
        self.resource_tags = sorted(key for key in keys if key.startswith(RESOURCE_TAGS))

    def _by(self, values: Callable[[Identity], Iterable[object]]) -> Iterable[int]:
        """Return for each value that identities have the bits of those that have it."""
        found: dict[object, int] = {}
        for place, identity in enumerate(self.identities):
            for value in values(identity):
                found[value] = found.get(value, 0) | 1 << place
        return found.values()

    def _keys(self) -> set[str]:
        """Return the condition keys that any policy names."""
        return set().union(*map(mentioned_keys, self._policies))

    def _all_policies(self) -> Iterator[Policy]:
        held = (*(each.grants for each in self.identities), *(each.grants for each in self.account.groups))
        yield from (grant.policy for grants in held for grant in grants)
        for identity in self.identities:
            yield from (grant.policy for grant in (identity.boundary,) if grant)
            yield from (policy for policy in (identity.trust,) if policy)
        for managed in self.account.managed.values():
            yield from (managed.policy, *managed.others.values())
        levels = (*self.account.scps, *chain.from_iterable(self._controls.values()))
        yield from (policy for level in levels for policy in level)
        yield from self.account.resource_policies.values()

    def policies_told_apart(self) -> Iterator[str]:
        """Yield the patterns of managed policies by which it is told what may be attached; none where it is not."""
        if POLICY not in self.keys:
            return
        statements = [each for policy in self._policies for each in policy.document.statements]
        for statement in statements:
            yield from (value for each in statement.conditions if each.key == POLICY for value in each.values)
            if statement.allows and statement.is_about("iam:CreatePolicy"):
                yield from statement.resources or ()

    def tags_asked_for(self) -> Iterator[tuple[str, str]]:
        """Yield the tags of principals, key and value, by which statements allow something."""
        if not self.principal_tags:
            return
        found: dict[tuple[str, str], None] = {}
        statements = (each for policy in self._policies for each in policy.document.statements if each.allows)
        for condition in (each for statement in statements for each in statement.conditions):
            for value in condition.values:
                found |= dict.fromkeys(self._tags_meeting(condition.key, value))
        yield from found

    def _tags_meeting(self, key: str, value: str) -> Iterator[tuple[str, str]]:
        """Yield the tags by which a principal could meet a condition: a value, or what identities are tagged with."""
        if key.startswith(PRINCIPAL_TAG) and not WILD & set(value):
            yield key.removeprefix(PRINCIPAL_TAG), value
        elif key.startswith(RESOURCE_TAGS) and "${" in value:
            asked = [each for each in variables(value) if each.startswith(PRINCIPAL_TAG)]
            held = self._values_of(key.partition("/")[2]) if asked else []
            yield from ((each.removeprefix(PRINCIPAL_TAG), own) for each in asked for own in held)

    def _values_of(self, tag: str) -> list[str]:
        """Return the values that identities have of a tag, in order."""
        if tag not in self._held:
            tags = (each for identity in self.identities for each in identity.tags.items())
            self._held[tag] = sorted({value for name, value in tags if name.lower() == tag})
        return self._held[tag]

    def controls(self, action: str) -> Levels:
        """Return what the resource control policies of each level deny of the actions of an action's service."""
        return self._controls.get(action.partition(":")[0].lower(), ())

    def mentions(self, policy: Policy) -> Mentions:
        """Return which of the graph's actions a policy is about."""
        found = self._mentions.get(id(policy))
        if found is None:
            self._kept.append(policy)  # an id is the object's only as long as the object lives
            found = self._mentions[id(policy)] = self.vocabulary.mentions(policy)
        return found

    def about(self, policies: Iterable[Policy], action: str, *, keep: bool = False) -> tuple[Policy, ...]:
        """Return policies with only the statements about an action; ``keep`` also those that have none."""
        bit = self.vocabulary.mask([action])
        found: list[Policy] = []
        for policy in policies:
            mentions = self.mentions(policy)
            if keep or (mentions.allowed | mentions.denied) & bit:
                found.append(self._about(policy, action))
        return tuple(found)

    def _about(self, policy: Policy, action: str) -> Policy:
        key = id(policy), action
        found = self._cut.get(key)
        if found is None:
            covering = tuple(rule for rule in rules(policy) if rule.covers(action.lower()))
            found = self._cut[key] = Policy(policy.document, policy.name, {}, covering)
        return found

    def alike(self, policies: Policies, bits: int) -> list[int]:
        """Return bits in parts that policies do not tell apart; none where those are too many, or hang on variables."""
        groups = (policies.identity, policies.boundaries, *policies.scps, *policies.rcps)
        statements = [rule.statement for group in groups for policy in group for rule in policy.of_any_service]
        named = (pattern for one in statements for pattern in (*(one.resources or ()), *(one.not_resources or ())))
        patterns = dict.fromkeys(named)
        if any("${" in pattern for pattern in patterns):
            return []
        keys = {condition.key for one in statements for condition in one.conditions}
        told = self._tagged if any(key.startswith(RESOURCE_TAGS) for key in keys) else []
        bounded = self._bounded if BOUNDARY in keys else []
        return split(bits, (*map(self.index.meant, patterns), *bounded, *told))

    def bit(self, arn: str) -> int:
        """Return the bit of an identity; none for an ARN that is no identity's."""
        return 1 << self.place[arn] if arn in self.place else 0

    @property
    def everyone(self) -> int:
        """The bits of all identities."""
        return (1 << len(self.identities)) - 1

    def within(self, bits: int) -> Iterator[Identity]:
        """Yield the identities of bits, in order."""
        for place in places(bits):
            yield self.identities[place]


def _times(at: datetime | None) -> tuple[Values, Values]:
    """Return what AWS says of the time of each request, and of when a session of a role was made: just then."""
    if at is None:
        return {}, {}
    time = (at.isoformat(),)
    return {"aws:currenttime": time, "aws:epochtime": (str(int(at.timestamp())),)}, {"aws:tokenissuetime": time}
