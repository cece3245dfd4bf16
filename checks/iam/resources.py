"""IAM's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from auditor import GLOBAL, Asked, Joined, Listed, Listing, Moot, Resource, derived
from auditor.facts import Derived, either
from auditor.policy import parse
from checks.access.audience import audience_of
from checks.iam import credential_report, trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from types_boto3_iam.literals import FeatureTypeType
    from types_boto3_iam.type_defs import (
        AttachedPolicyTypeDef,
        PasswordPolicyTypeDef,
        ServiceLastAccessedTypeDef,
        VirtualMFADeviceTypeDef,
    )

    from auditor.policy import Document

T = TypeVar("T")
WITHOUT_ROOT_SIGN_IN: Final = frozenset({"aws-cn", "aws-us-gov"})
"""The partitions where nobody signs in as the root user.

China has no root credentials, GovCloud those of the standard account (Getting Started with Amazon Web Services in China
and AWS GovCloud (US) User Guide, "Identity and Access Management").
"""
RESERVED: Final = " A role under aws-reserved is changed by its permission set in IAM Identity Center."
"""What fixes of roles say: nobody else can change those roles."""
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


def _versions(versions: list[dict[str, Any]]) -> dict[str, Document]:
    return {version["VersionId"]: parse(version["Document"]) for version in versions}


def _attached() -> Listed[list[AttachedPolicyTypeDef]]:
    """Return the fact of a principal's managed policies; IAM leaves the member out where there are none."""
    return Listed("AttachedManagedPolicies", default=[])


def is_of_aws(policy: str | None) -> bool:
    """Return whether the ARN of a managed policy is that of one of AWS's own."""
    return policy is not None and ":iam::aws:policy/" in policy


def _boundary() -> Listed[str | None]:
    """Return the fact of the ARN of the managed policy that is a principal's permissions boundary."""
    return Listed("PermissionsBoundary.PermissionsBoundaryArn", default=None)


def _is_read_elsewhere(boundary: Listed[str | None]) -> Moot:
    """Return when a boundary's document need not be asked for: that of an own policy is listed with the policy."""
    return Moot(boundary, lambda policy: not is_of_aws(policy), then=None)


def _boundary_version(boundary: Listed[str | None]) -> Asked[str | None]:
    """Return the fact of the version that is in force of a boundary that is a policy of AWS's."""
    return Asked("GetPolicy", "Policy.DefaultVersionId", PolicyArn=boundary, moot=_is_read_elsewhere(boundary))


def _boundary_document(boundary: Listed[str | None], version: Asked[str | None]) -> Asked[Document | None]:
    """Return the fact of what a boundary that is a policy of AWS's says. Principals that share it share the call."""
    return Asked(
        "GetPolicyVersion",
        "PolicyVersion.Document",
        PolicyArn=boundary,
        VersionId=version,
        parse=parse,
        moot=_is_read_elsewhere(boundary),
    )


def _created() -> Listed[datetime]:
    return Listed("CreateDate")


def _has_policies(attached: Listed[list[AttachedPolicyTypeDef]], inline: Listed[dict[str, Document]]) -> Derived[bool]:
    """Return the fact that a principal has policies of its own that somebody can change."""

    def has_policies(principal: User | Group | Role) -> bool:
        """Whether the principal has policies of its own. Those of service-linked roles are AWS's to choose."""
        return not is_service_linked(principal) and bool(principal.attached_policies or principal.inline_policies)

    return Derived(has_policies, (attached, inline))


def _access_report(has_policies: Derived[bool]) -> Asked[str]:
    """Return the fact of the access advisor's job for a principal; none is needed where nothing is granted."""
    return Asked(
        "GenerateServiceLastAccessedDetails",
        "JobId",
        Arn="{arn}",
        moot=Moot(has_policies, lambda granted: not granted, then=""),
    )


def _granted_services(has_policies: Derived[bool], report: Asked[str]) -> Asked[list[ServiceLastAccessedTypeDef]]:
    """Return the fact of the services that a principal's policies grant, with when each was last used."""
    # As many as fit one reply: more than there are services.
    return Asked(
        "GetServiceLastAccessedDetails",
        "ServicesLastAccessed",
        JobId=report,
        MaxItems=1000,
        moot=Moot(has_policies, lambda granted: not granted, then=[]),
    )


def _reported(read: Callable[[Any], T]) -> Joined[T]:
    """Return the fact that ``read`` gives of a resource's row in the credential report."""
    return Joined("GetCredentialReport", "Content", key="arn", match="{arn}", decode=credential_report.rows, value=read)


def partition(resource: Resource) -> str:
    """Return the partition that a resource is in, such as ``aws``."""
    return resource.arn.split(":")[1]


def is_service_linked(principal: Resource) -> bool:
    """Return whether a principal is a service-linked role: AWS alone makes and changes it."""
    return ":role/aws-service-role/" in principal.arn


def is_reserved(role: Resource) -> bool:
    """Return whether a role's trust policy is AWS's: that of a service, or of IAM Identity Center."""
    return is_service_linked(role) or ":role/aws-reserved/" in role.arn


def _devices_by_user(devices: Iterable[VirtualMFADeviceTypeDef]) -> Iterator[dict[str, Any]]:
    """Yield the serial numbers of each user's devices; an old device of the root user does not say whose it is."""
    serials: dict[str, list[str]] = {}
    for device in devices:
        if "User" in device:
            serials.setdefault(device["User"]["Arn"], []).append(device["SerialNumber"])
    return ({"arn": arn, "serials": found} for arn, found in serials.items())


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
    root_uses = _reported(credential_report.last_uses)
    # None where it is for another account to say, or for no account at all.
    organization_features = Asked["list[FeatureTypeType] | None"](
        "ListOrganizationsFeatures",
        "EnabledFeatures",
        absent={
            "AccountNotManagementOrDelegatedAdministratorException": None,
            "OrganizationNotFoundException": None,
            "OrganizationNotInAllFeaturesModeException": [],
            "ServiceAccessNotEnabledException": [],
        },
        default=[],
    )

    @derived(root_access_keys, root_certificates, root_password)
    def root_has_credentials(self) -> bool:
        """Whether the root user has a password, access keys or signing certificates, and can have MFA.

        An organization that manages root access centrally can remove them from its member accounts; MFA is then
        neither needed nor possible (IAM User Guide, "Centralize root access for member accounts").
        """
        if partition(self) in WITHOUT_ROOT_SIGN_IN:
            return False
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

    created = _created()
    groups = Listed["list[str]"]("GroupList", default=[])
    attached_policies = _attached()
    inline_policies = _inline("UserPolicyList")
    boundary = _boundary()
    boundary_version = _boundary_version(boundary)
    boundary_document = _boundary_document(boundary, boundary_version)
    credentials = _reported(credential_report.credentials)
    access_keys = _reported(credential_report.access_keys)
    virtual_mfa_devices = Joined["list[str]"](
        "ListVirtualMFADevices",
        "VirtualMFADevices",
        key="arn",
        match="{arn}",
        decode=_devices_by_user,
        value=lambda row: row["serials"],
        default=[],
        AssignmentStatus="Assigned",
        MaxItems=1000,
    )
    has_policies = _has_policies(attached_policies, inline_policies)
    access_report = _access_report(has_policies)
    granted_services = _granted_services(has_policies, access_report)


class Group(Resource, type="AWS::IAM::Group", service="iam", scope=GLOBAL):
    """An IAM group."""

    listing = _details("GroupDetailList", "GroupName", "GroupName")

    created = _created()
    attached_policies = _attached()
    inline_policies = _inline("GroupPolicyList")
    has_policies = _has_policies(attached_policies, inline_policies)
    access_report = _access_report(has_policies)
    granted_services = _granted_services(has_policies, access_report)


class Role(Resource, type="AWS::IAM::Role", service="iam", scope=GLOBAL):
    """An IAM role."""

    listing = _details("RoleDetailList", "RoleName", "RoleName")

    created = _created()
    # Left out where the role was not used within the 400 days that IAM looks back.
    last_used = Listed["datetime | None"]("RoleLastUsed.LastUsedDate", default=None)
    trust_policy = Listed["Document"]("AssumeRolePolicyDocument", parse=parse)
    attached_policies = _attached()
    inline_policies = _inline("RolePolicyList")
    boundary = _boundary()
    boundary_version = _boundary_version(boundary)
    boundary_document = _boundary_document(boundary, boundary_version)
    instance_profiles = Listed["list[str]"]("InstanceProfileList[].Arn", default=[])
    has_policies = _has_policies(attached_policies, inline_policies)
    access_report = _access_report(has_policies)
    granted_services = _granted_services(has_policies, access_report)

    audience = audience_of(trust_policy, trust.READING)
    """Whom the trust policy lets assume the role from outside the account."""

    @derived(trust_policy)
    def identity_providers(self) -> list[str]:
        """The ARNs or names of the identity providers whose users may assume the role."""
        return trust.principals(self.trust_policy, "Federated")


class Policy(Resource, type="AWS::IAM::ManagedPolicy", service="iam", scope=GLOBAL):
    """A customer managed policy."""

    listing = _details("Policies", "Arn", "PolicyName")

    attachments = Listed[int]("AttachmentCount")
    # Replies may leave it out where there are none.
    boundary_uses = Listed[int]("PermissionsBoundaryUsageCount", default=0)
    document = Listed["Document"]("PolicyVersionList[?IsDefaultVersion].Document | [0]", parse=parse)
    other_versions = Listed["dict[str, Document]"]("PolicyVersionList[?!IsDefaultVersion]", parse=_versions)


class AwsPolicy(Resource, type="AWS::IAM::ManagedPolicy", service="iam", scope=GLOBAL):
    """A managed policy of AWS's own that is attached to a user, group or role."""

    listing = Listing(
        "ListPolicies",
        "Policies",
        id="Arn",
        name="PolicyName",
        arn="{Arn}",
        Scope="AWS",
        OnlyAttached=True,
        MaxItems=1000,
    )

    document = Asked["Document"](
        "GetPolicyVersion",
        "PolicyVersion.Document",
        PolicyArn="{arn}",
        VersionId="{DefaultVersionId}",
        parse=parse,
    )


class ServerCertificate(Resource, type="AWS::IAM::ServerCertificate", service="iam", scope=GLOBAL):
    """A TLS certificate that is kept in IAM."""

    listing = Listing(
        "ListServerCertificates",
        "ServerCertificateMetadataList",
        id="ServerCertificateName",
        arn="{Arn}",
        MaxItems=1000,
    )

    expires = Listed["datetime"]("Expiration")


class SamlProvider(Resource, type="AWS::IAM::SAMLProvider", service="iam", scope=GLOBAL):
    """An identity provider that signs users in by SAML."""

    listing = Listing("ListSAMLProviders", "SAMLProviderList", id="Arn", arn="{Arn}")

    valid_until = Listed["datetime"]("ValidUntil")


class OidcProvider(Resource, type="AWS::IAM::OIDCProvider", service="iam", scope=GLOBAL):
    """An identity provider that issues OpenID Connect tokens."""

    listing = Listing("ListOpenIDConnectProviders", "OpenIDConnectProviderList", id="Arn", arn="{Arn}")
