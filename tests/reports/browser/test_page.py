"""What a reader of the HTML report sees and can do."""

import csv
import json
from pathlib import Path

import msgspec
import pytest

from auditor.finding import Finding
from auditor.severity import Severity, Status

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect


def failures(report):
    return [finding for finding in report.findings if finding.status is Status.FAIL]


def titles(page):
    return page.locator("#list .row:not(.group) .title").all_inner_texts()


def matching(page):
    return page.locator("#matching").inner_text()


def test_failures_stand_first_by_severity(visit, small_report):
    page = visit(small_report)
    assert matching(page) == f"{len(failures(small_report))} of {len(small_report.findings)} findings"
    severities = page.locator("#list .row .severity").all_inner_texts()
    order = ["critical", "high", "medium", "low"]
    assert [order.index(each.lower()) for each in severities] == sorted(
        order.index(each.lower()) for each in severities
    )
    assert set(page.locator("#list .state").all_inner_texts()) == {"Fail"}


def test_facets_filter_and_count_what_they_would_show(visit, small_report):
    page = visit(small_report)
    label = page.get_by_role("checkbox", name="high")
    count = sum(finding.severity.value == "high" for finding in failures(small_report))
    assert page.locator("label", has=label).locator(".facet-count").inner_text() == str(count)
    label.check()
    assert matching(page).startswith(f"{count} of ")
    page.get_by_role("checkbox", name="critical").check()
    both = sum(finding.severity.value in {"high", "critical"} for finding in failures(small_report))
    assert matching(page).startswith(f"{both} of ")
    page.get_by_role("button", name="Reset filters").click()
    assert matching(page).startswith(f"{len(failures(small_report))} of ")


def test_counts_of_a_facet_heed_the_other_facets(visit, small_report):
    page = visit(small_report, "#findings&status=&service=rds")
    own = [finding for finding in small_report.findings if finding.service == "rds"]
    for status in ("FAIL", "PASS", "UNKNOWN"):
        box = page.get_by_role("checkbox", name=status.capitalize())
        expected = sum(finding.status.value == status for finding in own)
        assert page.locator("label", has=box).locator(".facet-count").inner_text() == str(expected)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("IMDSv2 us-east-1", lambda finding: finding.check == "ec2-instance-imdsv2" and finding.region == "us-east-1"),
        ("assets-web", lambda finding: finding.resource.name == "assets-web"),
        ("412 days", lambda finding: finding.check == "iam-user-keys-rotated"),
        ("111122223333 ssh-not", lambda finding: finding.check == "ec2-ssh-not-open"),
    ],
)
def test_search_looks_at_check_resource_problem_account_and_region(visit, small_report, words, found):
    page = visit(small_report)
    page.locator("#search").fill(words)
    expected = sum(map(found, failures(small_report)))
    assert expected
    expect(page.locator("#matching")).to_have_text(f"{expected} of {len(small_report.findings)} findings")


def test_search_that_finds_nothing_says_so_and_can_be_undone(visit, small_report):
    page = visit(small_report)
    page.locator("#search").fill("nowhere to be found")
    expect(page.get_by_role("heading", name="No finding matches")).to_be_visible()
    page.locator("#nothing").get_by_role("button", name="Reset filters").click()
    assert titles(page)


def test_sorting_by_resource_both_ways(visit, small_report):
    page = visit(small_report)
    page.locator("#sort").select_option("resource")
    first = page.locator("#list .name").first.inner_text()
    page.locator("#direction").click()
    last = page.locator("#list .name").first.inner_text()
    names = sorted({finding.resource.name for finding in failures(small_report)})
    assert [first, last] == [names[0], names[-1]]


@pytest.mark.parametrize("key", ["check", "resource", "service", "account", "region"])
def test_grouping_counts_and_unfolds(visit, small_report, key):
    page = visit(small_report)
    page.locator("#group").select_option(key)
    value = {"check": lambda each: each.check, "resource": lambda each: each.resource.arn}.get(
        key, lambda each: getattr(each, key)
    )
    groups = {}
    for finding in failures(small_report):
        groups.setdefault(value(finding), []).append(finding)
    assert page.locator("#list .row").first.get_attribute("aria-setsize") == str(len(groups))
    first = page.locator("#list .row.group button").first
    size = int(first.locator(".total").inner_text().split()[0])
    first.click()
    assert page.locator("#list .row").first.get_attribute("aria-setsize") == str(len(groups) + size)
    first.click()
    assert page.locator("#list .row").first.get_attribute("aria-setsize") == str(len(groups))
    page.get_by_role("button", name="Unfold all").click()
    total = len(groups) + len(failures(small_report))
    assert page.locator("#list .row").first.get_attribute("aria-setsize") == str(total)


def test_grouping_by_framework_counts_a_finding_in_each_of_them(visit, two_frameworks_report):
    page = visit(two_frameworks_report, "#findings&group=framework")
    labels = page.locator("#list .group .title").all_inner_texts()
    framed = {
        check for each in two_frameworks_report.frameworks for control in each.controls for check in control.checks
    }
    inside = [each for each in failures(two_frameworks_report) if each.check in framed]
    assert set(labels) == {"CIS Amazon Web Services Foundations 5.0.0", "hub", "In no framework"}
    totals = [int(each.split()[0]) for each in page.locator("#list .group .total").all_inner_texts()]
    assert sum(totals) > len(failures(two_frameworks_report)) >= len(inside)


def test_grouping_by_owner(visit, rich_report):
    page = visit(rich_report, "#findings&group=owner")
    assert page.locator("#list .group .title").all_inner_texts() == ["web"]


def test_export_has_what_the_list_shows_in_its_order(visit, small_report):
    page = visit(small_report, "#findings&severity=critical&sort=resource")
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV").click()
    assert started.value.suggested_filename == "findings-2025-11-21.csv"
    with Path(started.value.path()).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with page.expect_download() as started:
        page.get_by_role("button", name="JSON").click()
    written = json.loads(Path(started.value.path()).read_text("utf-8"))
    critical = {each.fingerprint: each for each in failures(small_report) if each.severity.value == "critical"}
    assert [row["fingerprint"] for row in rows] == [each["fingerprint"] for each in written]
    assert {row["fingerprint"] for row in rows} == critical.keys()
    assert [row["resource_name"] for row in rows] == sorted(row["resource_name"] for row in rows)
    for each in written:
        assert msgspec.convert(each, Finding) == critical[each["fingerprint"]]


def test_exported_cells_start_no_formula(visit, make):
    check = make.check("s3-rule-one", Severity.HIGH, "A rule holds", "AWS::S3::Bucket")
    report = make.report([check], [make.finding(check, name, Status.FAIL) for name in ("=1+1", "@x", '-"q",1')])
    page = visit(report)
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV").click()
    with Path(started.value.path()).open(encoding="utf-8", newline="") as file:
        names = {row["resource_name"] for row in csv.DictReader(file)}
    assert names == {"'=1+1", "'@x", '\'-"q",1'}


def test_finding_tells_everything(visit, small_report):
    finding = next(each for each in failures(small_report) if each.resource.name == "assets-web")
    page = visit(small_report, f"#finding={finding.fingerprint}")
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("heading", name="Buckets are not open to the public")).to_be_focused()
    text = drawer.inner_text()
    for expected in (
        "The policy lets everyone read the objects", "No public access block stands before it", "no Principal *",
        '"Sid": "PublicRead"', "s3:GetBucketPolicy", "2025-11-21 14:02:14 UTC", finding.resource.arn, "team: web",
        "Most leaks from AWS accounts", "put-public-access-block --bucket assets-web",
        "causes downtime", "raises the bill",
        "Ensure no bucket is open to the public", finding.fingerprint, "s3-bucket-not-public",
    ):  # fmt: skip
        assert expected.lower() in text.lower()
    assert "replaces the resource" not in text
    reference = drawer.get_by_role("link", name="https://docs.aws.amazon.com/s3-bucket-not-public.html")
    assert reference.get_attribute("rel") == "noopener noreferrer"


def test_unknown_finding_names_the_refusal_and_the_remedy(visit, small_report):
    finding = next(each for each in small_report.findings if each.status is Status.UNKNOWN)
    text = visit(small_report, f"#finding={finding.fingerprint}").locator("#drawer article").inner_text()
    for expected in ("What could not be read", "AccessDenied", "s3:GetBucketPolicy", "grant s3:GetBucketPolicy"):
        assert expected.lower() in text.lower()


def test_error_finding_shows_the_error(visit, small_report):
    finding = next(each for each in small_report.findings if each.status is Status.ERROR)
    text = visit(small_report, f"#finding={finding.fingerprint}").locator("#drawer article").inner_text()
    assert "KeyError: 'Statement' (access.py:41)" in text


def test_permalink_of_another_audit_is_explained(visit, small_report):
    page = visit(small_report, "#finding=0123456789abcdef")
    expect(page.get_by_role("heading", name="This report has no such finding")).to_be_visible()


def test_address_keeps_filters_and_finding_over_reload_and_back(visit, small_report):
    page = visit(small_report)
    page.get_by_role("checkbox", name="critical").check()
    page.locator("#group").select_option("service")
    page.get_by_role("button", name="Unfold all").click()
    page.locator("#list .row:not(.group) a").first.click()
    expect(page.locator("#drawer h2")).to_be_visible()
    shown, opened = matching(page), page.locator("#drawer h2").inner_text()
    page.reload()
    expect(page.locator("#drawer h2")).to_have_text(opened)
    assert matching(page) == shown
    assert page.locator("#group").input_value() == "service"
    page.go_back()
    expect(page.locator("#drawer")).to_be_hidden()
    assert matching(page) == shown


def test_keyboard_alone_is_enough(visit, small_report):
    page = visit(small_report)
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    expect(page.locator("#list [data-index='1'] a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer .position")).to_have_text(f"2 of {len(failures(small_report))}")
    page.keyboard.press("j")
    expect(page.locator("#drawer .position")).to_have_text(f"3 of {len(failures(small_report))}")
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.locator("#list [data-index='2'] a")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_keyboard_unfolds_groups(visit, small_report):
    page = visit(small_report, "#findings&group=check")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    button = page.locator("#list .group button").first
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("j")
    expect(page.locator("#list [data-index='1'] a")).to_be_focused()


def test_control_of_a_framework_leads_to_its_findings(visit, small_report):
    page = visit(small_report, "#frameworks")
    page.get_by_role("link", name="Ensure instances require IMDSv2").click()
    expect(page.locator("#findings")).to_be_visible()
    assert set(titles(page)) == {"Instances require IMDSv2"}
    page.get_by_role("button", name="Remove the filter CIS Amazon Web Services Foundations 5.0.0 1.4").click()
    assert matching(page).startswith(f"{len(failures(small_report))} of ")


def test_control_shows_what_fails_and_leads_to_it(visit, two_frameworks_report):
    page = visit(two_frameworks_report, "#frameworks&framework=hub")
    failing = [each for each in failures(two_frameworks_report) if each.service == "s3"]
    links = page.locator(".failing a")
    assert links.count() == 6
    assert links.last.inner_text() == f"and {len(failing) - 5} more"
    name = links.first.inner_text()
    links.first.click()
    expect(page.locator("#drawer .subject")).to_contain_text(name)
    expect(page.locator("#findings")).to_be_visible()
    assert matching(page).startswith(f"{len(failing)} of ")
    page.go_back()
    links.last.click()
    assert matching(page).startswith(f"{len(failing)} of ")
    assert titles(page)[0] == "Buckets are not open to the public"


def test_counts_of_a_control_lead_to_their_findings(visit, small_report):
    page = visit(small_report, "#frameworks")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="1.1", exact=True))
    expect(row).to_contain_text("Level 1")
    row.get_by_role("link", name="1 unknown").click()
    assert set(page.locator("#list .state").all_inner_texts()) == {"Unknown"}


def test_control_says_what_a_person_must_do_and_what_is_not_covered(visit, two_frameworks_report):
    page = visit(two_frameworks_report, "#frameworks&framework=cis-aws-5.0")
    expect(page.locator("#controls")).to_contain_text("For a person: Compare them with reality.")
    expect(page.locator("#controls")).to_contain_text("Not covered: No check knows.")
    source = page.get_by_role("link", name="https://www.cisecurity.org")
    assert (source.get_attribute("href"), source.get_attribute("rel")) == (
        "https://www.cisecurity.org",
        "noopener noreferrer",
    )
    page = visit(two_frameworks_report, "#frameworks&framework=hub")
    expect(page.locator("#controls .severity")).to_have_text("high")
    expect(page.locator("#controls")).to_contain_text("Not run: s3-not-run")


def test_frameworks_are_chosen_one_at_a_time(visit, two_frameworks_report):
    page = visit(two_frameworks_report, "#frameworks")
    panels = page.locator("#frameworks .framework:visible")
    expect(panels).to_have_count(2)
    expect(page.locator("#controls")).to_be_hidden()
    page.get_by_role("link", name="CIS Amazon Web Services Foundations 5.0.0").press("Enter")
    expect(panels).to_have_count(1)
    expect(page.locator("#controls tbody tr")).to_have_count(7)
    assert page.url.endswith("#frameworks&framework=cis-aws-5.0")
    page.get_by_role("link", name="2 fail", exact=True).click()
    expect(page.locator("#controls tbody tr")).to_have_count(2)
    expect(page.get_by_role("status").filter(has_text="2 of 7 controls")).to_be_visible()
    expect(page.locator(".totals [aria-current]")).to_have_text("2 fail")
    page.reload()
    expect(page.locator("#controls tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("#controls tbody tr")).to_have_count(7)
    page.get_by_role("link", name="All frameworks").press("Enter")
    expect(panels).to_have_count(2)
    expect(page.get_by_role("link", name="CIS Amazon Web Services Foundations 5.0.0")).to_be_focused()
    page.go_back()
    expect(panels).to_have_count(1)


def test_a_framework_prints_with_its_controls(visit, two_frameworks_report):
    page = visit(two_frameworks_report, "#frameworks&framework=cis-aws-5.0", color_scheme="dark")
    page.emulate_media(media="print")
    expect(page.locator("#controls")).to_contain_text("Ensure the root user has MFA")
    expect(page.locator("#all-frameworks")).to_be_hidden()


def test_tallies_lead_to_their_findings(visit, small_report):
    page = visit(small_report, "#breakdown")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="ec2"))
    failed = row.locator("a.fail")
    count = failed.inner_text()
    failed.click()
    assert matching(page).startswith(f"{count} of ")


def test_missing_permissions_can_be_copied(visit, small_report):
    page = visit(small_report, "#gaps", permissions=["clipboard-read", "clipboard-write"])
    page.locator("#gaps").get_by_role("button", name="Copy").click()
    expect(page.locator("#gaps .copy")).to_have_text("Copied")
    assert "rds:DescribeDBInstances" in page.evaluate("navigator.clipboard.readText()")


def test_nothing_failed(visit, clean_report):
    page = visit(clean_report)
    expect(page.get_by_role("heading", name="Nothing failed")).to_be_visible()
    page.get_by_role("button", name=f"Show all {len(clean_report.findings)} findings").click()
    assert len(titles(page)) == len(clean_report.findings)


def test_nothing_judged(visit, empty_report):
    expect(visit(empty_report).get_by_role("heading", name="There was nothing to judge")).to_be_visible()


def background(page):
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


def test_theme_follows_the_system_until_chosen(visit, small_report):
    light, dark = visit(small_report, color_scheme="light"), visit(small_report, color_scheme="dark")
    assert background(light) != background(dark)
    light.get_by_role("button", name="Dark").click()
    assert background(light) == background(dark)
    light.reload()
    assert background(light) == background(dark)


def test_print_shows_every_section_and_the_chosen_findings(visit, small_report):
    page = visit(small_report, "#gaps&severity=critical", color_scheme="dark")
    page.emulate_media(media="print")
    for section in ("overview", "breakdown", "frameworks", "gaps", "about"):
        expect(page.locator(f"#{section}")).to_be_visible()
    critical = sum(finding.severity.value == "critical" for finding in failures(small_report))
    expect(page.locator("#printed tbody tr")).to_have_count(critical)
    expect(page.locator("#toolbar")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    page.emulate_media(media="screen")
    expect(page.locator("#printed tr")).to_have_count(0)


def test_without_script_the_summary_stands(visit, small_report):
    page = visit(small_report, ready=False, java_script_enabled=False)
    expect(page.get_by_text("The list of findings needs JavaScript")).to_be_visible()
    expect(page.get_by_role("heading", name="By service", exact=True)).to_be_visible()
    expect(page.locator("#workbench")).to_be_hidden()


@pytest.mark.parametrize("name", ["small_report", "hostile_report"])
def test_no_width_scrolls_sideways(visit, name, request):
    page = visit(request.getfixturevalue(name))
    for view in ("overview", "findings", "breakdown", "frameworks", "gaps", "about"):
        page.locator(f"#views a[href='#{view}']").click()
        for width in (390, 768, 1440, 2200):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, view


def test_phone_shows_filters_on_demand_and_the_finding_alone(visit, small_report):
    page = visit(small_report, viewport={"width": 390, "height": 844})
    expect(page.locator("#facets")).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    expect(page.locator("#facets")).to_be_visible()
    page.locator("#list a").first.click()
    assert page.locator("#drawer").bounding_box()["width"] == 390
    expect(page.locator(".page")).to_have_attribute("inert", "")
    page.get_by_role("button", name="Close the details").click()
    assert page.locator(".page").get_attribute("inert") is None


def test_hostile_names_are_text(visit, hostile_report):
    page = visit(hostile_report)
    names = page.locator("#list .name").all_inner_texts()
    assert "<script>alert(1)</script>" in names
    assert r"gnp.\u202eexe" in names
    assert r"\u001b[31mred\u001b[0m\u0007" in names
    heights = page.locator("#list .row").evaluate_all("rows => rows.map(row => row.scrollHeight - row.clientHeight)")
    assert max(heights) <= 1
    for finding in hostile_report.findings:
        page.goto(page.url.split("#")[0] + f"#finding={finding.fingerprint}")
        expect(page.locator("#drawer h2")).to_be_visible()
        assert page.locator("#drawer").evaluate("it => it.scrollWidth <= it.clientWidth")
    assert page.locator("#drawer img, #list img, #drawer script").count() == 0


@pytest.mark.parametrize("width", [390, 1440])
def test_hostile_names_are_text_in_a_framework(visit, hostile_report, width):
    page = visit(hostile_report, "#frameworks&framework=hub", viewport={"width": width, "height": 844})
    expect(page.locator("#controls .title")).to_have_text("<script>alert(1)</script>")
    expect(page.locator("#controls .failing")).to_contain_text(r"gnp.\u202eexe")
    assert page.locator("#frameworks img, #frameworks script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_long_values_are_shown_whole_on_demand(visit, hostile_report):
    finding = next(each for each in hostile_report.findings if each.resource.name.startswith("long-"))
    page = visit(hostile_report, f"#finding={finding.fingerprint}")
    value = page.locator("#drawer .evidence code").first
    assert len(value.text_content()) < 10_000
    value.get_by_role("button", name="Show all").click()
    assert value.text_content() == finding.resource.name


@pytest.mark.slow
def test_fifty_thousand_findings_are_a_few_rows(visit, large_report):
    report = large_report(50_000)
    page = visit(report)
    failed = failures(report)
    assert matching(page) == f"{len(failed):,} of 50,000 findings"
    assert page.locator("#list .row").count() < 60
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#list .row").last).to_have_attribute("aria-posinset", str(len(failed)))
    assert page.locator("#list .row").count() < 60
    page.locator("#search").fill("ec2 rule22 00042")
    expect(page.locator("#list .row")).to_have_count(
        sum("rule22" in each.check and "00042" in each.resource.name for each in failed)
    )
