"""EC2: regions, networks, prefix lists, and settings of a whole region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.account import AwsError
from benchmarks.seeds.compute import vpc_id

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed

_NOT_OPTED_IN = ("af-south-1", "ap-east-1", "eu-south-1", "me-south-1")


def fill(seed: Seed, *, networks: bool = True) -> None:
    """Give the account its regions, and each of them settings and, unless it is to be bare, networks."""
    rows = [_region(name, "opt-in-not-required") for name in seed.regions]
    others = [_region(name, "not-opted-in") for name in _NOT_OPTED_IN if name not in seed.regions]
    seed.account.put("ec2", "DescribeRegions", {"Regions": rows})
    seed.account.put("ec2", "DescribeRegions", {"Regions": rows + others}, AllRegions=True)
    unknown = AwsError("InvalidPrefixListID.NotFound", "The prefix list does not exist")
    seed.account.put("ec2", "GetManagedPrefixListEntries", unknown)
    for number, region in enumerate(seed.regions):
        _settings(seed, number, region)
        _networks(seed, number, region) if networks else _no_networks(seed, region)


def _region(name: str, status: str) -> dict[str, str]:
    return {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": status}


def _settings(seed: Seed, number: int, region: str) -> None:
    seed.account.put("ec2", "GetEbsEncryptionByDefault", {"EbsEncryptionByDefault": number % 2 == 0}, region=region)


def _networks(seed: Seed, number: int, region: str) -> None:
    put = seed.account.put
    vpc = {
        "VpcId": vpc_id(seed, region),
        "OwnerId": seed.account.id,
        "CidrBlock": "10.0.0.0/16",
        "State": "available",
        "IsDefault": True,
        "InstanceTenancy": "default",
        "DhcpOptionsId": "dopt-0123456789abcdef0",
        "CidrBlockAssociationSet": [],
        "Tags": seed.tags("default", number),
    }
    put("ec2", "DescribeVpcs", {"Vpcs": [vpc]}, region=region)
    put("ec2", "DescribeNetworkInterfaces", {"NetworkInterfaces": [_interface(seed, number, region)]}, region=region)
    lists = [_amazon_list(region), _own_list(seed, number, region)]
    put("ec2", "DescribeManagedPrefixLists", {"PrefixLists": lists}, region=region)
    everyone = {"Cidr": "0.0.0.0/0" if number % 2 else "198.51.100.0/24", "Description": seed.text("offices", number)}
    amazon, own = ({"Entries": [entry]} for entry in ({"Cidr": "52.92.0.0/17"}, everyone))
    put("ec2", "GetManagedPrefixListEntries", amazon, region=region, PrefixListId="pl-63a5400a")
    put("ec2", "GetManagedPrefixListEntries", own, region=region, PrefixListId=seed.id("pl", number))


def _no_networks(seed: Seed, region: str) -> None:
    for operation, member in (
        ("DescribeVpcs", "Vpcs"),
        ("DescribeNetworkInterfaces", "NetworkInterfaces"),
        ("DescribeManagedPrefixLists", "PrefixLists"),
    ):
        seed.account.put("ec2", operation, {member: []}, region=region)


def _amazon_list(region: str) -> dict[str, Any]:
    return {
        "PrefixListId": "pl-63a5400a",
        "PrefixListName": f"com.amazonaws.{region}.s3",
        "PrefixListArn": f"arn:aws:ec2:{region}:aws:prefix-list/pl-63a5400a",
        "AddressFamily": "IPv4",
        "State": "create-complete",
        "OwnerId": "AWS",
        "Tags": [],
    }


def _own_list(seed: Seed, number: int, region: str) -> dict[str, Any]:
    identity = seed.id("pl", number)
    return {
        "PrefixListId": identity,
        "PrefixListName": seed.text("offices", number),
        "PrefixListArn": seed.arn("ec2", region, f"prefix-list/{identity}"),
        "AddressFamily": "IPv4",
        "State": "create-complete",
        "MaxEntries": 10,
        "Version": 1,
        "OwnerId": seed.account.id,
        "Tags": seed.tags("offices", number),
    }


def _interface(seed: Seed, number: int, region: str) -> dict[str, Any]:
    return {
        "NetworkInterfaceId": seed.id("eni", number),
        "OwnerId": seed.account.id,
        "VpcId": vpc_id(seed, region),
        "SubnetId": seed.id("subnet", number + 1),
        "AvailabilityZone": f"{region}a",
        "Description": seed.text("primary", number),
        "InterfaceType": "interface",
        "MacAddress": "02:00:00:00:00:01",
        "PrivateIpAddress": f"10.0.1.{number + 4}",
        "RequesterManaged": False,
        "SourceDestCheck": True,
        "Status": "in-use",
        "Groups": [{"GroupId": seed.id("sg", number), "GroupName": "default"}],
        "TagSet": [],
    }
