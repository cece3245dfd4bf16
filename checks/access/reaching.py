"""Whom resource policies let in from outside: anyone, accounts that nobody knows, or whoever is not named plainly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Check, Problem, Problems, Resource, Severity, check
from checks.access.audience import told
from checks.access.policies import KEY, KINDS, LOGS, ROLE, PolicyKind
from checks.organizations.resources import OrganizationsAccount

if TYPE_CHECKING:
    from typing import Any

    from auditor import Inventory
    from auditor.checking import Function
    from auditor.facts import Fact
    from checks.access.outsiders import Party

OWN_ORGANIZATION: Final = "${aws:ResourceOrgID}"
"""How policies name the organization of the account without its id."""
PRINCIPALS: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"
CROSS_ACCOUNT: Final = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html"
)
KEYS: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"


def check_of(
    kind: PolicyKind,
    rule: str,
    severity: Severity,
    function: Function,
    title: str,
    *,
    reads: tuple[Fact[Any], ...] = (),
    references: tuple[str, ...] = (),
) -> Check:
    """Return a rule for one kind of policies as a check: its id is the kind's stem and the rule."""
    return check(
        f"{kind.stem}-{rule}",
        severity,
        reads=(kind.policy, kind.audience, *reads),
        references=(kind.guide, *references),
        fix=kind.fix,
        applies=kind.applies,
        title=title,
        resource=kind.resource,
    )(function)


def _public(kind: PolicyKind) -> Check:
    def policy_not_public(resource: Resource, *, own_networks: tuple[str, ...] = ()) -> Problems:
        """Resource policies do not let in just anyone.

        What a policy grants to anyone, any AWS account or none at all, strangers find and use. The verdict is worked
        out: what other statements deny is subtracted, and a condition counts only where a fixed value is asked of
        something that the caller cannot choose. The finding shows a request that AWS would allow. The parameter
        own_networks tells the VPCs, VPC endpoints and address ranges that are one's own.
        """
        for each in kind.grants(resource):
            grant = each.beyond(resource.account, own_networks) if each.public and own_networks else each
            if grant.public and not kind.stopped(resource):
                expected = "named principals, or a condition on the account or organization of the caller"
                yield Problem(grant.says(grant.public), found=told(grant.public, grant.number), expected=expected)

    title = f"{kind.policies} do not let in just anyone"
    return check_of(
        kind, "not-public", kind.public, policy_not_public, title, reads=kind.stopped_by, references=(PRINCIPALS, KEYS)
    )


def _accounts(kind: PolicyKind) -> Check:
    organization = (OrganizationsAccount.organization, *kind.named_by)

    def policy_accounts_known(resource: Resource, inventory: Inventory, *, trusted: tuple[str, ...] = ()) -> Problems:
        """Resource policies let in only accounts that are known.

        Whom a policy lets in keeps access after the project, partner or supplier is gone. The list is complete: each
        account and organization outside that some request of theirs is allowed for, directly or through a service that
        acts for them. Those that may be let in are told by the parameter trusted; the account's own organization is
        known, so are accounts of AWS's own that deliver logs, and the management account where a service acts for it.
        Whether anyone at all is let in, another check tells.
        """
        for grant in kind.grants(resource):
            for party in grant.parties():
                if not is_known(party, kind, inventory, trusted):
                    yield Problem(
                        grant.says(party.witness),
                        found=told(party.witness, grant.number),
                        expected="own and trusted accounts",
                    )

    return check_of(
        kind,
        "not-shared" if kind is KEY else "known-accounts",
        kind.shared,
        policy_accounts_known,
        f"{kind.policies} let in known accounts only",
        reads=organization,
        references=(CROSS_ACCOUNT,),
    )


def is_known(party: Party, kind: PolicyKind, inventory: Inventory, trusted: tuple[str, ...]) -> bool:
    """Return whether somebody who is let in is expected to be."""
    home = inventory.target.guardrails.place.partition("/")[0] or OWN_ORGANIZATION
    if {party.name, party.organization} & {*trusted, *kind.known, OWN_ORGANIZATION, home}:
        return True
    if party.is_canonical_user:
        return party.name == kind.own_name(inventory)
    # Organizations makes a role in each account that trusts the management account, for which trails of the
    # organization and the like act, too.
    manages = kind is ROLE or party.is_acted_for
    if not party.organization and not manages:
        return False
    own = inventory.one(OrganizationsAccount).organization
    managed = manages and own is not None and own["MasterAccountId"] == party.name
    return own is not None and (own["Id"] == party.organization or managed)


def _callers(kind: PolicyKind, severity: Severity) -> Check:
    def policy_callers_known(resource: Resource, *, own_networks: tuple[str, ...] = ()) -> Problems:
        """Policies that address everyone say by a plain condition whom they mean.

        A network, a tag, a negation or a denial elsewhere may well keep strangers out, until somebody changes it who
        does not know that all depends on it. A positive comparison with an account, an organization or a principal is
        certain, and seen where everyone is allowed. What is surely public fails another rule. The parameter
        own_networks tells the VPCs, VPC endpoints and address ranges that are one's own: a condition that names nothing
        else is plain.
        """
        from checks.access.narrowing import says_who

        public = {each.title for each in kind.grants(resource) if each.public}
        for title, _document, statement in kind.addressing_everyone(resource):
            if title not in public and not says_who(statement, kind, own_networks):
                summary = f"{title} allows everyone, and no plain condition says who is meant"
                yield Problem(summary, found=statement, expected="named principals or a condition on who calls")

    title = f"{kind.policies} that address everyone say by a plain condition whom they mean"
    return check_of(kind, "callers-known", severity, policy_callers_known, title, references=(KEYS,))


PUBLIC: Final = [_public(kind) for kind in KINDS]
ACCOUNTS: Final = [_accounts(kind) for kind in KINDS]
CALLERS: Final = [
    _callers(kind, Severity.MEDIUM if kind is KEY else Severity.LOW) for kind in KINDS if kind is not LOGS
]
