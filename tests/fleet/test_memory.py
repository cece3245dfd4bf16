"""Joining groups takes no more memory for more findings, and merging a group none for more accounts."""

from pathlib import Path

import pytest
from fleet.organizations import ACCOUNT, CHECKS, account_report, verdict

from auditor.audit import Audit
from auditor.registry import load
from auditor.scheduled.fleet_merge import merge_group
from auditor.severity import Status
from benchmarks.fleet import members
from benchmarks.measure import run
from benchmarks.merging import fill, run_in
from reports import json as json_report

GROUPS, ACCOUNTS = 6, 2
CODE = """
import sys
from auditor.scheduled import fleet_merge
from benchmarks.merging import main
fleet_merge.MOST_IN_HTML = 0
main(sys.argv[1:])
"""


def report(findings):
    """Return the report of an account with so many failures."""
    arns = (f"arn:aws:ec2:eu-west-1:{ACCOUNT}:subnet/{number}" for number in range(findings))
    return json_report.render(
        account_report(ACCOUNT, [verdict(CHECKS[0], Status.FAIL, ACCOUNT, arn) for arn in arns])
    ).encode()


def peak(folder, *step):
    cost = run(["-c", CODE, "step", str(folder), *step])
    assert cost.exit_code == 0
    return cost.peak


@pytest.fixture(scope="module")
def audit():
    return Audit((load().checks["s3-bucket-versioned"],))


def test_joining_takes_no_more_memory_for_more_findings(tmp_path, audit):
    peaks = []
    for findings in (10, 5_000):
        folder = tmp_path / str(findings)
        ids = members(GROUPS * ACCOUNTS)
        groups = [ids[number::GROUPS] for number in range(GROUPS)]
        fill(folder, report(findings), groups, whole=True)
        for number in range(GROUPS):
            merge_group(run_in(folder), audit, f"g{number}")
        peaks.append(peak(folder))
        joined = sum(each.stat().st_size for each in Path(folder).rglob("organization/2026-01-31/run/*.gz"))
        assert joined > findings
    # All of the 60,000 findings decoded take more than 100 MiB.
    assert peaks[1] < peaks[0] + 15, peaks


def test_merging_a_group_takes_the_memory_of_one_account(tmp_path):
    ids = members(18)
    fill(tmp_path, report(2_000), [ids[:6], ids[6:]], whole=True)
    few, many = peak(tmp_path, "g0"), peak(tmp_path, "g1")
    assert many < few + 10, (few, many)
