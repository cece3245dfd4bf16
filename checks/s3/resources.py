"""S3's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from auditor import GLOBAL, Asked, Listing, Moot, Resource, derived
from auditor.facts import both, either
from auditor.policy import parse

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import (
        GrantTypeDef,
        LoggingEnabledTypeDef,
        PublicAccessBlockConfigurationTypeDef,
        ServerSideEncryptionConfigurationTypeDef,
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


class Bucket(Resource, type="AWS::S3::Bucket", service="s3", scope=GLOBAL):
    """A general purpose bucket."""

    # Only a request with a parameter makes S3 tell each bucket's region.
    listing = Listing(
        "ListBuckets",
        "Buckets",
        id="Name",
        arn="arn:{partition}:s3:::{id}",
        region="BucketRegion",
        permission="s3:ListAllMyBuckets",
        MaxBuckets=1000,
    )

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
    encryption = Asked["ServerSideEncryptionConfigurationTypeDef | None"](
        "GetBucketEncryption",
        "ServerSideEncryptionConfiguration",
        permission="s3:GetEncryptionConfiguration",
        Bucket="{id}",
        absent={"ServerSideEncryptionConfigurationNotFoundError": None},
    )
    versioning = Asked["str | None"]("GetBucketVersioning", "Status", Bucket="{id}", default=None)
    logging = Asked["LoggingEnabledTypeDef | None"]("GetBucketLogging", "LoggingEnabled", Bucket="{id}", default=None)

    @derived(public_access_block, S3Account.public_access_block, policy_is_public)
    def public_by_policy(self) -> bool:
        """Whether the bucket policy lets anyone in.

        It does when S3 calls the policy public and neither the account nor the bucket restricts public buckets: S3
        applies the stricter of the two (S3 User Guide, "Blocking public access").
        """
        return both(lambda: self.policy_is_public, lambda: not self.blocks("RestrictPublicBuckets"))

    @derived(public_access_block, S3Account.public_access_block, acl)
    def public_grants(self) -> list[GrantTypeDef]:
        """The ACL grants that let anyone in: those to S3's public groups, unless public ACLs are ignored."""
        granted = both(lambda: bool(self._grants_to_anyone()), lambda: not self.blocks("IgnorePublicAcls"))
        return self._grants_to_anyone() if granted else []

    def _grants_to_anyone(self) -> list[GrantTypeDef]:
        return [grant for grant in self.acl if grant.get("Grantee", {}).get("URI") in PUBLIC_GROUPS]

    def blocks(self, setting: BlockSetting) -> bool:
        """Return whether the bucket or the account has a public access block's setting on: S3 applies the stricter."""
        account = self.inventory.one(S3Account)
        return either(
            lambda: self.public_access_block.get(setting, False),
            lambda: account.public_access_block.get(setting, False),
        )
