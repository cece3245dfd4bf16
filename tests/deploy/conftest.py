"""What judges the files: programs of others, and the auditor's own checks of roles."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auditor import registry
from auditor.policy import parse
from auditor.testing import fake, verdict
from checks.iam.resources import Role
from checks.organizations.resources import OrganizationsAccount


@pytest.fixture
def tool():
    """Return a function that runs a program; the test is skipped where it is not installed."""

    def run(name, *arguments):
        path = shutil.which(name, path=Path(sys.executable).parent) or shutil.which(name)
        if not path:
            pytest.skip(f"{name} is not installed")
        return subprocess.run([path, *arguments], capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def judged():
    """Return a function from a trust policy to what each check that reads one says of a role with it, by check."""
    checks = [each for each in registry.load().checks.values() if each.resource is Role]
    checks = [each for each in checks if Role.trust_policy in each.reads]

    def judge(document):
        role = fake(Role, "arn:aws:iam::111122223333:role/auditor", trust_policy=parse(document))
        alone = fake(OrganizationsAccount, organization=None)
        findings = {each.id: verdict(each, role, alone) for each in checks}
        return {name: finding.status for name, finding in findings.items() if finding}

    return judge
