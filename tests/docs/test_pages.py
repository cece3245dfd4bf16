"""The documentation is true: generated pages are fresh, links lead somewhere, tables and examples match the code."""

import json
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase

import pytest
from pages import ROOT, anchors, blocks, links, read

from auditor.cli import auditor
from auditor.config import read as read_config
from auditor.config import validated
from auditor.finding import Finding, ResourceRef
from auditor.gate import ExitCode
from auditor.options import SEVERITIES
from auditor.permissions import permissions
from auditor.plan import Plan
from auditor.registry import load
from auditor.score import WEIGHTS, coverage, kinds, score
from auditor.severity import Severity, Status

PAGES = sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def generate(*arguments, root=ROOT):
    command = [sys.executable, str(root / "docs" / "generate.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_generated_pages_are_fresh():
    done = generate("--check")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def copied(tmp_path):
    """A copy of the documentation, and of nothing else that it writes."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_stale_and_missing_pages_are_named_and_rewritten(copied):
    page = copied / "docs" / "cli.md"
    fresh = page.read_text(encoding="utf-8")
    page.write_text("stale", encoding="utf-8")
    stale = generate("--check", root=copied)
    assert stale.returncode == 1
    assert "docs/cli.md is out of date: run `make docs`" in stale.stderr
    assert "reports/schema.json is out of date" in stale.stderr
    assert generate(root=copied).returncode == 0
    assert page.read_text(encoding="utf-8") == fresh
    assert generate("--check", root=copied).returncode == 0


def test_pages_of_checks_that_are_gone_are_named_and_removed(copied):
    generate(root=copied)
    left = copied / "docs" / "checks" / "s3-bucket-of-old.md"
    left.write_text("# Gone", encoding="utf-8")
    stale = generate("--check", root=copied)
    assert (stale.returncode, stale.stderr) == (1, f"{left.relative_to(copied)} is out of date: run `make docs`\n")
    generate(root=copied)
    assert not left.exists()


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_pages_and_headings_that_exist(page):
    folder = (ROOT / page).parent
    for path, anchor in links(page):
        target = (folder / path).resolve() if path else ROOT / page
        assert target.exists(), f"{page} links to {path}"
        if anchor:
            assert anchor in anchors(target.relative_to(ROOT)), f"{page} links to {path}#{anchor}"


def test_every_page_is_reachable_from_the_readme():
    reached, ahead = set(), {"README.md"}
    while ahead:
        page = ahead.pop()
        reached.add(page)
        targets = {((ROOT / page).parent / path).resolve() for path, _ in links(page) if path.endswith(".md")}
        ahead |= {target.relative_to(ROOT).as_posix() for target in targets} - reached
    assert set(PAGES) <= reached


def test_readme_mentions_every_command_and_every_exit_code():
    text = read("README.md")
    assert not [name for name in auditor.commands if f"`{name}`" not in text]
    assert codes("README.md") == codes("docs/exit-codes.md") == set(ExitCode)


def codes(page):
    """Return the exit codes that the rows of a page's table begin with."""
    return {int(code) for code in re.findall(r"^\| (\d+) \|", read(page), re.MULTILINE)}


def test_permissions_page_holds_the_policy_and_what_securityaudit_lacks():
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    needed = permissions(Plan(load().checks.values()))
    (policy,) = [json.loads(block.text) for block in blocks("docs/permissions.md") if block.language == "json"]
    assert policy["Statement"][0]["Action"] == needed
    statements = json.loads(aws_managed_policies_data)["SecurityAudit"]["Document"]["Statement"]
    allowed = [action for statement in statements for action in statement["Action"]]
    missing = {each for each in needed if not any(fnmatchcase(each.lower(), action.lower()) for action in allowed)}
    told = re.search(
        r"`SecurityAudit` allows much more, and all of this(.*)\.$", read("docs/permissions.md"), re.MULTILINE
    )
    # The caller's own identity needs no permission (STS API Reference, GetCallerIdentity).
    assert set(re.findall(r"`(.+?)`", told[1])) == missing - {"sts:GetCallerIdentity"}


def test_configuration_examples_are_accepted(tmp_path):
    options = {each.opts[0].removeprefix("--") for each in auditor.commands["scan"].params}
    for block in blocks("docs/configuration.md"):
        if block.language == "toml":
            (tmp_path / "auditor.toml").write_text(block.text, encoding="utf-8")
            config = read_config(tmp_path / "auditor.toml", options)
            assert validated(config, load().checks)
            assert config.scan["fail-on"] in SEVERITIES.choices


def test_scoring_page_has_the_weights_and_its_example_adds_up():
    rows = dict(re.findall(r"^\| (critical|high|medium|low) \| (\d+) \|$", read("docs/scoring.md"), re.MULTILINE))
    assert rows == {severity.value: str(weight) for severity, weight in WEIGHTS.items()}
    example = re.findall(r"^\| ([\w ]+) \| (\w+) \| (\d) \| (\d) \| (\d) \|", read("docs/scoring.md"), re.MULTILINE)
    findings = [
        finding(name, Severity(severity), status)
        for name, severity, *counts in example
        for status, count in zip((Status.PASS, Status.FAIL, Status.UNKNOWN), counts, strict=True)
        for _ in range(int(count))
    ]
    told = re.search(r"= ([\d.]+)\. The coverage is \d+ ÷ \d+ = ([\d.]+) %", read("docs/scoring.md"))
    counts = kinds(findings)
    assert (score(counts), coverage(counts)) == tuple(map(float, told.groups()))


def finding(check, severity, status):
    resource = ResourceRef("AWS::Any", "id", "arn", "name")
    return Finding(check, status, severity, "123456789012", "eu-west-1", "any", resource, "0")
