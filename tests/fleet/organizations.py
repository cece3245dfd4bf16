"""Organizations made up at random: accounts with findings, some of one another's resources, some that fail."""

from dataclasses import replace
from datetime import timedelta

from scheduled.reported import ACCOUNT, BEGINNING, CHECK, Shelf, exception, finding, report

from auditor.encoding import encoded
from auditor.finding import ResourceRef
from auditor.history import History
from auditor.judge import fingerprint
from auditor.report import GapFacts
from auditor.scheduled.fleet_run import ACCOUNTS, WARNINGS, Cause, Failed, FleetRun, Item
from auditor.scheduled.news import news
from auditor.scheduled.store import RunRecord
from auditor.scheduled.told import Told
from auditor.score import coverage, kinds, score, tallies
from auditor.severity import Severity, Status
from reports import json as json_report

CHECKS = tuple(
    replace(CHECK, id=id_, severity=severity, service=id_.split("-")[0])
    for id_, severity in (
        ("ec2-subnet-private", Severity.MEDIUM),
        ("iam-user-mfa", Severity.CRITICAL),
        ("s3-bucket-not-public", Severity.HIGH),
    )
)
REFUSED = Cause("TargetError", '{"errorType": "TargetError", "errorMessage": "AWS refused: not authorized"}')
GAP = GapFacts("s3:GetX", "s3:GetX", "AccessDenied", "no", "grant s3:GetX", "", ("eu-west-1",), (CHECK.id,), 2)


def verdict(check, status, account, arn):
    """Return a finding of a check on a resource, found in an account."""
    made = finding("x", status)
    resource = ResourceRef("AWS::X", arn, arn, arn)
    facts = {"check": check.id, "severity": check.severity, "service": check.service, "account": account}
    return replace(made, **facts, resource=resource, fingerprint=fingerprint(check.id, arn))


def account_report(account, findings, day=0, **rest):
    """Return an account's report of findings."""
    findings = tuple(sorted(findings, key=lambda each: each.order))
    made, counts = report(*findings, day=day, **rest), kinds(findings)
    gaps = (replace(GAP, account=account),) if any(each.status is Status.UNKNOWN for each in findings) else ()
    return replace(
        made,
        audit=replace(made.audit, accounts=(account,), warnings=(f"warned of {int(account) % 3}",)),
        score=score(counts),
        coverage=coverage(counts),
        accounts=tallies(counts, lambda each: each.account),
        services=tallies(counts, lambda each: each.service),
        severities=tallies(counts, lambda each: each.severity.value),
        checks=CHECKS,
        gaps=gaps,
    )


def random_reports(random, accounts, day=0):
    """Return reports by account, in which accounts also see one another's resources."""
    ids = [f"{number:012}" for number in range(1, accounts + 1)]
    found = {}
    for account in ids:
        owners = [*[account] * 4, random.choice(ids), ACCOUNT]
        arns = {
            f"arn:aws:ec2:eu-west-1:{random.choice(owners)}:subnet/{random.randrange(4)}"
            for _ in range(random.randrange(7))
        }
        findings = [
            verdict(check, random.choice(list(Status)), account, arn)
            for arn in sorted(arns)
            for check in CHECKS
            if random.random() < 0.8
        ]
        states = [exception(random.choice(["EXPIRED", "IN_FORCE", "UNUSED"]), random.randrange(9)) for _ in range(2)]
        found[account] = account_report(account, findings, day, exceptions=states, partial=random.random() < 0.1)
    return found


class Organization:
    """Accounts whose audits end as they are told to."""

    def __init__(self):
        self.shelf = Shelf()
        self.reports = {}
        self.histories = {}

    def audited(self, day, reports, failures=()):
        """Return a run in which all accounts are audited, or failed to be."""
        run = FleetRun(self.shelf, "audits", f"run-{day}", BEGINNING + timedelta(days=day))
        accounts = sorted({*reports, *failures})
        run.write(ACCOUNTS, [Item(each, "", {"role_arn": f"arn:aws:iam::{each}:role/a"}) for each in accounts])
        run.write(WARNINGS, ["account 444444444444 is SUSPENDED: not audited"])
        for each in failures:
            run.fail(Failed(run=run.name, at=run.at, account=each, failure=REFUSED))
        for account, found in reports.items():
            self._keep(run, account, found)
        return run

    def finish(self, run, summary):
        """Make a run the latest, as the handler does."""
        left = f"{run.place.base}report.html", "", {**summary, "at": f"{run.at}"}
        run.store().finish(run.name, RunRecord(run.name, run.at, *left))

    def _keep(self, run, account, found):
        store = run.store(account)
        before, history = self.reports.get(account), self.histories.get(account, History()).after(found)
        self.reports[account], self.histories[account] = found, history
        place = store.run(run.name, run.at)
        left = [place.write("report.json", json_report.render(found).encode()), ""]
        told = place.write("news.json", encoded(Told.of(news(before, found, history))))
        store.finish(run.name, RunRecord(run.name, run.at, *left, {}, len(found.findings), told))
