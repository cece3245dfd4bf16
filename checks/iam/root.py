"""The root user: who holds it holds the account."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.iam.resources import IamAccount

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"


@check(
    "iam-root-mfa-enabled",
    Severity.CRITICAL,
    reads=[IamAccount.root_has_credentials, IamAccount.root_mfa],
    references=[f"{USER_GUIDE}/enable-mfa-for-root.html", f"{USER_GUIDE}/id_root-enable-root-access.html"],
    fix=Fix(
        text="Sign in as the root user and assign an MFA device under Security credentials. For a member account of "
        "an organization, remove the root credentials from the management account instead.",
    ),
    applies=lambda account: account.root_has_credentials,
)
def root_mfa_enabled(account: IamAccount) -> Problems:
    """The root user signs in with MFA.

    A root password alone opens everything in the account, and nothing in the account can restrict it. The rule is not
    about accounts whose organization has removed the root user's password, access keys and signing certificates.
    """
    if not account.root_mfa:
        yield Problem("the root user has no MFA device", expected="an MFA device")


@check(
    "iam-root-hardware-mfa",
    Severity.CRITICAL,
    reads=[IamAccount.root_has_credentials, IamAccount.root_mfa, IamAccount.root_virtual_mfa_devices],
    references=[f"{USER_GUIDE}/enable-mfa-for-root.html", f"{USER_GUIDE}/id_root-enable-root-access.html"],
    fix=Fix(
        text="Sign in as the root user, assign a FIDO security key or a hardware TOTP token under Security "
        "credentials, then remove every virtual device.",
        cost=True,
    ),
    applies=lambda account: account.root_has_credentials,
)
def root_hardware_mfa(account: IamAccount) -> Problems:
    """The root user's MFA devices are hardware.

    A virtual device is a secret on a phone that other software shares; a security key cannot be copied or phished.
    One virtual device is enough to fail, whatever stands beside it: any of the devices signs in. AWS does not tell
    passkeys that are synchronized between devices from security keys: both pass. The rule is not about accounts whose
    organization has removed the root user's credentials.
    """
    if not account.root_mfa:
        yield Problem("the root user has no MFA device", expected="a hardware MFA device")
    for serial in account.root_virtual_mfa_devices:
        yield Problem(f"the root user's MFA device {serial} is virtual", found=serial, expected="hardware MFA devices")


@check(
    "iam-root-no-access-keys",
    Severity.CRITICAL,
    reads=[IamAccount.root_access_keys],
    references=[f"{USER_GUIDE}/root-user-best-practices.html"],
    fix=Fix(
        text="Move whatever signs with the key to a role, then sign in as the root user and delete the key under "
        "Security credentials.",
    ),
)
def root_no_access_keys(account: IamAccount) -> Problems:
    """The root user has no access keys.

    A root access key works from anywhere, without MFA, and no policy in the account can limit it.
    """
    if account.root_access_keys:
        yield Problem("the root user has access keys", found=account.root_access_keys, expected="none")
