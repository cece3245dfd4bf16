"""What counts as one's own: accounts, organizations and networks; and what organizations forbid."""

import pytest
from reaching import BUCKET, EXTERNAL, INTERNAL, OTHER, OWN, PUBLIC, SERVICE_ONLY, UNKNOWN, allow, deny, reached

from auditor.policy import compiled, parse, reach


def test_whose_own_is_no_outsider():
    statements = (
        allow({"AWS": OTHER}),
        allow(condition={"StringEquals": {"aws:PrincipalOrgID": "o-acme"}}),
    )
    assert reached(*statements, own_accounts={OTHER}, own_organizations={"o-acme"}).extent is INTERNAL
    assert reached(*statements, own_accounts={OTHER}).organizations == {"o-acme"}


@pytest.mark.parametrize(
    ("condition", "networks", "extent"),
    [
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, ["vpce-1"], INTERNAL),
        ({"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}}, ["vpce-1"], UNKNOWN),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, ["vpc-1", "203.0.113.0/24"], INTERNAL),
        ({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}, ["vpc-1"], PUBLIC),
        ({"StringLike": {"aws:SourceVpc": "vpc-*"}}, ["vpc-1"], PUBLIC),
        ({"ArnEquals": {"aws:SourceVpcArn": f"arn:aws:ec2:eu-west-1:{OTHER}:vpc/vpc-1"}}, ["vpc-1"], INTERNAL),
        ({"ArnEquals": {"aws:SourceVpcArn": f"arn:aws:ec2:eu-west-1:{OTHER}:vpc/vpc-1"}}, [], EXTERNAL),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/25"}}, ["203.0.113.0/24"], INTERNAL),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/23"}}, ["203.0.113.0/24"], UNKNOWN),
        ({"IpAddress": {"aws:SourceIp": "2001:db8::/48"}}, ["203.0.113.0/24", "2001:db8::/32"], INTERNAL),
        ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, ["203.0.113.0/24"], PUBLIC),
        ({"IpAddress": {"aws:SourceIp": "nowhere"}}, ["203.0.113.0/24"], UNKNOWN),
    ],
)
def test_own_networks(condition, networks, extent):
    assert reached(allow(condition=condition), own_networks=networks).extent is extent


def test_own_networks_that_denies_leave():
    beyond = {
        "NotIpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"},
        "StringNotEquals": {"aws:SourceVpce": "vpce-1"},
    }
    own = ["203.0.113.0/24", "vpce-1"]
    assert reached(allow(), deny(beyond), own_networks=own).extent is INTERNAL
    assert reached(allow(), deny(beyond), own_networks=["vpce-1"]).extent is UNKNOWN
    assert reached(allow({"AWS": OTHER}), deny(beyond), own_networks=own).accounts == {OTHER}
    with pytest.raises(ValueError, match="nowhere"):
        reached(allow(), own_networks=["nowhere"])


PERIMETER = {
    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-acme"},
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}


def test_resource_control_policies_are_subtracted_where_aws_applies_them():
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html."""
    control = compiled(parse({"Version": "2012-10-17", "Statement": deny(PERIMETER, Action="*")}))
    document = parse({"Version": "2012-10-17", "Statement": allow(Action="*", Resource="*")})
    found = reach(document, OWN, BUCKET, rcps=[[control]])
    assert found.extent is EXTERNAL
    assert found.organizations == {"o-acme"}
    assert reach(document, OWN, BUCKET, rcps=[[control]], own_organizations={"o-acme"}).extent is SERVICE_ONLY
    assert reach(document, OWN, f"arn:aws:iam::{OWN}:role/r", rcps=[[control]]).extent is EXTERNAL
    topic = f"arn:aws:sns:eu-west-1:{OWN}:t"
    assert reach(document, OWN, topic, rcps=[[control]]).extent is PUBLIC


@pytest.mark.parametrize(
    ("tags", "extent"),
    [(None, PUBLIC), ({}, EXTERNAL), ({"Perimeter": "out"}, PUBLIC), ({"perimeter": "in", "other": "out"}, EXTERNAL)],
    ids=["not known", "none", "exempt", "other"],
)
def test_tags_of_the_resource_exempt_only_where_it_has_them(tags, extent):
    exempting = PERIMETER["StringNotEqualsIfExists"] | {"aws:ResourceTag/perimeter": "out"}
    denial = deny(PERIMETER | {"StringNotEqualsIfExists": exempting}, Action="*")
    control = compiled(parse({"Version": "2012-10-17", "Statement": denial}))
    document = parse({"Version": "2012-10-17", "Statement": allow()})
    assert reach(document, OWN, BUCKET, rcps=[[control]], tags=tags).extent is extent


def test_who_may_be_let_in_without_a_request_that_shows_it_is_told_apart():
    control = compiled(parse({"Version": "2012-10-17", "Statement": deny(PERIMETER, Action="*")}))
    canonical = parse({"Statement": [allow({"CanonicalUser": "1" * 64}), allow({"AWS": OTHER})]})
    found = reach(canonical, OWN, BUCKET, rcps=[[control]])
    assert (found.extent, found.undecided) == (EXTERNAL, True)
    assert not reach(canonical, OWN, BUCKET).undecided


def test_the_organization_of_the_resource():
    together = allow(condition={"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}})
    assert reached(together).organizations == {"${aws:ResourceOrgID}"}
    assert reached(together, own_organizations={"o-acme"}).extent is INTERNAL
    both = allow(condition={"StringEquals": {"aws:ResourceOrgID": "o-acme"}})
    assert reached(both).extent is PUBLIC
    assert reached(both, own_organizations={"o-kin"}).extent is INTERNAL
