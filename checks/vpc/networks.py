"""VPCs: whether their traffic is logged, whether the default ones are idle, and how they reach AWS's services."""

from __future__ import annotations

from typing import Final, NamedTuple

from auditor import Check, Fix, Inventory, Problem, Problems, Severity, check
from auditor.facts import either
from checks.vpc.links import GATEWAY, GONE, INTERFACE, Endpoint, FlowLog
from checks.vpc.pages import CONTROLS, PRIVATELINK, USER_GUIDE
from checks.vpc.resources import NetworkInterface, RegionNetwork, Vpc, is_own


@check(
    "ec2-vpc-flow-logged",
    Severity.MEDIUM,
    reads=[Vpc.owner, FlowLog.watched, FlowLog.status, FlowLog.traffic, FlowLog.delivery],
    references=[f"{USER_GUIDE}/flow-logs.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 create-flow-logs --region {resource.region} --resource-type VPC --resource-ids {resource.id} "
        "--traffic-type REJECT --log-destination-type s3 --log-destination LOG_BUCKET_ARN",
        terraform='resource "aws_flow_log" "vpc" {\n  vpc_id               = aws_vpc.main.id\n'
        '  traffic_type         = "REJECT"\n  log_destination_type = "s3"\n'
        "  log_destination      = aws_s3_bucket.logs.arn\n}",
        cloudformation="VpcFlowLog:\n  Type: AWS::EC2::FlowLog\n  Properties:\n    ResourceType: VPC\n"
        "    ResourceId: !Ref Vpc\n    TrafficType: REJECT\n    LogDestinationType: s3\n"
        "    LogDestination: !GetAtt LogBucket.Arn",
        cost=True,
    ),
    applies=is_own,
)
def vpc_flow_logged(vpc: Vpc, inventory: Inventory) -> Problems:
    """A flow log of the VPC records rejected traffic.

    Without one nobody can tell afterwards who probed the network and what left it. Logs of single subnets or network
    interfaces leave the rest of the VPC unseen, and a log that is not delivered keeps nothing.
    """
    logs: list[FlowLog] = inventory.related(FlowLog.watched, vpc.id, vpc.region)
    if not either(*(lambda log=log: _keeps_rejected(log) for log in logs)):
        states = [
            {"id": log.id, "status": log.status, "traffic": log.traffic, "delivery": log.delivery} for log in logs
        ]
        words = "no flow log of the VPC records" if logs else "the VPC has no flow log, which would record"
        yield Problem(f"{words} rejected traffic", found=states, expected="an active one of REJECT or ALL traffic")


def _keeps_rejected(log: FlowLog) -> bool:
    return log.status == "ACTIVE" and log.traffic in {"REJECT", "ALL"} and log.delivery != "FAILED"


@check(
    "ec2-flow-log-delivered",
    Severity.MEDIUM,
    reads=[FlowLog.watched, FlowLog.delivery, FlowLog.delivery_error],
    references=[f"{USER_GUIDE}/flow-logs-troubleshooting.html"],
    fix=Fix(text="Access error: let the log's role, or the bucket's policy, admit the delivery; the log then resumes."),
)
def flow_log_delivered(log: FlowLog) -> Problems:
    """The flow log is delivered.

    A log that AWS cannot deliver looks as if the network were watched, and keeps nothing.
    """
    if log.delivery == "FAILED":
        error = log.delivery_error or "no reason given"
        yield Problem(f"the flow log of {log.watched} is not delivered: {error}", found=error, expected="SUCCESS")


@check(
    "ec2-region-default-vpc-absent",
    Severity.LOW,
    reads=[Vpc.is_default],
    references=[f"{USER_GUIDE}/default-vpc.html", f"{USER_GUIDE}/work-with-default-vpc.html"],
    fix=Fix(
        text="Delete it in the console, which deletes its subnets and its internet gateway too. It can be made again "
        "at any time with create-default-vpc."
    ),
)
def region_default_vpc_absent(region: RegionNetwork, inventory: Inventory) -> Problems:
    """The region has no default VPC.

    Every subnet of a default VPC leads to the internet and hands out public addresses: what is started there without
    a choice of network is reachable from outside.
    """
    for vpc in inventory.related(Vpc.is_default, value=True, region=region.id):
        yield Problem(f"{vpc.id} is the default VPC of {region.id}", found=vpc.id, expected="no default VPC")


@check(
    "ec2-default-vpc-unused",
    Severity.LOW,
    reads=[Vpc.is_default, NetworkInterface.vpc],
    references=[f"{USER_GUIDE}/default-vpc.html"],
    fix=Fix(text="Move what works in the default VPC to a VPC with private subnets.", replacement=True),
    applies=lambda vpc: vpc.is_default,
)
def default_vpc_unused(vpc: Vpc, inventory: Inventory) -> Problems:
    """Nothing works in the default VPC.

    All of its subnets are public: whatever works there has one wall less than it would have in a private subnet.
    """
    interfaces = inventory.related(NetworkInterface.vpc, vpc.id, vpc.region)
    if interfaces:
        ids = [each.id for each in interfaces]
        yield Problem(f"the default VPC has {len(ids)} network interfaces", found=ids, expected="none")


class Way(NamedTuple):
    """A private way to a service that VPCs should have: its place in an id, the service, and the kinds that will do."""

    id: str
    service: str
    name: str
    severity: Severity
    kinds: tuple[str, ...] = (INTERFACE,)

    @property
    def fix(self) -> Fix:
        """How to make the endpoint of the first kind; gateway endpoints are free."""
        gateway = self.kinds[0] == GATEWAY
        place = "--route-table-ids ROUTE_TABLE_IDS" if gateway else "--subnet-ids SUBNET_IDS --private-dns-enabled"
        where = (
            "route_table_ids   = [aws_route_table.private.id]" if gateway else "subnet_ids        = [aws_subnet.a.id]"
        )
        return Fix(
            cli="aws ec2 create-vpc-endpoint --region {resource.region} --vpc-id {resource.id} "
            f"--vpc-endpoint-type {self.kinds[0]} --service-name com.amazonaws.{{resource.region}}.{self.service} "
            f"{place}",
            terraform=f'resource "aws_vpc_endpoint" "{self.id}" {{\n  vpc_id            = aws_vpc.main.id\n'
            f'  vpc_endpoint_type = "{self.kinds[0]}"\n'
            f'  service_name      = "com.amazonaws.${{data.aws_region.current.region}}.{self.service}"\n  {where}\n}}',
            text="Not every service offers endpoints in every region, and in China the names of some begin with "
            "cn.com.amazonaws: describe-vpc-endpoint-services lists them.",
            cost=not gateway,
        )


WAYS: Final = (
    Way("s3", "s3", "Amazon S3", Severity.LOW, (GATEWAY, INTERFACE)),
    Way("dynamodb", "dynamodb", "DynamoDB", Severity.LOW, (GATEWAY, INTERFACE)),
    Way("ec2", "ec2", "the EC2 API", Severity.MEDIUM),
    Way("ecr-api", "ecr.api", "the ECR API", Severity.MEDIUM),
    Way("ecr-docker", "ecr.dkr", "ECR's Docker registry", Severity.MEDIUM),
    Way("ssm", "ssm", "Systems Manager", Severity.MEDIUM),
    Way("ssm-contacts", "ssm-contacts", "Systems Manager Incident Manager Contacts", Severity.MEDIUM),
    Way("ssm-incidents", "ssm-incidents", "Systems Manager Incident Manager", Severity.MEDIUM),
)


def _has_endpoint(way: Way) -> Check:
    """Return the check that VPCs reach a service through an endpoint of their own."""

    def has_endpoint(vpc: Vpc, inventory: Inventory) -> Problems:
        ends = ((vpc.id, kind, way.service) for kind in way.kinds)
        if not any(inventory.related(Endpoint.serves, end, vpc.region) for end in ends):
            kinds = " or ".join(way.kinds).lower()
            yield Problem(
                f"the VPC has no available {kinds} endpoint for {way.service}", expected=f"an endpoint for {way.name}"
            )

    has_endpoint.__doc__ = (
        f"The VPC reaches {way.name} through an endpoint.\n\nTraffic to AWS then stays on AWS's network: it needs "
        "neither a public address nor a way to the internet, and a policy on the endpoint can say what may be done "
        "through it. As in AWS's own controls every VPC needs one, whatever works in it and whichever other VPC it "
        "could borrow one from."
    )
    return check(
        f"ec2-vpc-{way.id}-endpoint",
        way.severity,
        reads=[Vpc.owner, Endpoint.serves],
        references=[
            f"{PRIVATELINK}/{'gateway-endpoints' if GATEWAY in way.kinds else 'create-interface-endpoint'}.html"
        ]
        + ([] if GATEWAY in way.kinds else [CONTROLS]),
        fix=way.fix,
        applies=is_own,
    )(has_endpoint)


ENDPOINT_CHECKS: Final = [_has_endpoint(way) for way in WAYS]


def _reaches_aws(endpoint: Endpoint) -> bool:
    """Return whether an endpoint is there, and leads to a service of AWS."""
    there = endpoint.state.lower() not in GONE and endpoint.kind in {GATEWAY, INTERFACE}
    return there and ".vpce." not in endpoint.service_name


@check(
    "ec2-endpoint-policy-restricted",
    Severity.LOW,
    reads=[Endpoint.vpc, Endpoint.kind, Endpoint.state, Endpoint.service_name, Endpoint.policy],
    references=[f"{PRIVATELINK}/vpc-endpoints-access.html"],
    fix=Fix(
        cli="aws ec2 modify-vpc-endpoint --region {resource.region} --vpc-endpoint-id {resource.id} "
        "--policy-document file://POLICY.json",
        text="Name your own accounts (aws:PrincipalOrgID, aws:ResourceOrgID) and the actions that are used. What the "
        "policy leaves out stops, reading AWS's own buckets of packages and images included.",
    ),
    applies=_reaches_aws,
)
def endpoint_policy_restricted(endpoint: Endpoint) -> Problems:
    """The policy of the VPC endpoint says who may do what through it.

    AWS gives a new endpoint a policy that allows everything: data can then be carried through it into anybody's
    account, with anybody's credentials. The rule tries a stranger's call about something of the stranger's own: where
    neither a principal, nor an action, nor a resource, nor a condition stops it, the policy stops nobody.
    """
    from checks.access.passage import lets_strangers_through

    service = endpoint.service_name.rpartition(".")[2]
    number = endpoint.policy and lets_strangers_through(endpoint.policy, service, endpoint.vpc, endpoint.id)
    if endpoint.policy and number:
        yield Problem(
            f"statement {number} of the policy allows everybody everything",
            found=endpoint.policy.statements[number - 1],
            expected="named principals, actions or resources",
        )
