"""How instances are kept: their age and type, monitoring, and what protects them from being lost."""

from __future__ import annotations

from datetime import timedelta

from auditor import Fix, Problem, Problems, Severity, check
from checks.ec2.instances import CONTROLS, USER_GUIDE, lives
from checks.ec2.resources import Instance


@check(
    "ec2-instance-not-stopped-long",
    Severity.MEDIUM,
    reads=[Instance.state, Instance.launched, Instance.stopped],
    references=[f"{USER_GUIDE}/Stop_Start.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 terminate-instances --region {resource.region} --instance-ids {resource.id}",
        text="Create an image of it first, where it may be needed again.",
        replacement=True,
    ),
    applies=lambda instance: instance.state == "stopped",
)
def instance_not_stopped_long(instance: Instance, *, days: int = 30) -> Problems:
    """Stopped instances are started again or removed.

    An instance that is off for long is not patched, and starts again with every flaw found meanwhile; its volumes and
    addresses are paid for all the time.
    """
    longest = timedelta(days=days)
    if instance.at - instance.launched > longest and instance.at - instance.stopped > longest:
        off = (instance.at - instance.stopped).days
        yield Problem(
            f"the instance was stopped {off} days ago", found=instance.stopped, expected=f"at most {days} days"
        )


@check(
    "ec2-instance-recently-launched",
    Severity.LOW,
    reads=[Instance.state, Instance.launched],
    references=["https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/protecting-compute.html"],
    fix=Fix(
        text="Launch another from a current image and move the work there.",
        replacement=True,
    ),
    applies=lambda instance: instance.state == "running",
)
def instance_recently_launched(instance: Instance, *, days: int = 180) -> Problems:
    """Running instances are replaced regularly.

    What runs for long drifts from its definition, runs an old kernel, and can often not be built again. AWS tells the
    time of the last launch, which starting a stopped instance is too.
    """
    age = instance.at - instance.launched
    if age > timedelta(days=days):
        yield Problem(
            f"the instance was launched {age.days} days ago", found=instance.launched, expected=f"at most {days} days"
        )


@check(
    "ec2-instance-hardware-virtualized",
    Severity.MEDIUM,
    reads=[Instance.state, Instance.virtualization],
    references=[f"{USER_GUIDE}/ComponentsAMIs.html", CONTROLS],
    fix=Fix(
        text="Launch an instance of a current type from an HVM image and move the work there.",
        downtime=True,
        replacement=True,
    ),
    applies=lives,
)
def instance_hardware_virtualized(instance: Instance) -> Problems:
    """Instances are not paravirtual.

    Paravirtual images run on old instance types only, without the isolation and speed of hardware virtualization.
    """
    if instance.virtualization == "paravirtual":
        yield Problem("the instance is paravirtual", found=instance.virtualization, expected="hvm")


@check(
    "ec2-instance-current-generation",
    Severity.LOW,
    reads=[Instance.state, Instance.kind, Instance.generation_is_current],
    references=["https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html"],
    fix=Fix(
        cli="aws ec2 modify-instance-attribute --region {resource.region} --instance-id {resource.id} "
        "--instance-type Value=NEW_TYPE",
        text="Stop the instance first and start it afterwards. See that the image has the drivers of the new type.",
        downtime=True,
    ),
    applies=lives,
)
def instance_current_generation(instance: Instance) -> Problems:
    """Instances are of a current generation.

    Previous generations cost more for the same work and lack the Nitro System's isolation. Which types are of a
    previous generation is what AWS itself tells in the region.
    """
    if not instance.generation_is_current:
        yield Problem(
            f"{instance.kind} is of a previous generation",
            found=instance.kind,
            expected="a type of a current generation",
        )


@check(
    "ec2-instance-detailed-monitoring",
    Severity.LOW,
    reads=[Instance.state, Instance.monitoring],
    references=["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-cloudwatch-new.html"],
    fix=Fix(
        cli="aws ec2 monitor-instances --region {resource.region} --instance-ids {resource.id}",
        terraform='resource "aws_instance" "this" {\n  monitoring = true\n}',
        cost=True,
    ),
    applies=lives,
)
def instance_detailed_monitoring(instance: Instance) -> Problems:
    """Instances are monitored in detail.

    Metrics come every minute and not every five: alarms and scaling see what happens while it does.
    """
    if instance.monitoring not in {"enabled", "pending"}:
        yield Problem(f"detailed monitoring is {instance.monitoring}", found=instance.monitoring, expected="enabled")


@check(
    "ec2-instance-termination-protected",
    Severity.LOW,
    reads=[Instance.never_protected, Instance.termination_protected],
    references=[f"{USER_GUIDE}/Using_ChangingDisableAPITermination.html"],
    fix=Fix(
        cli="aws ec2 modify-instance-attribute --region {resource.region} --instance-id {resource.id} "
        "--disable-api-termination",
        terraform='resource "aws_instance" "this" {\n  disable_api_termination = true\n}',
    ),
    applies=lambda instance: not instance.never_protected,
)
def instance_termination_protected(instance: Instance) -> Problems:
    """Instances are protected from termination by mistake.

    Terminating is one call and final. Spot Instances cannot be protected, and those of an Auto Scaling group are made
    to be replaced: neither is judged.
    """
    if not instance.termination_protected:
        yield Problem("the instance can be terminated by one call", found=False, expected="termination protection")


@check(
    "ec2-instance-volumes-outlive-deliberately",
    Severity.LOW,
    reads=[Instance.state, Instance.root_device, Instance.volumes],
    references=[f"{USER_GUIDE}/preserving-volumes-on-termination.html"],
    fix=Fix(
        cli="aws ec2 modify-instance-attribute --region {resource.region} --instance-id {resource.id} "
        """--block-device-mappings '[{"DeviceName":"DEVICE_NAME","Ebs":{"DeleteOnTermination":DELETED}}]'""",
        text="DELETED is true for a root volume and false for one with data, unless the parameters say otherwise.",
    ),
    applies=lives,
)
def instance_volumes_outlive_deliberately(
    instance: Instance, *, root_deleted: bool = True, data_deleted: bool = False
) -> Problems:
    """Root volumes are deleted with their instance, and data volumes are kept.

    That is how AWS sets it where nobody chooses. A root volume that is left behind is paid for and looked after by
    nobody; a data volume that goes with its instance is lost to a mistake or an Auto Scaling event.
    """
    for volume in instance.volumes:
        root = volume["DeviceName"] == instance.root_device
        expected = root_deleted if root else data_deleted
        if volume["Ebs"]["DeleteOnTermination"] is not expected:
            what = f"{'root' if root else 'data'} volume {volume['DeviceName']}"
            fate = "is left behind by" if expected else "is deleted with"
            yield Problem(f"{what} {fate} the instance", found=volume, expected=f"DeleteOnTermination: {expected}")
