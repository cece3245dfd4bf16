"""What a reader of the HTML report sees first, and what the views of changes, exceptions and ways tell."""

import tomllib
from pathlib import Path
from urllib.parse import quote

import pytest

from auditor import exception_files, priority
from auditor.finding import Status

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect


def with_way(report):
    return next(each for each in report.findings if any(problem.chain for problem in each.problems))


def matching(page):
    return page.locator("#matching").inner_text()


def test_report_opens_with_the_overview(visit, small_report):
    page = visit(small_report, "")
    expect(page.locator("#overview")).to_be_visible()
    expect(page.locator("#findings")).to_be_hidden()
    expect(page.locator("#views [aria-current]")).to_have_text("Overview")


def test_what_to_fix_first_leads_to_its_findings(visit, small_report):
    tasks = priority.tasks(small_report)
    page = visit(small_report, "")
    items = page.locator(".tasks > li")
    assert [each.split("\n")[0] for each in items.locator(".task").all_inner_texts()] == [
        task.check.title for task in tasks[:10]
    ]
    items.first.get_by_role("link").click()
    expect(page.locator("#findings")).to_be_visible()
    assert matching(page).startswith(f"{len(tasks[0].findings)} of ")


def test_accounts_are_told_from_the_worst_and_lead_to_their_findings(visit, large_report):
    report = large_report(500)
    worst = min(report.accounts, key=lambda each: (each.score, -each.failed, each.name))
    page = visit(report, "")
    panel = page.locator(".panel", has_text="Accounts, the worst first")
    expect(panel.locator("tbody tr")).to_have_count(8)
    expect(panel).to_contain_text("All 40 accounts")
    panel.get_by_role("link", name=worst.name).click()
    assert matching(page).startswith(f"{sum(each.account == worst.name for each in report.findings)} of ")


def test_one_account_is_not_ranked(visit, small_report):
    expect(visit(small_report, "").get_by_text("Accounts, the worst first")).to_have_count(0)


def test_missing_permissions_are_a_policy_to_copy(visit, small_report):
    page = visit(small_report, "", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_text("IAM policy that grants").click()
    page.locator("#overview").get_by_role("button", name="Copy").click()
    assert "rds:DescribeDBInstances" in page.evaluate("navigator.clipboard.readText()")


def test_counts_of_the_overview_lead_to_their_findings(visit, rich_report):
    page = visit(rich_report, "")
    page.locator("#overview .deltas").get_by_role("link", name="3 new").click()
    assert matching(page).startswith("3 of ")
    page.go_back()
    page.locator("#overview .past a").first.click()
    expect(page.locator("#drawer h2")).to_be_visible()


def test_trend_is_drawn_and_described(visit, rich_report):
    page = visit(rich_report, "")
    chart = page.get_by_role("img", name="Score and coverage")
    expect(chart.first).to_be_visible()
    assert "3 audits from 2025-11-07 to 2025-11-21" in page.locator("#overview .chart desc").first.text_content()
    assert page.locator("#overview .trend-line").count() == 6


def test_views_without_content_show_the_overview(visit, small_report):
    for view in ("ways", "changes", "exceptions"):
        page = visit(small_report, f"#{view}")
        expect(page.locator("#overview")).to_be_visible()
        expect(page.locator(f"#views a[href='#{view}']")).to_have_count(0)


@pytest.mark.parametrize("view", ["changes", "exceptions", "ways"])
@pytest.mark.parametrize("width", [390, 1440])
def test_views_fit_the_window_and_start_at_the_top(visit, rich_report, view, width):
    page = visit(rich_report, f"#{view}", viewport={"width": width, "height": 844})
    expect(page.locator(f"#{view}")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("scrollY") == 0


def test_ways_are_drawn_told_in_words_and_lead_to_their_finding(visit, rich_report):
    page = visit(rich_report, "#ways")
    drawing = page.locator("#ways-list svg")
    expect(drawing).to_have_count(1)
    assert drawing.locator(".station-name").all_text_contents() == ["deployer", "runner", "an administrator's rights"]
    assert drawing.locator(".doubtful").count() == 1
    assert "deployer passes runner" in drawing.locator("desc").first.text_content()
    steps = page.locator("#ways-list .steps > li")
    expect(steps).to_have_count(2)
    expect(steps.first).to_contain_text("policy deploy allows iam:PassRole")
    expect(steps.last).to_contain_text("not certain")
    page.locator("#ways-list h3 a").click()
    expect(page.locator("#drawer .way")).to_be_visible()


def test_ways_are_printed_though_nobody_looked_at_them(visit, rich_report):
    page = visit(rich_report, "#findings")
    page.locator("#ways-list svg").wait_for(state="attached")
    page.emulate_media(media="print")
    expect(page.locator("#ways-list svg")).to_be_visible()
    for section in ("overview", "ways", "changes", "exceptions"):
        expect(page.locator(f"#{section}")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_a_way_is_drawn_within_the_drawer(visit, rich_report, width):
    page = visit(rich_report, f"#finding={with_way(rich_report).fingerprint}", viewport={"width": width, "height": 844})
    expect(page.locator("#drawer .way")).to_be_visible()
    assert page.locator("#drawer").evaluate("it => it.scrollWidth <= it.clientWidth")


def test_finding_tells_its_history(visit, rich_report):
    finding = with_way(rich_report)
    text = visit(rich_report, f"#finding={finding.fingerprint}").locator("#drawer article").inner_text()
    for told in ("First seen", "2025-10-22", "2025-11-01, after it had been fixed", "since 2025-11-11", "20 days"):
        assert told in text


def test_accepted_finding_tells_why_by_whom_and_until_when(visit, rich_report):
    finding = next(each for each in rich_report.findings if each.accepted)
    text = visit(rich_report, f"#finding={finding.fingerprint}").locator("#drawer article").inner_text()
    for told in ("Accepted", "It serves the public site.", "web team", "2026-01-20"):
        assert told in text
    assert "Accept it" not in text


def test_exception_to_copy_names_exactly_this_finding(visit, rich_report):
    finding = with_way(rich_report)
    page = visit(rich_report, f"#finding={finding.fingerprint}")
    page.get_by_text("An exception for this finding").click()
    written = page.get_by_role("region", name="Exception, for auditor.toml").inner_text()
    (rule,) = exception_files.parse(tomllib.loads(written)["exceptions"], Path("auditor.toml"))
    assert rule.names(finding)
    assert rule.check == finding.check
    others = [each for each in rich_report.findings if each.resource.arn != finding.resource.arn]
    assert not any(rule.names(each) for each in others)


def test_fixes_are_tabs_by_mouse_and_by_key(visit, small_report):
    finding = next(each for each in small_report.findings if each.resource.name == "assets-web")
    page = visit(small_report, f"#finding={finding.fingerprint}", permissions=["clipboard-read", "clipboard-write"])
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text("put-public-access-block --bucket assets-web")
    page.get_by_role("tab", name="Terraform").click()
    expect(panel).to_contain_text("aws_s3_bucket_public_access_block")
    panel.get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()").startswith('resource "aws_s3_bucket_public_access_block"')
    page.get_by_role("tab", name="Terraform").press("ArrowRight")
    expect(page.get_by_role("tab", name="CloudFormation")).to_be_focused()
    expect(panel).to_contain_text("PublicAccessBlockConfiguration")
    page.emulate_media(media="print")
    expect(page.locator(".tab-panel:visible")).to_have_count(3)


def test_passing_finding_has_nothing_to_fix(visit, small_report):
    finding = next(each for each in small_report.findings if each.status is Status.PASS)
    expect(visit(small_report, f"#finding={finding.fingerprint}").locator("#drawer")).not_to_contain_text("How to fix")


def test_resource_tells_its_findings_facts_and_neighbours(visit, rich_report):
    finding = with_way(rich_report)
    page = visit(rich_report, f"#finding={finding.fingerprint}")
    page.locator("#drawer .subject a").click()
    drawer = page.get_by_role("complementary", name="Resource")
    expect(drawer.locator("h2")).to_have_text(finding.resource.name)
    own = [each for each in rich_report.findings if each.resource.arn == finding.resource.arn]
    expect(drawer.locator(".own-findings li")).to_have_count(len(own))
    expect(drawer).to_contain_text("user/deployer")
    expect(drawer).to_contain_text("Bucket.public_access_block")
    page.reload()
    expect(drawer.locator("h2")).to_have_text(finding.resource.name)
    drawer.locator(".own-findings a").first.click()
    expect(page.get_by_role("complementary", name="Finding")).to_be_visible()
    page.go_back()
    expect(drawer.locator(".own-findings li")).to_have_count(len(own))
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()


def test_resource_of_another_audit_is_explained(visit, small_report):
    page = visit(small_report, "#findings&resource=arn:aws:s3:::gone")
    expect(page.get_by_role("heading", name="This report has no such resource")).to_be_visible()


def test_hostile_resources_are_text(visit, hostile_report):
    finding = next(each for each in hostile_report.findings if "<script>" in each.resource.name)
    page = visit(hostile_report, f"#findings&resource={quote(finding.resource.arn)}")
    expect(page.locator("#drawer h2")).to_have_text(finding.resource.name)
    assert page.locator("#drawer script, #drawer img").count() == 0
