"""IAM users: their credentials, and how they come by their permissions."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.iam.resources import User, partition

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"


@check(
    "iam-user-mfa-enabled",
    Severity.MEDIUM,
    reads=[User.credentials],
    references=[f"{USER_GUIDE}/id_credentials_mfa.html"],
    fix=Fix(
        cli="aws iam enable-mfa-device --user-name {resource.id} --serial-number MFA_SERIAL "
        "--authentication-code1 FIRST_CODE --authentication-code2 SECOND_CODE",
        text="Or let people sign in through IAM Identity Center and delete the password.",
    ),
    applies=lambda user: user.credentials.password is not None,
)
def user_mfa_enabled(user: User) -> Problems:
    """Users who sign in to the console do so with MFA.

    Without it, a guessed, reused or phished password is all that an attacker needs. Users without a password cannot
    sign in to the console, and the rule is not about them.
    """
    if not user.credentials.mfa:
        yield Problem("the user has a console password and no MFA device", expected="an MFA device")


@check(
    "iam-user-without-password-mfa",
    Severity.MEDIUM,
    reads=[User.credentials],
    references=[f"{USER_GUIDE}/id_credentials_mfa.html", f"{USER_GUIDE}/id_credentials_mfa_configure-api-require.html"],
    fix=Fix(
        cli="aws iam enable-mfa-device --user-name {resource.id} --serial-number MFA_SERIAL "
        "--authentication-code1 FIRST_CODE --authentication-code2 SECOND_CODE",
        text="Better, give the program that uses the user's keys a role, and delete the user.",
    ),
    applies=lambda user: user.credentials.password is None,
)
def user_without_password_mfa(user: User) -> Problems:
    """Users without a console password have MFA too.

    Policies can ask for MFA of requests that access keys sign, and a password may be added any day. Programs cannot
    use MFA: they are better off with roles. Users with a password are another rule's.
    """
    if not user.credentials.mfa:
        yield Problem("the user has no MFA device", expected="an MFA device")


@check(
    "iam-user-mfa-not-virtual",
    Severity.LOW,
    reads=[User.credentials, User.virtual_mfa_devices],
    references=[f"{USER_GUIDE}/id_credentials_mfa.html"],
    fix=Fix(
        text="Have the user register a passkey or security key under Security credentials, then "
        "`aws iam deactivate-mfa-device --user-name USER --serial-number MFA_SERIAL` for each virtual device.",
        cost=True,
    ),
    applies=lambda user: partition(user) != "aws-cn" and user.credentials.password is not None and user.credentials.mfa,
)
def user_mfa_not_virtual(user: User) -> Problems:
    """Console users' MFA devices are passkeys, security keys or hardware tokens.

    The codes of an authenticator app can be phished, and its secret copied; AWS recommends passkeys and security keys.
    One virtual device is enough to fail, whatever stands beside it. Users without MFA are another rule's, and the rule
    is not about China, whose regions take virtual devices only.
    """
    for serial in user.virtual_mfa_devices:
        yield Problem(f"the MFA device {serial} is virtual", found=serial, expected="a passkey or hardware device")


@check(
    "iam-user-key-rotated",
    Severity.MEDIUM,
    reads=[User.credentials],
    references=[f"{USER_GUIDE}/id-credentials-access-keys-update.html"],
    fix=Fix(
        cli="aws iam update-access-key --user-name {resource.id} --access-key-id OLD_KEY_ID --status Inactive",
        text="First make a new key with `aws iam create-access-key` and give it to whatever uses the old one; delete "
        "the old one when nothing has missed it. A role needs no rotation at all.",
    ),
    applies=lambda user: bool(user.credentials.access_keys),
)
def user_key_rotated(user: User, *, max_age_days: int = 90) -> Problems:
    """Active access keys are rotated.

    The older a key, the more laptops, logs and backups it has been in. Inactive keys open nothing and do not count.
    """
    for key in user.credentials.access_keys:
        age = user.at - key.since
        if age > timedelta(days=max_age_days):
            yield Problem(
                f"{key.name} is {age.days} days old", found=key.since, expected=f"at most {max_age_days} days"
            )


@check(
    "iam-user-credentials-used",
    Severity.MEDIUM,
    reads=[User.credentials],
    references=[f"{USER_GUIDE}/id_credentials_finding-unused.html"],
    fix=Fix(
        text="`aws iam delete-login-profile --user-name USER` removes a password; `aws iam update-access-key "
        "--user-name USER --access-key-id KEY_ID --status Inactive` deactivates a key.",
    ),
    applies=lambda user: bool(user.credentials.active),
)
def user_credentials_used(user: User, *, max_idle_days: int = 45) -> Problems:
    """Passwords and active access keys that nobody uses are removed.

    Nobody notices when a credential that nobody needs is stolen. One that was never used counts from the day it was
    made or last changed.
    """
    for credential in user.credentials.active:
        idle = user.at - credential.last_needed
        if idle > timedelta(days=max_idle_days):
            never = "" if credential.used else " (never)"
            yield Problem(
                f"{credential.name} has not been used for {idle.days} days{never}",
                found=credential.last_needed,
                expected=f"used within {max_idle_days} days, or removed",
            )


@check(
    "iam-user-no-direct-policies",
    Severity.LOW,
    reads=[User.attached_policies, User.inline_policies],
    references=[f"{USER_GUIDE}/access_policies_managed-vs-inline.html"],
    fix=Fix(
        cli="aws iam detach-user-policy --user-name {resource.id} --policy-arn POLICY_ARN",
        text="First put the user in a group that has the policy. `aws iam delete-user-policy` deletes an inline one.",
    ),
)
def user_no_direct_policies(user: User) -> Problems:
    """Users have their permissions from groups only.

    Permissions given one user at a time outlive the reason for them, and no list shows who can do what.
    """
    for policy in user.attached_policies:
        yield Problem(
            f"the policy {policy['PolicyName']} is attached to the user",
            found=policy["PolicyArn"],
            expected="policies of groups",
        )
    for name in user.inline_policies:
        yield Problem(f"the user has the inline policy {name}", found=name, expected="policies of groups")
