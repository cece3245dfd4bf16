from auditor.testing import Case, fails, fake, inapplicable, passes, refused, unknown
from checks.ebs.resources import EbsRegion, Snapshot
from checks.ec2.launches import (
    fleet_user_data_without_secrets,
    fleet_volumes_encrypted,
    fleet_without_public_address,
    template_imdsv2_required,
    template_metadata_hop_limit,
    template_user_data_without_secrets,
    template_volumes_encrypted,
    template_without_public_address,
)
from checks.ec2.resources import Image, LaunchTemplate, SpotFleet

PLAIN = fake(EbsRegion, region="eu-west-1", encrypted=False)
ENCRYPTING = fake(EbsRegion, region="eu-west-1", encrypted=True)
CLEAR = {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 8, "Encrypted": False}}
UNSAID = {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 8}}
SECURED = {"DeviceName": "/dev/sdc", "Ebs": {"VolumeSize": 8, "Encrypted": True}}
RESTORED = {"DeviceName": "/dev/sdd", "Ebs": {"SnapshotId": "snap-1"}}
EPHEMERAL = {"DeviceName": "/dev/sde", "VirtualName": "ephemeral0"}
SIGHTED = '[{"kind": "AWS Access Key", "line": 3}]'
UNREAD = "null"


def template(*versions):
    rows = [
        {"VersionNumber": number, "DefaultVersion": number == 1, "LaunchTemplateData": data}
        for number, data in enumerate(versions, 1)
    ]
    return fake(LaunchTemplate, "lt-1", versions=rows)


def options(**options):
    return {"MetadataOptions": options}


def fleet(*specifications, state="active"):
    return fake(SpotFleet, "sfr-1", state=state, specifications=list(specifications))


def disks(*devices):
    return {"BlockDeviceMappings": list(devices)}


def interface(*, public):
    return {"NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": public}]}


UNLISTED = fake(LaunchTemplate, "lt-1", versions=refused("ec2:DescribeLaunchTemplateVersions"))
UNLISTED_FLEET = fake(SpotFleet, "sfr-1", state="active", specifications=refused())

CASES: list[Case] = [
    # Volumes of templates.
    passes(template_volumes_encrypted, template({}), PLAIN),
    passes(template_volumes_encrypted, template(disks(SECURED, EPHEMERAL)), PLAIN),
    fails(
        template_volumes_encrypted, template(disks(CLEAR)), PLAIN, says="version 1 (default) does not encrypt /dev/sdb"
    ),
    fails(template_volumes_encrypted, template(disks(UNSAID)), PLAIN),
    fails(template_volumes_encrypted, template({}, disks(CLEAR)), PLAIN, says="version 2 (latest)"),
    passes(
        template_volumes_encrypted,
        template(disks(CLEAR)),
        ENCRYPTING,
        doubt="Where EBS encrypts by default, a volume is encrypted even if the template says it is not.",
    ),
    passes(template_volumes_encrypted, template(disks(RESTORED)), PLAIN, fake(Snapshot, "snap-1", encrypted=True)),
    fails(
        template_volumes_encrypted,
        template(disks(RESTORED)),
        PLAIN,
        fake(Snapshot, "snap-1", encrypted=False),
        doubt="A volume is encrypted like the snapshot it is created from, unless the template says otherwise.",
    ),
    fails(template_volumes_encrypted, template(disks(RESTORED, CLEAR)), PLAIN),
    unknown(
        template_volumes_encrypted,
        template(disks(RESTORED)),
        PLAIN,
        says="another account",
        doubt="Whether a snapshot of another account is encrypted is not told here.",
    ),
    passes(
        template_volumes_encrypted,
        template({"ImageId": "ami-1", **disks(UNSAID)}),
        PLAIN,
        fake(Image, "ami-1", devices=[{"DeviceName": "/dev/sdb", "Ebs": {"Encrypted": True}}]),
        doubt="A volume whose snapshot is that of the account's own image is encrypted like it.",
    ),
    fails(
        template_volumes_encrypted,
        template({"ImageId": "ami-1", **disks(UNSAID)}),
        PLAIN,
        fake(Image, "ami-1", devices=[{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True}}]),
    ),
    fails(
        template_volumes_encrypted,
        template({"ImageId": "ami-2", **disks(UNSAID)}),
        PLAIN,
        doubt="What another account's image encrypts is not told here: the template has to say it itself.",
    ),
    unknown(template_volumes_encrypted, template(disks(CLEAR)), says="NotCollected"),
    passes(template_volumes_encrypted, template(disks(SECURED))),
    unknown(template_volumes_encrypted, UNLISTED, PLAIN),
    # Volumes of fleets.
    passes(fleet_volumes_encrypted, fleet(disks(SECURED)), PLAIN),
    passes(fleet_volumes_encrypted, fleet(disks(CLEAR)), ENCRYPTING),
    fails(fleet_volumes_encrypted, fleet({}, disks(CLEAR)), PLAIN, says="launch specification 2 does not encrypt"),
    inapplicable(fleet_volumes_encrypted, fleet(), PLAIN, doubt="A fleet with launch templates is judged by those."),
    inapplicable(fleet_volumes_encrypted, fleet(disks(CLEAR), state="cancelled_running"), PLAIN),
    unknown(fleet_volumes_encrypted, UNLISTED_FLEET, PLAIN),
    # Addresses.
    passes(template_without_public_address, template(interface(public=False))),
    fails(
        template_without_public_address,
        template({"NetworkInterfaces": [{"AssociateCarrierIpAddress": True}]}),
        doubt="A carrier address of a Wavelength Zone is reached from the carrier's network.",
    ),
    passes(
        template_without_public_address, template({}), doubt="A template that says nothing leaves it to the subnet."
    ),
    fails(template_without_public_address, template(interface(public=True)), says="version 1 (default) assigns public"),
    fails(template_without_public_address, template({}, interface(public=True)), says="version 2 (latest)"),
    unknown(template_without_public_address, UNLISTED),
    passes(fleet_without_public_address, fleet(interface(public=False))),
    fails(fleet_without_public_address, fleet(interface(public=True)), says="launch specification 1"),
    inapplicable(fleet_without_public_address, fleet(interface(public=True), state="cancelled")),
    unknown(fleet_without_public_address, UNLISTED_FLEET),
    # User data.
    passes(template_user_data_without_secrets, template({})),
    passes(template_user_data_without_secrets, template({"UserData": "[]"})),
    fails(
        template_user_data_without_secrets,
        template({"UserData": SIGHTED}),
        says="line 3 of the user data of version 1 (default) holds a secret (AWS Access Key)",
    ),
    fails(template_user_data_without_secrets, template({"UserData": UNREAD}, {"UserData": SIGHTED}), says="version 2"),
    unknown(
        template_user_data_without_secrets,
        template({"UserData": UNREAD}),
        says="could not be read",
        doubt="User data that cannot be decoded may hold anything.",
    ),
    unknown(template_user_data_without_secrets, UNLISTED),
    passes(fleet_user_data_without_secrets, fleet({"UserData": "[]"})),
    fails(fleet_user_data_without_secrets, fleet({"UserData": SIGHTED}), says="launch specification 1 holds a secret"),
    unknown(fleet_user_data_without_secrets, fleet({"UserData": UNREAD}), says="could not be read"),
    unknown(fleet_user_data_without_secrets, UNLISTED_FLEET),
    # Metadata.
    passes(template_imdsv2_required, template(options(HttpTokens="required"))),
    passes(template_imdsv2_required, template(options(HttpEndpoint="disabled"))),
    fails(template_imdsv2_required, template(options(HttpTokens="optional")), says="optional in version 1 (default)"),
    fails(
        template_imdsv2_required,
        template({}),
        says="not set",
        doubt="A template that does not say so gets what the account or the image prefers, which may be IMDSv1.",
    ),
    fails(template_imdsv2_required, template(options(HttpTokens="required"), {}), says="version 2 (latest)"),
    unknown(template_imdsv2_required, UNLISTED),
    passes(template_metadata_hop_limit, template(options(HttpPutResponseHopLimit=1))),
    passes(template_metadata_hop_limit, template({})),
    passes(template_metadata_hop_limit, template(options(HttpPutResponseHopLimit=2)), hops=2),
    passes(template_metadata_hop_limit, template(options(HttpPutResponseHopLimit=2, HttpEndpoint="disabled"))),
    fails(
        template_metadata_hop_limit, template(options(HttpPutResponseHopLimit=2)), says="hop limit is 2 in version 1"
    ),
    unknown(template_metadata_hop_limit, UNLISTED),
]
