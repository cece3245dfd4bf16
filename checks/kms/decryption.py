"""Who may decrypt with every key, by the policies of IAM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Check, Fix, Problem, Problems, Severity, check
from auditor.policy import matches
from checks.iam.resources import Group, Policy, Role, User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy import Document, Statement

DECRYPTION: Final = ("kms:Decrypt", "kms:ReEncryptFrom")
REFERENCES: Final = (
    "https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies-best-practices.html",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html",
)
TEXT: Final = "Name the ARNs of the keys whose data is needed; see them in the kms:Decrypt events of CloudTrail."
KEY_ARN_PARTS: Final = 6


def _is_every_key(pattern: str) -> bool:
    """Return whether a resource pattern matches all the keys of a region or an account, or of more."""
    parts = pattern.split(":", KEY_ARN_PARTS - 1)
    partition, region, account = (parts[1], parts[3], parts[4]) if len(parts) == KEY_ARN_PARTS else ("aws", "*", "*")
    return matches(pattern, f"arn:{partition}:kms:{region}:{account}:key/*")


def _is_about_every_key(statement: Statement) -> bool:
    """Return whether a statement is about every key, or about every key but those it names."""
    if statement.not_resources is not None:
        return not any(_is_every_key(pattern) for pattern in statement.not_resources)
    return any(_is_every_key(pattern) for pattern in statement.resources or ())


def _decrypting(document: Document) -> Iterator[tuple[str, Statement]]:
    """Yield what a policy lets be done with every key, and by which statement.

    As in AWS's own control, conditions limit nothing; but a denial without conditions does.
    """
    about = [each for each in document.statements if _is_about_every_key(each)]
    for action in DECRYPTION:
        denied = any(
            not each.allows and not each.conditions and each.not_resources is None and each.is_about(action)
            for each in about
        )
        allowing = next((each for each in about if each.allows and each.is_about(action)), None)
        if allowing and not denied:
            yield action, allowing


def _problems(document: Document, subject: str) -> Problems:
    found = list(_decrypting(document))
    if found:
        actions = " and ".join(action for action, _ in found)
        yield Problem(f"{subject} allows {actions} with every key", found=found[0][1], expected="the ARNs of the keys")


@check(
    "iam-policy-decryption-limited",
    Severity.MEDIUM,
    reads=[Policy.attachments, Policy.boundary_uses, Policy.document],
    references=REFERENCES,
    fix=Fix(
        cli="aws iam create-policy-version --policy-arn {resource.arn} --policy-document file://POLICY.json "
        "--set-as-default",
        text=TEXT,
    ),
    applies=lambda policy: policy.attachments > 0 or policy.boundary_uses == 0,
)
def policy_decryption_limited(policy: Policy) -> Problems:
    """Customer managed policies do not allow decryption with every KMS key.

    Encryption with keys of one's own separates those who may reach data from those who may read it. A policy for every
    key undoes that. Policies that are attached to nobody count too, as in AWS's own control; those that only bound what
    others grant do not.
    """
    yield from _problems(policy.document, "the policy")


def _inline(principal_type: type[User | Group | Role], kind: str) -> Check:
    """Return the check that no inline policy of a type's principals allows decryption with every key."""

    def inline_decryption_limited(principal: User | Group | Role) -> Problems:
        """Inline policies do not allow decryption with every KMS key.

        Encryption with keys of one's own separates those who may reach data from those who may read it. A policy for
        every key undoes that, and an inline policy is in no list of the account's policies.
        """
        for name, document in principal.inline_policies.items():
            yield from _problems(document, f"the inline policy {name}")

    return check(
        f"iam-{kind}-inline-decryption-limited",
        Severity.MEDIUM,
        resource=principal_type,
        reads=[principal_type.inline_policies],
        references=REFERENCES,
        fix=Fix(
            cli=f"aws iam put-{kind}-policy --{kind}-name {{resource.id}} --policy-name POLICY_NAME "
            "--policy-document file://POLICY.json",
            text=TEXT,
        ),
        applies=lambda principal: bool(principal.inline_policies),
        title=f"Inline policies of {kind}s do not allow decryption with every KMS key",
    )(inline_decryption_limited)


INLINE: Final = [_inline(User, "user"), _inline(Group, "group"), _inline(Role, "role")]
