"""S3's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from auditor import GLOBAL, REGIONAL, Asked, Listed, Listing, Moot, Resource, derived
from auditor.facts import both, either
from auditor.policy import parse
from checks.access.audience import Reading, audience_of

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import (
        GrantTypeDef,
        LifecycleRuleOutputTypeDef,
        LoggingEnabledTypeDef,
        NotificationConfigurationTypeDef,
        ObjectLockConfigurationTypeDef,
        PublicAccessBlockConfigurationTypeDef,
        ReplicationRuleOutputTypeDef,
        ServerSideEncryptionConfigurationTypeDef,
        WebsiteConfigurationTypeDef,
    )
    from types_boto3_s3control.type_defs import (
        PublicAccessBlockConfigurationTypeDef as AccountBlockTypeDef,
    )

    from auditor.policy import Document

BlockSetting = Literal["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
BLOCK_SETTINGS: Final[tuple[BlockSetting, ...]] = (
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
)
PUBLIC_GROUPS: Final = frozenset(
    {
        "http://acs.amazonaws.com/groups/global/AllUsers",
        "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
    }
)
"""The grantees that are anyone, or anyone with an AWS account of any owner (S3 User Guide, "Predefined groups")."""
MOST_BUCKETS: Final = 10_000
"""The largest page of buckets. Only a request with a parameter makes S3 tell each bucket's region."""


def _regions(rows: list[Any]) -> dict[str, str | None]:
    return {row["Name"]: row.get("BucketRegion") for row in rows}


class S3Account(Resource, type="AWS::::Account", service="s3", scope=GLOBAL):
    """S3's settings for the whole account."""

    public_access_block = Asked["AccountBlockTypeDef"](
        "GetPublicAccessBlock",
        "PublicAccessBlockConfiguration",
        service="s3control",
        permission="s3:GetAccountPublicAccessBlock",
        AccountId="{account}",
        absent={"NoSuchPublicAccessBlockConfiguration": {}},
    )
    bucket_regions = Asked["dict[str, str | None]"](
        "ListBuckets", "Buckets", permission="s3:ListAllMyBuckets", MaxBuckets=MOST_BUCKETS, parse=_regions
    )
    """Where each of the account's buckets is, as far as it is told, those in regions not audited among them."""
    canonical_id = Asked[str]("ListBuckets", "Owner.ID", permission="s3:ListAllMyBuckets", MaxBuckets=MOST_BUCKETS)


class Bucket(Resource, type="AWS::S3::Bucket", service="s3", scope=GLOBAL):
    """A general purpose bucket."""

    listing = Listing(
        "ListBuckets",
        "Buckets",
        id="Name",
        arn="arn:{partition}:s3:::{id}",
        region="BucketRegion",
        permission="s3:ListAllMyBuckets",
        always=True,
        MaxBuckets=MOST_BUCKETS,
    )

    bucket_name = Listed[str]("Name")
    bucket_region = Listed[str]("BucketRegion")
    public_access_block = Asked["PublicAccessBlockConfigurationTypeDef"](
        "GetPublicAccessBlock",
        "PublicAccessBlockConfiguration",
        permission="s3:GetBucketPublicAccessBlock",
        Bucket="{id}",
        absent={"NoSuchPublicAccessBlockConfiguration": {}},
    )
    policy = Asked["Document | None"](
        "GetBucketPolicy", "Policy", Bucket="{id}", absent={"NoSuchBucketPolicy": None}, parse=parse
    )
    audience = audience_of(policy, Reading(("s3:GetObject", "s3:ListBucket")))
    """Whom the policy lets in from outside the account. Access points have policies of their own."""
    policy_is_public = Asked[bool](
        "GetBucketPolicyStatus",
        "PolicyStatus.IsPublic",
        Bucket="{id}",
        absent={"NoSuchBucketPolicy": False},
        moot=Moot(policy, lambda policy: policy is None, then=False),
    )
    ownership = Asked[str](
        "GetBucketOwnershipControls",
        "OwnershipControls.Rules[0].ObjectOwnership",
        Bucket="{id}",
        absent={"OwnershipControlsNotFoundError": "ObjectWriter"},
    )
    acl = Asked["list[GrantTypeDef]"](
        "GetBucketAcl",
        "Grants",
        Bucket="{id}",
        default=[],
        moot=Moot(ownership, lambda ownership: ownership == "BucketOwnerEnforced", then=[]),
    )
    acl_owner = Asked[str](
        "GetBucketAcl",
        "Owner.ID",
        Bucket="{id}",
        moot=Moot(ownership, lambda ownership: ownership == "BucketOwnerEnforced", then=""),
    )
    encryption = Asked["ServerSideEncryptionConfigurationTypeDef | None"](
        "GetBucketEncryption",
        "ServerSideEncryptionConfiguration",
        permission="s3:GetEncryptionConfiguration",
        Bucket="{id}",
        absent={"ServerSideEncryptionConfigurationNotFoundError": None},
    )
    versioning = Asked["str | None"]("GetBucketVersioning", "Status", Bucket="{id}", default=None)
    # S3 leaves it out of the reply for a bucket that never had it.
    mfa_delete = Asked[str]("GetBucketVersioning", "MFADelete", Bucket="{id}", default="Disabled")
    logging = Asked["LoggingEnabledTypeDef | None"]("GetBucketLogging", "LoggingEnabled", Bucket="{id}", default=None)
    lifecycle = Asked["list[LifecycleRuleOutputTypeDef]"](
        "GetBucketLifecycleConfiguration",
        "Rules",
        permission="s3:GetLifecycleConfiguration",
        Bucket="{id}",
        absent={"NoSuchLifecycleConfiguration": []},
    )
    # Replication and Object Lock need versioning, which then cannot be suspended (S3 User Guide, "Replication
    # requirements" and "Object Lock considerations").
    replication = Asked["list[ReplicationRuleOutputTypeDef]"](
        "GetBucketReplication",
        "ReplicationConfiguration.Rules",
        permission="s3:GetReplicationConfiguration",
        Bucket="{id}",
        absent={"ReplicationConfigurationNotFoundError": []},
        moot=Moot(versioning, lambda versioning: versioning != "Enabled", then=[]),
    )
    object_lock = Asked["ObjectLockConfigurationTypeDef | None"](
        "GetObjectLockConfiguration",
        "ObjectLockConfiguration",
        permission="s3:GetBucketObjectLockConfiguration",
        Bucket="{id}",
        absent={"ObjectLockConfigurationNotFoundError": None},
        moot=Moot(versioning, lambda versioning: versioning != "Enabled", then=None),
    )
    notifications = Asked["NotificationConfigurationTypeDef"](
        "GetBucketNotificationConfiguration", permission="s3:GetBucketNotification", Bucket="{id}"
    )

    @derived(policy_is_public, acl)
    def grants_to_anyone(self) -> bool:
        """Whether the policy or the ACL lets anyone in, as far as no public access block stops it."""
        return either(lambda: self.policy_is_public, lambda: bool(self._public_grants()))

    website = Asked["WebsiteConfigurationTypeDef | None"](
        "GetBucketWebsite",
        Bucket="{id}",
        absent={"NoSuchWebsiteConfiguration": None},
        moot=Moot(grants_to_anyone, lambda granted: not granted, then=None),
    )
    """The website, where anyone may read it: S3's website endpoints serve anonymous readers only."""

    @derived(public_access_block, S3Account.public_access_block, policy_is_public)
    def public_by_policy(self) -> bool:
        """Whether the bucket policy lets anyone in.

        It does when S3 calls the policy public and neither the account nor the bucket restricts public buckets: S3
        applies the stricter of the two (S3 User Guide, "Blocking public access"); nor do resource control policies of
        the organization keep strangers out.
        """
        is_open = both(lambda: self.policy_is_public, lambda: not self.blocks("RestrictPublicBuckets"))
        return is_open and not self._keeps_strangers_out()

    @derived(public_access_block, S3Account.public_access_block, policy_is_public)
    def keeps_public_out(self) -> bool:
        """Whether a public access block restricts the bucket: S3 keeps one with a public policy to its account."""
        return both(lambda: self.blocks("RestrictPublicBuckets"), lambda: self.policy_is_public)

    @derived(public_access_block, S3Account.public_access_block, acl)
    def public_grants(self) -> list[GrantTypeDef]:
        """The ACL grants that let anyone in: those to S3's public groups.

        None where public ACLs are ignored, or resource control policies of the organization keep strangers out.
        """
        granted = both(lambda: bool(self._public_grants()), lambda: not self.blocks("IgnorePublicAcls"))
        return self._public_grants() if granted and not self._keeps_strangers_out() else []

    def _keeps_strangers_out(self) -> bool:
        """Return whether resource control policies surely deny strangers everything, whatever policy and ACL grant."""
        from checks.access.controls import keep_strangers_out

        return keep_strangers_out(self, "s3:GetObject", "s3:ListBucket")

    def _public_grants(self) -> list[GrantTypeDef]:
        return [grant for grant in self.acl if grant.get("Grantee", {}).get("URI") in PUBLIC_GROUPS]

    def blocks(self, setting: BlockSetting) -> bool:
        """Return whether the bucket or the account has a public access block's setting on: S3 applies the stricter."""
        return is_blocked(self, setting)


def may_have_lifecycle(bucket: Bucket) -> bool:
    """Return whether a bucket can have lifecycle rules: S3 does not combine them with MFA delete."""
    return bucket.mfa_delete != "Enabled"


def is_blocked(
    resource: Bucket | AccessPoint | MultiRegionAccessPoint, setting: BlockSetting, *, account_suffices: bool = True
) -> bool:
    """Return whether a public access block's setting is on: the resource's own, or the account's where that suffices.

    S3 applies the strictest of the blocks of account, bucket and access point (S3 User Guide, "Blocking public
    access").
    """
    account = resource.inventory.one(S3Account)
    return either(
        lambda: resource.public_access_block.get(setting, False),
        lambda: account_suffices and account.public_access_block.get(setting, False),
    )


class AccessPoint(Resource, type="AWS::S3::AccessPoint", service="s3", scope=REGIONAL):
    """A named way to a bucket with a policy and a public access block of its own."""

    listing = Listing(
        "ListAccessPoints",
        "AccessPointList",
        id="Name",
        arn="{AccessPointArn}",
        service="s3control",
        permission="s3:ListAccessPoints",
        AccountId="{account}",
        MaxResults=1000,
    )

    network_origin = Listed[str]("NetworkOrigin")
    public_access_block = Asked["AccountBlockTypeDef"](
        "GetAccessPoint",
        "PublicAccessBlockConfiguration",
        service="s3control",
        permission="s3:GetAccessPoint",
        AccountId="{account}",
        Name="{id}",
        moot=Moot(network_origin, lambda origin: origin == "VPC", then=dict.fromkeys(BLOCK_SETTINGS, True)),
    )
    """The block; as good as on where S3 turns away all requests from outside of a VPC."""


class MultiRegionAccessPoint(Resource, type="AWS::S3::MultiRegionAccessPoint", service="s3", scope=GLOBAL):
    """One address for buckets in several regions, with a policy and a public access block of its own."""

    listing = Listing(
        "ListMultiRegionAccessPoints",
        "AccessPoints",
        id="Name",
        arn="arn:{partition}:s3::{account}:accesspoint/{Alias}",
        service="s3control",
        permission="s3:ListMultiRegionAccessPoints",
        served_in={"aws": "us-west-2"},
        AccountId="{account}",
    )

    public_access_block = Listed["AccountBlockTypeDef"]("PublicAccessBlock")


class DirectoryBucket(Resource, type="AWS::S3Express::DirectoryBucket", service="s3", scope=REGIONAL):
    """A bucket of S3 Express One Zone: in one zone, and never public."""

    # An endpoint that serves general purpose buckets too may list them here; only directory buckets end like this.
    listing = Listing(
        "ListDirectoryBuckets",
        "Buckets[?ends_with(Name, '--x-s3')]",
        id="Name",
        arn="arn:{partition}:s3express:{region}:{account}:bucket/{id}",
        permission="s3express:ListAllMyDirectoryBuckets",
        MaxDirectoryBuckets=1000,
    )

    lifecycle = Asked["list[LifecycleRuleOutputTypeDef]"](
        "GetBucketLifecycleConfiguration",
        "Rules",
        permission="s3express:GetLifecycleConfiguration",
        Bucket="{id}",
        absent={"NoSuchLifecycleConfiguration": []},
    )
    encryption = Asked["ServerSideEncryptionConfigurationTypeDef | None"](
        "GetBucketEncryption",
        "ServerSideEncryptionConfiguration",
        permission="s3express:GetEncryptionConfiguration",
        Bucket="{id}",
        absent={"ServerSideEncryptionConfigurationNotFoundError": None},
    )
