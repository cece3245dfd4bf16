"""Who reaches file systems: networks, policies, access points."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from auditor import Fix, Inventory, Problem, Problems, Severity, check
from auditor.facts import gathered
from checks.efs.resources import AccessPoint, FileSystem
from checks.vpc.resources import Subnet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_efs.type_defs import MountTargetDescriptionTypeDef

    from auditor.policy import Condition, Statement

USER_GUIDE: Final = "https://docs.aws.amazon.com/efs/latest/ug"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/efs-controls.html"
MOUNT: Final = "elasticfilesystem:ClientMount"
BINDING: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "elasticfilesystem:accessedviamounttarget",
        "elasticfilesystem:accesspointarn",
    }
)
"""The condition keys that keep a statement for anyone from being public (EFS User Guide, "Blocking public access")."""
OPERATORS: Final = ("stringequals", "stringlike", "arnequals", "arnlike", "ipaddress", "bool")
"""How the operators begin that admit only what they name."""
WILDCARDS: Final = frozenset("*?")


def _in_public_subnet(target: MountTargetDescriptionTypeDef, inventory: Inventory) -> Iterator[Problem]:
    """Yield a problem for a mount target in a subnet that hands out public addresses."""
    subnet = inventory.require(Subnet, target["SubnetId"])
    if subnet.gives_public_ipv4:
        summary = f"{target['MountTargetId']} is in {subnet.id}, which gives what is launched there a public address"
        yield Problem(summary, found=target, expected="a subnet without public addresses")


@check(
    "efs-file-system-mount-targets-private",
    Severity.MEDIUM,
    reads=[FileSystem.mount_targets, Subnet.gives_public_ipv4],
    references=[f"{USER_GUIDE}/accessing-fs.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 modify-subnet-attribute --region {resource.region} --subnet-id SUBNET_ID "
        "--no-map-public-ip-on-launch",
        text="Or create mount targets in private subnets, and delete those in public ones.",
    ),
)
def file_system_mount_targets_private(file_system: FileSystem, inventory: Inventory) -> Problems:
    """EFS mount targets are in private subnets.

    What is launched beside a mount target in a subnet that hands out public addresses is a bridge from the internet to
    the files. A file system without mount targets passes: nothing reaches it.
    """
    yield from gathered(*(partial(_in_public_subnet, each, inventory) for each in file_system.mount_targets))


def _binds(condition: Condition) -> bool:
    """Return whether a condition admits only what it names, and does not name everything."""
    named = condition.key in BINDING and condition.operator.startswith(OPERATORS)
    wide = any(_is_wide(value) for value in condition.values)
    return named and not condition.operator.endswith("ifexists") and not wide


def _is_wide(value: str) -> bool:
    """Return whether a value may be anybody's: its account, or else its beginning, is left open."""
    parts = value.split(":")[:5]
    holder = parts[-1] if parts[0] == "arn" and parts[-1] else parts[0].partition("/")[0]
    return value in {"0.0.0.0/0", "::/0", "false"} or not WILDCARDS.isdisjoint(holder)


def _public(statement: Statement) -> bool:
    anyone = statement.names_anyone or statement.not_principals is not None
    return statement.allows and anyone and not any(_binds(each) for each in statement.conditions)


@check(
    "efs-file-system-policy-not-public",
    Severity.HIGH,
    reads=[FileSystem.policy],
    references=[f"{USER_GUIDE}/access-control-block-public-access.html"],
    fix=Fix(
        cli="aws efs put-file-system-policy --region {resource.region} --file-system-id {resource.id} "
        "--policy file://POLICY.json",
        text="Name principals, or add the condition that elasticfilesystem:AccessedViaMountTarget is true. The file "
        "takes the place of the whole policy: start from the one there is (describe-file-system-policy).",
    ),
)
def file_system_policy_not_public(file_system: FileSystem) -> Problems:
    """The policies of EFS file systems do not admit everyone.

    A statement that allows any principal is public unless a condition binds it to fixed networks, accounts, access
    points or to access through a mount target. A file system without a policy admits whoever reaches a mount target,
    which security groups decide, and is not public.
    """
    for statement in file_system.policy.statements if file_system.policy else ():
        if _public(statement):
            summary = f"statement {statement.sid or 'without a name'} allows any principal"
            yield Problem(summary, found=statement, expected="named principals, or a condition that binds them")


def _refuses_plain(statement: Statement) -> bool:
    """Return whether a statement denies mounting to all that do not encrypt, and to no other end."""
    secure = [each for each in statement.conditions if each.key == "aws:securetransport"]
    refused = len(secure) == len(statement.conditions) == 1 and secure[0].operator in {"bool", "boolifexists"}
    return (
        not statement.allows
        and statement.names_anyone
        and statement.covers_action(MOUNT)
        and refused
        and secure[0].values == ("false",)
    )


@check(
    "efs-file-system-tls-required",
    Severity.MEDIUM,
    reads=[FileSystem.policy],
    references=[f"{USER_GUIDE}/encryption-in-transit.html", f"{USER_GUIDE}/iam-access-control-nfs-efs.html"],
    fix=Fix(
        cli="aws efs put-file-system-policy --region {resource.region} --file-system-id {resource.id} "
        "--policy file://POLICY.json",
        text="Let the policy deny every action to any principal where aws:SecureTransport is false. It takes the place "
        "of the one there is, or of the default, which admits who reaches a mount target: let it allow those who need "
        "access too, or everyone is cut off. Clients that mount without the tls option are in any case.",
    ),
)
def file_system_tls_required(file_system: FileSystem) -> Problems:
    """EFS file systems refuse clients that do not encrypt.

    Files otherwise cross the network in the clear wherever a client forgets the option.
    """
    statements = file_system.policy.statements if file_system.policy else ()
    if not any(_refuses_plain(each) for each in statements):
        yield Problem("clients may mount without TLS", expected="a denial where aws:SecureTransport is false")


ANEW: Final = Fix(
    cli="aws efs create-access-point --region {resource.region} --file-system-id FILE_SYSTEM_ID "
    "--posix-user Uid=UID,Gid=GID --root-directory Path=DIRECTORY && "
    "aws efs delete-access-point --region {resource.region} --access-point-id {resource.id}",
    text="Access points cannot be changed: let clients mount the new one before the old one is deleted.",
    terraform="""resource "aws_efs_access_point" "app" {
  file_system_id = aws_efs_file_system.this.id
  posix_user {
    uid = 1000
    gid = 1000
  }
  root_directory {
    path = "/app"
  }
}""",
    replacement=True,
)


@check(
    "efs-access-point-root-directory",
    Severity.MEDIUM,
    reads=[AccessPoint.root],
    references=[f"{USER_GUIDE}/enforce-root-directory-access-point.html", CONTROLS],
    fix=ANEW,
)
def access_point_root_directory(point: AccessPoint) -> Problems:
    """EFS access points open a directory of their own.

    One that opens the root shows each application the files of all the others.
    """
    if point.root == "/":
        yield Problem("the access point opens the whole file system", found=point.root, expected="a directory below /")


@check(
    "efs-access-point-user",
    Severity.MEDIUM,
    reads=[AccessPoint.user],
    references=[f"{USER_GUIDE}/enforce-identity-access-points.html", CONTROLS],
    fix=ANEW,
)
def access_point_user(point: AccessPoint) -> Problems:
    """EFS access points enforce a user.

    Where none is enforced, a client says itself which user it is, and is believed.
    """
    if point.user is None:
        yield Problem("the access point enforces no user", expected="a POSIX user and group")
