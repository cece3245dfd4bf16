"""The organization an account belongs to, and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor import GLOBAL, Asked, Listed, Listing, Moot, Resource, derived
from auditor.policy import parse

if TYPE_CHECKING:
    from types_boto3_organizations.type_defs import (
        DelegatedAdministratorTypeDef,
        OrganizationTypeDef,
        PolicySummaryTypeDef,
        RootTypeDef,
    )

    from auditor.facts import Derived
    from auditor.policy import Document


def _elsewhere(is_management: Derived[bool], then: list[Any] | None) -> Moot:
    """Return when a call need not be made: AWS answers it in the management account and to its delegates only."""
    return Moot(is_management, lambda management: not management, then)


class OrganizationsAccount(Resource, type="AWS::::Account", service="organizations", scope=GLOBAL):
    """The account's place in an organization and, in the management account, the organization itself."""

    organization = Asked["OrganizationTypeDef | None"](
        "DescribeOrganization", "Organization", absent={"AWSOrganizationsNotInUseException": None}
    )

    @derived(organization)
    def management_account(self) -> str | None:
        """The organization's management account; None where the account belongs to no organization."""
        return self.organization["MasterAccountId"] if self.organization else None

    @derived(management_account)
    def is_management(self) -> bool:
        """Whether the account is the management account: AWS tells only there, and to delegates, how it is set up."""
        return self.management_account == self.account

    roots = Asked["list[RootTypeDef]"]("ListRoots", "Roots", moot=_elsewhere(is_management, []))
    service_control_policies = Asked["list[PolicySummaryTypeDef]"](
        "ListPolicies",
        "Policies",
        Filter="SERVICE_CONTROL_POLICY",
        MaxResults=20,
        moot=_elsewhere(is_management, []),
    )
    delegation_policy = Asked["dict[str, Any] | None"](
        "DescribeResourcePolicy",
        "ResourcePolicy",
        absent={"ResourcePolicyNotFoundException": None},
        moot=_elsewhere(is_management, None),
    )
    delegated_administrators = Asked["list[DelegatedAdministratorTypeDef]"](
        "ListDelegatedAdministrators",
        "DelegatedAdministrators",
        MaxResults=20,
        moot=_elsewhere(is_management, []),
    )


class ServiceControlPolicy(Resource, type="AWS::Organizations::Policy", service="organizations", scope=GLOBAL):
    """A service control policy of the organization; only its management account lists them."""

    listing = Listing(
        "ListPolicies",
        "Policies",
        id="Id",
        name="Name",
        arn="{Arn}",
        Filter="SERVICE_CONTROL_POLICY",
        MaxResults=20,
        moot=_elsewhere(OrganizationsAccount.is_management, None),
    )

    is_of_aws = Listed[bool]("AwsManaged", default=False)
    # AWS's own, FullAWSAccess, denies nothing.
    document = Asked["Document | None"](
        "DescribePolicy",
        "Policy.Content",
        PolicyId="{id}",
        parse=parse,
        moot=Moot(is_of_aws, bool, then=None),
    )
