"""The zip holds botocore's data on every service that the functions themselves call, whatever the checks ask."""

import json
import subprocess
import sys

import botocore.session
import pytest
from pages import ROOT
from scheduled.test_handler import Context

from auditor import aws_lambda
from auditor.scheduled import fleet

REGION = "eu-west-1"
STARTED = {"run": "run", "at": "2026-01-31T03:00:00.000Z"}


@pytest.fixture
def called(monkeypatch):
    """Return the services of which clients are made in the test, as they are."""
    names = set()
    create = botocore.session.Session.create_client

    def remember(session, service_name, *arguments, **options):
        names.add(service_name)
        return create(session, service_name, *arguments, **options)

    monkeypatch.setattr(botocore.session.Session, "create_client", remember)
    return names


@pytest.fixture
def settings(monkeypatch, server, aws):
    """Set the functions up in an organization's account."""
    aws("s3").create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    aws("organizations").create_organization(FeatureSet="ALL")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    given = {
        "ENDPOINT_URL": server,
        "BUCKET": "reports",
        "REGIONS": REGION,
        "CHECKS": "s3-bucket-versioned",
        "TOPIC": aws("sns").create_topic(Name="news")["TopicArn"],
        "EVENT_BUS": "default",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"AUDITOR_{name}", value)


def test_what_the_functions_call_is_what_the_zip_is_built_for(settings, called, aws):
    (item,) = _accounts(aws("s3"))
    assert aws_lambda.handler({"id": "run", "audit": item["audit"]}, Context())["coverage"] == 100
    fleet.failed({**STARTED, "account": item["account"], "failure": {"Error": "x"}}, Context())
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'deploy/lambda')!r}); import build; print(*build.OF_ITS_OWN)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert called == set(told.split())


def _accounts(s3):
    """Return the list of accounts that the first function writes."""
    key = fleet.accounts(STARTED, Context())["accounts"]
    return json.loads(s3.get_object(Bucket="reports", Key=key)["Body"].read())
