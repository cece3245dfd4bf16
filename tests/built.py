"""The distributions built from this tree, and empty virtual environments to install them in."""

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from pages import ROOT

NOT_SOURCE = shutil.ignore_patterns(
    ".git", ".venv*", ".*_cache", ".hypothesis", ".coverage*", "*.egg-info", "build", "dist", "__pycache__"
)


def run(*command, cwd, environment, expect=0):
    """Return what a command prints on both streams; it must exit as expected."""
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == expect, f"{command} exited {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def fresh_environment():
    """The environment variables of a user who has nothing of ours: no path, no options, no active environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AUDITOR_", "AWS_", "PYTHON"))}
    kept.pop("VIRTUAL_ENV", None)
    return {**kept, "PATH": f"{Path(sys.base_prefix, 'bin')}:{kept['PATH']}", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@pytest.fixture(scope="session")
def distributions(tmp_path_factory, fresh_environment):
    """The folder of the wheel and the source distribution, built once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    home = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (home / "building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "dist").exists():
            source = shutil.copytree(ROOT, home / "source", ignore=NOT_SOURCE)
            build = (sys.executable, "-m", "build", "--quiet", "--outdir", str(home / "made"))
            run(*build, cwd=source, environment=fresh_environment)
            (home / "made").rename(home / "dist")
    return home / "dist"


@pytest.fixture(scope="session")
def wheel(distributions):
    """The wheel's path."""
    (path,) = distributions.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def sdist(distributions):
    """The source distribution's path."""
    (path,) = distributions.glob("*.tar.gz")
    return path


def installed(distribution, folder, environment):
    """Return the programs' folder of an empty virtual environment with the distribution in it."""
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    run(programs / "pip", "install", "--quiet", distribution, cwd=folder, environment=environment)
    return programs
