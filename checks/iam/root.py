"""The root user: who holds it holds the account."""

from __future__ import annotations

from datetime import timedelta
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
    about accounts whose organization has removed the root user's password, access keys and signing certificates, nor
    about China and GovCloud, where nobody signs in as the root user.
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
    organization has removed the root user's credentials, nor about China and GovCloud, where nobody signs in as root.
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


@check(
    "iam-root-no-signing-certificates",
    Severity.HIGH,
    reads=[IamAccount.root_certificates],
    references=[f"{USER_GUIDE}/root-user-best-practices.html"],
    fix=Fix(text="Sign in as the root user and delete the X.509 certificates under Security credentials."),
)
def root_no_signing_certificates(account: IamAccount) -> Problems:
    """The root user has no signing certificates.

    Like an access key, a certificate signs requests of the root user from anywhere and without MFA.
    """
    if account.root_certificates:
        yield Problem("the root user has signing certificates", found=account.root_certificates, expected="none")


@check(
    "iam-root-not-used",
    Severity.MEDIUM,
    reads=[IamAccount.root_uses],
    references=[f"{USER_GUIDE}/root-user-best-practices.html", f"{USER_GUIDE}/root-user-tasks.html"],
    fix=Fix(
        text="Give whoever signs in as the root user a role with the permissions that the work needs, and keep the "
        "root user for the few tasks that only it can do.",
    ),
)
def root_not_used(account: IamAccount, *, idle_days: int = 90) -> Problems:
    """The root user has not been used lately.

    Nothing limits the root user and its traces name no person. The few tasks that need it do not come up every
    quarter. What was used, password or access key, counts even where it has been removed since. IAM records no use of
    signing certificates, and its report may be four hours old.
    """
    for name, used in account.root_uses.items():
        idle = account.at - used
        if idle <= timedelta(days=idle_days):
            yield Problem(
                f"{name} of the root user was used {max(idle.days, 0)} days ago",
                found=used,
                expected=f"not used within {idle_days} days",
            )


@check(
    "iam-root-managed-centrally",
    Severity.MEDIUM,
    reads=[IamAccount.organization_features],
    references=[f"{USER_GUIDE}/id_root-enable-root-access.html"],
    fix=Fix(
        cli="aws organizations enable-aws-service-access --service-principal iam.amazonaws.com && "
        "aws iam enable-organizations-root-credentials-management && aws iam enable-organizations-root-sessions",
        terraform='resource "aws_iam_organizations_features" "this" {\n'
        '  enabled_features = ["RootCredentialsManagement", "RootSessions"]\n}',
        text="Then remove the root credentials of the member accounts in the console of IAM, under Root access "
        "management. An organization with consolidated billing only has to enable all features first.",
    ),
    applies=lambda account: account.organization_features is not None,
)
def root_managed_centrally(
    account: IamAccount, *, features: tuple[str, ...] = ("RootCredentialsManagement", "RootSessions")
) -> Problems:
    """The organization manages the root users of its member accounts centrally.

    Member accounts then need no root password or key at all, and what only root can do is done in short sessions from
    one place. The rule is about the management account and the account it has delegated this to; AWS tells no other.
    """
    for feature in features:
        if feature not in (account.organization_features or ()):
            yield Problem(
                f"{feature} is not enabled for the organization",
                found=account.organization_features,
                expected=f"{feature} enabled",
            )
