"""Proofs of the fixes of AWS Account Management's checks."""

from fixes.proof import Proof

KINDS = ("security", "operations", "billing")
REACHED_BY = {
    "NAME": "Duty",
    "TITLE": "Engineer",
    "EMAIL": "duty@example.com",
    "PHONE_NUMBER": "+1-555-0100",
}

PROOFS = [Proof(f"account-{kind}-contact-set", lambda _aws: REACHED_BY) for kind in KINDS]
UNPROVEN = {"account-contact-information-complete": "the emulator does not offer the account's contact information"}
WORDS = REACHED_BY | {
    "FULL_NAME": "Shop",
    "ADDRESS": "Street",
    "CITY": "Berlin",
    "POSTAL_CODE": "10115",
    "COUNTRY_CODE": "DE",
}
