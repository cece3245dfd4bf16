"""EC2: images, launch templates and the older instance types of every region."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed

_OLD_TYPES: Final = ("t1.micro", "m1.small", "m3.medium")


def fill(seed: Seed, images: int, templates: int) -> None:
    """Give the account that many images and launch templates, over all its regions."""
    own = [(region, _image(seed, number, region)) for number, region in seed.spread(images)]
    seed.place("ec2", "DescribeImages", "Images", own, Owners=["self"])
    versions = [(region, version) for number, region in seed.spread(templates) for version in _versions(seed, number)]
    wanted = {"Versions": ["$Default", "$Latest"]}
    seed.place("ec2", "DescribeLaunchTemplateVersions", "LaunchTemplateVersions", versions, **wanted)
    old = [{"InstanceType": name, "CurrentGeneration": False} for name in _OLD_TYPES]
    seed.account.put("ec2", "DescribeInstanceTypes", {"InstanceTypes": old})


def _image(seed: Seed, number: int, region: str) -> dict[str, Any]:
    disk = {"SnapshotId": seed.id("snap", number), "VolumeSize": 8, "Encrypted": number % 3 != 0}
    return {
        "ImageId": seed.id("ami", number),
        "Name": seed.text(f"image-{number:04d}", number),
        "ImageLocation": f"{seed.account.id}/image-{number:04d}",
        "OwnerId": seed.account.id,
        "Public": number % 8 == 1,
        "State": "available",
        "CreationDate": f"{seed.ago(40 * number % 1000):%Y-%m-%dT%H:%M:%S}.000Z",
        "Architecture": "x86_64",
        "ImageType": "machine",
        "RootDeviceType": "ebs",
        "RootDeviceName": "/dev/xvda",
        "VirtualizationType": "hvm",
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": disk}],
        "Tags": seed.tags(f"image-{region}", number),
    }


def _versions(seed: Seed, number: int) -> list[dict[str, Any]]:
    """Return a template's default and latest version: one and the same for every other template."""
    script = b"#!/bin/sh\nmysql --password=" + (b"Hunter2Hunter2" if number % 6 == 1 else b"$PASSWORD")
    data = {
        "ImageId": seed.id("ami", number),
        "InstanceType": "t3.micro",
        "SecurityGroupIds": [seed.id("sg", number)],
        "MetadataOptions": {"HttpTokens": "required" if number % 2 else "optional", "HttpPutResponseHopLimit": 1},
        "UserData": b64encode(script).decode(),
        "NetworkInterfaces": [],
        "BlockDeviceMappings": [],
    }
    return [
        {
            "LaunchTemplateId": seed.id("lt", number),
            "LaunchTemplateName": seed.text(f"template-{number:04d}", number),
            "VersionNumber": version,
            "DefaultVersion": version == 1,
            "CreateTime": seed.ago(100 - version),
            "CreatedBy": f"arn:aws:iam::{seed.account.id}:root",
            "LaunchTemplateData": data,
        }
        for version in ((1,) if number % 2 else (1, 4))
    ]
