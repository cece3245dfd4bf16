"""IAM's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor import GLOBAL, Asked, Joined, Listed, Listing, Resource, derived
from auditor.facts import either
from auditor.policy import parse
from checks.iam import credential_report

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import AttachedPolicyTypeDef, PasswordPolicyTypeDef, VirtualMFADeviceTypeDef

    from auditor.policy import Document
    from checks.iam.credential_report import Credentials

AWS_DEFAULT_PASSWORD_POLICY: Final[PasswordPolicyTypeDef] = {"MinimumPasswordLength": 8}
"""What holds where no custom policy is set (IAM User Guide, "Default password policy").

It asks for three of the four kinds of character, so that none is required by itself, and keeps no old passwords.
"""


def _details(rows: str, key: str, name: str) -> Listing:
    """Return a listing by the one call that tells of every user, group, role and customer managed policy."""
    return Listing(
        "GetAccountAuthorizationDetails",
        rows,
        id=key,
        name=name,
        arn="{Arn}",
        tags="Tags",
        Filter=["User", "Role", "Group", "LocalManagedPolicy"],
        MaxItems=1000,
    )


def _inline(rows: str) -> Listed[dict[str, Document]]:
    """Return the fact of a principal's inline policies by name; IAM leaves the member out where there are none."""
    return Listed(rows, default={}, parse=_documents)


def _documents(policies: list[dict[str, Any]]) -> dict[str, Document]:
    return {policy["PolicyName"]: parse(policy["PolicyDocument"]) for policy in policies}


class IamAccount(Resource, type="AWS::::Account", service="iam", scope=GLOBAL):
    """IAM's settings for the whole account, and the root user."""

    root_mfa = Asked[bool]("GetAccountSummary", "SummaryMap.AccountMFAEnabled", parse=bool)
    root_access_keys = Asked[int]("GetAccountSummary", "SummaryMap.AccountAccessKeysPresent")
    root_certificates = Asked[int]("GetAccountSummary", "SummaryMap.AccountSigningCertificatesPresent")
    # Every root user has a password until AWS says that it was removed (IAM User Guide, "AWS account root user").
    root_password = Asked[bool]("GetAccountSummary", "SummaryMap.AccountPasswordPresent", default=True, parse=bool)
    virtual_mfa_devices = Asked["list[VirtualMFADeviceTypeDef]"](
        "ListVirtualMFADevices", "VirtualMFADevices", AssignmentStatus="Assigned", MaxItems=1000
    )
    custom_password_policy = Asked["PasswordPolicyTypeDef | None"](
        "GetAccountPasswordPolicy", "PasswordPolicy", absent={"NoSuchEntity": None}
    )

    @derived(root_access_keys, root_certificates, root_password)
    def root_has_credentials(self) -> bool:
        """Whether the root user has a password, access keys or signing certificates.

        An organization that manages root access centrally can remove them from its member accounts; MFA is then
        neither needed nor possible (IAM User Guide, "Centralize root access for member accounts").
        """
        return either(lambda: self.root_password, lambda: self.root_access_keys > 0, lambda: self.root_certificates > 0)

    @derived(virtual_mfa_devices)
    def root_virtual_mfa_devices(self) -> list[str]:
        """The serial numbers of the root user's virtual MFA devices."""
        # The root user's first virtual device has this name; later ones have names of their own.
        first = ":mfa/root-account-mfa-device"
        return [
            device["SerialNumber"]
            for device in self.virtual_mfa_devices
            if device["SerialNumber"].endswith(first) or device.get("User", {}).get("Arn") == self.arn
        ]

    @derived(custom_password_policy)
    def password_policy(self) -> PasswordPolicyTypeDef:
        """The policy that passwords must meet: the account's own, or else AWS's default."""
        return self.custom_password_policy or AWS_DEFAULT_PASSWORD_POLICY


class User(Resource, type="AWS::IAM::User", service="iam", scope=GLOBAL):
    """An IAM user."""

    listing = _details("UserDetailList", "UserName", "UserName")

    attached_policies = Listed["list[AttachedPolicyTypeDef]"]("AttachedManagedPolicies", default=[])
    inline_policies = _inline("UserPolicyList")
    credentials = Joined["Credentials"](
        "GetCredentialReport",
        "Content",
        key="arn",
        match="{arn}",
        decode=credential_report.rows,
        value=credential_report.credentials,
    )


class Group(Resource, type="AWS::IAM::Group", service="iam", scope=GLOBAL):
    """An IAM group."""

    listing = _details("GroupDetailList", "GroupName", "GroupName")

    inline_policies = _inline("GroupPolicyList")


class Role(Resource, type="AWS::IAM::Role", service="iam", scope=GLOBAL):
    """An IAM role."""

    listing = _details("RoleDetailList", "RoleName", "RoleName")

    inline_policies = _inline("RolePolicyList")


class Policy(Resource, type="AWS::IAM::ManagedPolicy", service="iam", scope=GLOBAL):
    """A customer managed policy."""

    listing = _details("Policies", "Arn", "PolicyName")

    attachments = Listed[int]("AttachmentCount")
    document = Listed["Document"]("PolicyVersionList[?IsDefaultVersion].Document | [0]", parse=parse)
