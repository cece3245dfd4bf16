"""The page of the linter's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy.linter import RULES, Group
from generator.markdown import paragraph, prose, section, table

if TYPE_CHECKING:
    from collections.abc import Iterator


def lint_page() -> Iterator[str]:
    """Yield the rules by what they are about, each with its grade and the page that documents it."""
    yield from ("# Rules for policies", "")
    yield from paragraph(
        f"The {len(RULES)} rules that `auditor lint` holds policy files against, and that the checks of policies hold",
        "deployed ones against. Those that AWS documents have its names and grades.",
    )
    yield from ("```sh", "auditor lint policy.json", "auditor lint --kind resource bucket-policy.json", "```", "")
    for group in Group:
        rules = [each for each in RULES.values() if each.group is group]
        rows = [(f"[`{each.code}`]({each.reference})", each.grade.value, prose(each.meaning)) for each in rules]
        title = group.value[0].upper() + group.value[1:]
        yield from section(title, table(("Rule", "Grade", "What breaks it"), rows))
