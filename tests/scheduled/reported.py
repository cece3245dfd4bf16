"""Reports to compare, and a place for results that remembers them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from auditor.finding import Finding, Problem, ResourceRef
from auditor.history import History
from auditor.judge import fingerprint
from auditor.report import AuditFacts, CheckFacts, ExceptionFacts, FixFacts, Report
from auditor.scheduled.news import news
from auditor.score import kinds, tallies
from auditor.severity import Severity, Status

ACCOUNT, REGION = "123456789012", "eu-west-1"
BEGINNING = datetime(2026, 1, 30, 23, tzinfo=UTC)
CHECK = CheckFacts(
    *("s3-bucket-not-public", "Buckets are private", "Because.", Severity.HIGH, "s3", "AWS::S3::Bucket"),
    references=("https://docs.aws.amazon.com/",),
    fix=FixFacts("Close it.", "", "", "", downtime=False, replacement=False, cost=False),
    parameters={},
    facts=(),
    controls=(),
)


def finding(name, status=Status.FAIL, problem="everyone may read"):
    arn = f"arn:aws:s3:::{name}"
    resource = ResourceRef("AWS::S3::Bucket", name, arn, name)
    problems = (Problem(problem),) if status.failing else ()
    return Finding(
        CHECK.id, status, CHECK.severity, ACCOUNT, REGION, "s3", resource, fingerprint(CHECK.id, arn), problems
    )


def report(*findings, day=0, partial=False, exceptions=()):
    at = BEGINNING + timedelta(days=day)
    audit = AuditFacts("1.0", at, "live", "aws", (ACCOUNT,), (REGION,), "caller", partial, checks_run=1, calls=7)
    severities = tallies(kinds(findings), lambda each: each.severity.value)
    return Report(
        audit, 50.0, 100.0, "", (), (), severities, (), (CHECK,), tuple(findings), (), exceptions=tuple(exceptions)
    )  # fmt: skip


def exception(state, findings=1, resource="a"):
    expires = date(2026, 1, 1)
    return ExceptionFacts(CHECK.id, resource, {}, "", "", "It is a website.", "shop", expires, state, findings)


def told(*reports):
    """Return the news of the last of some runs."""
    history, before = History(), None
    for each in reports:
        history = history.after(each)
        found, before = news(before, each, history), each
    return found


def names(items):
    return [each.resource.rpartition(":")[2] for each in items]


@dataclass
class Shelf:
    """Keeps and tells, and fails where it is told to: at an action, or at a key that ends so."""

    objects: dict = field(default_factory=dict)
    published: list = field(default_factory=list)
    announced: list = field(default_factory=list)
    written: list = field(default_factory=list)
    broken: str = ""

    def get(self, key):
        return self.objects.get(key)

    def put(self, key, body, content_type):
        self._break(key)
        self.objects[key] = body
        self.written.append((key, content_type))

    def stream(self, key):
        body = self.get(key)
        return None if body is None else iter([body[: len(body) // 2], body[len(body) // 2 :]])

    def piece(self, key, start, size):
        return self.objects[key][start : start + size]

    def upload(self, key, pieces, content_type):
        self.put(key, b"".join(pieces), content_type)

    def publish(self, subject, text):
        self._break("publish")
        self.published.append((subject, text))

    def announce(self, detail, resources):
        self._break("announce")
        self.announced.append((detail, resources))

    def _break(self, at):
        if self.broken and at.endswith(self.broken):
            raise ConnectionError(at)
