"""The outsiders whom the statements of resource policies let in, each with a request that is allowed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from auditor.policy import Document, Extent, Policies, Reach, compiled, decide, reach
from auditor.policy.audience import WILLING
from auditor.policy.effort import Effort
from auditor.policy.places import owner
from auditor.policy.principals import Caller
from auditor.policy.probes import FOREIGNERS, OWN_IN_WORDS, OWN_ORGANIZATION
from checks.access.audience import title
from checks.access.controls import controls_of, denials, deny_for_strangers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor import Resource
    from auditor.guardrails import Levels
    from auditor.policy import Statement, Witness
    from checks.access.audience import Place, Reading
    from checks.access.controls import Denied

CANONICAL: Final = re.compile(r"[0-9a-f]{64}")
"""The id by which S3 knows an account."""
MOST_STATEMENTS: Final = 400
"""How many statements are looked into: more than fit into any policy that AWS takes."""
INSIDE: Final = Reach(Extent.INTERNAL)
UNTRIED: Final = Reach(Extent.UNKNOWN)
NAMED_BY_POLICIES: Final = frozenset({Caller.SERVICE, Caller.PROVIDER})
"""Those that only a policy that names them lets in."""
ORGANIZATION: Final = "aws:principalorgid"
SOURCE_ORGANIZATION: Final = "aws:sourceorgid"


@dataclass(frozen=True, slots=True)
class Party:
    """One outsider who is let in: an account, an organization, a canonical user or a service, with the proof.

    ``organization`` is the one that the caller must be of, if any.
    """

    name: str
    organization: str
    witness: Witness

    @property
    def is_acted_for(self) -> bool:
        """Whether it is a service that is let in, on behalf of this account."""
        return self.witness.request.principal.caller is Caller.SERVICE

    @property
    def is_canonical_user(self) -> bool:
        """Whether the policy names an account by the id that only S3 knows it by."""
        return CANONICAL.fullmatch(self.name) is not None


@dataclass(frozen=True, slots=True)
class Grant:
    """What one Allow statement of a policy lets outsiders do, less what the policy and the organization deny.

    ``number`` counts the policy's statements from 1; ``title`` is how findings call the statement.
    """

    document: Document
    statement: Statement
    number: int
    title: str
    reach: Reach
    """Whom the statement reaches alone: it is the first of those that witnesses tell."""
    places: tuple[Place, ...]
    target: str
    """What the resource is called in its policies."""
    controls: Levels = ()
    """What resource control policies deny of the resource."""
    tags: Mapping[str, str] | None = None
    """The resource's tags, by which those policies may exempt it; None where they are not known."""
    denied: tuple[Denied, ...] = ()
    """The statements of resource control policies that deny outsiders what the statement alone would let them do."""

    def beyond(self, account: str, networks: Iterable[str]) -> Grant:
        """Return the grant as it reaches beyond networks of one's own: VPCs, their endpoints, and address ranges."""
        actions = tuple(dict.fromkeys(each.request.action for each in self.reach.witnesses))
        found = reach(
            self.alone,
            account,
            self.target,
            own_networks=networks,
            actions=actions,
            rcps=self.controls,
            tags=self.tags,
        )
        return replace(self, reach=found)

    def reaching(self, left: Reach) -> Iterator[Grant]:
        """Yield the grant as resource control policies leave it; apart what they may deny, where nobody can tell."""
        yield replace(self, reach=left, denied=tuple(self._denied()))
        if left.undecided and left.witnesses and not self.reach.undecided:
            yield replace(self, reach=UNTRIED)

    def _denied(self) -> Iterator[Denied]:
        policies = self.policies
        for witness in self.reach.witnesses:
            yield from denials(decide(witness.request, policies), self.says(witness))

    @property
    def policies(self) -> Policies:
        """All that has a say where somebody outside asks for what the statement allows."""
        return Policies(identity=(WILLING,), resource=compiled(self.alone), rcps=self.controls)

    def is_denied_to_strangers(self, witness: Witness) -> bool:
        """Return whether a service is denied, by resource control policies, to do for strangers what it is let do."""
        return bool(self.controls) and deny_for_strangers(witness, self.controls)

    @property
    def public(self) -> Witness | None:
        """The request of a stranger, whom neither an account, nor a place, nor an identity provider narrows down."""
        found = self.reach
        strangers = (each for each in found.witnesses if found.extent is Extent.PUBLIC and self._is_stranger(each))
        return next(strangers, None)

    def _is_stranger(self, witness: Witness) -> bool:
        """Return whether a witness is nobody that the policy names.

        Identity providers of the account's own decide for whom they vouch. Those that vouch for anyone, such as
        Facebook, go by their names alone.
        """
        caller = witness.request.principal
        vouched = caller.caller is Caller.PROVIDER and caller.text.startswith("arn:")
        named = caller.account in self.reach.accounts or caller.caller is Caller.SERVICE
        return not vouched and not named and not self.is_placed(witness)

    def is_placed(self, witness: Witness) -> bool:
        """Return whether the policy lets a witness in because of where it is, as its kind of policy counts places."""
        return any(
            key.fullmatch(name) and _all_match(value, self.alone, name)
            for key, value in self.places
            for name in witness.request.context.values
        )

    @property
    def is_undecided(self) -> bool:
        """Whether the policy leaves open whether anyone at all is let in that no identity provider vouches for."""
        principals = self.statement.principals or ()
        vouched = bool(principals) and all(kind == "Federated" and name.startswith("arn:") for kind, name in principals)
        return self.reach.extent is Extent.UNKNOWN and not self.reach.witnesses and not vouched

    def says(self, witness: Witness) -> str:
        """Return in words what the statement lets a witness do."""
        asked, terms = witness.request, " and ".join(witness.terms)
        what = f"{self.title} lets {witness.caller} call {asked.action} on {asked.resource}"
        return f"{what}, with {terms}" if terms else what

    @property
    def alone(self) -> Document:
        """The policy with this statement alone of those that allow."""
        return self.apart(self.statement)

    def apart(self, statement: Statement) -> Document:
        """Return the policy with another statement in the place of all that allow."""
        return apart(self.document, statement)

    def parties(self) -> Iterator[Party]:
        """Yield whom the statement lets in by name, each once; of one that is public, nobody."""
        told = set()
        for witness in () if self.public else self.reach.witnesses:
            party = Party(self._name(witness), _required_organization(witness), witness)
            if party.name and party.name not in told:
                told.add(party.name)
                yield party

    @property
    def placed(self) -> Witness | None:
        """The request of somebody of whom the policy says no more than where they are."""
        people = (each for each in self.reach.witnesses if each.request.principal.caller not in NAMED_BY_POLICIES)
        return None if self.public else next((each for each in people if not self._name(each)), None)

    def _name(self, witness: Witness) -> str:
        caller, organization = witness.request.principal, _required_organization(witness)
        if caller.caller is Caller.SERVICE:
            return next(iter(self._acted_for(witness)), "")
        if caller.account in self.reach.accounts:
            return caller.account or ""
        if organization in self.reach.organizations:
            return organization
        return caller.text if CANONICAL.fullmatch(caller.text) else self._owner_of_place(witness)

    def _owner_of_place(self, witness: Witness) -> str:
        """Return the account or organization whose place, such as a VPC endpoint, a witness must come from."""
        places = (owner(key, each) for key, held in witness.request.context.values.items() for each in held)
        named = self.reach.accounts | self.reach.organizations
        return next((each for place in places for each in place if each in named), "")

    def _acted_for(self, witness: Witness) -> Iterator[str]:
        """Yield the account or organization on whose behalf a service is let in, where the policy names one."""
        held = witness.request.context.values
        arns = (each.split(":") for each in held.get("aws:sourcearn", ()))
        told = (*held.get("aws:sourceaccount", ()), *held.get("aws:sourceowner", ()))
        named = {*told, *(each[4] for each in arns if len(each) > 4)}  # noqa: PLR2004
        yield from (each for each in sorted(named) if each in self.reach.accounts)
        if witness.request.principal.text not in self.reach.confusable:
            yield from filter(None, [_required_organization(witness)])


Audience = tuple[Grant, ...]
"""The statements of a resource's policies that let outsiders in, services among them, or that may."""


def grants(document: Document, policy: str, resource: Resource, reading: Reading) -> Iterator[Grant]:
    """Yield what each statement of a resource's policy lets outsiders do; ``policy`` is its name, if it has one.

    Also what it would let them do, did not resource control policies deny that: they are asked only where the
    statement lets outsiders in.
    """
    search = _Search(resource, reading, controls_of(resource, reading.arn(resource)))
    for number, statement in enumerate(document.statements, 1):
        for part in _parts(statement, reading.only):
            alone = apart(document, part)
            found = search.reached(alone, number)
            if found.extent is not Extent.INTERNAL:
                which = title(statement, number, policy)
                grant = Grant(document, part, number, which, found, reading.places, reading.arn(resource))
                yield from search.heeded(grant)


@dataclass(slots=True)
class _Search:
    """A search for whom the statements of a policy let in, with what work is left for it."""

    resource: Resource
    reading: Reading
    controls: Levels
    effort: Effort = field(default_factory=Effort)
    effort_with_controls: Effort = field(default_factory=Effort)

    def reached(self, alone: Document, number: int) -> Reach:
        """Return whom a statement lets in, given as the only one of its policy that allows."""
        if _is_inside(alone.statements[0], self.resource.account):
            return INSIDE
        return UNTRIED if number > MOST_STATEMENTS else self._reached(alone, self.effort)

    def heeded(self, grant: Grant) -> Iterator[Grant]:
        """Yield what resource control policies leave of a grant."""
        if not self.controls or grant.number > MOST_STATEMENTS:
            yield grant
            return
        tags = self.resource.tags if self.reading.lists_tags else None
        left = self._reached(grant.alone, self.effort_with_controls, self.controls, tags)
        yield from replace(grant, controls=self.controls, tags=tags).reaching(left)

    def _reached(
        self, alone: Document, effort: Effort, controls: Levels = (), tags: Mapping[str, str] | None = None
    ) -> Reach:
        half = effort.half()
        actions = (*self.reading.only, *self.reading.actions)
        arn = self.reading.arn(self.resource)
        found = reach(alone, self.resource.account, arn, actions=actions, rcps=controls, tags=tags, effort=half)
        effort.give_back(half)
        return found


def _parts(statement: Statement, only: tuple[str, ...]) -> Iterator[Statement]:
    """Yield an Allow as far as it is about actions that count, apart for identity providers and for others."""
    if not statement.allows:
        return
    if only:
        counted = tuple(each for each in only if statement.is_about(each))
        statement = replace(statement, actions=counted, not_actions=None)
    if statement.actions == ():
        return
    kinds = {kind == "Federated" for kind, _ in statement.principals or ()}
    if len(kinds) < 2:  # noqa: PLR2004
        yield statement
        return
    for federated in (False, True):
        named = tuple(each for each in statement.principals or () if (each[0] == "Federated") is federated)
        yield replace(statement, principals=named)


def apart(document: Document, *allowing: Statement) -> Document:
    """Return a document with ``allowing`` as the only statements that allow; its denials stay."""
    return Document(document.version, (*allowing, *(each for each in document.statements if not each.allows)))


def _is_inside(statement: Statement, account: str) -> bool:
    """Return whether a statement names principals of the account alone: most do, and need no search."""
    own = (account, f":{account}:")
    return statement.principals is not None and all(
        kind == "AWS" and (value == own[0] or (own[1] in value and value.startswith("arn:")))
        for kind, value in statement.principals
    )


def _all_match(pattern: re.Pattern[str], document: Document, key: str) -> bool:
    """Return whether a document asks for values of a key, and all of them match."""
    conditions = (each for statement in document.statements for each in statement.conditions if each.key == key)
    values = [value for condition in conditions for value in condition.values]
    return bool(values) and all(map(pattern.fullmatch, values))


def _required_organization(witness: Witness) -> str:
    """Return the organization that a witness must be of, or act for; empty where any or none will do."""
    key = SOURCE_ORGANIZATION if witness.request.principal.caller is Caller.SERVICE else ORGANIZATION
    found = next(iter(witness.request.context.values.get(key, ())), "")
    if found == OWN_ORGANIZATION:
        return OWN_IN_WORDS
    return "" if found in FOREIGNERS else found
