"""What the facts of RDS make of replies that no emulator gives, and how many calls they cost."""

import json
from collections import Counter
from datetime import UTC, datetime

import botocore.session
import pytest
from universe import Answers, collected

from auditor import registry
from auditor.call import Reply
from auditor.replies import conforming
from auditor.targets import Target
from checks.rds.related import DBSnapshot
from checks.rds.resources import DBCluster, DBInstance

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
LATER = datetime(2061, 5, 25, 22, 34, 57, tzinfo=UTC)
TARGET = Target("123456789012", "aws", ("eu-west-1",), "eu-west-1", "arn:aws:iam::123456789012:user/auditor")
ARN = "arn:aws:rds:eu-west-1:123456789012"
MODEL = botocore.session.get_session().get_service_model("rds")


def instance(name, engine="postgres", version="16.4", group="shop", **more):
    return {
        "DBInstanceIdentifier": name,
        "DBInstanceArn": f"{ARN}:db:{name}",
        "Engine": engine,
        "EngineVersion": version,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "CertificateDetails": {"CAIdentifier": "rds-ca-rsa2048-g1", "ValidTill": LATER},
        "DBParameterGroups": [{"DBParameterGroupName": group, "ParameterApplyStatus": "in-sync"}],
        **more,
    }


def snapshot(name, kind="manual"):
    return {"DBSnapshotIdentifier": name, "DBSnapshotArn": f"{ARN}:snapshot:{name}", "SnapshotType": kind}


REPLIES = {
    "DescribeDBInstances": {
        "DBInstances": [
            instance("one"),
            instance("two"),
            instance("three", "oracle-ee", "19.0.0.0.ru-2024-01.rur-2024-01.r1", "oracles"),
            instance("four", "neptune", "1.3.2.1", "graphs"),
            instance("five", "aurora-mysql", "8.0.mysql_aurora.3.04.0", "auroras", DBClusterIdentifier="c"),
        ]
    },
    "DescribeDBClusters": {
        "DBClusters": [
            {
                "DBClusterIdentifier": "c",
                "DBClusterArn": f"{ARN}:cluster:c",
                "Engine": "aurora-mysql",
                "EngineVersion": "8.0.mysql_aurora.3.04.0",
                "DBClusterParameterGroup": "auroras",
                "DBClusterMembers": [{"DBInstanceIdentifier": "five", "DBClusterParameterGroupStatus": "in-sync"}],
            }
        ]
    },
    "DescribeDBSnapshots": {
        "DBSnapshots": [snapshot("mine"), snapshot("rds:one", "automated"), snapshot("b", "awsbackup")]
    },
    "DescribeDBSnapshotAttributes": {
        "DBSnapshotAttributesResult": {
            "DBSnapshotIdentifier": "mine",
            "DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": ["all"]}],
        }
    },
    "DescribeDBParameters": {"Parameters": [{"ParameterName": "rds.force_ssl", "ParameterValue": "1"}]},
    "DescribeDBClusterParameters": {
        "Parameters": [
            {"ParameterName": "require_secure_transport", "ParameterValue": "ON"},
            {"ParameterName": "server_audit_events"},
            {"ParameterName": "server_audit_logging", "ParameterValue": "1"},
        ]
    },
    "DescribeCertificates": {"Certificates": [{"CertificateIdentifier": "rds-ca-rsa2048-g1", "ValidTill": LATER}]},
    "DescribeDBEngineVersions": {"DBEngineVersions": [{"EngineVersion": "16.4", "Status": "available"}]},
    "DescribeDBMajorEngineVersions": {
        "DBMajorEngineVersions": [
            {
                "MajorEngineVersion": "16",
                "SupportedEngineLifecycles": [
                    {
                        "LifecycleSupportName": "open-source-rds-extended-support",
                        "LifecycleSupportStartDate": LATER,
                        "LifecycleSupportEndDate": datetime(2064, 1, 1, tzinfo=UTC),
                    },
                    {
                        "LifecycleSupportName": "open-source-rds-standard-support",
                        "LifecycleSupportStartDate": NOW,
                        "LifecycleSupportEndDate": LATER,
                    },
                ],
            }
        ]
    },
    "DescribePendingMaintenanceActions": {
        "PendingMaintenanceActions": [
            {
                "ResourceIdentifier": f"{ARN}:db:one",
                "PendingMaintenanceActionDetails": [{"Action": "system-update", "AutoAppliedAfterDate": NOW}],
            }
        ]
    },
}


class Aws(Answers):
    """A source that answers every operation the same, whatever its parameters."""

    def __init__(self):
        super().__init__({})

    def fetch(self, call):
        self.asked.append(call)
        return Reply(REPLIES[call.operation], NOW) if call.operation in REPLIES else super().fetch(call)


@pytest.fixture(scope="module")
def audited():
    source = Aws()
    checks = [check for check in registry.load().checks.values() if check.service == "rds"]
    return source, collected(source, *checks, target=TARGET).inventory


@pytest.fixture
def inventory(audited):
    return audited[1]


@pytest.mark.parametrize("operation", REPLIES)
def test_the_replies_are_what_aws_documents(operation):
    assert conforming(REPLIES[operation], MODEL.operation_model(operation).output_shape)


def test_the_facts_of_an_instance(inventory):
    one = inventory.find(DBInstance, "one")
    assert one.parameters == {"rds.force_ssl": "1"}
    assert one.parameter_states == ["in-sync"]
    assert one.engine_status == "available"
    assert one.major_version == "16"
    assert one.standard_support_end == one.authority_end == one.certificate_end == LATER
    assert [each["Action"] for each in one.maintenance] == ["system-update"]
    assert inventory.find(DBInstance, "two").maintenance == []


def test_the_facts_of_a_cluster(inventory):
    cluster = inventory.find(DBCluster, "c")
    assert cluster.parameters == {
        "require_secure_transport": "ON",
        "server_audit_events": None,
        "server_audit_logging": "1",
    }
    assert cluster.parameter_states == ["in-sync"]
    assert cluster.major_version == "8.0"


def test_only_manual_snapshots_can_be_shared(inventory):
    sharing = {each.id: each.shared_with for each in inventory.all(DBSnapshot)}
    assert sharing == {"mine": ["all"], "rds:one": [], "b": []}


def test_what_instances_share_is_asked_once(audited):
    source, _ = audited
    asked = Counter(call.operation for call in source.asked)
    assert asked["DescribeDBParameters"] == 1, "of two instances with one group; Oracle, Neptune and members have none"
    assert asked["DescribeDBClusterParameters"] == 1
    assert asked["DescribeDBSnapshotAttributes"] == 1
    assert asked["DescribeCertificates"] == 1
    assert asked["DescribeDBEngineVersions"] == 3
    assert asked["DescribeDBMajorEngineVersions"] == 2
    assert asked["DescribePendingMaintenanceActions"] == 1


def test_only_the_parameters_that_tell_something_are_asked_for(audited):
    source, _ = audited
    (call,) = (call for call in source.asked if call.operation == "DescribeDBParameters")
    assert json.loads(call.parameters) == {
        "DBParameterGroupName": "shop",
        "Filters": [{"Name": "parameter-name", "Values": ["rds.force_ssl"]}],
    }
