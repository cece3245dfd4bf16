"""What the account asks of its users' passwords."""

from __future__ import annotations

from typing import Final, Literal

from auditor import Fix, Problem, Problems, Severity, check
from checks.iam.resources import IamAccount

REFERENCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html"
STRONG: Final = (
    "aws iam update-account-password-policy --minimum-password-length 14 --password-reuse-prevention 24 "
    "--require-uppercase-characters --require-lowercase-characters --require-numbers --require-symbols "
    "--allow-users-to-change-password"
)
TERRAFORM: Final = (
    'resource "aws_iam_account_password_policy" "this" {{\n'
    "  minimum_password_length        = 14\n  password_reuse_prevention      = 24\n"
    "  require_uppercase_characters   = true\n  require_lowercase_characters   = true\n"
    "  require_numbers                = true\n  require_symbols                = true\n"
    "  allow_users_to_change_password = true\n{more}}}"
)
FIX: Final = Fix(
    cli=STRONG,
    terraform=TERRAFORM.format(more=""),
    text="The command replaces the whole policy: add what else yours holds, such as --max-password-age. The new rules "
    "hold from each user's next change of password.",
)
Kind = Literal["RequireUppercaseCharacters", "RequireLowercaseCharacters", "RequireNumbers", "RequireSymbols"]
KINDS: Final[dict[Kind, str]] = {
    "RequireUppercaseCharacters": "an upper-case letter",
    "RequireLowercaseCharacters": "a lower-case letter",
    "RequireNumbers": "a number",
    "RequireSymbols": "a symbol",
}


@check(
    "iam-password-policy-long",
    Severity.MEDIUM,
    reads=[IamAccount.password_policy],
    references=[REFERENCE],
    fix=FIX,
)
def password_policy_long(account: IamAccount, *, minimum_length: int = 14) -> Problems:
    """The password policy asks for long passwords.

    Each character makes guessing a password dozens of times harder. An account without a policy of its own has AWS's
    default, which asks for 8 characters.
    """
    length = account.password_policy.get("MinimumPasswordLength", 0)
    if length < minimum_length:
        yield Problem(
            f"passwords may be as short as {length} characters",
            found=length,
            expected=f"at least {minimum_length} characters",
        )


@check(
    "iam-password-policy-no-reuse",
    Severity.LOW,
    reads=[IamAccount.password_policy],
    references=[REFERENCE],
    fix=FIX,
)
def password_policy_no_reuse(account: IamAccount, *, reuse_prevention: int = 24) -> Problems:
    """The password policy keeps users from going back to old passwords.

    A password that leaked once is tried for years. An account without a policy of its own has AWS's default, which
    remembers none.
    """
    remembered = account.password_policy.get("PasswordReusePrevention", 0)
    if remembered < reuse_prevention:
        yield Problem(
            f"the last {remembered} passwords are remembered" if remembered else "old passwords may be used again",
            found=remembered,
            expected=f"the last {reuse_prevention} passwords remembered",
        )


@check(
    "iam-password-policy-strong",
    Severity.MEDIUM,
    reads=[IamAccount.password_policy],
    references=[REFERENCE],
    fix=FIX,
)
def password_policy_strong(account: IamAccount, *, required: tuple[Kind, ...] = tuple(KINDS)) -> Problems:
    """The password policy asks for every kind of character.

    Passwords of one kind of character are the first that are tried. An account without a policy of its own has AWS's
    default, which asks for three of the four kinds.
    """
    policy = account.password_policy
    for setting in required:
        if not policy.get(setting, False):
            yield Problem(
                f"passwords need not contain {KINDS[setting]}", found=policy.get(setting), expected=f"{setting}: true"
            )


@check(
    "iam-password-policy-expires",
    Severity.LOW,
    reads=[IamAccount.password_policy],
    references=[REFERENCE],
    fix=Fix(
        cli=f"{STRONG} --max-password-age 90",
        terraform=TERRAFORM.format(more="  max_password_age               = 90\n"),
        text="The command replaces the whole policy: add what else yours holds. Passwords that are older than the "
        "maximum age expire at once: their users must set a new one at the next sign-in.",
    ),
)
def password_policy_expires(account: IamAccount, *, max_age_days: int = 90) -> Problems:
    """The password policy makes passwords expire.

    A password that leaked without anybody noticing works until it is changed. Where MFA guards every sign-in,
    expiry adds little, and max_age_days may be longer. An account without a policy of its own has AWS's default,
    under which passwords never expire.
    """
    age = account.password_policy.get("MaxPasswordAge", 0)
    if not 0 < age <= max_age_days:
        held = f"passwords expire after {age} days" if age else "passwords never expire"
        yield Problem(held, found=age, expected=f"within {max_age_days} days")


@check(
    "iam-password-policy-self-service",
    Severity.LOW,
    reads=[IamAccount.password_policy],
    references=[REFERENCE],
    fix=FIX,
)
def password_policy_self_service(account: IamAccount) -> Problems:
    """The password policy lets users change their own password.

    Who cannot change a password keeps one that an administrator has seen, or that has leaked. The rule judges the
    account's setting; single users may have the permission by a policy. It is off in an account without a policy of
    its own.
    """
    allowed = account.password_policy.get("AllowUsersToChangePassword", False)
    if not allowed:
        yield Problem(
            "users may not change their own password", found=allowed, expected="AllowUsersToChangePassword: true"
        )
