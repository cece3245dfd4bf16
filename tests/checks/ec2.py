from datetime import timedelta

from auditor.secrets import Sighting
from auditor.testing import NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.ec2.images import image_current, image_encrypted, image_not_public
from checks.ec2.instances import (
    instance_imdsv2_required,
    instance_metadata_hop_limit,
    instance_profile_attached,
    instance_single_interface,
    instance_user_data_without_secrets,
    instance_without_public_address,
)
from checks.ec2.regions import (
    region_image_public_access_blocked,
    region_imdsv2_by_default,
    region_serial_console_off,
)
from checks.ec2.resources import Ec2Region, Image, Instance
from checks.ec2.upkeep import (
    instance_current_generation,
    instance_detailed_monitoring,
    instance_hardware_virtualized,
    instance_not_stopped_long,
    instance_recently_launched,
    instance_termination_protected,
    instance_volumes_outlive_deliberately,
)

REFUSED = refused("ec2:DescribeInstances")
ATTRIBUTE_REFUSED = refused("ec2:DescribeInstanceAttribute")
BOOT_AND_DATA = {"/dev/xvda": True, "/dev/sdb": False}


def ago(days):
    return NOW - timedelta(days=days)


def metadata(state="running", **options):
    return fake(Instance, "i-1", state=state, metadata_options=options)


def reaching(hops, *, endpoint="enabled"):
    return instance(metadata_hops=hops, metadata_options={"HttpEndpoint": endpoint})


def instance(state="running", **facts):
    return fake(Instance, "i-1", state=state, **facts)


def stopped(since, *, launched=400):
    return instance("stopped", launched=ago(launched), stopped=ago(since) if isinstance(since, int) else since)


def interface(*addresses, name="eni-1", public="", secondary="", carrier=""):
    """A network interface with its first address public or not, as DescribeInstances tells it."""
    primary = {"PrivateIpAddress": "10.0.0.1"}
    told = {"NetworkInterfaceId": name, "Ipv6Addresses": [{"Ipv6Address": each} for each in addresses]}
    association = {"PublicIp": public} if public else {"CarrierIp": carrier} if carrier else None
    if association:
        primary["Association"] = told["Association"] = association
    more = [{"PrivateIpAddress": "10.0.0.2", "Association": {"PublicIp": secondary}}] if secondary else []
    return {**told, "PrivateIpAddresses": [primary, *more]}


def networked(*interfaces, state="running"):
    return instance(state, interfaces=list(interfaces))


def with_volumes(deleted):
    volumes = [{"DeviceName": name, "Ebs": {"DeleteOnTermination": gone}} for name, gone in deleted.items()]
    return instance(root_device="/dev/xvda", volumes=volumes)


def region(**facts):
    return fake(Ec2Region, region="eu-west-1", **facts)


def image(*, created=10, deprecated=None, devices=()):
    return fake(Image, "ami-1", created=ago(created), deprecated=deprecated, devices=list(devices))


CASES: list[Case] = [
    # IMDSv2.
    passes(instance_imdsv2_required, metadata(HttpTokens="required", HttpEndpoint="enabled")),
    passes(
        instance_imdsv2_required,
        metadata(HttpTokens="optional", HttpEndpoint="disabled"),
        doubt="Where the metadata endpoint is off, no version of it answers.",
    ),
    fails(
        instance_imdsv2_required,
        metadata(HttpTokens="optional", HttpEndpoint="enabled"),
        says="optional",
        doubt="With tokens optional the instance still answers requests of IMDSv1.",
    ),
    fails(
        instance_imdsv2_required,
        metadata("stopped", HttpTokens="optional", HttpEndpoint="enabled"),
        doubt="A stopped instance keeps its settings: it will answer IMDSv1 once it is started.",
    ),
    inapplicable(instance_imdsv2_required, metadata("terminated", HttpTokens="optional")),
    inapplicable(instance_imdsv2_required, metadata("shutting-down", HttpTokens="optional")),
    unknown(instance_imdsv2_required, instance(metadata_options=refused())),
    unknown(instance_imdsv2_required, instance(REFUSED)),
    passes(instance_metadata_hop_limit, reaching(1)),
    passes(instance_metadata_hop_limit, reaching(2), hops=2),
    passes(instance_metadata_hop_limit, reaching(64, endpoint="disabled")),
    fails(instance_metadata_hop_limit, reaching(2), says="the hop limit is 2"),
    unknown(instance_metadata_hop_limit, reaching(REFUSED)),
    # Addresses.
    passes(instance_without_public_address, networked(interface())),
    fails(instance_without_public_address, networked(interface(public="3.0.0.1")), says="the instance has 3.0.0.1"),
    fails(
        instance_without_public_address,
        networked(interface(), interface(name="eni-2", secondary="3.0.0.2")),
        says="3.0.0.2",
        doubt="An Elastic IP address of a second address of a second interface is reached like any other.",
    ),
    fails(
        instance_without_public_address,
        networked(interface(carrier="155.146.0.1")),
        doubt="A carrier address is reached from the carrier's network.",
    ),
    fails(instance_without_public_address, networked(interface(public="3.0.0.1"), state="stopped")),
    passes(
        instance_without_public_address,
        networked(interface("2a05:d018::1")),
        doubt="A global IPv6 address is judged only where the parameter asks: every IPv6 address of a VPC is global.",
    ),
    fails(instance_without_public_address, networked(interface("2a05:d018::1")), ipv6=True, says="2a05:d018::1"),
    passes(instance_without_public_address, networked(interface("fd00:ec2::1")), ipv6=True),
    inapplicable(instance_without_public_address, networked(interface(public="3.0.0.1"), state="terminated")),
    unknown(instance_without_public_address, instance(interfaces=REFUSED)),
    passes(instance_single_interface, networked(interface())),
    passes(instance_single_interface, networked(interface(), interface(name="eni-2")), interfaces=2),
    fails(instance_single_interface, networked(interface(), interface(name="eni-2")), says="2 network interfaces"),
    unknown(instance_single_interface, instance(interfaces=REFUSED)),
    # Credentials and secrets.
    passes(instance_profile_attached, instance(profile="arn:aws:iam::123456789012:instance-profile/app")),
    fails(instance_profile_attached, instance(profile=None), says="no instance profile"),
    fails(instance_profile_attached, instance("stopped", profile=None)),
    inapplicable(instance_profile_attached, instance("terminated", profile=None)),
    unknown(instance_profile_attached, instance(profile=REFUSED)),
    passes(instance_user_data_without_secrets, instance(secrets=())),
    fails(
        instance_user_data_without_secrets,
        instance(secrets=(Sighting("Private Key", 3),)),
        says="line 3 of the user data holds a secret (Private Key)",
    ),
    inapplicable(instance_user_data_without_secrets, instance("terminated", secrets=())),
    unknown(instance_user_data_without_secrets, instance(secrets=ATTRIBUTE_REFUSED)),
    # Age.
    passes(instance_not_stopped_long, stopped(29)),
    fails(instance_not_stopped_long, stopped(31), says="stopped 31 days ago"),
    passes(instance_not_stopped_long, stopped(31), days=90),
    passes(
        instance_not_stopped_long,
        stopped(refused(), launched=10),
        doubt="Where AWS does not tell when it was stopped: it cannot have been stopped longer than since its launch.",
    ),
    inapplicable(instance_not_stopped_long, instance(launched=ago(400))),
    unknown(instance_not_stopped_long, stopped(refused("ec2:DescribeInstances")), says="ec2:DescribeInstances"),
    passes(instance_recently_launched, instance(launched=ago(180))),
    fails(instance_recently_launched, instance(launched=ago(181)), says="181 days ago"),
    inapplicable(instance_recently_launched, instance("stopped", launched=ago(400))),
    unknown(instance_recently_launched, instance(launched=REFUSED)),
    passes(instance_hardware_virtualized, instance(virtualization="hvm")),
    fails(instance_hardware_virtualized, instance(virtualization="paravirtual"), says="paravirtual"),
    unknown(instance_hardware_virtualized, instance(virtualization=REFUSED)),
    passes(instance_current_generation, instance(kind="m7g.large", generation_is_current=True)),
    fails(instance_current_generation, instance(kind="m1.small", generation_is_current=False), says="m1.small"),
    unknown(instance_current_generation, instance(generation_is_current=refused("ec2:DescribeInstanceTypes"))),
    # Monitoring and protection.
    passes(instance_detailed_monitoring, instance(monitoring="enabled")),
    passes(instance_detailed_monitoring, instance(monitoring="pending"), doubt="Monitoring that is pending begins."),
    fails(instance_detailed_monitoring, instance(monitoring="disabled"), says="disabled"),
    unknown(instance_detailed_monitoring, instance(monitoring=REFUSED)),
    passes(instance_termination_protected, instance(lifecycle="on-demand", scaled_by=None, termination_protected=True)),
    fails(
        instance_termination_protected,
        instance(lifecycle="on-demand", scaled_by=None, termination_protected=False),
        says="one call",
    ),
    inapplicable(instance_termination_protected, instance(lifecycle="spot", termination_protected=False)),
    inapplicable(
        instance_termination_protected,
        instance(lifecycle="on-demand", scaled_by="web", termination_protected=False),
        doubt="An Auto Scaling group replaces its instances, and protects them itself from scaling in.",
    ),
    inapplicable(instance_termination_protected, instance("terminated", lifecycle="on-demand", scaled_by=None)),
    unknown(
        instance_termination_protected,
        instance(lifecycle="on-demand", scaled_by=None, termination_protected=ATTRIBUTE_REFUSED),
    ),
    passes(instance_volumes_outlive_deliberately, with_volumes(BOOT_AND_DATA)),
    fails(instance_volumes_outlive_deliberately, with_volumes({"/dev/xvda": False}), says="/dev/xvda is left behind"),
    fails(instance_volumes_outlive_deliberately, with_volumes({"/dev/sdb": True}), says="/dev/sdb is deleted with"),
    passes(instance_volumes_outlive_deliberately, with_volumes({"/dev/sdb": True}), data_deleted=True),
    fails(instance_volumes_outlive_deliberately, with_volumes(BOOT_AND_DATA), root_deleted=False),
    unknown(instance_volumes_outlive_deliberately, instance(root_device="/dev/xvda", volumes=REFUSED)),
    # Regions.
    passes(region_imdsv2_by_default, region(metadata_tokens="required")),
    fails(region_imdsv2_by_default, region(metadata_tokens="optional"), says="optional"),
    fails(
        region_imdsv2_by_default,
        region(metadata_tokens=None),
        says="no preference",
        doubt="Without a preference of the account the image and the launch decide.",
    ),
    unknown(region_imdsv2_by_default, region(metadata_tokens=refused("ec2:GetInstanceMetadataDefaults"))),
    passes(region_serial_console_off, region(serial_console=False)),
    fails(region_serial_console_off, region(serial_console=True), says="on in eu-west-1"),
    unknown(region_serial_console_off, region(serial_console=refused())),
    passes(region_image_public_access_blocked, region(image_block="block-new-sharing")),
    fails(region_image_public_access_blocked, region(image_block="unblocked"), says="can be made public"),
    unknown(region_image_public_access_blocked, region(image_block=refused())),
    # Images.
    passes(image_not_public, fake(Image, public=False)),
    fails(image_not_public, fake(Image, public=True), says="every AWS account"),
    unknown(image_not_public, fake(Image, public=refused("ec2:DescribeImages"))),
    passes(image_current, image(created=365)),
    passes(image_current, image(deprecated=NOW + timedelta(days=1)), doubt="An image to be deprecated is not yet."),
    fails(image_current, image(created=366), says="366 days old"),
    fails(image_current, image(deprecated=ago(1)), says="deprecated"),
    passes(image_current, image(created=366), days=730),
    unknown(image_current, fake(Image, created=refused())),
    passes(image_encrypted, image(devices=[{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True}}])),
    passes(
        image_encrypted,
        image(devices=[{"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"}]),
        doubt="Instance store volumes have no snapshot that could be encrypted.",
    ),
    passes(
        image_encrypted,
        image(devices=[{"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 8, "Encrypted": False}}]),
        doubt="A volume that is created empty has no snapshot: nothing of it is in the image.",
    ),
    fails(
        image_encrypted,
        image(devices=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-1", "Encrypted": False}}]),
        says="/dev/xvda",
    ),
    unknown(image_encrypted, fake(Image, devices=refused())),
]
