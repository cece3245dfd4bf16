"""Invented audits for the report formats: a small one with everything in it, hostile ones, and one of any size."""

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from auditor.finding import Acceptance, Evidence, Finding, Link, Problem, Refusal, ResourceRef
from auditor.report import (
    AuditFacts,
    BaselineFacts,
    CheckFacts,
    ControlResult,
    ExceptionFacts,
    FixFacts,
    FormerFailure,
    FrameworkResult,
    GapFacts,
    HistoryFacts,
    PaceFacts,
    PastFailure,
    Report,
    RunFacts,
    Scope,
)
from auditor.score import FORMULA, coverage, kinds, score, tallies, tally
from auditor.severity import Severity, Status

AT = datetime(2025, 11, 21, 14, 2, 11, 350000, tzinfo=UTC)
ACCOUNT = "111122223333"
REFUSAL = Refusal(
    "s3:GetBucketPolicy", "s3:GetBucketPolicy", "AccessDenied",
    "User: arn:aws:iam::111122223333:user/auditor is not authorized to perform: s3:GetBucketPolicy",
    "grant s3:GetBucketPolicy to the auditor",
)  # fmt: skip
POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Sid":"PublicRead","Effect":"Allow","Principal":"*",'
    '"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::assets-web","arn:aws:s3:::assets-web/*"]}]}'
)
FIX = FixFacts(
    text="Switch on the public access block; a bucket that serves a site is better put behind CloudFront.",
    cli="aws s3api put-public-access-block --bucket {resource.id} --public-access-block-configuration "
    "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
    terraform='resource "aws_s3_bucket_public_access_block" "this" {\n  bucket              = aws_s3_bucket.this.id\n'
    "  block_public_acls   = true\n  block_public_policy = true\n}",
    cloudformation="PublicAccessBlockConfiguration:\n  BlockPublicAcls: true\n  BlockPublicPolicy: true",
    downtime=True,
    replacement=False,
    cost=True,
)
NO_FIX = FixFacts("Look at it and decide.", "", "", "", downtime=False, replacement=False, cost=False)
CHECKS = (
    ("s3-bucket-not-public", Severity.CRITICAL, "Buckets are not open to the public", "AWS::S3::Bucket"),
    ("s3-bucket-encrypted-with-kms", Severity.MEDIUM, "Buckets encrypt new objects with a KMS key", "AWS::S3::Bucket"),
    ("s3-bucket-versioned", Severity.LOW, "Buckets keep former versions of their objects", "AWS::S3::Bucket"),
    ("iam-root-mfa", Severity.CRITICAL, "The root user signs in with MFA", "AWS::IAM::Account"),
    ("iam-user-keys-rotated", Severity.MEDIUM, "Access keys are not older than 90 days", "AWS::IAM::User"),
    ("ec2-ssh-not-open", Severity.HIGH, "Security groups keep SSH from the internet", "AWS::EC2::SecurityGroup"),
    ("ec2-instance-imdsv2", Severity.HIGH, "Instances require IMDSv2", "AWS::EC2::Instance"),
    ("ec2-ebs-default-encryption", Severity.MEDIUM, "New EBS volumes are encrypted by default", "AWS::EC2::Region"),
    ("cloudtrail-multi-region", Severity.HIGH, "A trail records every region", "AWS::CloudTrail::Account"),
    ("rds-instance-private", Severity.CRITICAL, "Database instances have no public address", "AWS::RDS::DBInstance"),
    ("rds-instance-backups", Severity.MEDIUM, "Database instances keep backups for a week", "AWS::RDS::DBInstance"),
)
SAID = {
    "s3-bucket-encrypted-with-kms": ("default encryption is AES256", {"SSEAlgorithm": "AES256"}, "aws:kms"),
    "s3-bucket-versioned": ("versioning was never switched on", None, "Status: Enabled"),
    "iam-root-mfa": ("the root user has no MFA device", {"AccountMFAEnabled": 0}, "AccountMFAEnabled: 1"),
    "iam-user-keys-rotated": ("access key AKIAEXAMPLE is 412 days old", "2024-10-05T09:12:44Z", "at most 90 days"),
    "ec2-ssh-not-open": (
        "TCP 22 is open to 0.0.0.0/0",
        {"FromPort": 22, "CidrIp": "0.0.0.0/0"},
        "no 0.0.0.0/0 or ::/0",
    ),
    "ec2-instance-imdsv2": ("the instance answers IMDSv1", "optional", "HttpTokens: required"),
    "rds-instance-backups": ("backups are kept for 1 day", 1, "at least 7 days"),
}
"""What is wrong, found and expected, by check."""
RATIONALE = (
    "Whoever finds the name reads the content, from anywhere, without signing in. Most leaks from AWS accounts were "
    "exactly this, and were noticed by others first."
)


def check_facts(id_, severity, title, resource_type, controls=("cis-aws-5.0:1.1",)):
    return CheckFacts(
        id=id_,
        title=title,
        rationale=RATIONALE,
        severity=severity,
        service=id_.split("-")[0],
        resource_type=resource_type,
        references=(
            f"https://docs.aws.amazon.com/{id_}.html",
            "https://docs.aws.amazon.com/securityhub/latest/userguide/",
        ),
        fix=FIX if id_.startswith("s3") else NO_FIX,
        parameters={"max_age_days": 90} if "rotated" in id_ else {},
        facts=("Bucket.policy",),
        controls=controls,
    )


def finding_of(check, name, status=Status.PASS, *, account=ACCOUNT, region="eu-central-1", **rest):
    arn = f"arn:aws:{check.service}:{region}:{account}:{name}"
    return Finding(
        check=check.id,
        status=status,
        severity=check.severity,
        account=account,
        region=region,
        service=check.service,
        resource=ResourceRef(check.resource_type, name, arn, name, {"team": "web", "env": "prod"}),
        fingerprint=hashlib.sha256(f"{check.id}\n{arn}".encode()).hexdigest()[:32],
        parameters=dict(check.parameters),
        **({**outcome(check, status, arn, name)} | rest),
    )


def outcome(check, status, arn, name):
    """Return the fields of a finding that follow from its status."""
    seen = Evidence(arn, "Bucket.policy", "s3:GetBucketPolicy", AT + timedelta(seconds=3), POLICY)
    block = Evidence(arn, "Bucket.public_access_block", "s3:GetPublicAccessBlock", AT, {"BlockPublicAcls": False})
    if status is Status.UNKNOWN:
        return {"unseen": REFUSAL, "evidence": (block,)}
    if status is Status.ERROR:
        return {"error": "KeyError: 'Statement' (access.py:41)"}
    if status is Status.PASS:
        return {"evidence": (block,)}
    problems = (
        Problem(
            "the policy lets everyone read the objects", {"Principal": "*", "Action": "s3:GetObject"}, "no Principal *"
        ),
        Problem("no public access block stands before it", None, "BlockPublicPolicy: true"),
    )
    if check.id in SAID:
        problems = (Problem(*SAID[check.id]),)
    fix = check.fix.cli.replace("{resource.id}", name)
    return {"problems": problems, "evidence": (seen, block), "fix": fix if status is Status.FAIL else ""}


def report_of(checks, findings, **rest):
    """Return a report whose figures follow from ``findings``."""
    findings = tuple(sorted(findings, key=lambda finding: finding.order))
    given = {
        "audit": AuditFacts(
            tool_version="0.1.0",
            at=AT,
            source="live",
            partition="aws",
            accounts=tuple(sorted({each.account for each in findings})) or (ACCOUNT,),
            regions=tuple(sorted({each.region for each in findings})) or ("eu-central-1",),
            caller=f"arn:aws:iam::{ACCOUNT}:user/auditor",
            partial=False,
            checks_run=len(checks),
            calls=412,
        ),
        "score": score(kinds(findings)),
        "coverage": coverage(kinds(findings)),
        "formula": FORMULA,
        "accounts": tallies(kinds(findings), lambda finding: finding.account),
        "services": tallies(kinds(findings), lambda finding: finding.service),
        "severities": tallies(kinds(findings), lambda finding: finding.severity.value),
        "frameworks": (),
        "checks": tuple(checks),
        "findings": findings,
        "gaps": (),
    }
    return Report(**(given | rest))


def framework(findings):
    controls = (
        ControlResult(
            "1.1", "Ensure no bucket is open to the public", "FAIL", ("s3-bucket-not-public",), 2, 1, level=1
        ),
        ControlResult("1.2", "Ensure the root user has MFA", "PASS", ("iam-root-mfa",), 0, 0),
        ControlResult(
            "1.3", "Ensure contact details are current", "MANUAL", (), 0, 0, "Compare them with reality.", level=2
        ),
        ControlResult("1.4", "Ensure instances require IMDSv2", "FAIL", ("ec2-instance-imdsv2",), 1, 0),
        ControlResult("2.1", "Ensure keys are rotated", "UNKNOWN", ("iam-user-keys-rotated",), 0, 3),
        ControlResult("2.2", "Ensure EFS is encrypted", "NOT_APPLICABLE", ("efs-encrypted",), 0, 0),
        ControlResult("2.3", "Ensure nobody shares passwords", "UNCOVERED", (), 0, 0, uncovered="No check knows."),
    )
    return FrameworkResult(
        id="cis-aws-5.0",
        title="CIS Amazon Web Services Foundations 5.0.0",
        source="https://www.cisecurity.org",
        tally=tally("cis-aws-5.0", kinds(findings)),
        scope=Scope(controls=7, decided=5, partly=0, manual=1, uncovered=1),
        controls=controls,
    )


def severe_framework(findings, name="hub"):
    """Return a framework with severities of its own, one control, and a name that may want to be something else."""
    control = ControlResult(
        f"{name}.1",
        name,
        "FAIL",
        (*(each for each, *_ in CHECKS if each.startswith("s3")), "s3-not-run"),
        9,
        2,
        manual=name,
        uncovered=name,
        severity="HIGH",
    )
    scope = Scope(controls=1, decided=0, partly=1, manual=0, uncovered=0)
    return FrameworkResult("hub", name, "docs", tally("hub", kinds(findings)), scope, (control,))


SPREAD = (Status.PASS,) * 5 + (Status.FAIL,) * 3 + (Status.UNKNOWN,) + (Status.ACCEPTED,)


def spread_findings(checks, count, accounts=1, regions=("eu-central-1", "us-east-1")):
    """Yield ``count`` findings with statuses, accounts and regions spread over them, the same every time."""
    chance = random.Random(7)
    for number in range(count):
        check = checks[number % len(checks)]
        yield finding_of(
            check,
            f"{check.resource_type.rpartition('::')[2].lower()}-{number // len(checks):05d}",
            chance.choice(SPREAD),
            account=f"{111122223333 + number % accounts:012d}",
            region=chance.choice(regions),
        )


@pytest.fixture(scope="session")
def make():
    """Return what makes audits by hand: checks, findings, fixes and reports."""
    return SimpleNamespace(check=check_facts, finding=finding_of, report=report_of, fix=FIX, no_fix=NO_FIX)


@pytest.fixture(scope="session")
def small_report():
    """An audit of one account with every status, a gap, a framework and a warning."""
    checks = [check_facts(*each) for each in CHECKS]
    findings = [*spread_findings(checks, 128), finding_of(checks[0], "assets-web", Status.FAIL)]
    findings.append(finding_of(checks[4], "broken", Status.ERROR))
    unknown = sum(finding.status is Status.UNKNOWN for finding in findings)
    gap = GapFacts(
        operation=REFUSAL.operation, permission=REFUSAL.permission, code=REFUSAL.code, message=REFUSAL.message,
        remedy=REFUSAL.remedy, account=ACCOUNT, regions=("eu-central-1", "us-east-1"),
        checks=("s3-bucket-not-public", "s3-bucket-versioned"), findings=unknown,
    )  # fmt: skip
    actions = ["s3:GetBucketPolicy", "ec2:DescribeInstances", "rds:DescribeDBInstances", "iam:GetCredentialReport"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    return report_of(checks, findings, frameworks=(framework(findings),), gaps=(gap,), missing_permissions=policy)


@pytest.fixture(scope="session")
def two_frameworks_report(small_report):
    """The small audit, scored against two frameworks."""
    findings = small_report.findings
    return replace(small_report, frameworks=(framework(findings), severe_framework(findings)))


USER = f"arn:aws:iam::{ACCOUNT}:user/deployer"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/runner"
CHAIN = (
    Link(USER, ROLE, "deployer passes runner to a new function", "lambda-001", ("policy deploy allows iam:PassRole",)),
    Link(ROLE, "an administrator's rights", "runner attaches a policy to itself", "iam-007", certain=False),
)
DAY = AT.date()


def past(finding, **rest):
    place = finding.account, finding.region, finding.resource.arn
    return PastFailure(finding.check, finding.severity, *place, finding.fingerprint, DAY - timedelta(30), **rest)


def run_of(weeks, score_, critical):
    failed = {"critical": critical, "high": 4, "medium": 9, "low": 2}
    at = AT - timedelta(weeks=weeks)
    return RunFacts(at, (ACCOUNT,), "0.1.0", score_, 93.0, 130, failed, 0, 9, 11, 2, new=1, fixed=2)


@pytest.fixture(scope="session")
def rich_report(small_report):
    """The small audit with a history, a baseline, exceptions in every state, and a way to administrator."""
    failing = [each for each in small_report.findings if each.status is Status.FAIL]
    accepted = Acceptance("It serves the public site.", "web team", DAY + timedelta(days=60))
    findings = []
    for finding in small_report.findings:
        changes = {}
        if finding.status.failing:
            changes = {"first_seen": DAY - timedelta(30), "failing_since": DAY - timedelta(20)}
            changes["known_since"] = DAY - timedelta(10)
        if finding.status is Status.ACCEPTED:
            changes["accepted"] = accepted
        if finding is failing[0]:
            changes["problems"] = (Problem("the user can make itself an administrator", [], "no way", CHAIN),)
        findings.append(replace(finding, **changes))
    history = HistoryFacts(
        runs=(run_of(2, None, 9), run_of(1, 30.0, 8), run_of(0, small_report.score, 5)),
        new=tuple(past(each) for each in failing[:3]),
        reopened=(past(failing[3], fixed_at=DAY - timedelta(9)),),
        fixed=(past(failing[4], fixed_at=DAY, fate="FIXED"),),
        revealed=2,
        unseen=1,
        pace=tuple(PaceFacts(each, 3, 12.5, 2, 8.25) for each in Severity),
        days=90,
    )
    former = tuple(
        FormerFailure(each.check, each.severity, ACCOUNT, "eu-central-1", f"arn:former-{fate}", "0" * 32, DAY, fate)
        for each, fate in zip(failing, ("FIXED", "GONE", "UNREAD", "UNASKED"), strict=False)
    )
    exceptions = tuple(
        ExceptionFacts("s3-*", "arn:aws:s3:::*", {"team": "web"}, "", "", state, "web team", DAY, state, number)
        for number, state in enumerate(("IN_FORCE", "EXPIRED", "UNUSED", "UNREAD", "UNASKED"))
    )
    baseline = BaselineFacts(known=30, new=10, new_by_new_checks=4, former=former)
    return replace(small_report, findings=tuple(findings), history=history, baseline=baseline, exceptions=exceptions)


@pytest.fixture(scope="session")
def clean_report():
    """An audit in which everything passed."""
    checks = [check_facts(*each) for each in CHECKS]
    return report_of(checks, [finding_of(check, "fine") for check in checks])


@pytest.fixture(scope="session")
def empty_report():
    """An audit of an account with nothing in it."""
    return report_of([check_facts(*each) for each in CHECKS], [])


@pytest.fixture(scope="session")
def large_report():
    """Return a function that gives a report of so many findings over 40 accounts and 17 regions."""

    def make(count):
        checks = [
            check_facts(
                f"{service}-subject-rule{number}",
                severity,
                f"{service.upper()} keeps rule {number}",
                f"AWS::{service}::Thing",
            )
            for number, severity in enumerate(Severity)
            for service in ("iam", "s3", "ec2", "rds", "cloudtrail", "lambda", "kms", "sns", "sqs", "eks")
        ]
        regions = [
            f"{area}-{side}-{digit}" for area in ("eu", "us", "ap") for side in ("west", "east") for digit in (1, 2, 3)
        ]
        return report_of(checks, spread_findings(checks, count, accounts=40, regions=regions))

    return make


HOSTILE_NAMES = {
    "script": "<script>alert(1)</script>",
    "closing": "</script><img src=x onerror=alert(2)>",
    "terminal": "\x1b[31mred\x1b[0m\x07",
    "reordered": "gnp.\u202eexe",
    "arabic": "مرحبا بالعالم",
    "template": "{{ 7 * 7 }}{% raw %}",
}


@pytest.fixture(scope="session")
def hostile_report():
    """An audit of an account whose every name wants to be something else."""
    names = [*HOSTILE_NAMES.values(), "long-" + "A" * 1_000_000]
    checks = [check_facts(*each) for each in CHECKS[:2]]
    findings = []
    for name in names:
        problem = Problem(f"{name} is open", {name: [name]}, name)
        evidence = Evidence(name, "Bucket.policy", "s3:GetBucketPolicy", AT, name)
        findings.append(
            finding_of(
                checks[0], name, Status.FAIL, problems=(problem,), evidence=(evidence,), account=name, region=name
            )
        )
    frameworks = (framework(findings), severe_framework(findings, names[0]))
    return report_of(checks, findings, formula=names[0], frameworks=frameworks)
