"""The overview of an organization that is too large for one page: what it says, and where it leads."""

import posixpath
import re
from html import unescape
from html.parser import HTMLParser
from random import Random

import pytest
from fleet.organizations import ACCOUNT, CHECKS, Organization, account_report, random_reports, verdict

from auditor.audit import Audit
from auditor.registry import load
from auditor.scheduled import fleet_merge
from auditor.scheduled.fleet_merge import Merging, written
from auditor.severity import Status

HOSTILE = "arn:aws:ec2:eu-west-1:000000000009:subnet/<script>alert(1)</script>\u202e"


class Page(HTMLParser):
    """The links of a page, its elements, and the text of each cell of its tables."""

    def __init__(self, text):
        super().__init__()
        self.text = text
        self.links, self.elements, self.rows = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.links += [value for name, value in attributes if name == "href"]
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if tag == "table":
            self.rows.append([])

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


@pytest.fixture(scope="module")
def organization():
    return Organization()


@pytest.fixture(scope="module")
def large(organization):
    """Return the news of an organization whose report is too large, and its page."""
    checks = load().checks
    audit = Audit((checks["s3-bucket-versioned"],))
    reports = {
        **random_reports(Random(1), 5),
        "000000000009": account_report("000000000009", [verdict(CHECKS[0], Status.FAIL, "000000000009", HOSTILE)]),
    }
    run = organization.audited(0, reports, failures=[ACCOUNT])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fleet_merge, "MOST_IN_HTML", 1)
        found = Merging(run, audit).merged()
        key = written(run, found)
    return found, Page(organization.shelf.objects[key].decode()), key


def test_every_account_leads_to_its_own_report(large, organization):
    found, page, key = large
    links = [each for each in page.links if each.startswith("../")]
    keys = {posixpath.normpath(posixpath.join(posixpath.dirname(key), each)) for each in links}
    assert keys == {each.report for each in found.outcomes if each.report}
    assert keys == {f"audits/{each.account}/2026-01-30/run-0/report.html" for each in found.outcomes if each.report}
    beside = [posixpath.join(posixpath.dirname(key), each) for each in page.links if each.endswith(".gz")]
    assert beside
    assert all(each in organization.shelf.objects for each in beside)


def test_accounts_stand_by_what_became_of_them_with_their_own_figures(large):
    found, page, _ = large
    rows = [each for each in page.rows if each and re.fullmatch(r"\d{12}", each[0])]
    assert len(rows) == len(found.outcomes) == 7
    assert rows[0][:2] == [ACCOUNT, "unknown: AWS refused: not authorized"]
    tallies = {each.name: each for each in found.report.accounts}
    for account, _, _, _, failed, unknown, error, accepted, passed in rows:
        own = tallies.get(account)
        figures = [own.failed, own.unknown, own.error, own.accepted, own.passed] if own else [0] * 5
        assert [failed, unknown, error, accepted, passed] == [str(each) for each in figures]


def test_what_failed_is_counted_and_what_to_fix_first_has_examples(large):
    found, page, _ = large
    for each in found.report.severities:
        assert re.search(rf"<b>{each.failed}</b> {each.name}<", page.text)
    first = page.text.index("Fix these first")
    ids = re.findall(r"<code>([\w-]+)</code>", page.text[first : page.text.index('id="accounts"')])
    failing = {kind.check for kind, count in found.counted.items() if kind.status is Status.FAIL and count}
    assert set(ids) == failing
    assert "AWS did not tell" in page.text
    assert "is an overview" in unescape(page.text)


def test_names_stay_text_and_nothing_is_run_or_loaded(large):
    _, page, _ = large
    assert "script" not in page.elements
    assert not {"img", "iframe", "object"} & set(page.elements)
    assert "\u202e" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "default-src &#39;none&#39;" in page.text or "default-src 'none'" in page.text
