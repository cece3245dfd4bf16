"""The page of one check."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from auditor.permissions import ALWAYS, permissions
from auditor.plan import Plan
from generator import proofs
from generator.catalogue import memberships, service_anchor, service_title
from generator.examples import doubts, example
from generator.markdown import badge, code, fenced, paragraph, prose, section, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from auditor.checking import Check
    from auditor.facts import Fact
    from generator.catalogue import Membership

EFFORT: Final = {
    "downtime": "the resource is unavailable meanwhile",
    "replacement": "the resource has to be built anew",
    "cost": "it raises the bill",
}


def check_page(check: Check) -> Iterator[str]:
    """Yield the page of one check: the same sections in the same order for each, without those that would be empty."""
    yield from (f"# {prose(check.title)}", "")
    yield from table(("", ""), _summary(check))
    yield from section("Why it matters", paragraph(prose(check.rationale)))
    yield from section("Example finding", fenced("text", example(check)))
    yield from section("Fix", _fix(check))
    yield from section("Doubtful cases", _doubts(check))
    yield from section("Parameters", _parameters(check))
    yield from section("What it reads", _reads(check))
    controls = map(_control, memberships().get(check.id, ()))
    yield from section("Controls", table(("Framework", "Control", "Title"), controls))
    yield from section("References", [*(f"- <{each}>" for each in check.references), ""])


def _summary(check: Check) -> Iterator[tuple[str, str]]:
    yield "Check", f"`{check.id}`"
    yield "Severity", badge(check.severity.value)
    yield "Service", f"[{service_title(check.service)}](index.md#{service_anchor(check.service)})"
    yield "Resource", f"`{check.resource.aws_type}`"


def _fix(check: Check) -> Iterator[str]:
    fix = check.fix
    yield from paragraph(prose(fix.text))
    effort = [text for name, text in EFFORT.items() if getattr(fix, name)]
    yield from paragraph(f"**Mind:** {', and '.join(effort)}." if effort else "")
    yield from section("With the AWS CLI", _command(check), level=3)
    yield from section("With Terraform", fenced("terraform", fix.terraform), level=3)
    yield from section("With CloudFormation", fenced("yaml", fix.cloudformation), level=3)
    yield from section("How the fix is proven", paragraph(proofs.told(check)), level=3)


def _command(check: Check) -> Iterator[str]:
    yield from fenced("sh", check.fix.cli)
    words = code(proofs.words(check))
    yield from paragraph(
        "A finding shows the command with the resource's own names." if "{resource." in check.fix.cli else "",
        f"What {words} stands for only a person can tell." if words else "",
    )


def _doubts(check: Check) -> Iterator[str]:
    cases = [(badge(verdict), prose(doubt)) for verdict, doubt in doubts(check)]
    if cases:
        yield from paragraph("AWS's semantics leave room for doubt here. Each of these is a case of the test suite.")
        yield from table(("Verdict", "Case"), cases)


def _parameters(check: Check) -> Iterator[str]:
    if check.parameters:
        yield from paragraph("With their defaults, as [auditor.toml](../configuration.md) sets them:")
        lines = [f"{name} = {json.dumps(value)}" for name, value in check.parameters.items()]
        yield from fenced("toml", "\n".join([f"[parameters.{check.id}]", *lines]))


def _reads(check: Check) -> Iterator[str]:
    plan = Plan([check])
    facts = sorted(check.facts, key=repr)
    yield from table(("Fact", "Comes from"), ((f"`{fact!r}`", _origin(fact)) for fact in facts))
    calls = sorted({(f"`{step.request.name}`", f"once per {step.per}") for step in plan.steps()})
    yield from table(("Call", "Made"), calls)
    yield from paragraph(f"Permissions: {code(sorted(set(permissions(plan)) - set(ALWAYS)))}.")


def _origin(fact: Fact[Any]) -> str:
    """Return the calls that supply a fact, or the facts it is computed from."""
    if fact.inputs and not fact.requests:
        return f"computed from {code(fact.inputs)}"
    return code(request.name for request in fact.requests or (fact.owner.listing_request(),))


def _control(membership: Membership) -> tuple[str, str, str]:
    framework, control = membership
    page = f"../frameworks/{framework.id}.md"
    return f"[{framework.title}]({page})", f"[{control.id}]({page}#{control.id.lower()})", prose(control.title)
