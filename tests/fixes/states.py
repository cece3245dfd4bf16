"""States that several proofs build; each function returns the id of what it made, unless it says otherwise."""

from __future__ import annotations

import json
from typing import Any

from fixes.proof import REGION

ADMIN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
"""The policy that allows everything."""


def bucket(aws, name="orders"):
    aws("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


def log_bucket(aws, name="logs-of-access"):
    """Make a bucket that S3 may write access logs to."""
    owner = aws("s3").get_bucket_acl(Bucket=bucket(aws, name))["Owner"]
    group = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}
    grants = [{"Grantee": group, "Permission": permission} for permission in ("WRITE", "READ_ACP")]
    aws("s3").put_bucket_acl(Bucket=name, AccessControlPolicy={"Grants": grants, "Owner": owner})
    return name


def public_bucket(aws, name="orders"):
    """Make a bucket whose ACL lets everyone read."""
    aws("s3").put_bucket_acl(Bucket=bucket(aws, name), ACL="public-read")
    return name


def trail(aws, name="shop", **settings):
    """Make a trail that delivers to the bucket ``logs``, which is there, and return its ARN."""
    return aws("cloudtrail").create_trail(Name=name, S3BucketName="logs", **settings)["TrailARN"]


def role(aws, name="worker", service="ec2.amazonaws.com"):
    """Make a role that a service may assume."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return name


def user(aws, name="bob"):
    aws("iam").create_user(UserName=name)
    return name


def policy(aws, name="everything", document=ADMIN):
    """Make a customer managed policy and return its ARN."""
    return aws("iam").create_policy(PolicyName=name, PolicyDocument=json.dumps(document))["Policy"]["Arn"]


def key(aws):
    """Make a symmetric KMS key and return its ARN."""
    return aws("kms").create_key()["KeyMetadata"]["Arn"]


def vpc(aws):
    return aws("ec2").create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]


def security_group(aws, *permissions: dict[str, Any], name="web"):
    """Make a security group of the default VPC with these inbound permissions."""
    ec2 = aws("ec2")
    default = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    id_ = ec2.create_security_group(GroupName=name, Description=name, VpcId=default)["GroupId"]
    if permissions:
        ec2.authorize_security_group_ingress(GroupId=id_, IpPermissions=list(permissions))
    return id_


def rule_ids(aws, group_id, *, egress=False):
    """Return the ids of a security group's rules as a command takes them."""
    filters = [{"Name": "group-id", "Values": [group_id]}]
    rows = aws("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    return " ".join(row["SecurityGroupRuleId"] for row in rows if row["IsEgress"] is egress)


def instance(aws, **settings):
    image = "ami-12c6146b"
    rows = aws("ec2").run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro", **settings)
    return rows["Instances"][0]["InstanceId"]


def volume(aws, **settings):
    return aws("ec2").create_volume(Size=8, AvailabilityZone=f"{REGION}a", **settings)["VolumeId"]


def database(aws, **settings):
    """Make a PostgreSQL instance with ``settings`` over what is small and cheap."""
    given = {
        "DBInstanceIdentifier": "orders",
        "DBInstanceClass": "db.t3.medium",
        "Engine": "postgres",
        "AllocatedStorage": 20,
        "MasterUsername": "shop",
        "MasterUserPassword": "Correct-horse-battery-9",
    }
    return aws("rds").create_db_instance(**given | settings)["DBInstance"]["DBInstanceIdentifier"]
