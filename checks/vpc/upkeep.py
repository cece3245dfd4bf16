"""Whether security groups are kept in order: used, chosen, short, and about groups there are and that one knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Fix, Inventory, Problem, Problems, Severity, check
from auditor.facts import either
from checks.ec2.resources import LaunchTemplate
from checks.vpc.pages import CONTROLS, PEERING, USER_GUIDE
from checks.vpc.resources import NetworkInterface, SecurityGroup, is_own

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import IpPermissionOutputTypeDef, UserIdGroupPairTypeDef

REVOKE: Final = (
    "aws ec2 revoke-security-group-ingress --region {resource.region} --group-id {resource.id} "
    "--security-group-rule-ids RULE_IDS"
)


@check(
    "ec2-group-used",
    Severity.MEDIUM,
    reads=[
        SecurityGroup.owner,
        SecurityGroup.group_name,
        SecurityGroup.other_groups,
        NetworkInterface.groups,
        LaunchTemplate.security_groups,
    ],
    references=[f"{USER_GUIDE}/deleting-security-groups.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 delete-security-group --region {resource.region} --group-id {resource.id}",
        text="See first that no launch configuration, and no service that is scaled to nothing, names it.",
    ),
    applies=lambda group: is_own(group) and group.group_name != "default",
)
def group_used(group: SecurityGroup, inventory: Inventory) -> Problems:
    """The security group is used.

    A group that nobody needs is a group that nobody watches, until something is put into it by mistake. It is used
    when a network interface (of an instance, a load balancer, a database, a function) is in it, or when another
    group's rule or the default or latest version of a launch template names it. One that only an old launch
    configuration or a service without a running task names counts as unused, as in AWS's own control.
    """
    used = either(
        lambda: bool(inventory.related(NetworkInterface.groups, group.id, group.region)),
        lambda: bool(inventory.related(SecurityGroup.other_groups, group.id, group.region)),
        lambda: bool(inventory.related(LaunchTemplate.security_groups, group.id, group.region)),
        lambda: bool(inventory.related(LaunchTemplate.security_groups, group.group_name, group.region)),
    )
    if not used:
        summary = "no network interface, other group's rule or launch template names the group"
        yield Problem(summary, expected="used, or deleted")


@check(
    "ec2-group-launch-wizard-absent",
    Severity.LOW,
    reads=[SecurityGroup.owner, SecurityGroup.group_name],
    references=[
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-launch-instance-wizard.html",
        f"{USER_GUIDE}/security-group-rules.html",
    ],
    fix=Fix(
        cli="aws ec2 delete-security-group --region {resource.region} --group-id {resource.id}",
        text="Give what uses it a group made for its purpose first.",
    ),
    applies=is_own,
)
def launch_wizard_absent(group: SecurityGroup) -> Problems:
    """The security group was not made by the launch wizard.

    The console's launch wizard makes groups named launch-wizard-1, -2 and so on, which by default admit SSH or Remote
    Desktop from everywhere. Their names say nothing of their purpose, so that nobody dares to change them.
    """
    if group.group_name.startswith("launch-wizard-"):
        yield Problem(f"the group is {group.group_name}", found=group.group_name, expected="a group for a purpose")


@check(
    "ec2-group-rules-few",
    Severity.LOW,
    reads=[SecurityGroup.owner, SecurityGroup.ingress, SecurityGroup.egress],
    references=[f"{USER_GUIDE}/security-group-rules.html", f"{USER_GUIDE}/amazon-vpc-limits.html"],
    fix=Fix(text="Put addresses that belong together into a prefix list, and name groups instead of their members."),
    applies=is_own,
)
def rules_few(group: SecurityGroup, *, at_most: int = 50) -> Problems:
    """The security group has few rules.

    Nobody can say what a group with very many rules lets in, and mistakes hide among them. AWS's quota is 60 each
    way. A rule is one source or destination: an address block, a prefix list or a group.
    """
    for rows, direction in ((group.ingress, "inbound"), (group.egress, "outbound")):
        count = sum(_rules(row) for row in rows)
        if count > at_most:
            yield Problem(f"the group has {count} {direction} rules", found=count, expected=f"at most {at_most}")


def _rules(row: IpPermissionOutputTypeDef) -> int:
    """Return how many rules AWS has folded into one permission."""
    members = (row.get("IpRanges"), row.get("Ipv6Ranges"), row.get("PrefixListIds"), row.get("UserIdGroupPairs"))
    return sum(len(each or ()) for each in members)


@check(
    "ec2-group-references-live",
    Severity.LOW,
    reads=[SecurityGroup.owner, SecurityGroup.pairs],
    references=[f"{PEERING}/vpc-peering-security-groups.html"],
    fix=Fix(
        cli=REVOKE, text="Outbound rules are revoked with revoke-security-group-egress. Stale rules let nobody in."
    ),
    applies=is_own,
)
def references_live(group: SecurityGroup, inventory: Inventory) -> Problems:
    """The rules of the security group name groups that exist.

    A rule that names a group in a peered VPC stays when that group or the peering connection is deleted. It lets
    nothing in, and hides what the group is really for. Such a rule shows no owner of the group, or a deleted peering
    connection.
    """
    for pair in group.pairs:
        why = _stale(group, pair, inventory)
        if why:
            yield Problem(f"a rule names {pair.get('GroupId')}: {why}", found=pair, expected="a group that exists")


def _stale(group: SecurityGroup, pair: UserIdGroupPairTypeDef, inventory: Inventory) -> str:
    """Return why the group that a rule names is not there; nothing when it is."""
    if pair.get("PeeringStatus") == "deleted":
        return "the peering connection is deleted"
    if "UserId" not in pair:
        return "the group is deleted"
    own = pair["UserId"] == group.account
    return "the group is deleted" if own and inventory.find(SecurityGroup, pair["GroupId"]) is None else ""


@check(
    "ec2-group-references-trusted",
    Severity.LOW,
    reads=[SecurityGroup.owner, SecurityGroup.pairs],
    references=[f"{PEERING}/vpc-peering-security-groups.html"],
    fix=Fix(cli=REVOKE, text="Or name the account among the trusted ones, if it is yours or a partner's."),
    applies=is_own,
)
def references_trusted(group: SecurityGroup, *, trusted: tuple[str, ...] = ()) -> Problems:
    """The rules of the security group name groups of trusted accounts only.

    Who is in a group is decided by the account that owns it: a rule for another account's group lets in whatever that
    account puts there. List the accounts that may in trusted.
    """
    known = {group.account, *trusted}
    for pair in group.pairs:
        owner = pair.get("UserId")
        if owner and owner not in known:
            summary = f"a rule names {pair.get('GroupId')} of account {owner}"
            yield Problem(summary, found=pair, expected="a group of this account or a trusted one")
