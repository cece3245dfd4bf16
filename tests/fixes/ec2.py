"""Proofs of the fixes of Amazon EC2's checks."""

from functools import partial

from fixes.proof import REGION, Proof
from fixes.states import instance, role


def imdsv1_instance(aws):
    return instance(aws, MetadataOptions={"HttpTokens": "optional", "HttpEndpoint": "enabled"})


def far_reaching_instance(aws):
    return instance(aws, MetadataOptions={"HttpPutResponseHopLimit": 2})


def instance_without_profile(aws):
    iam = aws("iam")
    iam.create_instance_profile(InstanceProfileName="workers")
    iam.add_role_to_instance_profile(InstanceProfileName="workers", RoleName=role(aws))
    return {"id": instance(aws), "PROFILE_NAME": "workers"}


def instance_of_two_subnets(aws):
    id_ = instance(aws)
    subnet = aws("ec2").describe_instances()["Reservations"][0]["Instances"][0]["SubnetId"]
    second = aws("ec2").create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    attached = aws("ec2").attach_network_interface(NetworkInterfaceId=second, InstanceId=id_, DeviceIndex=1)
    return {"id": id_, "ATTACHMENT_ID": attached["AttachmentId"]}


def stopped_instance(aws):
    id_ = instance(aws)
    aws("ec2").stop_instances(InstanceIds=[id_])
    return id_


def old_type(aws):
    id_ = stopped_instance(aws)
    aws("ec2").modify_instance_attribute(InstanceId=id_, InstanceType={"Value": "m1.small"})
    return {"id": id_, "NEW_TYPE": "m7g.medium"}


def instance_that_keeps_its_root(aws):
    disk = {"DeviceName": "/dev/sda1", "Ebs": {"DeleteOnTermination": False, "VolumeSize": 8}}
    return {"id": instance(aws, BlockDeviceMappings=[disk]), "DEVICE_NAME": "/dev/sda1", "DELETED": "true"}


def image(aws):
    return aws("ec2").create_image(InstanceId=instance(aws), Name="workers")["ImageId"]


def public_image(aws):
    id_ = image(aws)
    aws("ec2").modify_image_attribute(ImageId=id_, LaunchPermission={"Add": [{"Group": "all"}]})
    return id_


def clear_image(aws):
    """Make an image and its encrypted copy, which the fix waits for."""
    clear = image(aws)
    copied = aws("ec2").copy_image(SourceRegion=REGION, SourceImageId=clear, Name="encrypted", Encrypted=True)
    return {"id": clear, "ENCRYPTED_COPY": copied["ImageId"]}


def template(aws, **data):
    """Make a launch template, which the fix gives a second version."""
    made = aws("ec2").create_launch_template(LaunchTemplateName="workers", LaunchTemplateData=data)
    return {"id": made["LaunchTemplate"]["LaunchTemplateId"], "NEW_VERSION": "2"}


def template_of_clear_volumes(aws):
    clear = {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 8, "Encrypted": False}}
    return {**template(aws, BlockDeviceMappings=[clear]), "DEVICE_NAME": "/dev/sdb"}


def template_of_public_addresses(aws):
    public = {"DeviceIndex": 0, "AssociatePublicIpAddress": True}
    return {**template(aws, NetworkInterfaces=[public]), "GROUP_ID": "sg-1"}


PROOFS = [
    Proof("ec2-image-current", image, gone=True, days_later=400),
    Proof("ec2-image-encrypted", clear_image, gone=True),
    Proof("ec2-image-not-public", public_image),
    Proof("ec2-instance-current-generation", old_type),
    Proof("ec2-instance-imdsv2-required", imdsv1_instance),
    Proof("ec2-instance-metadata-hop-limit", far_reaching_instance),
    Proof("ec2-instance-not-stopped-long", stopped_instance, gone=True, days_later=40),
    Proof("ec2-instance-profile-attached", instance_without_profile),
    Proof("ec2-instance-single-interface", instance_of_two_subnets),
    Proof("ec2-instance-termination-protected", instance),
    Proof("ec2-instance-volumes-outlive-deliberately", instance_that_keeps_its_root),
    Proof("ec2-template-imdsv2-required", template),
    Proof("ec2-template-metadata-hop-limit", partial(template, MetadataOptions={"HttpPutResponseHopLimit": 2})),
    Proof("ec2-template-volumes-encrypted", template_of_clear_volumes),
    Proof("ec2-template-without-public-address", template_of_public_addresses),
]
UNPROVEN = {
    "ec2-instance-detailed-monitoring": "the emulator does not offer to turn detailed monitoring on",
    "ec2-instance-without-public-address": "the emulator does not take an interface's public address away",
    "ec2-region-image-public-access-blocked": "the emulator does not offer the block on public access to images",
    "ec2-region-imdsv2-by-default": "the emulator does not offer a region's defaults of instance metadata",
    "ec2-region-serial-console-off": "the emulator does not offer access to the serial console",
}
WORDS = {"DELETED": "true", "NEW_VERSION": "2"}
