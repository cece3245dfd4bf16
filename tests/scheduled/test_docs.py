"""The page on the scheduled audit says what is so."""

import importlib
import re

import msgspec
import pytest
import yaml
from pages import ROOT
from scheduled import tools
from scheduled.reported import finding, report, told
from scheduled.test_template import Loader

from auditor.errors import AuditorError
from auditor.product import NAME
from auditor.scheduled import messages, store
from auditor.scheduled.news import KINDS
from auditor.scheduled.settings import ASKABLE, Settings

PAGE = (ROOT / "docs/scheduled.md").read_text()


def rows(heading):
    """Return the cells of the tables below a heading."""
    part = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|") and not set(line) <= set("|- ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_setting_is_told_with_its_default_and_who_may_set_it():
    expected = []
    for field in msgspec.structs.fields(Settings):
        default = f"`{field.default:g}`" if isinstance(field.default, (int, float)) else ""
        expected.append((f"`AUDITOR_{field.name.upper()}`", default, "yes" if field.name in ASKABLE else ""))
    assert [tuple(row[:3]) for row in rows("Settings")[1:]] == expected


def test_every_kind_of_news_is_told():
    assert [row[0] for row in rows("News")[1:]] == [f"`{kind}`" for kind in KINDS]


def test_every_metric_is_told():
    told_of = set(re.findall(r"`([A-Z]\w+)`", PAGE.partition("\n## Metrics\n")[2].partition("\n\n")[0]))
    reported = report(finding("a"))
    lines = list(messages.metrics(reported, told(reported), 1.0))
    metrics = {each["Name"] for line in lines for each in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert told_of == metrics | {"AwsAccountAuditor", "Account", "Severity"}


@pytest.mark.parametrize("name", re.findall(r"`(\w+Error)`", PAGE))
def test_every_error_that_is_told_is_one(name):
    modules = ("config", "exceptions", "exception_files", "past", "registry", "targets", "scheduled.aws")
    places = map(
        importlib.import_module, (f"auditor.{each}" for each in (*modules, "scheduled.settings", "scheduled.store"))
    )
    found = [getattr(place, name) for place in places if hasattr(place, name)]
    assert found
    assert issubclass(found[0], AuditorError)


def test_every_object_is_told_as_the_store_s_own_page_does():
    keys = re.compile(r"PREFIX/ACCOUNT/\S+")
    assert keys.findall(PAGE) == keys.findall(store.__doc__)


def test_the_parameters_and_metrics_that_are_counted_are_those_there_are():
    template = yaml.load(tools.TEMPLATE.read_text(), Loader)
    named = {"ReportDays", "LogDays", "ReservedConcurrency", "AccessLogBucket"}
    assert named <= set(template["Parameters"])
    assert all(f"`{each}" in PAGE for each in named)
    assert f"{template['Parameters']['MemorySize']['Default']:,} MiB" in PAGE
    alarms = [each for each in template["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    assert f"| {len(alarms)} × 0.10 | {len(alarms) * 0.1:.2f} |" in PAGE
    reported = report(finding("a"))
    account, *severities = messages.metrics(reported, told(reported), 1.0)
    counts = len(account["_aws"]["CloudWatchMetrics"][0]["Metrics"]), len(severities)
    assert f"| ({counts[0]} + {counts[1]}) × 0.30 | {sum(counts) * 0.3:.2f} |" in PAGE
    assert f"{30 * 12 * 1.73 * 0.0000133334:.2f}" == "0.01"
    assert f"{0.032 * 400 * 0.023:.2f}" == "0.29"


def test_the_event_that_a_rule_waits_for_is_the_one_that_is_sent():
    assert f'"source": ["{NAME}"]' in PAGE
    assert f'"detail-type": ["{messages.DETAIL_TYPE}"]' in PAGE
