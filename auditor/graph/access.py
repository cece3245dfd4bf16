"""Acting as another identity of the account through IAM and STS: assuming it, or making credentials of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from auditor.graph.choices import settled
from auditor.graph.edges import Proof
from auditor.graph.identities import Sort
from auditor.graph.known_paths import catalogue
from auditor.graph.powers import ASSUME, FEW, Aim
from auditor.graph.steps import Step, step
from auditor.graph.vocabulary import rules
from auditor.graph.world import trusting
from auditor.policy import Context, Policies, Request, decide, principal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.graph.identities import Identity
    from auditor.graph.powers import Powers
    from auditor.graph.world import World
    from auditor.policy import Policy, Statement

BY_SAML: Final = "sts:AssumeRoleWithSAML"
SAML: Final = ":saml-provider/"
EDIT_PROVIDER: Final = "iam:UpdateSAMLProvider"
EDIT_TRUST: Final = "iam:UpdateAssumeRolePolicy"
CREDENTIALS: Final = ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")
MOST_KEYS: Final = 2
"""How many access keys a user can have."""


class Access:
    """The ways to act as the identities of an account."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._delegated = 0
        """The roles whose trust policies leave it to the account who may assume them."""
        self._open = 0
        """The roles whose trust policies let in anyone."""
        self._naming: dict[str, int] = defaultdict(int)
        """The roles whose trust policies name an ARN."""
        self._providers: dict[str, int] = defaultdict(int)
        """The roles whose trust policies name a SAML provider, by its ARN."""
        self._unread = 0
        """The roles whose trust policies were not read."""
        self.users = self.roles = self.fixed = 0
        for place, identity in enumerate(world.identities):
            self._index(identity, 1 << place)
        self._paths = catalogue()

    def _index(self, identity: Identity, bit: int) -> None:
        if identity.is_reserved:
            self.fixed |= bit
        if identity.sort is Sort.USER:
            self.users |= bit
        elif not identity.is_service_linked:
            self.roles |= bit
            if identity.trust is None:
                self._unread |= bit
            else:
                self._trust(identity.trust, bit)

    def _trust(self, trust: Policy, bit: int) -> None:
        for rule in rules(trust):
            if rule.statement.allows and rule.covers(BY_SAML.lower()) and not bit & self.fixed:
                self._federate(rule.statement, bit)
            if rule.statement.allows and rule.covers(ASSUME.lower()):
                if rule.statement.not_principals is not None:
                    self._open |= bit
                for kind, value in rule.statement.principals or ():
                    if kind == "AWS":
                        self._entry(value, bit)

    def _federate(self, statement: Statement, bit: int) -> None:
        for kind, value in statement.principals or ():
            if kind == "Federated" and SAML in value:
                self._providers[value] |= bit

    def _entry(self, value: str, bit: int) -> None:
        account = self._world.account.id
        if value == "*":
            self._open |= bit
        elif value == account or value.endswith(f":iam::{account}:root"):
            self._delegated |= bit
        elif value in self._world.place:
            self._naming[value] |= bit
        elif ":assumed-role/" in value:
            self._naming[f"role {principal(value).role}"] |= bit

    def might(self, powers: Powers, among: int) -> int:
        """Return the bits of those identities among some as which an identity might act."""
        bits = self._named(powers) | self._asked(powers, among)
        for action, some in (*((each, self.users) for each in CREDENTIALS), (EDIT_TRUST, self.roles & ~self.fixed)):
            if powers.may(self._world.vocabulary.mask([action])):
                bits |= powers.reached(action) & some
        if powers.may(self._world.vocabulary.mask([EDIT_PROVIDER])):
            bits |= self._federated
        return bits & among

    def _named(self, powers: Powers) -> int:
        """Return the roles that let an identity in by name."""
        identity = powers.identity
        return self._naming.get(identity.arn, 0) | self._naming.get(f"role {identity.name}", 0) | self._open

    def _asked(self, powers: Powers, bits: int) -> int:
        """Return those of some roles that leave it to the account, and that an identity's policies might mean."""
        if not powers.may(self._world.vocabulary.mask([ASSUME])):
            return 0
        meant = bits & (self._delegated | self._unread) & powers.meant(ASSUME)
        return meant & powers.reached(ASSUME) if meant.bit_count() > FEW else meant

    def is_idle(self, powers: Powers) -> bool:
        """Return whether an identity surely acts as nobody else: no policy lets it, and no role lets it in."""
        actions = (*CREDENTIALS, EDIT_TRUST, EDIT_PROVIDER)
        return not self._named(powers) and not any(
            powers.may(self._world.vocabulary.mask([action])) for action in actions
        )

    def steps(self, powers: Powers, bits: int) -> Iterator[Step]:
        """Yield the ways in which an identity can act as those of ``bits``."""
        bits &= ~self._world.bit(powers.identity.arn)
        yield from self._assumed(powers, bits & self.roles)
        yield from self._credentials(powers, bits & self.users)
        yield from self._let_in(powers, bits & self.roles & ~self.fixed)
        yield from self._as_provider(powers, bits & self._federated)

    # --- Assuming a role ----------------------------------------------------------------------------------------

    def _assumed(self, powers: Powers, bits: int) -> Iterator[Step]:
        named, asked = self._named(powers), self._asked(powers, bits)
        path = self._paths["sts-001"]
        for role in self._world.within(bits & (named | asked & self._delegated)):
            proof = powers.asked(_assuming(role), trust=role.trust)
            if proof:
                yield step(role, path, (proof,))
        for role in self._world.within(bits & asked & self._unread):
            proof = powers.asked(_assuming(role), trust=self._world.delegating)
            if proof:
                yield step(role, path, (proof,), "the role's trust policy was not read")

    # --- Credentials of users -----------------------------------------------------------------------------------

    def _credentials(self, powers: Powers, bits: int) -> Iterator[Step]:
        able = [action for action in CREDENTIALS if powers.may(self._world.vocabulary.mask([action]))]
        reached = 0
        for action in able:
            reached |= powers.reached(action)
        for user in self._world.within(bits & reached):
            if able[0] == CREDENTIALS[0]:
                yield from self._by_key(powers, user)
            yield from self._by_password(powers, user)

    def _by_key(self, powers: Powers, user: Identity) -> Iterator[Step]:
        created = self._on(powers, "iam:CreateAccessKey", user)
        if created is None:
            return
        deleted = self._on(powers, "iam:DeleteAccessKey", user)
        if user.access_keys is not None and user.access_keys < MOST_KEYS:
            yield step(user, self._paths["iam-002"], (created,))
        elif deleted is not None:
            yield step(user, self._paths["iam-003"], (deleted, created))
        elif user.access_keys is None:
            yield step(user, self._paths["iam-002"], (created,), "it is not known how many access keys the user has")

    def _by_password(self, powers: Powers, user: Identity) -> Iterator[Step]:
        doubts, signing_in = self._second_factor(powers, user)
        if signing_in is None:
            return
        for path_id, action, suits in (
            ("iam-004", "iam:CreateLoginProfile", user.has_password is not True),
            ("iam-006", "iam:UpdateLoginProfile", user.has_password is not False),
        ):
            proof = self._on(powers, action, user) if suits else None
            if proof:
                unknown = ["it is not known whether the user has a password"] if user.has_password is None else []
                yield step(user, self._paths[path_id], (*signing_in, proof), *unknown, *doubts)

    def _second_factor(self, powers: Powers, user: Identity) -> tuple[list[str], tuple[Proof, ...] | None]:
        """Return what is doubtful about the user's MFA device, and how it is done away with; None where it is not."""
        if user.has_mfa is False:
            return [], ()
        removed = self._on(powers, "iam:DeactivateMFADevice", user)
        if removed is not None:
            return [], (removed,)
        return ["it is not known whether the user has an MFA device"], () if user.has_mfa is None else None

    def _on(self, powers: Powers, action: str, user: Identity) -> Proof | None:
        if not powers.may(self._world.vocabulary.mask([action])):
            return None
        return powers.asked(Aim(action, user.arn, tags=user.tags))

    # --- Changing a trust policy --------------------------------------------------------------------------------

    def _let_in(self, powers: Powers, bits: int) -> Iterator[Step]:
        if not powers.may(self._world.vocabulary.mask([EDIT_TRUST])):
            return
        for role in self._world.within(bits & powers.reached(EDIT_TRUST)):
            edited = powers.asked(Aim(EDIT_TRUST, role.arn, tags=role.tags))
            if edited:
                assumed = powers.asked(_assuming(role), trust=trusting(powers.identity.arn))
                if assumed:
                    yield step(role, self._paths["iam-012"], (edited, assumed))

    # --- Being the identity provider ----------------------------------------------------------------------------

    @property
    def _federated(self) -> int:
        bits = 0
        for each in self._providers.values():
            bits |= each
        return bits

    def _as_provider(self, powers: Powers, bits: int) -> Iterator[Step]:
        if not bits or not powers.may(self._world.vocabulary.mask([EDIT_PROVIDER])):
            return
        for provider, roles in self._providers.items():
            edited = powers.asked(Aim(EDIT_PROVIDER, provider)) if roles & bits else None
            for role in self._world.within(roles & bits) if edited else ():
                signed_in = self._signing_in(provider, role)
                if edited and signed_in:
                    yield step(role, self._paths["aaa-iam-022"], (edited, signed_in), through=provider)

    def _signing_in(self, provider: str, role: Identity) -> Proof | None:
        """Return the decision by which whoever a SAML provider vouches for assumes a role; None where none may."""
        request = Request(principal(provider), BY_SAML, role.arn, Context(open=True), role.account)
        policies = Policies(resource=role.trust, rcps=self._world.controls(BY_SAML))
        return settled(Proof(request, decide(request, policies)), policies, creates=False)


def _assuming(role: Identity) -> Aim:
    return Aim(ASSUME, role.arn, tags=role.tags)
