"""An emulator, emptied for each test, and the built function."""

import subprocess
import sys
import urllib.request
import zipfile

import botocore.session
import pytest
from emulator import emulator
from pages import ROOT
from scheduled import tools

from auditor import demo


@pytest.fixture(scope="module")
def server():
    """Yield the URL of an emulator, one for each module."""
    with demo.environment(), emulator() as url:
        yield url


@pytest.fixture
def aws(server):
    """Return what makes clients of the emulator, emptied."""
    urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/reset", method="POST")).close()

    def client(service, region="eu-west-1"):
        return botocore.session.Session().create_client(service, region, endpoint_url=server)

    return client


def build(folder, architecture):
    """Build the zip of an architecture into a folder, with nothing of the tests' environment."""
    script = [sys.executable, str(ROOT / "deploy/lambda/build.py"), "--architecture", architecture]
    command = [*script, "--python", tools.interpreter(), "--output", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / f"auditor-lambda-{architecture}.zip"


@pytest.fixture(scope="session")
def lambda_zip(tmp_path_factory):
    """Return the path of the function's zip for this machine, built once."""
    return build(tmp_path_factory.mktemp("lambda"), "x86_64")


@pytest.fixture(scope="session")
def task(lambda_zip, tmp_path_factory):
    """Return a folder with what is in the zip."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(lambda_zip) as archive:
        archive.extractall(folder)
    return folder
