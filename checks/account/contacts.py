"""The account's contacts: whom AWS calls when something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.account.resources import Account, has_contacts

if TYPE_CHECKING:
    from auditor import Asked

GUIDE: Final = "https://docs.aws.amazon.com/accounts/latest/reference"


class Contact(NamedTuple):
    """A kind of alternate contact: what AWS writes to it about, and how much its absence matters."""

    kind: str
    severity: Severity
    facts: tuple[Asked[bool], ...]
    about: str


CONTACTS: Final = (
    Contact(
        "security",
        Severity.MEDIUM,
        (Account.security_contact,),
        "AWS writes to it about leaked keys, abuse that comes from the account, and attacks on it.",
    ),
    Contact(
        "operations",
        Severity.LOW,
        (Account.operations_contact,),
        "AWS writes to it about outages, maintenance and what is about to stop working.",
    ),
    Contact(
        "billing",
        Severity.LOW,
        (Account.billing_contact,),
        "AWS writes to it about invoices and payments that fail, which end in a suspended account.",
    ),
)


def _contact_set(contact: Contact) -> Check:
    """Return the check that the account has an alternate contact of a kind."""
    (fact,) = contact.facts

    def contact_set(account: Account) -> Problems:
        if not fact.__get__(account, Account):
            yield Problem(f"the account has no {contact.kind} contact", expected=f"a {contact.kind} contact")

    contact_set.__doc__ = (
        f"The account has an alternate contact for {contact.kind}.\n\n{contact.about} Without one, only the mailbox of "
        "the root user is told. Whether somebody reads the mail is for a person to find out."
    )
    return check(
        f"account-{contact.kind}-contact-set",
        contact.severity,
        reads=contact.facts,
        references=[f"{GUIDE}/manage-acct-update-contact-alternate.html"],
        applies=has_contacts,
        fix=Fix(
            cli=f"aws account put-alternate-contact --alternate-contact-type {contact.kind.upper()} --name NAME "
            "--title TITLE --email-address EMAIL --phone-number PHONE_NUMBER",
            terraform='resource "aws_account_alternate_contact" "this" {\n'
            f'  alternate_contact_type = "{contact.kind.upper()}"\n  name                   = "NAME"\n'
            '  title                  = "TITLE"\n  email_address          = "EMAIL"\n'
            '  phone_number           = "PHONE_NUMBER"\n}',
            text="Name a team's mailbox and telephone rather than a person's. The management account can set it for "
            "every account of its organization, with --account-id.",
        ),
    )(contact_set)


CHECKS: Final = [_contact_set(contact) for contact in CONTACTS]


@check(
    "account-contact-information-complete",
    Severity.LOW,
    reads=[Account.primary_contact],
    references=[f"{GUIDE}/manage-acct-update-contact-primary.html"],
    applies=has_contacts,
    fix=Fix(
        cli="aws account put-contact-information --contact-information FullName=FULL_NAME,AddressLine1=ADDRESS,"
        "City=CITY,PostalCode=POSTAL_CODE,CountryCode=COUNTRY_CODE,PhoneNumber=PHONE_NUMBER",
        text="The command replaces all of it: add what else is kept, such as CompanyName or StateOrRegion.",
    ),
)
def contact_information_complete(
    account: Account,
    *,
    required: tuple[str, ...] = ("FullName", "AddressLine1", "City", "PostalCode", "CountryCode", "PhoneNumber"),
) -> Problems:
    """The account's contact information is complete.

    AWS proves by it whose the account is when the root user's access is lost, and calls its number. Whether it is up
    to date is for a person to find out.
    """
    for member in required:
        if not account.primary_contact.get(member):
            yield Problem(f"the contact information has no {member}", expected=member)
