"""How users use their passwords and access keys: one key each, made when needed, and used by one person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.iam.resources import User

if TYPE_CHECKING:
    from datetime import datetime

    from checks.iam.credential_report import Credential

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
ONE_KEY: Final = 1
DEACTIVATE: Final = "aws iam update-access-key --user-name {resource.id} --access-key-id OLD_KEY_ID --status Inactive"


@check(
    "iam-user-one-active-key",
    Severity.LOW,
    reads=[User.credentials],
    references=[f"{USER_GUIDE}/id-credentials-access-keys-update.html"],
    fix=Fix(
        cli=DEACTIVATE,
        text="`aws iam get-access-key-last-used` tells which one is not needed. Delete it when nothing has missed it.",
    ),
    applies=lambda user: bool(user.credentials.access_keys),
)
def user_one_active_key(user: User) -> Problems:
    """Users have one active access key.

    The second key is for the days of a rotation. One that stays doubles what can leak, and two programs that share a
    user cannot be told apart. The rule fails during a rotation too, until the old key is deactivated.
    """
    if len(user.credentials.access_keys) > ONE_KEY:
        yield Problem(
            "the user has two active access keys",
            found=[key.since for key in user.credentials.access_keys],
            expected="one active access key",
        )


@check(
    "iam-user-no-key-from-creation",
    Severity.LOW,
    reads=[User.created, User.credentials],
    references=[f"{USER_GUIDE}/id_credentials_access-keys.html"],
    fix=Fix(cli=DEACTIVATE, text="Whoever turns out to need a key makes one for what it is needed for."),
    applies=lambda user: user.credentials.password is not None,
)
def user_no_key_from_creation(user: User, *, within_minutes: int = 10) -> Problems:
    """Users with a password have no access key that was made along with them and never used.

    A key that was handed out just in case lies about in the mail or file it came in. A key is taken to have been made
    along with the user if it is no more than within_minutes younger.
    """
    for key in user.credentials.access_keys:
        if not key.used and key.since - user.created <= timedelta(minutes=within_minutes):
            yield Problem(
                f"{key.name} was made along with the user and never used",
                found=key.since,
                expected="keys made when they are needed",
            )


@check(
    "iam-user-not-shared",
    Severity.LOW,
    reads=[User.created, User.credentials],
    references=[f"{USER_GUIDE}/best-practices-use-cases.html", f"{USER_GUIDE}/id_users.html"],
    fix=Fix(
        text="Ask who uses the user's password and keys. Give each person a user, or better a sign-in through IAM "
        "Identity Center, and each program a role.",
    ),
    applies=lambda user: bool(user.credentials.access_keys),
)
def user_not_shared(
    user: User, *, recent_days: int = 30, rotation_days: int = 30, unchanged_days: int = 365
) -> Problems:
    """Users look like one person's, or one program's.

    What several share, nobody is answerable for, and nobody can be locked out of alone. Two signs are told, neither
    of them a proof. Both access keys are in use (within recent_days) and have stood side by side for longer than a
    rotation takes (rotation_days). Or the password is in use beside a key that was made along with the user, at least
    unchanged_days ago, and that never changed since: a person signs in while a program has the user's first key.
    """
    since = user.at - timedelta(days=recent_days)
    in_use = [each for each in user.credentials.access_keys if each.used and each.used >= since]
    yield from _side_by_side(in_use, user.at, rotation_days)
    password = user.credentials.password
    if password and password.used and password.used >= since:
        yield from _first_keys(user, in_use, unchanged_days)


def _side_by_side(keys: list[Credential], at: datetime, rotation_days: int) -> Problems:
    days = (at - max(key.since for key in keys)).days if keys else 0
    if len(keys) > ONE_KEY and days > rotation_days:
        yield Problem(
            f"both access keys are in use and have been side by side for {days} days",
            found=[key.used for key in keys],
            expected="one key in use, or two users",
        )


def _first_keys(user: User, keys: list[Credential], unchanged_days: int) -> Problems:
    for key in keys:
        made_along = key.since - user.created <= timedelta(days=1)
        if made_along and user.at - key.since >= timedelta(days=unchanged_days):
            yield Problem(
                f"the password and {key.name}, unchanged since the user was made, are both in use",
                found=key.since,
                expected="a user for the person and a role for the program",
            )
