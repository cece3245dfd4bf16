"""Each check and each framework has a page that tells all of it."""

import html
import re
import tomllib

import pytest
from cases import CASES
from pages import ROOT, blocks, links, read

from auditor.frameworks import membership
from auditor.listings import frameworks
from auditor.permissions import ALWAYS, permissions
from auditor.plan import Plan
from auditor.registry import load

CHECKS = list(load().checks.values())
FRAMEWORKS = frameworks()
CONTROLS = membership(FRAMEWORKS)
SECTIONS = [
    "Why it matters",
    "Example finding",
    "Fix",
    "Doubtful cases",
    "Parameters",
    "What it reads",
    "Controls",
    "References",
]
EFFORT = {"downtime": "unavailable", "replacement": "built anew", "cost": "raises the bill"}

each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
each_framework = pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda framework: framework.id)


def page_of(check):
    return f"docs/checks/{check.id}.md"


def sections(page):
    """Return the text of each section of the second level."""
    _, *found = re.split(r"^## (.+)\n", read(page), flags=re.MULTILINE)
    return dict(zip(found[::2], found[1::2], strict=True))


def plain(text):
    """Return the text as it is read, without what only Markdown needs."""
    return html.unescape(text).replace(r"\*", "*")


@each_check
def test_page_says_what_the_check_is(check):
    text = plain(read(page_of(check)))
    assert text.startswith(f"# {check.title}\n")
    assert f"`{check.id}`" in text
    assert f">{check.severity.value}<" in text
    assert f"`{check.resource.aws_type}`" in text
    assert all(reference in text for reference in check.references)


@each_check
def test_page_has_its_sections_in_order_and_none_of_them_is_empty(check):
    found = sections(page_of(check))
    idle = {
        "Doubtful cases": not any(case.doubt for case in CASES if case.check is check),
        "Parameters": not check.parameters,
        "Controls": check.id not in CONTROLS,
    }
    assert list(found) == [title for title in SECTIONS if not idle.get(title)]
    assert all(text.strip() for text in found.values())
    assert check.rationale.replace("``", "`") in plain(found["Why it matters"])


@each_check
def test_page_names_the_facts_the_calls_and_the_permissions(check):
    text = sections(page_of(check))["What it reads"]
    assert not [fact for fact in check.facts if f"`{fact!r}`" not in text]
    plan = Plan([check])
    assert not [step for step in plan.steps() if f"| `{step.request.name}` | once per {step.per} |" not in text]
    assert not [each for each in set(permissions(plan)) - set(ALWAYS) if f"`{each}`" not in text]


@each_check
def test_parameters_are_the_defaults_as_the_configuration_takes_them(check):
    given = [tomllib.loads(block.text) for block in blocks(page_of(check)) if block.language == "toml"]
    defaults = {name: list(each) if isinstance(each, tuple) else each for name, each in check.parameters.items()}
    assert given == ([{"parameters": {check.id: defaults}}] if defaults else [])


@each_check
def test_fix_is_told_with_what_it_costs_and_how_it_is_proven(check):
    text = plain(sections(page_of(check))["Fix"])
    fix = check.fix
    for part in (fix.text, fix.cli, fix.terraform, fix.cloudformation):
        assert part.strip() in text
    assert {name: words in text for name, words in EFFORT.items()} == {name: getattr(fix, name) for name in EFFORT}
    assert "### How the fix is proven" in text


def test_the_page_of_proofs_lists_exactly_the_commands_that_are_not_proven():
    with_command = {page_of(check) for check in CHECKS if check.fix.cli}
    proven = {page for page in with_command if "sees the check pass" in read(page)}
    assert {f"docs/{path}" for path, _ in links("docs/fixes.md")} == with_command - proven


@each_check
def test_example_is_a_failure_of_the_check(check):
    (example,) = (block.text for block in blocks(page_of(check)) if block.language == "text")
    first, summary, *_ = example.splitlines()
    assert first.split()[:2] == [check.severity.name, check.id]
    assert summary.strip()


@each_check
def test_every_doubtful_case_stands_on_the_page_with_its_verdict(check):
    rows = re.findall(r'^\| <span class="badge [\w-]+">(.+)</span> \| (.+) \|$', told_doubts(check), re.MULTILINE)
    assert rows == [(case.verdict_name, case.doubt) for case in CASES if case.check is check and case.doubt]


def told_doubts(check):
    return plain(sections(page_of(check)).get("Doubtful cases", ""))


def test_there_are_doubtful_cases_of_every_verdict():
    assert {case.verdict_name for case in CASES if case.doubt} == {"PASS", "FAIL", "UNKNOWN", "not applicable"}


@each_check
def test_controls_link_to_the_framework_pages(check):
    named = {
        f"{path}#{anchor}" for path, anchor in links(page_of(check)) if path.startswith("../frameworks/") and anchor
    }
    wanted = (name.split(":", 1) for name in CONTROLS.get(check.id, ()))
    assert named == {f"../frameworks/{framework}.md#{control.lower()}" for framework, control in wanted}


@each_framework
def test_framework_page_has_each_control_in_order_with_what_decides_it(framework):
    rows = re.findall(r'^\| <a id="[^"]+"></a>([^|]+) \| .*$', read(f"docs/frameworks/{framework.id}.md"), re.MULTILINE)
    assert rows == [control.id for control in framework.controls]
    text = plain(read(f"docs/frameworks/{framework.id}.md"))
    for control in framework.controls:
        (row,) = (line for line in text.splitlines() if line.startswith(f'| <a id="{control.id.lower()}">'))
        assert control.title in row
        assert control.manual in row
        assert control.uncovered in row
        assert not [check for check in control.checks if f"(../checks/{check}.md)" not in row]


def test_indexes_list_every_check_and_every_framework():
    assert {path for path, _ in links("docs/checks/index.md")} >= {f"{check.id}.md" for check in CHECKS}
    assert {path for path, _ in links("docs/frameworks/index.md")} == {f"{each.id}.md" for each in FRAMEWORKS}


def test_no_page_of_the_folders_is_left_over():
    held = {path.stem for folder in ("checks", "frameworks") for path in (ROOT / "docs" / folder).glob("*.md")}
    assert held == {"index"} | {check.id for check in CHECKS} | {each.id for each in FRAMEWORKS}
