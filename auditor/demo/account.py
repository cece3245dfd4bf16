"""The sample account: a small shop's resources, some as they should be and some as they are found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import boto3

if TYPE_CHECKING:
    from collections.abc import Sequence

ADMIN: Final = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
BLOCK: Final = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
READ_ORDERS: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop-orders/*"}],
}

DEPLOY: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Code", "Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:Invoke*"], "Resource": "*"},
        {"Sid": "Roles", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"},
    ],
}
"""What lets a pipeline do more than it seems: it may pass any role to a function of its own."""
LEGACY_SCRIPT: Final = "#!/bin/sh\nexport DB_PASSWORD='Tr4ck-and-f1eld-99'\n/opt/shop/start\n"
ROOT_USE: Final = (
    '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
)
"""The filter that CIS asks for: every use of the root user."""

Client = Any


def build(endpoint_url: str, regions: Sequence[str]) -> None:
    """Create the sample account at an emulator, over ``regions`` of which the last is the home region."""

    def client(service: str, region: str = regions[-1]) -> Client:
        return boto3.client(service, region, endpoint_url=endpoint_url)  # type: ignore[call-overload]

    _people(client("iam"))
    _machines_roles(client("iam"))
    _buckets(client("s3"))
    _trail(client("cloudtrail", "eu-west-1"))
    _network(client("ec2", "eu-west-1"))
    _servers(client("ec2", "eu-west-1"))
    client("ec2", "eu-central-1").enable_ebs_encryption_by_default()
    _databases(client("rds", "eu-west-1"))
    key = _keys(client("kms", "eu-west-1"))
    _files(client("efs", "eu-west-1"), key)
    _alarms(client("logs", "eu-west-1"), client("cloudwatch", "eu-west-1"), client("sns", "eu-west-1"))
    client("guardduty", "eu-west-1").create_detector(Enable=True, FindingPublishingFrequency="SIX_HOURS")


def _people(iam: Client) -> None:
    """Alice does it right, Bob does not, and a pipeline has a key of its own."""
    iam.update_account_password_policy(MinimumPasswordLength=8, RequireNumbers=True, PasswordReusePrevention=5)
    iam.create_group(GroupName="developers")
    iam.create_policy(PolicyName="read-orders", PolicyDocument=json.dumps(READ_ORDERS))
    admin = iam.create_policy(PolicyName="everything", PolicyDocument=json.dumps(ADMIN))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="developers", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    for name in ("alice", "bob"):
        iam.create_user(UserName=name, Tags=[{"Key": "owner", "Value": "shop-team"}])
        iam.create_login_profile(UserName=name, Password="Correct-horse-battery-9")  # noqa: S106 - of an emulator
        iam.add_user_to_group(GroupName="developers", UserName=name)
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="alice", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    iam.attach_user_policy(UserName="bob", PolicyArn=admin)
    iam.create_access_key(UserName="bob")
    iam.create_user(UserName="deploy-pipeline")
    iam.create_access_key(UserName="deploy-pipeline")
    iam.put_user_policy(UserName="deploy-pipeline", PolicyName="deploy", PolicyDocument=json.dumps(DEPLOY))


def _trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _machines_roles(iam: Client) -> None:
    """A role for servers, and one for functions that somebody gave everything."""
    iam.create_role(RoleName="shop-automation", AssumeRolePolicyDocument=_trust("lambda.amazonaws.com"))
    iam.attach_role_policy(RoleName="shop-automation", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.create_role(RoleName="web-server", AssumeRolePolicyDocument=_trust("ec2.amazonaws.com"))
    iam.create_instance_profile(InstanceProfileName="web-server")
    iam.add_role_to_instance_profile(InstanceProfileName="web-server", RoleName="web-server")


def _buckets(s3: Client) -> None:
    """A private data bucket done right, a public site, a forgotten upload bucket, and the audit logs."""
    for name in ("shop-orders", "shop-website", "shop-uploads", "shop-audit-logs"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        if name != "shop-uploads":
            _encrypt(s3, name, "aws:kms" if name == "shop-orders" else "AES256")
    for name in ("shop-orders", "shop-audit-logs"):
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=BLOCK)
        ownership = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=ownership)
    s3.put_bucket_versioning(Bucket="shop-orders", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_policy(Bucket="shop-orders", Policy=json.dumps(_tls_only("shop-orders")))
    s3.put_bucket_policy(Bucket="shop-website", Policy=json.dumps(_public_site("shop-website")))
    s3.put_bucket_policy(Bucket="shop-audit-logs", Policy=json.dumps(_trail_delivery("shop-audit-logs")))
    s3.put_bucket_acl(Bucket="shop-uploads", ACL="public-read")


def _encrypt(s3: Client, bucket: str, algorithm: str) -> None:
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})


def _tls_only(bucket: str) -> dict[str, Any]:
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _public_site(bucket: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _trail_delivery(bucket: str) -> dict[str, Any]:
    service = {"Service": "cloudtrail.amazonaws.com"}
    statements = [
        {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"},
        {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"},
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _trail(cloudtrail: Client) -> None:
    """A trail that records one region only and does not prove its files unaltered."""
    cloudtrail.create_trail(Name="shop", S3BucketName="shop-audit-logs", IsMultiRegionTrail=False)
    cloudtrail.start_logging(Name="shop")


def _network(ec2: Client) -> None:
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    for name, port, ranges in (
        ("web", 443, {"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}),
        ("bastion", 22, {"IpRanges": [{"CidrIp": "0.0.0.0/1"}, {"CidrIp": "128.0.0.0/1"}]}),
        ("orders-database", 5432, {"IpRanges": [{"CidrIp": "10.0.0.0/16"}]}),
        ("legacy-windows", 3389, {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}),
    ):
        group = ec2.create_security_group(GroupName=name, Description=f"{name} servers", VpcId=vpc)["GroupId"]
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **ranges}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])


def _servers(ec2: Client) -> None:
    for name, tokens in (("web-1", "required"), ("web-2", "required"), ("legacy", "optional")):
        server = ec2.run_instances(
            ImageId="ami-12c6146b",
            MinCount=1,
            MaxCount=1,
            InstanceType="t3.micro",
            MetadataOptions={"HttpTokens": tokens, "HttpEndpoint": "enabled"},
            UserData=LEGACY_SCRIPT if name == "legacy" else "#!/bin/sh\nyum update -y\n",
            TagSpecifications=[{"ResourceType": "instance", "Tags": _named(name)}],
        )["Instances"][0]["InstanceId"]
    image = ec2.create_image(InstanceId=server, Name="legacy-for-the-contractor")["ImageId"]
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]})
    zone = ec2.describe_availability_zones()["AvailabilityZones"][0]["ZoneName"]
    volume = ec2.create_volume(Size=8, AvailabilityZone=zone)["VolumeId"]
    public = ec2.create_snapshot(VolumeId=volume, Description="handed to a contractor")["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=public, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )


def _databases(rds: Client) -> None:
    for name, good in (("orders", True), ("reporting", False)):
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.t3.medium",
            Engine="postgres",
            MasterUsername="shop",
            MasterUserPassword="Correct-horse-battery-9",
            AllocatedStorage=20,
            StorageEncrypted=good,
            MultiAZ=good,
            PubliclyAccessible=not good,
            BackupRetentionPeriod=14 if good else 1,
            AutoMinorVersionUpgrade=good,
        )
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="catalogue",
        DBParameterGroupFamily="aurora-postgresql16",
        Description="of the catalogue",
    )
    rds.create_db_cluster(
        DBClusterIdentifier="catalogue",
        DBClusterParameterGroupName="catalogue",
        Engine="aurora-postgresql",
        MasterUsername="postgres",
        MasterUserPassword="Correct-horse-battery-9",
        StorageEncrypted=False,
        BackupRetentionPeriod=1,
    )


def _keys(kms: Client) -> str:
    """Make a key that rotates, whose ARN is returned, and one that nobody told to."""
    rotating = kms.create_key(Description="data at rest")["KeyMetadata"]
    kms.enable_key_rotation(KeyId=rotating["KeyId"])
    kms.create_key(Description="backups")
    return str(rotating["Arn"])


def _files(efs: Client, key: str) -> None:
    """The product pictures on an encrypted file system, and the old ones on one that is not."""
    efs.create_file_system(CreationToken="pictures", Encrypted=True, KmsKeyId=key, Tags=_named("pictures"))
    efs.create_file_system(CreationToken="old-pictures", Encrypted=False, Tags=_named("old-pictures"))


def _named(name: str) -> list[dict[str, str]]:
    return [{"Key": "Name", "Value": name}]


def _alarms(logs: Client, cloudwatch: Client, sns: Client) -> None:
    """Logs that are kept for ever, and an alarm that goes off where nobody listens."""
    for name in ("shop/web", "shop/audit"):
        logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName="shop/audit", retentionInDays=365)
    metric = {"metricName": "RootUse", "metricNamespace": "Shop", "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName="shop/audit", filterName="root-use", filterPattern=ROOT_USE, metricTransformations=[metric]
    )
    cloudwatch.put_metric_alarm(
        AlarmName="root-use",
        Namespace="Shop",
        MetricName="RootUse",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[sns.create_topic(Name="nobody-listens")["TopicArn"]],
    )
