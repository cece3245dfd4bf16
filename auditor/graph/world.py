"""An account, indexed: which identities a resource pattern means, which roles trust whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.graph.index import Index, places
from auditor.graph.keys import PRINCIPAL_TAG, RESOURCE_TAGS, mentioned_keys
from auditor.graph.known_paths import catalogue
from auditor.graph.vocabulary import Vocabulary, rules
from auditor.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.graph.identities import Account, Identity
    from auditor.graph.vocabulary import Mentions

ANYTHING: Final = "unnamed:anything"
"""An action that no policy names: allowed to whoever is allowed all."""
MORE: Final = (
    *("iam:addroletoinstanceprofile", "iam:createinstanceprofile", "iam:deactivatemfadevice"),
    *("iam:deletepolicyversion", ANYTHING),
)
"""The actions that matter beside those of the catalogue."""
REGIONS: Final = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The region of each partition to which requests of IAM are sent (IAM User Guide, "Managing AWS STS")."""


class World:
    """An account with what its decisions share."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.region = REGIONS.get(account.partition, "us-east-1")
        self.identities = tuple(sorted(account.identities, key=lambda identity: identity.arn))
        self.place = {identity.arn: place for place, identity in enumerate(self.identities)}
        actions = {action for path in catalogue().values() for action in path.required if "*" not in action}
        self.vocabulary = Vocabulary({*actions, *MORE})
        self._mentions: dict[int, Mentions] = {}
        self._cut: dict[tuple[int, str], Policy | None] = {}
        self._kept: list[Policy] = []
        self.index = Index(tuple(self.place), [1 << place for place in self.place.values()])
        keys = self._keys()
        self.principal_tags = sorted(key for key in keys if key.startswith(PRINCIPAL_TAG))
        self.resource_tags = sorted(key for key in keys if key.startswith(RESOURCE_TAGS))

    def _keys(self) -> set[str]:
        """Return the condition keys that any policy names."""
        policies = {id(policy): policy for policy in self._all_policies()}
        return set().union(*map(mentioned_keys, policies.values()))

    def _all_policies(self) -> Iterator[Policy]:
        held = (*(each.grants for each in self.identities), *(each.grants for each in self.account.groups))
        yield from (grant.policy for grants in held for grant in grants)
        for identity in self.identities:
            yield from (grant.policy for grant in (identity.boundary,) if grant)
            yield from (policy for policy in (identity.trust,) if policy)
        for managed in self.account.managed.values():
            yield from (managed.policy, *managed.others.values())
        yield from (policy for level in self.account.scps for policy in level)
        yield from self.account.resource_policies.values()

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
