"""The HTML report as a document: what stands in it, what it may load, and that it cannot be talked into anything."""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources

import msgspec
import pytest
from jinja2 import UndefinedError

from auditor.priority import FORMULA, tasks
from reports import html
from reports.html import SCRIPTS, STYLES, organization, page, render
from reports.html.columns import CHANGES, NOBODY, Changes, owner
from reports.html.summary import Summary
from reports.html.text import days, moment, percent, plural, shown, signed
from reports.html.trend import charts

DATA = "application/octet-stream;base64"


class Document(HTMLParser):
    """The elements of a page in order, each with its attributes and its text up to the next tag."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), []))

    def handle_endtag(self, _tag):
        self.elements.append(("", {}, []))

    def handle_data(self, data):
        if self.elements:
            self.elements[-1][2].append(data)

    def of(self, *tags):
        return [(attributes, "".join(text)) for tag, attributes, text in self.elements if tag in tags]

    @property
    def text(self):
        return " ".join("".join(text) for tag, _, text in self.elements if tag not in {"script", "style"})

    def unpacked(self, name):
        (packed,) = [text for attributes, text in self.of("script") if attributes.get("id") == name]
        return json.loads(gzip.decompress(base64.b64decode(packed)))


@pytest.fixture(scope="module")
def small(small_report):
    return Document(render(small_report))


@pytest.fixture(scope="module")
def rich(rich_report):
    return Document(render(rich_report))


@pytest.fixture(scope="module")
def hostile(hostile_report):
    return Document(render(hostile_report))


def test_equal_reports_give_equal_bytes(small_report):
    again = msgspec.json.decode(msgspec.json.encode(small_report), type=type(small_report))
    assert render(small_report).encode() == render(again).encode()


def policy(document):
    (content,) = [each["content"] for each, _ in document.of("meta") if "http-equiv" in each]
    return dict(directive.split(" ", 1) for directive in content.split("; "))


def test_policy_admits_exactly_the_scripts_and_styles_of_the_page(small):
    admitted = policy(small)
    running = [text for attributes, text in small.of("script") if attributes.get("type") != DATA]
    for directive, contents in (("script-src", running), ("style-src", [text for _, text in small.of("style")])):
        digests = [base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() for content in contents]
        assert admitted[directive].split() == [f"'sha256-{digest}'" for digest in digests]


def test_policy_forbids_everything_else(small):
    admitted = policy(small)
    assert admitted["default-src"] == "'none'"
    assert admitted["require-trusted-types-for"] == "'script'"
    assert admitted["trusted-types"] == "'none'"
    assert "unsafe" not in str(admitted)
    assert set(admitted) == {
        "default-src", "script-src", "style-src", "img-src", "base-uri", "form-action",
        "require-trusted-types-for", "trusted-types",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["small", "rich", "hostile"])
def test_page_names_nothing_to_load_and_has_no_inline_handlers(name, request):
    document = request.getfixturevalue(name)
    for tag, attributes, _ in document.elements:
        assert not {key for key in attributes if key in {"src", "srcset", "style", "action"} or key.startswith("on")}
        if "href" in attributes:
            assert attributes["href"].startswith("#") or (tag, attributes["href"]) == ("link", "data:,")
    assert not re.search(r"@import|url\(", document.of("style")[0][1])


def test_page_carries_every_finding_whole(small_report, small):
    core = small.unpacked("core")
    columns = core["columns"]
    details = small.unpacked("details-0")
    assert len(details) == len(small_report.findings)
    for number, finding in enumerate(small_report.findings):
        assert core["checks"][columns["check"][number]]["id"] == finding.check
        assert core["statuses"][columns["status"][number]] == finding.status.value
        assert core["severities"][columns["severity"][number]] == finding.severity.value
        assert core["resources"][columns["resource"][number]][2] == finding.resource.arn
        assert columns["fingerprint"][number] == finding.fingerprint
        assert details[number]["problems"] == json.loads(msgspec.json.encode(finding.problems))
        assert [each[1] for each in details[number]["evidence"]] == [each.value for each in finding.evidence]
        assert details[number]["fix"] == finding.fix


def test_details_are_cut_in_chunks_in_order(large_report):
    report = large_report(1200)
    document = Document(render(report))
    chunks = [document.unpacked(f"details-{number}") for number in range(3)]
    assert [len(chunk) for chunk in chunks] == [500, 500, 200]
    tags = [detail["tags"] for chunk in chunks for detail in chunk]
    assert tags == [finding.resource.tags for finding in report.findings]


def test_summary_is_readable_without_the_script(small_report, small):
    text = " ".join(small.text.split())
    assert percent(small_report.score) in text
    assert "9 of 130 questions could not be read" in text
    assert "s3:GetBucketPolicy" in text
    assert "CIS Amazon Web Services Foundations 5.0.0" in text
    assert small_report.formula in text
    assert "The list of findings needs JavaScript" in text


def test_frameworks_travel_with_what_decides_their_controls(two_frameworks_report):
    document = Document(render(two_frameworks_report))
    first, second = document.unpacked("core")["frameworks"]
    checks = [check["id"] for check in document.unpacked("core")["checks"]]
    assert [each["id"] for each in first["controls"]] == ["1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3"]
    (control,) = second["controls"]
    assert (control["severity"], control["level"], control["failing"], control["unknown"]) == ("high", 0, 9, 2)
    assert [checks[number] for number in control["checks"]] == [
        "s3-bucket-not-public", "s3-bucket-encrypted-with-kms", "s3-bucket-versioned",
    ]  # fmt: skip
    assert control["others"] == ["s3-not-run"]
    assert first["controls"][2]["manual"] == "Compare them with reality."


def test_a_framework_s_bar_is_full(small_report):
    (framework,) = small_report.frameworks
    segments = Summary.segments(framework)
    assert [status for status, _, _ in segments][:2] == ["FAIL", "UNKNOWN"]
    assert sum(width for _, _, width in segments) == pytest.approx(100, abs=0.1)
    assert segments[0][1] == 0.0


def test_frameworks_add_little_to_a_page(small_report):
    """Findings are not repeated: a control is a few numbers and sentences, compressed."""
    many = replace(small_report, frameworks=small_report.frameworks * 20)
    assert len(render(many)) - len(render(small_report)) < 20 * 3000


def test_page_tells_that_an_audit_is_partial_and_warns(small_report):
    warnings = ("region me-south-1 did not answer", "b", "c", "d")
    report = replace(small_report, audit=replace(small_report.audit, partial=True, warnings=warnings))
    text = Document(render(report)).text
    assert "This audit is partial." in text
    assert "4 warnings" in text
    assert text.count("region me-south-1 did not answer") == 2


def test_an_audit_of_nothing_has_no_score(empty_report):
    text = " ".join(Document(render(empty_report)).text.split())
    assert "Nothing was there to judge." in text
    assert "Every one of 0 questions was answered." in text


def test_names_of_the_account_stay_text(hostile):
    ours = {"core", "ways-data", *(f"details-{number}" for number in range(9))}
    scripts = [attributes for attributes, _ in hostile.of("script")]
    assert [each for each in scripts if each.get("id") not in ours] == [{}]
    assert not hostile.of("img", "iframe", "object")
    assert "<script>alert(1)</script>" in hostile.text
    assert "{{ 7 * 7 }}" in hostile.text


def test_names_of_the_account_cannot_hide_in_the_summary(hostile):
    assert "\x1b" not in hostile.text
    assert "\u202e" not in hostile.text
    assert r"gnp.\u202eexe" in hostile.text
    assert max(map(len, hostile.text.split())) < 1000


def test_hostile_names_arrive_unaltered_in_the_data(hostile_report, hostile):
    resources_ = hostile.unpacked("core")["resources"]
    assert {each[3] for each in resources_} == {finding.resource.name for finding in hostile_report.findings}


def test_template_refuses_what_is_not_defined():
    with pytest.raises(UndefinedError):
        page.environment().from_string("{{ nothing }}").render()


def test_template_escapes():
    assert page.environment().from_string("{{ name }}").render(name="<b>") == "&lt;b&gt;"


def test_overview_tells_what_to_fix_first_and_how_that_is_worked_out(small_report, small):
    text = " ".join(small.text.split())
    assert FORMULA in text
    for task in tasks(small_report)[:10]:
        assert task.check.title in text
        assert f"= {task.priority:.1f}" in text


def test_overview_without_a_former_audit_says_how_to_have_one(small, rich):
    assert "There is no former audit to compare with." in small.text
    assert "There is no former audit to compare with." not in rich.text


def test_sections_with_nothing_in_them_are_left_out(small, rich):
    for section in ("ways", "changes", "exceptions"):
        assert section not in {attributes.get("id") for attributes, _ in small.of("section")}
        assert section in {attributes.get("id") for attributes, _ in rich.of("section")}


def test_ways_travel_with_their_steps(rich):
    (way,) = rich.unpacked("ways-data")
    assert [link["path"] for link in way["chain"]] == ["lambda-001", "iam-007"]
    assert [link["certain"] for link in way["chain"]] == [True, False]


def test_history_tells_what_changed_and_how_fast_failures_are_fixed(rich):
    text = " ".join(rich.text.split())
    for told in ("3 new", "1 reopened", "1 fixed", "2 judged for the first time", "1 not judged again", "8.2 days"):
        assert told in text, told


def test_exceptions_stand_with_their_state_owner_and_day(rich):
    text = " ".join(rich.text.split())
    for told in (
        "In force",
        "Expired",
        "Accepts nothing",
        "Could not be read",
        "Not audited",
        "would accept 1 failure",
    ):
        assert told in text, told
    assert text.count("web team") >= 5


def test_baseline_tells_the_fate_of_what_it_knows(rich):
    text = " ".join(rich.text.split())
    for fate in ("FIXED", "GONE", "UNREAD", "UNASKED"):
        assert f"arn:former-{fate}" in text
    assert "4 of the new ones are of checks that the baseline did not ask" in text


def test_a_first_run_has_no_trend_and_says_so(rich_report):
    history = replace(rich_report.history, runs=rich_report.history.runs[-1:], new=(), reopened=(), fixed=())
    report = replace(rich_report, history=history, baseline=None)
    assert "This is the first audit that the history remembers" in Document(render(report)).text
    assert Summary(report).charts == ()


def test_trend_keeps_to_its_scale_and_leaves_out_what_has_no_score(rich_report):
    scores, failures = charts(rich_report.history)
    score, coverage = scores.lines
    assert len(score.points) == 2
    assert len(coverage.points) == 3
    assert coverage.points[0][0] < score.points[0][0] < score.points[1][0]
    assert score.gained == pytest.approx(rich_report.score - 30.0, abs=0.1)
    assert failures.top == 10
    heights = [y for line in (*scores.lines, *failures.lines) for _, y, _ in line.points]
    assert min(heights) >= failures.levels[-1][1]
    assert max(heights) <= failures.levels[0][1]
    assert "3 audits from 2025-11-07 to 2025-11-21" in scores.description


@pytest.mark.parametrize(
    ("tags", "expected"),
    [({"Owner": "web"}, "web"), ({"team": "a", "OWNER": "b"}, "b"), ({"owner": "", "Team": "c"}, "c"), ({}, NOBODY)],
)
def test_owners_are_known_by_their_tags(tags, expected):
    assert owner(tags) == expected


def test_columns_tell_owner_change_and_age(rich_report, rich):
    core = rich.unpacked("core")
    new = {each.fingerprint for each in rich_report.history.new}
    for number, finding in enumerate(rich_report.findings):
        change = core["changes"][core["columns"]["change"][number]]
        assert core["owners"][core["columns"]["owner"][number]] == "web"
        assert core["days"][core["columns"]["since"][number]] == str(finding.first_seen or "")
        assert (change == "New") is (finding.fingerprint in new)
        assert (change == "No failure") is not finding.status.failing


def test_changes_are_against_the_baseline_without_a_history(rich_report):
    report = replace(rich_report, history=None)
    known = {each.fingerprint: Changes(report).number(each) for each in report.findings if each.status.failing}
    assert set(known.values()) == {CHANGES.index("Known")}


def test_neighbours_are_the_resources_of_the_evidence_and_of_the_way(rich_report, rich):
    core = rich.unpacked("core")
    arns = [*(each[2] for each in core["resources"]), *core["others"]]
    pairs = {frozenset((arns[left], arns[right])) for left, right in core["neighbours"]}
    (way,) = rich.unpacked("ways-data")
    own = rich_report.findings[way["finding"]].resource.arn
    assert {frozenset((own, way["chain"][0]["source"])), frozenset((own, way["chain"][0]["target"]))} <= pairs


@pytest.mark.parametrize(("kind", "names"), [("js", SCRIPTS), ("css", {*STYLES, *organization.STYLES})])
def test_every_module_is_in_the_page(kind, names):
    folder = resources.files(html.__name__).joinpath(kind)
    assert sorted(f"{name}.{kind}" for name in names) == sorted(each.name for each in folder.iterdir())


def test_script_never_makes_markup_of_text():
    script = page.bundle("js", SCRIPTS)
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|</script", script
    )


def test_missing_actions_of_any_policy_shape(small_report):
    statements = [{"Action": "ec2:DescribeVpcs"}, {"Action": ["s3:ListBucket", "ec2:DescribeVpcs"]}]
    assert Summary(replace(small_report, missing_permissions={"Statement": statements})).missing_actions == [
        "ec2:DescribeVpcs",
        "s3:ListBucket",
    ]


def test_services_stand_worst_first(small_report):
    scores = [tally.score for tally in Summary(small_report).services]
    assert scores == sorted(scores)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("a\x00b\x9b", r"a\u0000b\u009b"),
        ("a\u202eb\u2066", r"a\u202eb\u2066"),
        ("\ud800", r"\ud800"),
        ("x" * 500, "x" * 400 + "… (100 more characters)"),
        ("مرحبا", "مرحبا"),
    ],
)
def test_shown(value, text):
    assert shown(value) == text


def test_figures_are_written_as_people_write_them(small_report):
    assert [percent(value) for value in (None, 0.0, 99.9, 100.0)] == ["\N{EN DASH}", "0", "99.9", "100"]
    assert [plural(count, "finding") for count in (0, 1, 1234)] == ["0 findings", "1 finding", "1,234 findings"]
    assert moment(small_report.audit.at) == "2025-11-21 14:02:11 UTC"
    assert [signed(value) for value in (1.25, 2.0, -3.0, 0)] == [
        "+1.2",
        "+2",
        "\N{MINUS SIGN}3",
        "\N{PLUS-MINUS SIGN}0",
    ]
    assert [days(value) for value in (None, 1.0, 8.25)] == ["\N{EN DASH}", "1 day", "8.2 days"]
