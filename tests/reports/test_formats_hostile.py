"""Whatever a name is, a format stays what it is: its reader takes it, and finds the name as text and nothing else."""

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import botocore.session
import jsonschema_rs
import pytest
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml
from markdown_it import MarkdownIt

import reports
from auditor.finding import Problem
from auditor.severity import Status
from reports.ocsf import CloudComplianceFinding

HUB = botocore.session.get_session().get_service_model("securityhub")
IMPORTED = HUB.operation_model("BatchImportFindings").input_shape
SCHEMAS = Path(__file__).parent / "schemas"
COMMAND = re.compile(r"::(error|warning|notice) title=[^:,\r\n]*::[^\r\n]*\n")
FORMATS = ("asff", "csv", "github", "gitlab", "json", "jsonl", "junit", "markdown", "ocsf", "sarif")
FORMULAS = tuple("=+-@＝＋－＠\t\n")  # noqa: RUF001 - signs that start formulas
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
WICKED = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "a\n::error title=x::y\n",
    "##[error]x",
    "100%0A::warning::x",
    "]]></failure><testcase/>",
    "<!-- --> &amp; &#0; &nope;",
    "| a | b |\n|---|---|\n",
    "```\n# heading\n",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "https://evil.example www.evil.example",
    "<https://evil.example>",
    "@everyone #1 !1 :smile:",
    "{0} {name} %s %(x)s ${x} {{ 7*7 }}",
    "../../etc/passwd",
    ".",
    "..",
    "a//b",
    "",
    "\ud800",
    "\udfff\ud800x",
    "\x00\x1b[31m\x07",
    "\ufffe\uffff",
    "\u202egnp.exe",
    '","=1+1',
    "'\"\\",
    "\r\n",
]
TEXTS = st.one_of(
    st.sampled_from(WICKED),
    st.text(alphabet=st.characters(exclude_categories=()), max_size=40),
    st.lists(st.sampled_from(WICKED), max_size=3).map("".join),
)
NAMES = ("name", "id", "arn", "account", "region", "tag", "said", "found", "expected", "message", "fix")
"""What somebody with access to the account, or an answer of AWS, may say as they like."""


def renamed(report, names):
    """Return the report with one finding of each status, in which everything that an account can name is so named."""
    kept = {finding.status: finding for finding in report.findings}
    findings = tuple(sorted((_renamed(each, names) for each in kept.values()), key=lambda each: each.order))
    gaps = tuple(replace(gap, message=names["message"], remedy=names["message"]) for gap in report.gaps)
    audit = replace(report.audit, accounts=(names["account"],), regions=(names["region"],), warnings=(names["said"],))
    return replace(report, findings=findings, gaps=gaps, audit=audit)


def _renamed(finding, names):
    resource = replace(
        finding.resource, name=names["name"], id=names["id"], arn=names["arn"], tags={names["tag"]: names["tag"]}
    )
    problem = Problem(names["said"], {names["found"]: [names["found"]]}, names["expected"])
    unseen = finding.unseen and replace(finding.unseen, message=names["message"], remedy=names["message"])
    return replace(
        finding,
        resource=resource,
        account=names["account"],
        region=names["region"],
        problems=(problem,) * len(finding.problems),
        unseen=unseen,
        error=finding.error and names["said"],
        fix=names["fix"],
    )


def texts_in(value):
    match value:
        case str():
            yield value
        case dict():
            for key, each in value.items():
                yield from texts_in(key)
                yield from texts_in(each)
        case list():
            for each in value:
                yield from texts_in(each)


def read_asff(text):
    told = json.loads(text)
    assert len(told) == len(Status) - 1
    problems = ParamValidator().validate({"Findings": told}, IMPORTED)
    assert not problems.has_errors(), problems.generate_report()
    assert not [each for each in texts_in(told) if HIDDEN.search(each)]


def read_csv(text):
    header, *rows = csv.reader(text.splitlines(keepends=True), strict=True)
    assert len(rows) == len(Status)
    assert {len(row) for row in rows} == {len(header)}
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.lstrip(" \u00a0").startswith(FORMULAS)]
    assert not [cell for cell in cells if HIDDEN.search(cell)]


def read_github(text):
    assert all(COMMAND.fullmatch(line) for line in text.splitlines(keepends=True))
    assert not HIDDEN.search(text.replace("\n", ""))


def read_gitlab(text):
    schema = json.loads((SCHEMAS / "gitlab-sast-15.json").read_text())
    told = json.loads(text)
    jsonschema_rs.validator_for(schema).validate(told)
    assert len(told["vulnerabilities"]) == len(Status) - 1
    assert not [each for each in texts_in(told) if HIDDEN.search(each)]
    for each in told["vulnerabilities"]:
        assert MarkdownIt().render(each["description"]).count("<pre><code>") == 1
        assert ".." not in each["location"]["file"].split("/")


def read_json(text):
    told = json.loads(text)
    assert len(told["findings"]) == len(Status)
    for each in texts_in(told):
        each.encode()


def read_jsonl(text):
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) == 1 + len(Status)
    for each in texts_in(lines):
        each.encode()


def read_junit(text):
    read = JUnitXml.fromstring(text.encode())
    cases = [case for suite in read for case in suite]
    assert len(cases) == len(Status)
    assert sum(case.is_passed for case in cases) == 1
    assert not HIDDEN.search(text)


def read_markdown(text):
    tokens = MarkdownIt("commonmark", {"linkify": False}).enable("table").parse(text)
    inline = [child for token in tokens if token.type == "inline" for child in token.children]
    assert {child.type for child in inline} <= {"text", "html_inline", "softbreak", "strong_open", "strong_close"}
    assert {child.content for child in inline if child.type == "html_inline"} <= {"<code>", "</code>"}
    assert {token.tag for token in tokens if token.type == "heading_open"} <= {"h2", "h3"}
    assert not re.search(r"https?://|www\.", text)
    assert sum(token.type == "tr_open" for token in tokens) == 2 + 2 + 2 + 4 * 2


def read_ocsf(text):
    told = json.loads(text)
    assert len(told) == len(Status)
    for each in told:
        CloudComplianceFinding.model_validate(each)
        each.pop("evidences", None)
    assert not [each for each in texts_in(told) if HIDDEN.search(each.replace("\n", ""))]


def read_sarif(text):
    told = json.loads(text)
    jsonschema_rs.validator_for(json.loads((SCHEMAS / "sarif-2.1.0.json").read_text())).validate(told)
    results = told["runs"][0]["results"]
    assert len(results) == len(Status) - 1
    assert not [each for each in texts_in(told) if HIDDEN.search(each)]
    for result in results:
        assert "](" not in result["message"]["text"]
        segments = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].split("/")
        assert segments[0] == "aws"
        assert not {"", ".", ".."} & {*segments}


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.fixed_dictionaries(dict.fromkeys(NAMES, TEXTS)))
def test_hostile_names_stay_names(name, small_report, names):
    text = "".join(reports.stream(renamed(small_report, names), name))
    text.encode()
    globals()[f"read_{name}"](text)


@pytest.mark.parametrize("wicked", WICKED)
@pytest.mark.parametrize("name", FORMATS)
def test_each_wicked_name_stays_a_name(name, small_report, wicked):
    report = renamed(
        small_report,
        dict.fromkeys(NAMES, wicked),
    )
    globals()[f"read_{name}"]("".join(reports.stream(report, name)))


@pytest.mark.parametrize("name", [name for name in FORMATS if not name.startswith("json")])
def test_a_megabyte_of_name_is_cut_with_a_word(name, small_report):
    names = dict.fromkeys(
        NAMES,
        "A" * 1_000_000,
    )
    text = "".join(reports.stream(renamed(small_report, names), name))
    assert len(text) < 1_500_000
    assert "more characters)" in text.replace("%20", " ")


def test_resources_whose_paths_are_cut_still_differ(small_report):
    from reports.places import LONGEST, path

    finding = small_report.findings[0]
    long = "a/" * 2000
    twins = [
        replace(finding, fingerprint=each, resource=replace(finding.resource, arn=f"arn:aws:s3:::{long}{each}"))
        for each in "xy"
    ]
    assert len({path(each) for each in twins}) == 2
    assert max(len(path(each)) for each in twins) <= LONGEST
