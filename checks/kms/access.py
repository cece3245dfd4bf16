"""Whom the policies of KMS keys let in."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.kms import callers
from checks.kms.resources import Key

GUIDE: Final = "https://docs.aws.amazon.com/kms/latest/developerguide"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html"
FIX: Final = Fix(
    cli="aws kms put-key-policy --key-id {resource.id} --region {resource.region} --policy-name default "
    "--policy file://POLICY.json",
    text="POLICY.json replaces the whole policy. Name the principals, or keep the asterisk with a condition such as "
    "StringEquals on kms:CallerAccount or aws:PrincipalOrgID. Keep the statement for the account itself, or nobody can "
    "manage the key.",
)


def _problems(key: Key, says: str) -> Problems:
    for statement in callers.unlimited(key.policy) if key.policy else ():
        which = f"statement {statement.sid}" if statement.sid else "a statement"
        yield Problem(f"{which} {says}", found=statement, expected="named principals or a condition on who calls")


@check(
    "kms-key-policy-not-public",
    Severity.CRITICAL,
    reads=[Key.is_own, Key.is_public, Key.policy],
    references=[f"{GUIDE}/key-policy-overview.html", CONTROLS],
    fix=FIX,
    applies=lambda key: key.is_own and key.is_public is not None,
)
def key_policy_not_public(key: Key) -> Problems:
    """KMS keys are not public.

    With Principal * and no condition on who calls, anyone with any AWS account may use the key and read what it
    protects. Conditions on how KMS is called, such as kms:ViaService, limit nobody. Where a policy's other conditions
    or denials may limit whom it admits, this rule is not about it.
    """
    if key.is_public:
        yield from _problems(key, "lets anyone with an AWS account use the key")


@check(
    "kms-key-policy-callers-known",
    Severity.MEDIUM,
    reads=[Key.is_own, Key.is_public, Key.policy],
    references=[f"{GUIDE}/key-policy-overview.html", f"{GUIDE}/policy-conditions.html"],
    fix=FIX,
    applies=lambda key: key.is_own and not key.is_public,
)
def key_policy_callers_known(key: Key) -> Problems:
    """Key policies that address everyone say by a plain condition whom they mean.

    AWS warns of Principal * in key policies. A network, a tag, a negation or a denial elsewhere may well keep strangers
    out, until somebody changes it who does not know that all depends on it. A positive comparison with an account, an
    organization or a principal is certain. Keys that are surely public fail another rule.
    """
    yield from _problems(key, "allows everyone, and no plain condition says who is meant")


@check(
    "kms-key-policy-not-shared",
    Severity.LOW,
    reads=[Key.is_own, Key.policy],
    references=[f"{GUIDE}/key-policy-modifying-external-accounts.html"],
    fix=Fix(cli=FIX.cli, text="Take out the accounts that need the key no longer, and put the others into `trusted`."),
    applies=lambda key: key.is_own,
)
def key_policy_not_shared(key: Key, *, trusted: tuple[str, ...] = ()) -> Problems:
    """Key policies admit principals of the account and of trusted accounts only.

    Administrators of another account that a key policy names decide by themselves who there may use the key. The
    accounts in trusted are expected. Whole organizations, and accounts that a key is shared with through Resource
    Access Manager, are not looked at.
    """
    accounts = callers.foreign_accounts(key.policy, key.account) if key.policy else []
    strangers = [each for each in accounts if each not in trusted]
    if strangers:
        summary = f"the key policy admits principals of {', '.join(strangers)}"
        yield Problem(summary, found=strangers, expected="the account's own principals, or trusted accounts")
