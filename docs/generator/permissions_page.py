"""The page of the permissions that an audit takes."""

from __future__ import annotations

import json
from collections import defaultdict
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from moto.iam.aws_managed_policies import aws_managed_policies_data

from auditor.permissions import ALWAYS, permissions, policy
from auditor.plan import Plan
from generator.catalogue import builtin_checks, by_service, check_link, service_title
from generator.markdown import code, fenced, paragraph, section, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.checking import Check


def permissions_page() -> Iterator[str]:
    """Yield the policy of all checks, and for each action the checks that take it."""
    checks = builtin_checks()
    yield from ("# Permissions", "")
    yield from paragraph(
        "This policy allows every call that the built-in checks make, and nothing else. All of them read",
        "configuration: none changes anything, and none returns objects, function code, passwords or secret values,",
        "but for user data that somebody wrote a secret into. It is looked through as it arrives: what is kept are",
        "the kinds and lines of secrets. The two `Generate` calls have IAM make reports, which changes nothing.",
        "`auditor permissions` prints it for any selection: `auditor permissions --service s3`.",
    )
    yield from fenced("json", json.dumps(policy(permissions(Plan(checks))), indent=2))
    yield from paragraph(
        "Where an action is missing, the checks that need it answer UNKNOWN, and the report holds the policy that",
        f"would answer them. Every audit of an account calls {code(ALWAYS)}; the latter needs no permission.",
    )
    yield from paragraph(_next_to_securityaudit(permissions(Plan(checks))))
    for service, own in by_service(checks).items():
        yield from section(service_title(service), table(("Action", "Needed by"), _needs(own)))


def _next_to_securityaudit(actions: Iterable[str]) -> str:
    """Return how AWS's managed policy, in the emulator's copy, compares with the actions that an audit takes."""
    statements = json.loads(aws_managed_policies_data)["SecurityAudit"]["Document"]["Statement"]
    allowed = [pattern.lower() for statement in statements for pattern in statement["Action"]]
    needed = set(actions) - {"sts:GetCallerIdentity"}
    missing = sorted(each for each in needed if not any(fnmatchcase(each.lower(), pattern) for pattern in allowed))
    but = f" but {code(missing)}" if missing else ""
    return f"AWS's managed policy `SecurityAudit` allows much more, and all of this{but}."


def _needs(checks: Iterable[Check]) -> Iterator[tuple[str, str]]:
    """Yield each action the checks take, with links to those that take it."""
    users: dict[str, list[str]] = defaultdict(list)
    for check in checks:
        for action in set(permissions(Plan([check]))) - set(ALWAYS):
            users[action].append(check_link(check.id, "checks/"))
    return ((f"`{action}`", ", ".join(users[action])) for action in sorted(users))
