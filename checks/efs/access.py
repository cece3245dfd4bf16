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


USER_GUIDE: Final = "https://docs.aws.amazon.com/efs/latest/ug"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/efs-controls.html"
MOUNT: Final = "elasticfilesystem:ClientMount"


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
    from checks.access.transport import refuses_plain_http

    if not refuses_plain_http(file_system.policy, file_system, MOUNT, file_system.arn):
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
