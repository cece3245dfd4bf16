"""EC2: security groups, instances, volumes and snapshots."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from benchmarks.account import AwsError

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed

_ANYONE = {"CidrIp": "0.0.0.0/0"}
_ANYONE_6 = {"CidrIpv6": "::/0"}
_PORTS = (22, 80, 443, 3306, 3389, 5432, 6379, 27017)


def fill(seed: Seed, security_groups: int, instances: int, snapshots: int) -> None:
    """Give the account that many security groups (a default one in each region first), instances and snapshots."""
    groups = [(region, _group(seed, number)) for number, region in seed.spread(security_groups)]
    machines = [(region, _instance(seed, number, region)) for number, region in seed.spread(instances)]
    reservations = [(region, _reservation(seed, each)) for region, each in machines]
    volumes = [(region, _volume(seed, number, each)) for number, (region, each) in enumerate(machines)]
    saved = [(region, _snapshot(seed, number, region)) for number, region in seed.spread(snapshots)]
    public = [
        (region, each) for region, each in saved if not each["Encrypted"] and int(each["VolumeId"][-1], 16) % 8 == 0
    ]
    seed.place("ec2", "DescribeSecurityGroups", "SecurityGroups", groups)
    seed.place("ec2", "DescribeInstances", "Reservations", reservations)
    interfaces = [
        (region, _listed_interface(each, own)) for region, each in machines for own in each["NetworkInterfaces"]
    ]
    seed.place("ec2", "DescribeNetworkInterfaces", "NetworkInterfaces", interfaces)
    seed.place("ec2", "DescribeVolumes", "Volumes", volumes)
    _attributes(seed, machines)
    seed.place("ec2", "DescribeSnapshots", "Snapshots", saved, OwnerIds=["self"])
    seed.place("ec2", "DescribeSnapshots", "Snapshots", public, RestorableByUserIds=["all"])
    seed.place("ec2", "DescribeSnapshots", "Snapshots", public, OwnerIds=["self"], RestorableByUserIds=["all"])


# --- Security groups --------------------------------------------------------------------------------------------


def _group(seed: Seed, number: int) -> dict[str, Any]:
    region = seed.regions[number % len(seed.regions)]
    group_id = seed.id("sg", number)
    default = number < len(seed.regions)
    outward = {"IpProtocol": "-1", "IpRanges": [_ANYONE], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}
    return {
        "GroupId": group_id,
        "GroupName": "default" if default else seed.text(f"group-{number:05d}", number),
        "Description": "default VPC security group" if default else seed.text("for the application", number + 1),
        "VpcId": seed.vpc_id(region),
        "OwnerId": seed.account.id,
        "SecurityGroupArn": seed.arn("ec2", region, f"security-group/{group_id}"),
        "IpPermissions": [_from_itself(seed, group_id)]
        if default and number % 2 == 0
        else _rules(seed, number, default=default),
        "IpPermissionsEgress": [] if default and number % 2 else [outward],
        "Tags": [] if default else seed.tags(f"group-{number:05d}", number),
    }


def _rules(seed: Seed, number: int, *, default: bool) -> list[dict[str, Any]]:
    if default:
        return []
    port = _PORTS[number % len(_PORTS)]
    rules = [_rule(port, ranges=[{"CidrIp": "10.0.0.0/8", "Description": seed.text("inside", number)}])]
    if number % 5 == 1:
        rules.append(
            _rule(_PORTS[number // 5 % len(_PORTS)], ranges=[_ANYONE], ranges6=[_ANYONE_6] if number % 2 else [])
        )
    if number % 50 == 7:  # noqa: PLR2004 -- one group in fifty
        rules.append({**_rule(0, ranges=[_ANYONE]), "ToPort": 65535})
    if number % 100 == 9:  # noqa: PLR2004 -- one in a hundred
        rules.append(
            {"IpProtocol": "-1", "IpRanges": [_ANYONE], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}
        )
    if number % 40 == 3:  # noqa: PLR2004 -- one in forty, by prefix list
        rules.append({**_rule(22), "PrefixListIds": [{"PrefixListId": seed.id("pl", number % len(seed.regions))}]})
    return rules


def _rule(
    port: int, ranges: list[dict[str, str]] | None = None, ranges6: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": ranges or [],
        "Ipv6Ranges": ranges6 or [],
        "PrefixListIds": [],
        "UserIdGroupPairs": [],
    }


def _from_itself(seed: Seed, group_id: str) -> dict[str, Any]:
    pair = {"GroupId": group_id, "UserId": seed.account.id}
    return {"IpProtocol": "-1", "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [pair]}


# --- Instances and their storage --------------------------------------------------------------------------------


def _instance(seed: Seed, number: int, region: str) -> dict[str, Any]:
    vpc = seed.vpc_id(region)
    group = {"GroupId": seed.id("sg", number), "GroupName": f"group-{number:05d}"}
    started = seed.ago(number % 400)
    attached = {
        "AttachTime": started,
        "DeleteOnTermination": True,
        "Status": "attached",
        "VolumeId": seed.id("vol", number),
    }
    instance = {
        "InstanceId": seed.id("i", number),
        "ImageId": "ami-0abcdef1234567890",
        "InstanceType": "t3.micro" if number % 8 else "t1.micro",
        "LaunchTime": started,
        "Monitoring": {"State": "disabled"},
        "Placement": {"AvailabilityZone": f"{region}a", "GroupName": "", "Tenancy": "default"},
        "PrivateDnsName": f"ip-10-0-{number // 250 % 250}-{number % 250}.{region}.compute.internal",
        "PrivateIpAddress": f"10.0.{number // 250 % 250}.{number % 250}",
        "State": {"Code": 16, "Name": "running"} if number % 9 else {"Code": 80, "Name": "stopped"},
        "SubnetId": seed.subnet_id(region),
        "VpcId": vpc,
        "Architecture": "x86_64",
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": attached}],
        "EbsOptimized": False,
        "EnaSupport": True,
        "Hypervisor": "xen",
        "NetworkInterfaces": [_interface(seed, number, region)],
        "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "SecurityGroups": [group],
        "SourceDestCheck": True,
        "Tags": seed.tags(f"instance-{number:05d}", number),
        "VirtualizationType": "hvm",
        "MetadataOptions": _metadata_options(number),
        "PlatformDetails": "Linux/UNIX",
    }
    if number % 3 == 0:
        instance["PublicIpAddress"] = f"203.0.113.{number % 250}"
    if number % 9 == 0:
        instance["StateTransitionReason"] = f"User initiated ({seed.ago(number % 60):%Y-%m-%d %H:%M:%S} GMT)"
    if number % 2:
        profile = f"arn:aws:iam::{seed.account.id}:instance-profile/role-{number % 5:04d}"
        instance["IamInstanceProfile"] = {"Arn": profile, "Id": f"AIPA{number:017d}"}
    return instance


def _interface(seed: Seed, number: int, region: str) -> dict[str, Any]:
    """Return an instance's network interface as the instance tells of it."""
    address = f"10.0.{number // 250 % 250}.{number % 250}"
    interface: dict[str, Any] = {
        "NetworkInterfaceId": seed.id("eni", number),
        "OwnerId": seed.account.id,
        "VpcId": seed.vpc_id(region),
        "SubnetId": seed.subnet_id(region),
        "Description": seed.text("primary", number),
        "InterfaceType": "interface",
        "MacAddress": f"02:00:00:00:{number // 250 % 250:02x}:{number % 250:02x}",
        "PrivateIpAddress": address,
        "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": address}],
        "SourceDestCheck": number % 13 != 0,
        "Status": "in-use",
        "Groups": [{"GroupId": seed.id("sg", number), "GroupName": f"group-{number:05d}"}],
        "Ipv6Addresses": [],
    }
    if number % 3 == 0:
        interface["Association"] = {"IpOwnerId": "amazon", "PublicIp": f"203.0.113.{number % 250}"}
    return interface


def _listed_interface(instance: dict[str, Any], interface: dict[str, Any]) -> dict[str, Any]:
    """Return a network interface as it is listed: with what only its own listing tells."""
    zone = instance["Placement"]["AvailabilityZone"]
    return interface | {"AvailabilityZone": zone, "RequesterManaged": False, "TagSet": []}


def _attributes(seed: Seed, machines: list[tuple[str, dict[str, Any]]]) -> None:
    """Tell what the listing does not: each instance's user data, and whether it is protected from termination."""
    unknown = AwsError("InvalidInstanceID.NotFound", "The instance ID does not exist")
    seed.account.put("ec2", "DescribeInstanceAttribute", unknown)
    for number, (region, instance) in enumerate(machines):
        named = {"InstanceId": instance["InstanceId"]}
        secret = "export AWS_SECRET_ACCESS_KEY=" + "Zk3/" * 10
        script = b64encode(f"#!/bin/sh\n{secret if number % 17 == 5 else 'yum update -y'}".encode()).decode()  # noqa: PLR2004
        data = {"UserData": {"Value": script} if number % 2 else {}}
        protected = {"DisableApiTermination": {"Value": number % 4 == 0}}
        for attribute, told in (("userData", data), ("disableApiTermination", protected)):
            where = {"region": region, "Attribute": attribute, **named}
            seed.account.put("ec2", "DescribeInstanceAttribute", named | told, **where)


def _metadata_options(number: int) -> dict[str, Any]:
    return {
        "State": "applied",
        "HttpTokens": "optional" if number % 3 == 0 else "required",
        "HttpPutResponseHopLimit": 2 if number % 4 == 0 else 1,
        "HttpEndpoint": "disabled" if number % 11 == 0 else "enabled",
        "HttpProtocolIpv6": "disabled",
        "InstanceMetadataTags": "disabled",
    }


def _reservation(seed: Seed, instance: dict[str, Any]) -> dict[str, Any]:
    return {
        "ReservationId": instance["InstanceId"].replace("i-", "r-"),
        "OwnerId": seed.account.id,
        "Groups": [],
        "Instances": [instance],
    }


def _volume(seed: Seed, number: int, instance: dict[str, Any]) -> dict[str, Any]:
    zone = instance["Placement"]["AvailabilityZone"]
    attachment = {
        "InstanceId": instance["InstanceId"],
        "VolumeId": seed.id("vol", number),
        "Device": "/dev/xvda",
        "State": "attached",
        "AttachTime": instance["LaunchTime"],
        "DeleteOnTermination": True,
    }
    encrypted = {"Encrypted": True, "KmsKeyId": seed.key_arn(zone[:-1])}
    return {
        "VolumeId": seed.id("vol", number),
        "AvailabilityZone": zone,
        "CreateTime": instance["LaunchTime"],
        "Size": 8,
        "SnapshotId": "snap-0abcdef1234567890",
        "State": "in-use",
        "VolumeType": "gp3",
        "Iops": 3000,
        "Throughput": 125,
        "MultiAttachEnabled": False,
        "Attachments": [attachment],
        "Tags": seed.tags(f"volume-{number:05d}", number),
        **(encrypted if number % 2 else {"Encrypted": False}),
    }


def _snapshot(seed: Seed, number: int, region: str) -> dict[str, Any]:
    encrypted = {"Encrypted": True, "KmsKeyId": seed.key_arn(region)}
    return {
        "SnapshotId": seed.id("snap", number),
        "VolumeId": seed.id("vol", number),
        "VolumeSize": 8,
        "OwnerId": seed.account.id,
        "StartTime": seed.ago(number % 500),
        "State": "completed",
        "Progress": "100%",
        "StorageTier": "standard",
        "Description": seed.text(f"before release {number}", number),
        "Tags": seed.tags(f"snapshot-{number:05d}", number),
        **(encrypted if number % 3 == 1 else {"Encrypted": False}),
    }
