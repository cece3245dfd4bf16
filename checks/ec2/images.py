"""Images: who can use them, how old they are, and whether they are encrypted."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.ec2.resources import Image

USER_GUIDE: Final = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide"


@check(
    "ec2-image-not-public",
    Severity.CRITICAL,
    reads=[Image.public],
    references=[f"{USER_GUIDE}/sharingamis-intro.html"],
    fix=Fix(
        cli="aws ec2 modify-image-attribute --region {resource.region} --image-id {resource.id} "
        """--launch-permission '{"Remove":[{"Group":"all"}]}'""",
        text="Take what the image holds for known: whoever copied it keeps the copy.",
    ),
)
def image_not_public(image: Image) -> Problems:
    """Images are not shared with everyone.

    Every AWS account can find a public image, launch it and read what was left on its disks: source code, keys, shell
    histories.
    """
    if image.public:
        yield Problem("every AWS account may launch the image", found=True, expected="named accounts, or none")


@check(
    "ec2-image-current",
    Severity.LOW,
    reads=[Image.created, Image.deprecated],
    references=[f"{USER_GUIDE}/ami-deprecate.html", f"{USER_GUIDE}/deregister-ami.html"],
    fix=Fix(
        cli="aws ec2 deregister-image --region {resource.region} --image-id {resource.id}",
        text="Build a new image from a current base first, and let launch templates use it.",
    ),
)
def image_current(image: Image, *, days: int = 365) -> Problems:
    """Images are neither old nor deprecated.

    An image is as patched as on the day it was built: what is launched from an old one starts with every flaw found
    since.
    """
    age = image.at - image.created
    if age > timedelta(days=days):
        yield Problem(
            f"the image is {age.days} days old", found=image.created, expected=f"built in the last {days} days"
        )
    if image.deprecated and image.deprecated <= image.at:
        yield Problem("the image is deprecated", found=image.deprecated, expected="a time to come, or none")


@check(
    "ec2-image-encrypted",
    Severity.MEDIUM,
    reads=[Image.devices],
    references=[f"{USER_GUIDE}/AMIEncryption.html"],
    fix=Fix(
        cli="aws ec2 wait image-available --region {resource.region} --image-ids ENCRYPTED_COPY && "
        "aws ec2 deregister-image --region {resource.region} --image-id {resource.id}",
        text="Make ENCRYPTED_COPY first, with copy-image --encrypted, and let launch templates use it. Delete the "
        "snapshots of the original afterwards.",
        replacement=True,
        cost=True,
    ),
)
def image_encrypted(image: Image) -> Problems:
    """The snapshots behind images are encrypted.

    Whoever is given an unencrypted image, or its snapshots, reads its disks; one with encrypted snapshots can never be
    made public. Instance store volumes and those created empty have no snapshots, and are not judged.
    """
    for device in image.devices:
        disk = device.get("Ebs", {})
        if "SnapshotId" in disk and not disk.get("Encrypted"):
            name = device.get("DeviceName", "a device")
            yield Problem(f"{name} is not encrypted", found=device, expected="Encrypted: true")
