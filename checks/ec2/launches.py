"""What launch templates and Spot fleets launch: volumes, addresses, metadata options and user data."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from auditor import Fix, Inventory, Problem, Problems, Severity, check
from auditor.facts import both, gathered
from auditor.request import UNREADABLE
from auditor.secrets import sightings
from checks.ebs.resources import EbsRegion, Snapshot
from checks.ec2.resources import Image, LaunchTemplate, SpotFleet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.request import Request

USER_GUIDE: Final = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html"
SECRETS: Final = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets.html"
LIVE: Final = frozenset({"submitted", "active", "modifying"})
"""The states of a fleet that launches instances."""
SPECIFIED_ANEW: Final = (
    "The specifications of a Spot fleet cannot be changed: cancel the request and make another, with a launch template "
    "in the place of launch specifications."
)


class Launch(NamedTuple):
    """A way to launch instances: how it is called, and its parameters."""

    name: str
    data: Mapping[str, Any]


def _versions(template: LaunchTemplate) -> list[Launch]:
    """Return the versions that are launched where none is named: the default, and the latest."""
    return [
        Launch(
            f"version {each['VersionNumber']} ({'default' if each['DefaultVersion'] else 'latest'})",
            each["LaunchTemplateData"],
        )
        for each in template.versions
    ]


def _specifications(fleet: SpotFleet) -> list[Launch]:
    return [Launch(f"launch specification {number}", each) for number, each in enumerate(fleet.specifications, 1)]


def _launches_specified(fleet: SpotFleet) -> bool:
    return fleet.state in LIVE and bool(fleet.specifications)


def _new_version(data: str) -> str:
    """Return the commands that make a version with ``data`` (JSON) the default one."""
    template = "--region {resource.region} --launch-template-id {resource.id}"
    return (
        f"aws ec2 create-launch-template-version {template} --source-version '$Default' "
        f"--launch-template-data '{data}' && aws ec2 modify-launch-template {template} --default-version NEW_VERSION"
    )


class Device(NamedTuple):
    """A block device that a launch creates: the name of the launch, its image, and the mapping."""

    launch: str
    image: str
    mapping: Mapping[str, Any]


def _unencrypted(device: Device, inventory: Inventory) -> Iterator[Device]:
    """Yield a volume that is encrypted neither by word nor by the snapshot it is created from."""
    disk = device.mapping.get("Ebs")
    if disk is None or disk.get("Encrypted"):
        return
    source = disk.get("SnapshotId")
    if not (inventory.require(Snapshot, source).encrypted if source else _image_encrypts(device, inventory)):
        yield device


def _image_encrypts(device: Device, inventory: Inventory) -> bool:
    """Return whether the launch's image, one of the account's own, has an encrypted snapshot for the device."""
    image = inventory.find(Image, device.image) if device.image else None
    name = device.mapping.get("DeviceName")
    disks = (each.get("Ebs", {}) for each in image.devices if each.get("DeviceName") == name) if image else ()
    return any(disk.get("Encrypted", False) for disk in disks)


def _volumes_encrypted(launches: list[Launch], inventory: Inventory, region: str) -> Problems:
    """Yield a problem for each volume that would be in the clear: none is where EBS encrypts by default."""
    devices = [
        Device(each.name, each.data.get("ImageId", ""), mapping)
        for each in launches
        for mapping in each.data.get("BlockDeviceMappings", ())
    ]

    def clear() -> Iterator[Device]:
        return gathered(*(partial(_unencrypted, device, inventory) for device in devices))

    if both(lambda: not inventory.one(EbsRegion, region).encrypted, lambda: any(clear())):
        for launch, _, mapping in clear():
            name = mapping.get("DeviceName", "a volume")
            yield Problem(f"{launch} does not encrypt {name}", found=mapping, expected="Encrypted: true")


@check(
    "ec2-template-volumes-encrypted",
    Severity.MEDIUM,
    reads=[LaunchTemplate.versions, EbsRegion.encrypted, Snapshot.encrypted, Image.devices],
    references=["https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html", CONTROLS],
    fix=Fix(
        cli=_new_version('{"BlockDeviceMappings":[{"DeviceName":"DEVICE_NAME","Ebs":{"Encrypted":true}}]}'),
        text="The number of the new version is in the reply to the first command.",
    ),
)
def template_volumes_encrypted(template: LaunchTemplate, inventory: Inventory) -> Problems:
    """Launch templates encrypt the volumes they create.

    The default and the latest version are judged: they are what is launched where no version is named. A volume is
    encrypted as well where the snapshot it is created from is, which may be one of the account's own image, and where
    EBS encrypts by default in the region. What others' images encrypt is not told: their volumes need the word.
    """
    yield from _volumes_encrypted(_versions(template), inventory, template.region)


@check(
    "ec2-fleet-volumes-encrypted",
    Severity.MEDIUM,
    reads=[SpotFleet.state, SpotFleet.specifications, EbsRegion.encrypted, Snapshot.encrypted, Image.devices],
    references=[f"{USER_GUIDE}/work-with-spot-fleets.html", CONTROLS],
    fix=Fix(text=SPECIFIED_ANEW, replacement=True),
    applies=_launches_specified,
)
def fleet_volumes_encrypted(fleet: SpotFleet, inventory: Inventory) -> Problems:
    """Spot fleets encrypt the volumes they create.

    Fleets that use launch templates are judged by those. A volume is encrypted as well where the snapshot it is created
    from is, which may be one of the account's own image, and where EBS encrypts by default in the region. What others'
    images encrypt is not told: their volumes need the word.
    """
    yield from _volumes_encrypted(_specifications(fleet), inventory, fleet.region)


def _without_public_address(launches: list[Launch]) -> Problems:
    for launch in launches:
        interfaces = launch.data.get("NetworkInterfaces", ())
        if any(each.get("AssociatePublicIpAddress") or each.get("AssociateCarrierIpAddress") for each in interfaces):
            summary = f"{launch.name} assigns public addresses"
            yield Problem(summary, found=interfaces, expected="AssociatePublicIpAddress: false")


@check(
    "ec2-template-without-public-address",
    Severity.HIGH,
    reads=[LaunchTemplate.versions],
    references=[f"{USER_GUIDE}/create-launch-template.html", CONTROLS],
    fix=Fix(
        cli=_new_version(
            '{"NetworkInterfaces":[{"DeviceIndex":0,"AssociatePublicIpAddress":false,"Groups":["GROUP_ID"]}]}'
        ),
        text="The number of the new version is in the reply to the first command. What must be reached from the "
        "internet belongs behind a load balancer.",
    ),
)
def template_without_public_address(template: LaunchTemplate) -> Problems:
    """Launch templates do not assign public addresses.

    Every instance launched from such a template can be reached from the internet as far as its security groups allow.
    The default and the latest version are judged. A template that says nothing leaves the choice to the subnet.
    """
    yield from _without_public_address(_versions(template))


@check(
    "ec2-fleet-without-public-address",
    Severity.HIGH,
    reads=[SpotFleet.state, SpotFleet.specifications],
    references=[f"{USER_GUIDE}/work-with-spot-fleets.html"],
    fix=Fix(text=SPECIFIED_ANEW, replacement=True),
    applies=_launches_specified,
)
def fleet_without_public_address(fleet: SpotFleet) -> Problems:
    """Spot fleets do not assign public addresses.

    Every instance of such a fleet can be reached from the internet as far as its security groups allow.
    """
    yield from _without_public_address(_specifications(fleet))


def _secrets(request: Request, launch: Launch) -> Iterator[Problem]:
    """Yield a problem for each secret in the user data of a launch; Unseen where that could not be read."""
    if "UserData" not in launch.data:
        return
    try:
        seen = sightings(launch.data["UserData"])
    except UNREADABLE as error:
        raise request.unseen("MalformedReply", f"the user data of {launch.name} could not be read") from error
    for each in seen:
        where = f"line {each.line} of the user data of {launch.name}"
        yield Problem(f"{where} holds a secret ({each.kind})", found=each.kind, expected="no secrets")


@check(
    "ec2-template-user-data-without-secrets",
    Severity.HIGH,
    reads=[LaunchTemplate.versions],
    references=[f"{USER_GUIDE}/user-data.html", SECRETS],
    fix=Fix(
        text="Renew each secret, keep it in Secrets Manager, and let the instance fetch it with its role. Create a "
        "version without it, and delete the versions that hold it.",
    ),
)
def template_user_data_without_secrets(template: LaunchTemplate) -> Problems:
    """The user data of launch templates holds no secrets.

    Whoever may describe launch templates, and every program on an instance launched from one, can read it. The default
    and the latest version are looked through as they are read: which kinds of secrets stand in which lines is all that
    is kept, never a value.
    """
    request = LaunchTemplate.versions.request
    yield from gathered(*(partial(_secrets, request, each) for each in _versions(template)))


@check(
    "ec2-fleet-user-data-without-secrets",
    Severity.HIGH,
    reads=[SpotFleet.state, SpotFleet.specifications],
    references=[f"{USER_GUIDE}/user-data.html", SECRETS],
    fix=Fix(text=f"Renew each secret, and keep it in Secrets Manager. {SPECIFIED_ANEW}", replacement=True),
    applies=_launches_specified,
)
def fleet_user_data_without_secrets(fleet: SpotFleet) -> Problems:
    """The user data of Spot fleets holds no secrets.

    Whoever may describe the fleet, and every program on one of its instances, can read it. Which kinds of secrets stand
    in which lines is all that is kept, never a value.
    """
    request = SpotFleet.listing_request()
    yield from gathered(*(partial(_secrets, request, each) for each in _specifications(fleet)))


@check(
    "ec2-template-imdsv2-required",
    Severity.LOW,
    reads=[LaunchTemplate.versions],
    references=[f"{USER_GUIDE}/configuring-IMDS-new-instances.html", CONTROLS],
    fix=Fix(
        cli=_new_version('{"MetadataOptions":{"HttpTokens":"required"}}'),
        text="The number of the new version is in the reply to the first command.",
    ),
)
def template_imdsv2_required(template: LaunchTemplate) -> Problems:
    """Launch templates require IMDSv2, or turn the metadata service off.

    The default and the latest version are judged. A template that says nothing leaves the choice to the account's
    default, and then to the image, both of which may change or differ between regions: it fails.
    """
    for launch in _versions(template):
        options = launch.data.get("MetadataOptions", {})
        if options.get("HttpEndpoint") != "disabled" and options.get("HttpTokens") != "required":
            tokens = options.get("HttpTokens", "not set")
            summary = f"session tokens are {tokens} in {launch.name}"
            yield Problem(summary, found=options, expected="HttpTokens: required")


@check(
    "ec2-template-metadata-hop-limit",
    Severity.LOW,
    reads=[LaunchTemplate.versions],
    references=[f"{USER_GUIDE}/instance-metadata-options.html"],
    fix=Fix(
        cli=_new_version('{"MetadataOptions":{"HttpPutResponseHopLimit":1}}'),
        text="The number of the new version is in the reply to the first command.",
    ),
)
def template_metadata_hop_limit(template: LaunchTemplate, *, hops: int = 1) -> Problems:
    """Launch templates keep instance metadata from leaving the instance.

    A token that may travel further reaches containers and whoever else has the instance forward its packets. Where
    containers need it, ``hops`` is 2. A template that says nothing has the limit of the account or the image.
    """
    for launch in _versions(template):
        options = launch.data.get("MetadataOptions", {})
        limit = options.get("HttpPutResponseHopLimit", 0)
        if options.get("HttpEndpoint") != "disabled" and limit > hops:
            summary = f"the hop limit is {limit} in {launch.name}"
            yield Problem(summary, found=options, expected=f"at most {hops}")
