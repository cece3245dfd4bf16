"""What boto3 makes of the endpoint's replies: the account's very values, whatever the protocol, page and transport."""

from __future__ import annotations

import csv
import io
import json
import ssl
import time
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError, SSLError
from botocore.validate import ParamValidator

from benchmarks import accounts, models
from benchmarks.account import ANY, Account, AwsError
from benchmarks.endpoint import serve

ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def served():
    with serve(accounts.account(buckets=40, security_groups=60, instances=30, users=30, regions=3)) as endpoint:
        yield endpoint


def replies(account):
    """Yield every reply of an account: service, operation, region, parameters by name, reply."""
    for (service, operation), by_names in account._replies.items():
        for names, by_key in by_names.items():
            for key, reply in by_key.items():
                region, *values = json.loads(key) if names else [key]
                yield service, operation, region, dict(zip(names, values, strict=True)), reply


@pytest.mark.parametrize(
    "make", [accounts.account, accounts.empty, lambda **how: accounts.account(hostile=True, **how)]
)
def test_every_reply_of_a_sample_account_fits_the_service_s_own_model(make):
    for service, operation, _, parameters, reply in replies(make(regions=4)):
        described = models.model(service).operation_model(operation)
        if not isinstance(reply, AwsError):
            assert ParamValidator().validate(reply, described.output_shape).generate_report() == "", (operation, reply)
        assert set(parameters) <= set(described.input_shape.members if described.input_shape else ())


def test_a_client_gets_the_very_values_the_account_holds(connect):
    account = accounts.account(buckets=4, security_groups=8, instances=4, users=6, roles=3, regions=2, page_size=1000)
    with serve(account) as endpoint:
        clients = {}
        for service, operation, region, parameters, reply in replies(account):
            place = "us-east-1" if region == ANY else region
            if (service, place) not in clients:
                clients[service, place] = connect(endpoint, service, place)
            call = getattr(clients[service, place], method_of(clients[service, place], operation))
            required = required_by(service, operation)
            if isinstance(reply, AwsError):
                if parameters:
                    with pytest.raises(ClientError) as caught:
                        call(**required | parameters)
                    assert caught.value.response["Error"]["Code"] == reply.code
            else:
                answered = call(**required | parameters)
                answered.pop("ResponseMetadata")
                assert as_json(answered) == as_json(reply), operation
        assert not endpoint.summary().unknown


def required_by(service, operation):
    """Return what a client must tell, with values that the account knows nothing of."""
    shape = models.model(service).operation_model(operation).input_shape
    values = {"AccountId": ACCOUNT, "Bucket": "none-such"}
    return {
        name: values.get(name, "none-such-0000-4000-8000-000000000000")
        for name in getattr(shape, "required_members", ())
    }


def method_of(client, operation):
    return {name: method for method, name in client.meta.method_to_api_mapping.items()}[operation]


def as_json(value):
    """Return a reply as boto3 gives it: IAM documents decoded, empty lists and absent members as equals."""
    if isinstance(value, dict):
        kept = {name: as_json(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each not in ([], {}, None, "")}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    if isinstance(value, str) and value.startswith("%7B"):
        return json.loads(urllib.request.unquote(value))
    return value.decode() if isinstance(value, bytes) else value


def test_a_listing_is_paged_by_what_the_client_asks_for(served, connect):
    ec2 = connect(served, "ec2")
    pages = list(ec2.get_paginator("describe_security_groups").paginate(PaginationConfig={"PageSize": 7}))
    assert [len(page["SecurityGroups"]) for page in pages] == [7, 7, 6]
    assert len({group["GroupId"] for page in pages for group in page["SecurityGroups"]}) == 20
    iam = connect(served, "iam")
    whole = iam.get_paginator("get_account_authorization_details").paginate(MaxItems=9).build_full_result()
    assert (len(whole["UserDetailList"]), len(whole["RoleDetailList"])) == (30, 60)


def test_the_account_limits_the_page_too(connect):
    with serve(accounts.account(buckets=25, page_size=10, regions=1)) as endpoint:
        pages = list(connect(endpoint, "s3").get_paginator("list_buckets").paginate())
        assert [len(page["Buckets"]) for page in pages] == [10, 10, 5]
        assert connect(endpoint, "ec2").describe_regions()["Regions"]


def test_a_page_holds_ten_thousand_items(connect):
    with serve(accounts.account(security_groups=10_000, page_size=10_000, regions=1)) as endpoint:
        assert len(connect(endpoint, "ec2").describe_security_groups()["SecurityGroups"]) == 10_000


def test_trails_of_other_regions_are_shadows(served, connect):
    near = connect(served, "cloudtrail", "us-west-1")
    everywhere = near.describe_trails()["trailList"]
    assert {trail["HomeRegion"] for trail in everywhere} > {"us-west-1"}
    assert all(trail["IsMultiRegionTrail"] or trail["HomeRegion"] == "us-west-1" for trail in everywhere)
    assert near.describe_trails(includeShadowTrails=False)["trailList"] == [
        trail for trail in everywhere if trail["HomeRegion"] == "us-west-1"
    ]


def test_the_credential_report_is_aws_s(served, connect):
    iam = connect(served, "iam")
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    rows = list(csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode())))
    assert rows[0]["user"] == "<root_account>"
    assert [row["user"] for row in rows[1:3]] == ["user-0000", "user-0001"]
    assert len(rows[0]) == 23


@pytest.mark.parametrize(
    ("service", "method", "arguments", "code", "status", "said"),
    [
        ("ec2", "describe_key_pairs", {}, "UnauthorizedOperation", 403, "perform: ec2:DescribeKeyPairs because"),
        ("iam", "list_roles", {}, "AccessDenied", 403, "perform: iam:ListRoles on resource: arn:aws:iam::"),
        ("s3", "get_bucket_cors", {"Bucket": "abc"}, "AccessDenied", 403, 'resource: "arn:aws:s3:::abc" because'),
        ("cloudtrail", "list_trails", {}, "AccessDeniedException", 400, "perform: cloudtrail:ListTrails"),
        ("lambda", "list_layers", {}, "AccessDeniedException", 403, "perform: lambda:ListLayers"),
        ("elbv2", "describe_load_balancers", {}, "AccessDenied", 403, "elbv2:DescribeLoadBalancers"),
        ("kms", "list_retirable_grants", {"RetiringPrincipal": "x"}, "AccessDeniedException", 400, "kms:ListRetirable"),
    ],
)
def test_what_the_account_does_not_know_is_refused_as_the_service_refuses(
    served, connect, service, method, arguments, code, status, said
):
    with pytest.raises(ClientError) as caught:
        getattr(connect(served, service), method)(**arguments)
    response = caught.value.response
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert said in response["Error"]["Message"]
    assert served.summary().unknown[f"{service}:{caught.value.operation_name}"]


def test_a_blind_account_refuses_everything_but(connect):
    account = accounts.account(buckets=1, regions=1).refuse(all_but={("sts", "GetCallerIdentity")})
    with serve(account) as endpoint:
        assert connect(endpoint, "sts").get_caller_identity()["Account"] == ACCOUNT
        with pytest.raises(ClientError, match="s3:ListAllMyBuckets"):
            connect(endpoint, "s3").list_buckets()
        assert not endpoint.summary().unknown


def test_requests_are_told_apart_and_counted(connect):
    with serve(accounts.account(buckets=2, regions=2)) as endpoint:
        s3 = connect(endpoint, "s3", "us-east-2")
        name = s3.list_buckets()["Buckets"][1]["Name"]
        s3.get_bucket_acl(Bucket=name)
        s3.get_bucket_acl(Bucket=name)
        asked = endpoint.requests()
        assert [(each.operation, each.region, each.parameters) for each in asked] == [
            ("ListBuckets", "us-east-2", {}),
            *[("GetBucketAcl", "us-east-2", {"Bucket": name})] * 2,
        ]
        summary = endpoint.summary()
        assert (summary.total, summary.distinct, summary.connections) == (3, 2, 1)
        assert summary.counts == {"s3:ListBuckets": 1, "s3:GetBucketAcl": 2}
        endpoint.reset()
        assert endpoint.summary().total == 0


def test_parameters_are_decoded_as_the_client_meant_them(served, connect):
    served.reset()
    filters = [{"Name": "vpc-id", "Values": ["vpc-1", "vpc-2"]}]
    connect(served, "ec2").describe_security_groups(Filters=filters, MaxResults=5, DryRun=False)
    by_rds = [{"Name": "engine", "Values": ["mysql"]}]
    connect(served, "rds").describe_db_instances(Filters=by_rds, MaxRecords=20)
    connect(served, "s3control").get_public_access_block(AccountId=ACCOUNT)
    connect(served, "macie2").list_automated_discovery_accounts(accountIds=[ACCOUNT])
    seen = {each.operation: each.parameters for each in served.requests()}
    assert seen["DescribeSecurityGroups"] == {"Filters": filters, "MaxResults": 5, "DryRun": False}
    assert seen["DescribeDBInstances"] == {"Filters": by_rds, "MaxRecords": 20}
    assert seen["GetPublicAccessBlock"] == {"AccountId": ACCOUNT}
    assert seen["ListAutomatedDiscoveryAccounts"] == {"accountIds": [ACCOUNT]}


def test_over_tls_only_those_who_trust_its_authority_are_served(connect):
    with serve(accounts.empty(regions=1), tls=True) as endpoint:
        assert endpoint.url.startswith("https://")
        assert connect(endpoint, "ec2").describe_regions()["Regions"]
        with pytest.raises(urllib.error.URLError) as caught:
            urllib.request.urlopen(endpoint.url, context=ssl.create_default_context())
        assert isinstance(caught.value.reason, ssl.SSLCertVerificationError)
        endpoint.ca_bundle = ""
        with pytest.raises(SSLError):
            connect(endpoint, "ec2").describe_regions()


def test_the_process_ends_with_the_context():
    with serve(accounts.empty(regions=1)) as endpoint:
        url = endpoint.url
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url)


def test_an_account_that_cannot_be_sent_is_an_error():
    class Local(Account):
        pass

    with pytest.raises((RuntimeError, AttributeError)), serve(Local(ACCOUNT, ["us-east-1"])):
        pass


def test_hostile_text_arrives_whole(connect):
    account = accounts.account(security_groups=40, trails=3, hostile=True, regions=1)
    with serve(account) as endpoint:
        groups = connect(endpoint, "ec2").describe_security_groups()["SecurityGroups"]
        texts = {group["GroupName"] for group in groups} | {group["Description"] for group in groups}
        assert any("<script>" in text for text in texts)
        assert any("\r\n" in text for text in texts)
        machines = connect(endpoint, "ec2").describe_instances()["Reservations"]
        assert max(len(tag["Value"]) for each in machines for tag in each["Instances"][0]["Tags"]) == 1_000_000
        trails = connect(endpoint, "cloudtrail").describe_trails()["trailList"]
        assert any("\x1b" in trail["Name"] for trail in trails)


def test_it_costs_less_to_answer_than_to_ask(connect):
    with serve(accounts.empty(regions=1)) as endpoint:
        ec2 = connect(endpoint, "ec2")
        ec2.describe_regions()
        endpoint.reset()
        before = time.process_time()
        for _ in range(200):
            ec2.describe_regions()
        assert endpoint.summary().cpu < time.process_time() - before
