"""How instances are reached: their metadata, their addresses, their credentials, and secrets in their user data."""

from __future__ import annotations

from ipaddress import IPv6Network, ip_address
from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.ec2.resources import GONE, Instance

USER_GUIDE: Final = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html"
GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
"""The IPv6 addresses of the internet (IANA, "Internet Protocol Version 6 Address Space")."""


def lives(instance: Instance) -> bool:
    """Return whether the instance is there, or can be started again."""
    return instance.state not in GONE


@check(
    "ec2-instance-imdsv2-required",
    Severity.HIGH,
    reads=[Instance.state, Instance.metadata_options],
    references=[f"{USER_GUIDE}/configuring-instance-metadata-service.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 modify-instance-metadata-options --region {resource.region} --instance-id {resource.id} "
        "--http-tokens required",
        terraform='resource "aws_instance" "this" {\n  metadata_options {\n    http_tokens = "required"\n  }\n}',
        text="See first that MetadataNoToken in CloudWatch is 0: software that still uses IMDSv1 stops working.",
    ),
    applies=lives,
)
def instance_imdsv2_required(instance: Instance) -> Problems:
    """Instances require IMDSv2 of whoever reads their metadata, or do not serve it.

    With IMDSv1 a flaw that makes a server fetch an address of the attacker's choice is enough to steal the
    credentials of the instance's role.
    """
    options = instance.metadata_options
    if options.get("HttpEndpoint") != "disabled" and options.get("HttpTokens") != "required":
        tokens = options.get("HttpTokens", "not set")
        yield Problem(f"session tokens are {tokens}", found=options, expected="HttpTokens: required")


@check(
    "ec2-instance-metadata-hop-limit",
    Severity.LOW,
    reads=[Instance.state, Instance.metadata_options, Instance.metadata_hops],
    references=[f"{USER_GUIDE}/instance-metadata-options.html"],
    fix=Fix(
        cli="aws ec2 modify-instance-metadata-options --region {resource.region} --instance-id {resource.id} "
        "--http-put-response-hop-limit 1",
        text="Containers in a network of their own no longer reach the metadata: give them credentials of their own.",
    ),
    applies=lives,
)
def instance_metadata_hop_limit(instance: Instance, *, hops: int = 1) -> Problems:
    """Metadata does not leave the instance.

    A token that may travel further reaches containers, which then have the instance's credentials, and whoever else
    has the instance forward its packets. Where containers need it, ``hops`` is 2.
    """
    limit = instance.metadata_hops
    if limit > hops and instance.metadata_options.get("HttpEndpoint") != "disabled":
        yield Problem(f"the hop limit is {limit}", found=limit, expected=f"at most {hops}")


@check(
    "ec2-instance-without-public-address",
    Severity.HIGH,
    reads=[Instance.state, Instance.public_ipv4, Instance.ipv6],
    references=[f"{USER_GUIDE}/using-instance-addressing.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 modify-network-interface-attribute --region {resource.region} --network-interface-id INTERFACE_ID "
        "--no-associate-public-ip-address",
        text="Put what must be reached from the internet behind a load balancer first, and let the instance reach out "
        "through a NAT gateway. An Elastic IP address is taken off with disassociate-address instead.",
        downtime=True,
    ),
    applies=lives,
)
def instance_without_public_address(instance: Instance, *, ipv6: bool = False) -> Problems:
    """Instances have no public addresses.

    An instance with one can be reached from the internet as far as routes, network ACLs and security groups allow: one
    mistake in those exposes it. All its network interfaces count, and carrier addresses do too. With ``ipv6`` its
    global IPv6 addresses count as well, which an egress-only gateway may keep from being reached.
    """
    if instance.public_ipv4:
        addresses = ", ".join(instance.public_ipv4)
        yield Problem(f"the instance has {addresses}", found=instance.public_ipv4, expected="no public IPv4 address")
    reachable = [each for each in instance.ipv6 if ip_address(each) in GLOBAL_UNICAST] if ipv6 else []
    if reachable:
        yield Problem(f"the instance has {', '.join(reachable)}", found=reachable, expected="no global IPv6 address")


@check(
    "ec2-instance-single-interface",
    Severity.LOW,
    reads=[Instance.state, Instance.interfaces],
    references=[f"{USER_GUIDE}/using-eni.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 detach-network-interface --region {resource.region} --attachment-id ATTACHMENT_ID",
        text="What talks to its address is cut off.",
        downtime=True,
    ),
    applies=lives,
)
def instance_single_interface(instance: Instance, *, interfaces: int = 1) -> Problems:
    """Instances have a single network interface.

    An instance in two subnets is a way around the rules between them. Appliances and clusters that need more are
    allowed for with ``interfaces``, or by an exception.
    """
    found = [each["NetworkInterfaceId"] for each in instance.interfaces]
    if len(found) > interfaces:
        summary = f"the instance has {len(found)} network interfaces"
        yield Problem(summary, found=found, expected=f"at most {interfaces}")


@check(
    "ec2-instance-profile-attached",
    Severity.MEDIUM,
    reads=[Instance.state, Instance.profile],
    references=[f"{USER_GUIDE}/iam-roles-for-amazon-ec2.html"],
    fix=Fix(
        cli="aws ec2 associate-iam-instance-profile --region {resource.region} --instance-id {resource.id} "
        "--iam-instance-profile Name=PROFILE_NAME",
        terraform='resource "aws_instance" "this" {\n  iam_instance_profile = aws_iam_instance_profile.app.name\n}',
        text="Delete the access keys that the instance held once its role does their work.",
    ),
    applies=lives,
)
def instance_profile_attached(instance: Instance) -> Problems:
    """Instances have an instance profile.

    Software on an instance without a role uses access keys that somebody copied there, which never expire and are
    seldom renewed. An instance that asks nothing of AWS needs a role for Systems Manager at least.
    """
    if instance.profile is None:
        yield Problem("the instance has no instance profile", expected="an instance profile with a role")


@check(
    "ec2-instance-user-data-without-secrets",
    Severity.HIGH,
    reads=[Instance.state, Instance.secrets],
    references=[
        f"{USER_GUIDE}/user-data.html",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets.html",
    ],
    fix=Fix(
        text="Renew each secret, keep it in Secrets Manager, and let the instance fetch it with its role. User data "
        "can be changed while the instance is stopped.",
        downtime=True,
    ),
    applies=lives,
)
def instance_user_data_without_secrets(instance: Instance) -> Problems:
    """The user data of instances holds no secrets.

    Every program on the instance, and whoever may describe its attributes, can read it. It is looked through as it is
    read: which kinds of secrets stand in which lines is all that is kept, never a value. What a script fetches when it
    runs is no secret in it. User data that cannot be read through is not passed.
    """
    for each in instance.secrets:
        summary = f"line {each.line} of the user data holds a secret ({each.kind})"
        yield Problem(summary, found=each.kind, expected="no secrets")
