"""The least number of calls that tell what a full scan wants to know, worked out from what an account holds.

Not from what was asked: a listing takes as many calls as AWS's largest pages hold it, in every region; what only a call
about one resource tells takes a call for each resource, unless something already told makes it needless; what many
resources share takes one call for all.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from benchmarks import models
from benchmarks.contents import LISTED_WITH, Contents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.account import Account
    from benchmarks.contents import Placed

    _Rule = Callable[[Contents], int]

_GLOBAL: Final = frozenset({"account", "iam", "organizations", "sts"})
"""The services asked once for an account, not in every region."""
_ONCE: Final = frozenset({"ec2:DescribeRegions", "s3:ListBuckets", "s3control:ListMultiRegionAccessPoints"})


class UntoldError(LookupError):
    """An operation about single resources whose least number of calls nobody has written down."""


def least(account: Account, operations: Iterable[str]) -> Counter[str]:
    """Return how many calls each of the ``operations`` (``service:Operation``) takes at least.

    UntoldError for one that takes a resource's name and has no rule here.
    """
    contents = Contents(account)
    return Counter({name: (RULES.get(name) or _listing(name))(contents) for name in operations})


def _listing(name: str) -> _Rule:
    """Return the rule of an operation that takes no resource's name: its pages, in each region or once."""
    service, operation = name.split(":")
    described = models.model(service)
    shape = described.operation_model(operation).input_shape if described is not None else None
    if shape is not None and set(shape.required_members) - {"AccountId"}:
        message = f"benchmarks/least.py has no rule for {name}"
        raise UntoldError(message)
    parameters = LISTED_WITH.get(operation, {})
    if service in _GLOBAL or name in _ONCE:
        return lambda contents: contents.pages(service, operation, **parameters)
    return lambda contents: sum(contents.pages(service, operation, region, **parameters) for region in contents.regions)


# --- Rules ------------------------------------------------------------------------------------------------------


def _each(listing: str, needed: Callable[[Contents, str, Any], bool] = lambda _contents, _region, _row: True) -> _Rule:
    """Return the rule of one call for each row of a listing of which ``needed`` holds."""
    return lambda contents: sum(needed(contents, region, row) for region, row in contents.listed(listing))


def _where(name: str, *listings: str) -> _Rule:
    """Return the rule of one bulk read in each region where there is something to read of."""
    service, operation = name.split(":")

    def rule(contents: Contents) -> int:
        regions = {region for listing in listings for region, _ in contents.listed(listing)}
        return sum(contents.pages(service, operation, region) for region in regions)

    return rule


def _shared(listing: str, by: Callable[[Any], object]) -> _Rule:
    """Return the rule of one call for all the rows of a region that have the same ``by``; none for None."""
    return lambda contents: len({(region, by(row)) for region, row in contents.listed(listing) if by(row) is not None})


# --- S3 ---------------------------------------------------------------------------------------------------------

_BUCKETS: Final = "s3:ListBuckets:Buckets"
_PUBLIC_GROUPS: Final = ("global/AllUsers", "global/AuthenticatedUsers")


def _buckets(needed: Callable[[Contents, str], bool] = lambda _contents, _name: True) -> _Rule:
    """Return the rule of one call for each bucket of which ``needed`` holds."""
    return lambda contents: sum(
        needed(contents, row["Name"]) for row in contents.told("s3", "ListBuckets").get("Buckets", ())
    )


def _has_policy(contents: Contents, name: str) -> bool:
    return contents.answers("s3", "GetBucketPolicy", Bucket=name)


def _has_acl(contents: Contents, name: str) -> bool:
    """Whether a bucket's ACL counts: it does not where the bucket's owner owns all objects."""
    controls = contents.told("s3", "GetBucketOwnershipControls", Bucket=name).get("OwnershipControls", {})
    return not any(rule["ObjectOwnership"] == "BucketOwnerEnforced" for rule in controls.get("Rules", ()))


def _is_versioned(contents: Contents, name: str) -> bool:
    return bool(contents.told("s3", "GetBucketVersioning", Bucket=name).get("Status") == "Enabled")


def _lets_anyone_in(contents: Contents, name: str) -> bool:
    """Whether a website could be read by anyone: by the policy or the ACL."""
    status = contents.told("s3", "GetBucketPolicyStatus", Bucket=name).get("PolicyStatus", {})
    grants = contents.told("s3", "GetBucketAcl", Bucket=name).get("Grants", ()) if _has_acl(contents, name) else ()
    return status.get("IsPublic", False) or any(
        grant["Grantee"].get("URI", "").endswith(_PUBLIC_GROUPS) for grant in grants
    )


_S3: Final[dict[str, _Rule]] = {
    "s3:GetBucketAcl": _buckets(_has_acl),
    "s3:GetBucketEncryption": _buckets(),
    "s3:GetBucketLifecycleConfiguration": _buckets(),
    "s3:GetBucketLogging": _buckets(),
    "s3:GetBucketNotificationConfiguration": _buckets(),
    "s3:GetBucketOwnershipControls": _buckets(),
    "s3:GetBucketPolicy": _buckets(),
    "s3:GetBucketPolicyStatus": _buckets(_has_policy),
    "s3:GetBucketReplication": _buckets(_is_versioned),
    "s3:GetBucketVersioning": _buckets(),
    "s3:GetBucketWebsite": _buckets(_lets_anyone_in),
    "s3:GetObjectLockConfiguration": _buckets(_is_versioned),
    "s3:GetPublicAccessBlock": _buckets(),
    "s3control:GetPublicAccessBlock": lambda _contents: 1,
    "s3control:GetAccessPoint": _each(
        "s3control:ListAccessPoints:AccessPointList", lambda _contents, _region, row: row["NetworkOrigin"] != "VPC"
    ),
}


# --- EC2, EFS and what backs them up ----------------------------------------------------------------------------

_GONE: Final = frozenset({"shutting-down", "terminated"})
_RESERVATIONS: Final = "ec2:DescribeInstances:Reservations"
_SNAPSHOTS: Final = "ec2:DescribeSnapshots:Snapshots"
_FILE_SYSTEMS: Final = "efs:DescribeFileSystems:FileSystems"


def _instance_attributes(contents: Contents) -> int:
    """Return two calls for each instance that is not gone: for its user data, and its protection."""
    instances = (each for _, row in contents.listed(_RESERVATIONS) for each in row["Instances"])
    return 2 * sum(each["State"]["Name"] not in _GONE for each in instances)


def _is_named_by_a_rule(contents: Contents, _region: str, prefix_list: Any) -> bool:
    """Whether a prefix list of the account's own is in force: of AWS's, the addresses do not matter."""
    return prefix_list["OwnerId"] != "AWS" and prefix_list["PrefixListId"] in {
        entry["PrefixListId"]
        for _, group in contents.listed("ec2:DescribeSecurityGroups:SecurityGroups")
        for rule in (*group["IpPermissions"], *group["IpPermissionsEgress"])
        for entry in rule.get("PrefixListIds", ())
    }


def _snapshots(contents: Contents) -> int:
    """Return the pages of the account's own snapshots, and where there are any those of the public ones."""
    whose = LISTED_WITH["DescribeSnapshots"]
    have_some = {region for region, _ in contents.listed(_SNAPSHOTS)}
    every = sum(contents.pages("ec2", "DescribeSnapshots", region, **whose) for region in contents.regions)
    public = {**whose, "RestorableByUserIds": ["all"]}
    return every + sum(contents.pages("ec2", "DescribeSnapshots", region, **public) for region in have_some)


def _rules(contents: Contents) -> list[Placed]:
    kinds = ("EBS_SNAPSHOT", "EC2_IMAGE")
    return [each for kind in kinds for each in contents.everywhere("rbin", "ListRules", "Rules", ResourceType=kind)]


_EC2: Final[dict[str, _Rule]] = {
    "ec2:DescribeInstanceAttribute": _instance_attributes,
    "ec2:DescribeInstanceTypes": _where("ec2:DescribeInstanceTypes", _RESERVATIONS),
    "ec2:DescribeFastSnapshotRestores": _where("ec2:DescribeFastSnapshotRestores", _SNAPSHOTS),
    "ec2:DescribeSnapshots": _snapshots,
    "ec2:GetManagedPrefixListEntries": _each("ec2:DescribeManagedPrefixLists:PrefixLists", _is_named_by_a_rule),
    "efs:DescribeBackupPolicy": _each(_FILE_SYSTEMS),
    "efs:DescribeFileSystemPolicy": _each(_FILE_SYSTEMS),
    "efs:DescribeMountTargets": _each(_FILE_SYSTEMS, lambda _contents, _region, row: row["NumberOfMountTargets"] > 0),
    "backup:ListProtectedResources": _where(
        "backup:ListProtectedResources",
        "ec2:DescribeVolumes:Volumes",
        _FILE_SYSTEMS,
        "rds:DescribeDBInstances:DBInstances",
    ),
    "rbin:ListRules": lambda contents: 2 * len(contents.regions),
    "rbin:GetRule": lambda contents: len(_rules(contents)),
}


# --- IAM and KMS ------------------------------------------------------------------------------------------------


def _principals_with_policies(contents: Contents) -> int:
    """Return how many users, groups and roles that are not AWS's own have policies."""
    details = contents.told("iam", "GetAccountAuthorizationDetails", **LISTED_WITH["GetAccountAuthorizationDetails"])
    inline = {
        "UserDetailList": "UserPolicyList",
        "GroupDetailList": "GroupPolicyList",
        "RoleDetailList": "RolePolicyList",
    }
    return sum(
        bool(row.get("AttachedManagedPolicies") or row.get(policies)) and "/aws-service-role/" not in row["Arn"]
        for kind, policies in inline.items()
        for row in details.get(kind, ())
    )


def _boundaries(contents: Contents) -> set[str]:
    """Return which of AWS's own policies are permissions boundaries: what the account's own say is listed with them."""
    details = contents.told("iam", "GetAccountAuthorizationDetails", **LISTED_WITH["GetAccountAuthorizationDetails"])
    limits = (row.get("PermissionsBoundary") for kind in ("UserDetailList", "RoleDetailList") for row in details[kind])
    arns = {limit["PermissionsBoundaryArn"] for limit in limits if limit}
    return {arn for arn in arns if ":iam::aws:policy/" in arn}


def _policies_of_aws(contents: Contents) -> set[str]:
    """Return which of AWS's own policies anybody has."""
    listed = contents.told("iam", "ListPolicies", **LISTED_WITH["ListPolicies"])["Policies"]
    return {row["Arn"] for row in listed} | _boundaries(contents)


def _is_own(contents: Contents, region: str, key: Any) -> bool:
    """Whether a key is the account's own: the aliases tell the keys that AWS manages."""
    aliases = contents.told("kms", "ListAliases", region).get("Aliases", ())
    of_aws = {each.get("TargetKeyId") for each in aliases if each["AliasName"].startswith("alias/aws/")}
    return key["KeyId"] not in of_aws


def _can_rotate(contents: Contents, region: str, key: Any) -> bool:
    metadata = contents.told("kms", "DescribeKey", region, KeyId=key["KeyArn"])["KeyMetadata"]
    kind = metadata["KeySpec"], metadata["Origin"], metadata["KeyState"]
    return _is_own(contents, region, key) and kind == ("SYMMETRIC_DEFAULT", "AWS_KMS", "Enabled")


def _of_management(contents: Contents) -> int:
    """Return a call where the account manages an organization: others are not told how one is set up."""
    organization = contents.told("organizations", "DescribeOrganization").get("Organization", {})
    return int(organization.get("MasterAccountId") == contents.account.id)


def _guardrails(contents: Contents) -> int:
    """Return a call for each service control policy of the organization's own that the account manages."""
    rows = contents.told("organizations", "ListPolicies", Filter="SERVICE_CONTROL_POLICY").get("Policies", ())
    return _of_management(contents) * sum(not row["AwsManaged"] for row in rows)


_KEYS: Final = "kms:ListKeys:Keys"
_IDENTITY: Final[dict[str, _Rule]] = {
    "iam:GenerateServiceLastAccessedDetails": _principals_with_policies,
    "iam:GetServiceLastAccessedDetails": _principals_with_policies,
    "iam:GetPolicy": lambda contents: len(_boundaries(contents)),
    "iam:GetPolicyVersion": lambda contents: len(_policies_of_aws(contents)),
    "account:GetAlternateContact": lambda _contents: 3,
    "organizations:DescribePolicy": _guardrails,
    "organizations:DescribeResourcePolicy": _of_management,
    "organizations:ListDelegatedAdministrators": _of_management,
    "organizations:ListPolicies": _of_management,
    "organizations:ListRoots": _of_management,
    "kms:DescribeKey": _each(_KEYS, _is_own),
    "kms:GetKeyPolicy": _each(_KEYS, _is_own),
    "kms:GetKeyRotationStatus": _each(_KEYS, _can_rotate),
    "kms:ListAliases": _where("kms:ListAliases", _KEYS, _FILE_SYSTEMS),
}


# --- What watches -----------------------------------------------------------------------------------------------


def _trails(contents: Contents) -> int:
    """Return how many trails there are: each is listed in its home region and again in the others."""
    return len({row["TrailARN"] for _, row in contents.listed("cloudtrail:DescribeTrails:trailList")})


def _regions_with(service: str, operation: str) -> _Rule:
    """Return the rule of one call in each region where a service is on: where ``operation`` gives no error."""
    return lambda contents: sum(contents.answers(service, operation, region) for region in contents.regions)


def _recording(contents: Contents) -> int:
    """Return in how many regions a recorder is on, and deliveries can be asked about."""
    listing = "config:DescribeConfigurationRecorderStatus:ConfigurationRecordersStatus"
    return len({region for region, status in contents.listed(listing) if status["recording"]})


_RECORDERS: Final = "config:DescribeConfigurationRecorders:ConfigurationRecorders"
_WATCHING: Final[dict[str, _Rule]] = {
    "cloudtrail:GetEventSelectors": _trails,
    "cloudtrail:GetTrailStatus": _trails,
    "config:DescribeConfigurationRecorderStatus": _where("config:DescribeConfigurationRecorderStatus", _RECORDERS),
    "config:DescribeDeliveryChannelStatus": _recording,
    "guardduty:GetDetector": _each("guardduty:ListDetectors:DetectorIds"),
    "macie2:ListAutomatedDiscoveryAccounts": _regions_with("macie2", "GetMacieSession"),
    "macie2:GetAutomatedDiscoveryConfiguration": _regions_with("macie2", "GetMacieSession"),
    "securityhub:GetEnabledStandards": _regions_with("securityhub", "DescribeHub"),
    "sns:GetTopicAttributes": _each("sns:ListTopics:Topics"),
}


# --- RDS --------------------------------------------------------------------------------------------------------

_INSTANCES: Final = "rds:DescribeDBInstances:DBInstances"
_CLUSTERS: Final = "rds:DescribeDBClusters:DBClusters"


def _is_manual(_contents: Contents, _region: str, snapshot: Any) -> bool:
    return bool(snapshot["SnapshotType"] == "manual")


def _versions(number_of: Callable[[str, str], str | None]) -> _Rule:
    """Return the rule of one call for each version of an engine that databases of a region run."""

    def rule(contents: Contents) -> int:
        databases = (*contents.listed(_INSTANCES), *contents.listed(_CLUSTERS))
        engines = {(region, row["Engine"], number_of(row["Engine"], row["EngineVersion"])) for region, row in databases}
        return sum(number is not None for _, _, number in engines)

    return rule


def _major(engine: str, version: str) -> str | None:
    """Return the major version by which AWS tells how long it supports an open-source engine it has dates for."""
    numbers = {"postgres": 1, "aurora-postgresql": 1, "mysql": 2, "aurora-mysql": 2}.get(engine)
    return ".".join(version.split(".")[:numbers]) if numbers else None


_RDS: Final[dict[str, _Rule]] = {
    "rds:DescribeCertificates": _where("rds:DescribeCertificates", _INSTANCES),
    "rds:DescribeDBClusterParameters": _shared(_CLUSTERS, lambda row: row["DBClusterParameterGroup"]),
    "rds:DescribeDBClusterSnapshotAttributes": _each("rds:DescribeDBClusterSnapshots:DBClusterSnapshots", _is_manual),
    "rds:DescribeDBEngineVersions": _versions(lambda _engine, version: version),
    "rds:DescribeDBMajorEngineVersions": _versions(_major),
    "rds:DescribeDBParameters": _shared(
        _INSTANCES,
        lambda row: None if "DBClusterIdentifier" in row else row["DBParameterGroups"][0]["DBParameterGroupName"],
    ),
    "rds:DescribeDBSnapshotAttributes": _each("rds:DescribeDBSnapshots:DBSnapshots", _is_manual),
    "rds:DescribePendingMaintenanceActions": _where("rds:DescribePendingMaintenanceActions", _INSTANCES, _CLUSTERS),
}

RULES: Final[dict[str, _Rule]] = {**_S3, **_EC2, **_IDENTITY, **_WATCHING, **_RDS}
"""The operations whose calls depend on more than the pages of their own reply."""
