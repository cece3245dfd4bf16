"""Write what the checks need to read into templates, as managed policies between two marks; --check only compares.

IAM takes 6,144 characters in a managed policy, white space not counted (AWS IAM User Guide, "IAM and AWS STS quotas").
"""
# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from auditor import registry
from auditor.permissions import permissions, policy
from auditor.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LARGEST: Final = 6144
BEGIN: Final = "  # What the checks read, as `auditor permissions` prints it: `make templates` writes these policies.\n"
END: Final = "  # End of what the checks read.\n"


def main() -> None:
    """Write or compare the policies of the templates that are named; exit 1 where one is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("template", type=Path, nargs="+")
    parser.add_argument("--role", default="AuditorRole", help="the logical id of the role that has the policies")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    for path in given.template:
        old = path.read_text(encoding="utf-8")
        new = renewed(old, given.role)
        if old != new and given.check:
            sys.exit(f"{path} is stale: run `make templates`")
        path.write_text(new, encoding="utf-8")


def renewed(template: str, role: str) -> str:
    """Return a template with the policies of all checks between its marks; ValueError where it has none."""
    before, begin, rest = template.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the template has no place for policies: it begins with {BEGIN.strip()!r}")
    actions = permissions(Plan(registry.load().checks.values()))
    return f"{before}{begin}{''.join(_resources(list(parts(actions)), role))}{end}{after}"


def parts(actions: Iterable[str]) -> Iterator[list[str]]:
    """Yield the actions in as few lists, in their order, as policies can hold."""
    part: list[str] = []
    for action in actions:
        if len(json.dumps(policy([*part, action]), separators=(",", ":"))) > LARGEST:
            yield part
            part = []
        part.append(action)
    yield part


def _resources(lists: list[list[str]], role: str) -> Iterator[str]:
    for number, actions in enumerate(lists, 1):
        yield (
            f"  AuditPermissions{number}:\n"
            "    Type: AWS::IAM::ManagedPolicy\n"
            "    Properties:\n"
            f"      Description: What the checks of the AWS account auditor read, part {number} of {len(lists)}\n"
            f"      Roles: [!Ref {role}]\n"
            "      PolicyDocument:\n"
            '        Version: "2012-10-17"\n'
            "        Statement:\n"
            "          - Sid: AuditConfiguration\n"
            "            Effect: Allow\n"
            '            Resource: "*"\n'
            "            Action:\n"
        )
        yield from (f"              - {action}\n" for action in actions)


if __name__ == "__main__":
    main()
