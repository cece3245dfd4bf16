"""Whom AWS can reach about the account, and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor import GLOBAL, Asked, Resource

if TYPE_CHECKING:
    from types_boto3_account.literals import AlternateContactTypeType


def _alternate_contact(kind: AlternateContactTypeType) -> Asked[bool]:
    """Return the fact that the account has an alternate contact of a kind; who it is does not matter."""
    return Asked(
        "GetAlternateContact",
        "AlternateContact",
        AlternateContactType=kind,
        absent={"ResourceNotFoundException": False},
        parse=bool,
    )


class Account(Resource, type="AWS::::Account", service="account", scope=GLOBAL):
    """The account itself: its contacts. AWS calls them sensitive: their values are masked on arrival."""

    security_contact = _alternate_contact("SECURITY")
    operations_contact = _alternate_contact("OPERATIONS")
    billing_contact = _alternate_contact("BILLING")
    primary_contact = Asked[dict[str, str]](
        "GetContactInformation", "ContactInformation", absent={"ResourceNotFoundException": {}}
    )


def has_contacts(account: Account) -> bool:
    """Return whether the account's partition keeps contacts: GovCloud has no such API, and those of another account."""
    return ":aws-us-gov:" not in account.arn
