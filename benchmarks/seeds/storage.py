"""S3: buckets with the mix of settings real accounts have grown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.account import AwsError

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed

_OWNER = {"ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"}
_GROUPS = "http://acs.amazonaws.com/groups/global/"
_BLOCK = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_MISSING = {
    "GetBucketPolicy": AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404),
    "GetBucketOwnershipControls": AwsError(
        "OwnershipControlsNotFoundError", "The bucket ownership controls were not found", 404
    ),
    "GetPublicAccessBlock": AwsError(
        "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", 404
    ),
    "GetBucketLifecycleConfiguration": AwsError(
        "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", 404
    ),
    "GetBucketReplication": AwsError(
        "ReplicationConfigurationNotFoundError", "The replication configuration was not found", 404
    ),
    "GetObjectLockConfiguration": AwsError(
        "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket", 404
    ),
    "GetBucketWebsite": AwsError(
        "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration", 404
    ),
}
_OPERATIONS = (
    "GetBucketPolicy",
    "GetBucketPolicyStatus",
    "GetBucketAcl",
    "GetBucketOwnershipControls",
    "GetPublicAccessBlock",
    "GetBucketEncryption",
    "GetBucketVersioning",
    "GetBucketLogging",
    "GetBucketLifecycleConfiguration",
    "GetBucketReplication",
    "GetObjectLockConfiguration",
    "GetBucketNotificationConfiguration",
    "GetBucketWebsite",
    "GetBucketLocation",
    "HeadBucket",
)


def fill(seed: Seed, buckets: int) -> None:
    """Give the account ``buckets`` buckets over all its regions, and its account-wide block."""
    account = seed.account
    block = {"PublicAccessBlockConfiguration": dict.fromkeys(_BLOCK, True) | {"RestrictPublicBuckets": False}}
    account.put("s3control", "GetPublicAccessBlock", block if buckets else _MISSING["GetPublicAccessBlock"])
    listed = []
    for number, region in seed.spread(buckets):
        name = f"company-{number:05d}-{('logs', 'data', 'web', 'backup')[number % 4]}"
        listed.append({"Name": name, "CreationDate": seed.ago(30 + number % 900), "BucketRegion": region})
        _bucket(seed, name, region, number)
    account.put("s3", "ListBuckets", {"Buckets": listed, "Owner": _OWNER})
    # Asked at one address for all, only its parameter tells this listing from the other.
    account.put("s3", "ListDirectoryBuckets", {"Buckets": []}, MaxDirectoryBuckets=1000)
    _access_points(seed, listed)
    for operation in _OPERATIONS:
        account.put("s3", operation, AwsError("NoSuchBucket", "The specified bucket does not exist", 404))


def _access_points(seed: Seed, buckets: list[dict[str, Any]]) -> None:
    """Give every tenth bucket an access point, every other of them from a VPC only, and one to two buckets together."""
    put = seed.account.put
    points = [(each["BucketRegion"], _access_point(seed, number, each)) for number, each in enumerate(buckets[::10])]
    seed.place("s3control", "ListAccessPoints", "AccessPointList", points)
    put("s3control", "GetAccessPoint", AwsError("NoSuchAccessPoint", "The specified accesspoint does not exist", 404))
    for number, (region, point) in enumerate(points):
        block = {"PublicAccessBlockConfiguration": dict.fromkeys(_BLOCK, number % 3 != 0)}
        put("s3control", "GetAccessPoint", {"Name": point["Name"], **block}, region=region, Name=point["Name"])
    everywhere = {
        "Name": "anywhere",
        "Alias": "mfzwi23gnjvgw.mrap",
        "CreatedAt": seed.ago(40),
        "PublicAccessBlock": dict.fromkeys(_BLOCK, True),
        "Status": "READY",
        "Regions": [{"Bucket": each["Name"], "Region": each["BucketRegion"]} for each in buckets[:2]],
    }
    put("s3control", "ListMultiRegionAccessPoints", {"AccessPoints": [everywhere] if buckets else []})


def _access_point(seed: Seed, number: int, bucket: dict[str, Any]) -> dict[str, Any]:
    region, name = bucket["BucketRegion"], f"point-{number:04d}"
    point = {
        "Name": name,
        "NetworkOrigin": "VPC" if number % 2 else "Internet",
        "Bucket": bucket["Name"],
        "AccessPointArn": seed.arn("s3", region, f"accesspoint/{name}"),
    }
    return point | ({"VpcConfiguration": {"VpcId": seed.vpc_id(region)}} if number % 2 else {})


def _bucket(seed: Seed, name: str, region: str, number: int) -> None:
    policy = _policy(seed, name, number)
    replies = {
        "GetBucketPolicy": {"Policy": json.dumps(policy)} if policy else _MISSING["GetBucketPolicy"],
        "GetBucketPolicyStatus": {"PolicyStatus": {"IsPublic": number % 20 == 1}}
        if policy
        else _MISSING["GetBucketPolicy"],
        "GetBucketAcl": {"Owner": _OWNER, "Grants": _grants(number)},
        "GetBucketOwnershipControls": _ownership(number),
        "GetPublicAccessBlock": _block(number),
        "GetBucketEncryption": {"ServerSideEncryptionConfiguration": {"Rules": [_encryption(seed, region, number)]}},
        "GetBucketVersioning": _versioning(number),
        "GetBucketLogging": _logging(name) if number % 3 == 0 else {},
        **_more_settings(seed, region, number),
        "GetBucketLocation": {"LocationConstraint": "" if region == "us-east-1" else region},
        "HeadBucket": {"BucketRegion": region},
    }
    for operation, reply in replies.items():
        seed.account.put("s3", operation, reply, Bucket=name)


def _more_settings(seed: Seed, region: str, number: int) -> dict[str, dict[str, Any] | AwsError]:
    """Return the settings that some buckets have and the others have none of."""
    topic = {"TopicArn": seed.topic_arn(region), "Events": ["s3:ObjectRemoved:*"]}
    settings: dict[str, tuple[bool, dict[str, Any]]] = {
        "GetBucketLifecycleConfiguration": (number % 3 == 0, _LIFECYCLE),
        "GetBucketReplication": (number % 20 == 0, _replication(seed, number)),
        "GetObjectLockConfiguration": (number % 10 == 0, _OBJECT_LOCK),
        "GetBucketNotificationConfiguration": (number % 8 == 1, {"TopicConfigurations": [topic]}),
        "GetBucketWebsite": (number % 8 == 2, {"IndexDocument": {"Suffix": "index.html"}}),  # noqa: PLR2004 -- some
    }
    return {name: value if has else _MISSING.get(name, {}) for name, (has, value) in settings.items()}


_LIFECYCLE: dict[str, Any] = {
    "Rules": [
        {
            "ID": "tidy",
            "Filter": {"Prefix": ""},
            "Status": "Enabled",
            "Expiration": {"Days": 365},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    ]
}
_OBJECT_LOCK: dict[str, Any] = {
    "ObjectLockConfiguration": {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}},
    }
}


def _replication(seed: Seed, number: int) -> dict[str, Any]:
    rule = {
        "ID": "elsewhere",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "Status": "Enabled",
        "Destination": {"Bucket": f"arn:aws:s3:::company-{number + 3:05d}-backup"},
        "DeleteMarkerReplication": {"Status": "Disabled"},
    }
    role = f"arn:aws:iam::{seed.account.id}:role/role-{number % 5:04d}"
    return {"ReplicationConfiguration": {"Role": role, "Rules": [rule]}}


def _policy(seed: Seed, name: str, number: int) -> dict[str, Any] | None:
    everything = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    statements: list[dict[str, Any]] = []
    if number % 2:
        insecure = {"Bool": {"aws:SecureTransport": "false"}}
        sid = seed.text("OnlyTLS", number, json=True)
        statements.append(
            {
                "Sid": sid,
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": everything,
                "Condition": insecure,
            }
        )
    if number % 20 == 1:
        statements.append({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": everything[1]})
    if number % 7 == 0:
        reader = {"AWS": f"arn:aws:iam::{seed.account.id}:role/role-{number % 5:04d}"}
        statements.append(
            {"Effect": "Allow", "Principal": reader, "Action": ["s3:Get*", "s3:List*"], "Resource": everything}
        )
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def _grants(number: int) -> list[dict[str, Any]]:
    owner = {"Grantee": {**_OWNER, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
    if number % 25 != 3:  # noqa: PLR2004 -- one bucket in twenty-five
        return [owner]
    group = "AllUsers" if number % 2 else "AuthenticatedUsers"
    return [owner, {"Grantee": {"Type": "Group", "URI": _GROUPS + group}, "Permission": "READ"}]


def _ownership(number: int) -> dict[str, Any] | AwsError:
    if number % 10 == 4:  # noqa: PLR2004 -- one bucket in ten is older than the setting
        return _MISSING["GetBucketOwnershipControls"]
    ownership = {3: "ObjectWriter", 8: "BucketOwnerPreferred"}.get(number % 10, "BucketOwnerEnforced")
    return {"OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]}}


def _block(number: int) -> dict[str, Any] | AwsError:
    if number % 10 in {1, 3}:
        return _MISSING["GetPublicAccessBlock"]
    return {"PublicAccessBlockConfiguration": dict.fromkeys(_BLOCK, number % 9 != 0)}


def _encryption(seed: Seed, region: str, number: int) -> dict[str, Any]:
    if number % 4:
        return {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
    key = seed.key_arn(region, number % 3)
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    return {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}


def _versioning(number: int) -> dict[str, Any]:
    return {
        0: {"Status": "Enabled"},
        1: {"Status": "Enabled", "MFADelete": "Disabled"},
        2: {"Status": "Suspended"},
    }.get(number % 5, {})


def _logging(name: str) -> dict[str, Any]:
    return {"LoggingEnabled": {"TargetBucket": "company-00000-logs", "TargetPrefix": f"{name}/"}}
