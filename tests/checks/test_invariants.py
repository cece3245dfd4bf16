"""What holds of every built-in check and framework."""

import inspect
import re
from functools import cache

import botocore.session
import pytest
from botocore import xform_name
from test_cases import CASES

from auditor import registry
from auditor.facts import Asked, Joined
from auditor.frameworks import read
from auditor.plan import Plan
from auditor.readonly import AWAITED, reads_configuration
from auditor.resource import Resource
from auditor.severity import Status
from auditor.testing import fake, refused, verdict

CHECKS = list(registry.load().checks.values())
FRAMEWORKS = read(registry.framework_files())
STEPS = list(Plan(CHECKS).steps())

each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
each_step = pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.request.name}-{step.per}")
each_framework = pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda framework: framework.id)


def test_there_are_checks_of_the_main_services():
    assert {check.service for check in CHECKS} >= {"cloudtrail", "ec2", "iam", "rds", "s3"}


@each_check
@pytest.mark.parametrize("status", [Status.PASS, Status.FAIL, Status.UNKNOWN])
def test_every_check_has_cases_of_each_verdict(check, status):
    assert any(case.check is check and case.expected is status for case in CASES)


@each_check
def test_metadata(check):
    assert check.id.startswith(f"{check.service}-")
    assert check.title[0].isupper()
    assert not check.title.endswith(".")
    assert len(check.title) <= 100
    assert len(check.rationale) >= 40
    assert check.references
    assert all(re.fullmatch(r"https://docs\.aws\.amazon\.com/\S+", each) for each in check.references)
    assert check.fix.text or check.fix.cli
    assert check.resource.aws_type.startswith("AWS::")


@each_check
def test_a_blind_check_answers_unknown(check):
    """All facts refused: never a pass, and a region whose listing is refused is told."""
    facts = {name: refused() for name in check.resource.facts()}
    subject = fake(check.resource, **facts)
    finding = verdict(check, subject, unlisted=[each for each in check.types if each.listing])
    assert finding.status is Status.UNKNOWN
    assert finding.unseen.remedy


@each_check
def test_every_parameter_has_a_default_that_toml_can_set(check):
    for value in check.parameters.values():
        assert isinstance(value, (bool, int, float, str, tuple))


@cache
def session():
    return botocore.session.get_session()


@cache
def model(service):
    return session().get_service_model(service)


@each_step
def test_every_operation_exists_reads_and_takes_the_parameters(step):
    request = step.request
    operation = model(request.service).operation_model(request.operation)
    assert reads_configuration(request.service, request.operation)
    members = operation.input_shape.members if operation.input_shape else {}
    assert set(request.parameters) <= set(members)
    assert re.fullmatch(r"[a-z0-9-]+:[A-Z]\w+", request.permission)


@each_step
def test_every_operation_that_has_pages_is_paged(step):
    """A reply with a token that no paginator follows would lose rows."""
    operation = model(step.request.service).operation_model(step.request.operation)
    tokens = {"NextToken", "nextToken", "Marker", "NextMarker", "ContinuationToken"}
    # A page without a way to the next is refused as malformed; one of this report holds a thousand services.
    if tokens & set(operation.output_shape.members) and (step.request.service, step.request.operation) not in AWAITED:
        client = session().create_client(
            step.request.service, "us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        by_hand = "NextToken" in operation.input_shape.members and "NextToken" in operation.output_shape.members
        assert by_hand or client.can_paginate(xform_name(step.request.operation))


@pytest.mark.parametrize(
    "fact", [each for each in Plan(CHECKS).facts if isinstance(each, Asked) and each.told], ids=repr
)
def test_what_facts_tell_a_call_is_what_it_takes(fact):
    shape = model(fact.request.service).operation_model(fact.request.operation).input_shape
    assert set(fact.told) <= set(shape.members)
    assert {each.owner for each in fact.told.values()} == {fact.owner}


def paths():
    """Yield every path that a fact or a listing selects of a reply, with the request that supplies the reply."""
    for resource_type in Plan(CHECKS).types:
        if resource_type.listing:
            yield resource_type.listing.request, resource_type.listing.rows
        for fact in resource_type.facts().values():
            if isinstance(fact, Asked) and fact.path:
                yield fact.request, fact.path
            if isinstance(fact, Joined):
                yield fact.request, fact.rows


@pytest.mark.parametrize(("request_", "path"), list(paths()), ids=lambda each: getattr(each, "name", each))
def test_every_path_begins_with_a_member_of_the_reply(request_, path):
    shape = model(request_.service).operation_model(request_.operation).output_shape
    for name in re.match(r"(\w+)(?:\[.*?\])?(?:\.(\w+))?", path).groups():
        if name is None:
            return
        shape = shape.member if shape.type_name == "list" else shape
        if shape.type_name == "map":
            return
        assert name in shape.members
        shape = shape.members[name]


def test_every_fact_of_a_listed_type_is_read_by_a_check():
    """What no check reads need not be declared."""
    planned = set(Plan(CHECKS).facts)
    for resource_type in Plan(CHECKS).types:
        assert {name for name, fact in resource_type.facts().items() if fact not in planned} == set()


@each_framework
def test_frameworks_name_checks_there_are(framework):
    assert framework.checks <= {check.id for check in CHECKS}
    assert framework.source
    assert all(control.title for control in framework.controls)


def test_every_check_stands_in_a_framework():
    mapped = frozenset().union(*(framework.checks for framework in FRAMEWORKS))
    assert {check.id for check in CHECKS} - mapped == set()


def test_every_resource_class_says_what_it_is():
    for resource_type in Plan(CHECKS).types:
        assert inspect.getdoc(resource_type) != inspect.getdoc(Resource)
