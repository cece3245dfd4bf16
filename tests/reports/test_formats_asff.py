"""The Security Finding Format, validated by botocore's model of it and by the lengths that AWS documents."""

import json
from dataclasses import replace

import botocore.session
import pytest
from botocore.validate import ParamValidator

import reports
from auditor.finding import Acceptance, Problem
from auditor.severity import Severity, Status
from reports import asff

HUB = botocore.session.get_session().get_service_model("securityhub")
LONGEST = {"Id": 512, "ProductArn": 2048, "GeneratorId": 512, "AwsAccountId": 12, "Title": 256, "Description": 1024}


@pytest.fixture
def findings(small_report):
    return json.loads(reports.render(small_report, "asff"))


def by_status(findings, status):
    return [each for each in findings if each["ProductFields"]["aws-account-auditor/status"] == status]


def assert_taken(findings):
    """Assert what Security Hub checks before it takes a finding."""
    problems = ParamValidator().validate({"Findings": findings}, HUB.operation_model("BatchImportFindings").input_shape)
    assert not problems.has_errors(), problems.generate_report()
    for finding in findings:
        assert not [name for name, most in LONGEST.items() if not 0 < len(finding[name]) <= most]
        assert len(json.dumps(finding)) < 240_000
        assert 0 < len(finding["Remediation"]["Recommendation"]["Text"]) <= 512
        fields = finding["ProductFields"]
        assert len(fields) <= 50
        assert all(0 < len(name) <= 128 and 0 < len(text) <= 2048 for name, text in fields.items())
        other = finding["Resources"][0].get("Details", {}).get("Other", {"x": "y"})
        assert all(len(name) <= 128 and 0 < len(text) <= 1024 for name, text in other.items())


def test_botocore_takes_every_finding(findings):
    assert findings
    assert_taken(findings)


def test_what_passes_is_left_out(small_report, findings):
    assert len(findings) == sum(each.status is not Status.PASS for each in small_report.findings)
    assert not by_status(findings, "PASS")


@pytest.mark.parametrize(
    ("status", "compliance", "label"),
    [("FAIL", "FAILED", None), ("UNKNOWN", "WARNING", "INFORMATIONAL"), ("ERROR", "WARNING", "INFORMATIONAL")],
)
def test_what_is_not_known_is_a_warning_and_no_failure(findings, status, compliance, label):
    told = by_status(findings, status)
    assert told
    for each in told:
        severity = each["FindingProviderFields"]["Severity"]
        assert each["Compliance"]["Status"] == compliance
        assert severity["Label"] == (label or severity["Original"])
        assert "Workflow" not in each


def test_what_is_accepted_is_suppressed(small_report):
    failed = next(each for each in small_report.findings if each.status is Status.FAIL)
    by = Acceptance("a test bucket", "web", small_report.audit.at.date())
    accepted = replace(failed, status=Status.ACCEPTED, accepted=by)
    (made,) = json.loads(reports.render(replace(small_report, findings=(accepted,)), "asff"))
    assert made["Workflow"] == {"Status": "SUPPRESSED"}
    assert "a test bucket" in made["Description"]
    assert_taken([made])


def test_a_finding_keeps_its_identity(small_report, findings):
    again = json.loads(reports.render(small_report, "asff"))
    assert [each["Id"] for each in again] == [each["Id"] for each in findings]
    assert len({each["Id"] for each in findings}) == len(findings)


def test_the_product_is_of_the_account_and_the_region_asked_for(small_report):
    made = json.loads(reports.render(small_report, "asff", region="eu-west-3"))
    account = small_report.audit.accounts[0]
    assert {each["ProductArn"] for each in made} == {
        f"arn:aws:securityhub:eu-west-3:{account}:product/{account}/default"
    }


def test_several_regions_are_told_to_the_partitions_home(small_report):
    wide = replace(small_report, audit=replace(small_report.audit, regions=("eu-west-1", "us-west-2")))
    assert ":us-east-1:" in json.loads(reports.render(wide, "asff"))[0]["ProductArn"]
    china = replace(wide, audit=replace(wide.audit, partition="aws-cn"))
    assert "aws-cn:securityhub:cn-north-1:" in json.loads(reports.render(china, "asff"))[0]["ProductArn"]


def test_names_and_values_of_any_length_are_cut_to_what_is_taken(small_report):
    failed = next(each for each in small_report.findings if each.status is Status.FAIL)
    long = replace(
        failed,
        severity=Severity.CRITICAL,
        resource=replace(failed.resource, arn="arn:" + "\u202ex" * 3000, name="y" * 3000),
        problems=tuple(Problem("z" * 5000, {"a": "b" * 9000}, "c" * 5000) for _ in range(80)),
        fix="f" * 9000,
    )
    assert_taken(json.loads(reports.render(replace(small_report, findings=(long,)), "asff")))


def test_the_types_are_those_of_botocore():
    known = {name for name in HUB.shape_for("ResourceDetails").members if name.startswith("Aws")}
    assert {f"Aws{each}" for each in asff.TYPES.split()} <= known


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("AWS::S3::Bucket", "AwsS3Bucket"),
        ("AWS::EC2::VPC", "AwsEc2Vpc"),
        ("AWS::RDS::DBInstance", "AwsRdsDbInstance"),
        ("AWS::IAM::ManagedPolicy", "AwsIamPolicy"),
        ("AWS::::Account", "AwsAccount"),
        ("AWS::SecurityHub::Hub", "Other"),
    ],
)
def test_resource_types(type_, name):
    assert asff.resource_type(type_) == name
