"""The HTML report under axe-core, in both themes and in every state a reader can bring it to."""

from urllib.parse import quote

import pytest

from auditor.finding import Status

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")


def violations(page):
    results = axe.Axe().run(page)
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in results.response["violations"]]


SCREENS = pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
"""Colours depend on the theme and the layout on the width: every view is tried in both of either."""


@SCREENS
@pytest.mark.parametrize(
    "anchor",
    [
        "#overview",
        "#findings&group=check&status=",
        "#breakdown",
        "#frameworks",
        "#gaps",
        "#about",
        "#findings&q=nowhere",
    ],
)
def test_views(visit, small_report, scheme, width, anchor):
    page = visit(small_report, anchor, color_scheme=scheme, viewport={"width": width, "height": 844})
    assert violations(page) == []


@SCREENS
@pytest.mark.parametrize(
    "anchor", ["#frameworks", "#frameworks&framework=hub", "#frameworks&framework=cis-aws-5.0&controls=FAIL"]
)
def test_frameworks(visit, two_frameworks_report, scheme, width, anchor):
    page = visit(two_frameworks_report, anchor, color_scheme=scheme, viewport={"width": width, "height": 844})
    assert violations(page) == []


@SCREENS
@pytest.mark.parametrize("status", [Status.FAIL, Status.UNKNOWN, Status.ERROR])
def test_open_finding(visit, small_report, scheme, width, status):
    finding = next(each for each in small_report.findings if each.status is status)
    anchor = f"#findings&status=&finding={finding.fingerprint}"
    page = visit(small_report, anchor, color_scheme=scheme, viewport={"width": width, "height": 844})
    page.locator("#drawer h2").wait_for()
    assert violations(page) == []


@SCREENS
@pytest.mark.parametrize("anchor", ["#overview", "#ways", "#changes", "#exceptions", "#findings&group=framework"])
def test_views_of_an_audit_with_everything(visit, rich_report, scheme, width, anchor):
    page = visit(rich_report, anchor, color_scheme=scheme, viewport={"width": width, "height": 844})
    page.locator("#ways-list .way").wait_for(state="attached")
    assert violations(page) == []


@SCREENS
@pytest.mark.parametrize("kind", ["way", "accepted", "resource"])
def test_open_details(visit, rich_report, scheme, width, kind):
    way = next(each for each in rich_report.findings if any(problem.chain for problem in each.problems))
    accepted = next(each for each in rich_report.findings if each.accepted)
    anchor = {
        "way": f"#findings&finding={way.fingerprint}",
        "accepted": f"#findings&status=&finding={accepted.fingerprint}",
        "resource": f"#findings&resource={quote(way.resource.arn)}",
    }[kind]
    page = visit(rich_report, anchor, color_scheme=scheme, viewport={"width": width, "height": 844})
    page.locator("#drawer h2").wait_for()
    assert violations(page) == []


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1440), ("light", 390)])
def test_all_views_of_one_page(visit, rich_report, scheme, width):
    page = visit(rich_report, "#overview", color_scheme=scheme, viewport={"width": width, "height": 844})
    for view in ("overview", "findings", "ways", "changes", "exceptions"):
        page.evaluate("view => location.hash = view", view)
        page.locator(f"#{view}").wait_for()
        assert violations(page) == [], view


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_help(visit, small_report, scheme):
    page = visit(small_report, color_scheme=scheme)
    page.keyboard.press("?")
    assert violations(page) == []
