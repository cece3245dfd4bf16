from auditor.testing import ACCOUNT, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.account.contacts import CHECKS, contact_information_complete
from checks.account.resources import Account

CONTACT = {
    "FullName": "***",
    "AddressLine1": "***",
    "City": "***",
    "PostalCode": "***",
    "CountryCode": "***",
    "PhoneNumber": "***",
}


def in_govcloud():
    account = fake(Account)
    account.arn = f"arn:aws-us-gov:iam::{ACCOUNT}:root"
    return account


def contact_cases(check):
    kind = check.id.split("-")[1]
    fact = f"{kind}_contact"
    return [
        passes(check, fake(Account, **{fact: True})),
        fails(check, fake(Account, **{fact: False}), says=f"no {kind} contact"),
        unknown(check, fake(Account, **{fact: refused("account:GetAlternateContact")}), says="GetAlternateContact"),
    ]


CASES: list[Case] = [
    *(case for check in CHECKS for case in contact_cases(check)),
    *(
        inapplicable(
            check,
            in_govcloud(),
            doubt="GovCloud keeps no contacts: those of the standard account that an account belongs to hold for both.",
        )
        for check in (*CHECKS, contact_information_complete)
    ),
    passes(
        contact_information_complete,
        fake(Account, primary_contact=CONTACT),
        doubt="AWS calls contacts sensitive: the audit masks their values and sees only that they are there.",
    ),
    passes(contact_information_complete, fake(Account, primary_contact={"FullName": "***"}), required=("FullName",)),
    fails(contact_information_complete, fake(Account, primary_contact=CONTACT | {"City": ""}), says="no City"),
    fails(contact_information_complete, fake(Account, primary_contact={}), says="no PhoneNumber"),
    unknown(contact_information_complete, fake(Account, primary_contact=refused("account:GetContactInformation"))),
]
