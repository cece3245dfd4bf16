"""Proofs of the fixes of Amazon RDS's checks of instances."""

from functools import partial

from fixes.proof import Proof
from fixes.states import database, role


def edition(engine, **settings):
    """Return how an instance of an engine is made."""
    return partial(database, Engine=engine, **settings)


def with_parameters(engine, family, **settings):
    """Return how an instance of an engine is made that has a parameter group of its own, with nothing set."""

    def build(aws):
        aws("rds").create_db_parameter_group(
            DBParameterGroupName="own", DBParameterGroupFamily=family, Description="Nothing set"
        )
        return {"id": database(aws, Engine=engine, DBParameterGroupName="own", **settings), "GROUP": "own"}

    return build


def unmonitored(aws):
    role(aws, "monitoring", "monitoring.rds.amazonaws.com")
    return {"id": database(aws), "ROLE_ARN": "arn:aws:iam::123456789012:role/monitoring"}


def outside_a_vpc(aws):
    subnets = [each["SubnetId"] for each in aws("ec2").describe_subnets()["Subnets"]]
    aws("rds").create_db_subnet_group(
        DBSubnetGroupName="inside", DBSubnetGroupDescription="Of the default VPC", SubnetIds=subnets[:2]
    )
    return {"id": database(aws), "SUBNET_GROUP": "inside"}


def exposed(aws):
    ec2 = aws("ec2")
    group = ec2.create_security_group(GroupName="open", Description="open")["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return database(aws, PubliclyAccessible=True, VpcSecurityGroupIds=[group])


def without_topic(aws):
    database(aws)
    return {"NAME": "critical", "TOPIC_ARN": aws("sns").create_topic(Name="databases")["TopicArn"]}


PROOFS = [
    Proof("rds-instance-backups-kept", partial(database, BackupRetentionPeriod=1)),
    Proof("rds-instance-deletion-protected", database),
    Proof("rds-instance-events-notified", without_topic),
    Proof("rds-instance-iam-authentication", database),
    Proof("rds-instance-in-vpc", outside_a_vpc),
    Proof("rds-instance-mariadb-logs-exported", edition("mariadb", EngineVersion="10.6.19")),
    Proof("rds-instance-mariadb-tls-required", with_parameters("mariadb", "mariadb10.6", EngineVersion="10.6.19")),
    Proof("rds-instance-minor-upgrades", partial(database, AutoMinorVersionUpgrade=False)),
    Proof("rds-instance-monitored", unmonitored),
    Proof("rds-instance-multi-az", partial(database, MultiAZ=False)),
    Proof("rds-instance-mysql-logs-exported", edition("mysql")),
    Proof("rds-instance-mysql-tls-required", with_parameters("mysql", "mysql8.0")),
    Proof("rds-instance-not-exposed", exposed),
    Proof("rds-instance-not-public", partial(database, PubliclyAccessible=True)),
    Proof("rds-instance-oracle-logs-exported", edition("oracle-ee")),
    Proof("rds-instance-postgresql-logs-exported", database),
    Proof("rds-instance-postgresql-tls-required", with_parameters("postgres", "postgres14")),
    Proof("rds-instance-sqlserver-logs-exported", edition("sqlserver-se")),
    Proof("rds-instance-sqlserver-tls-required", with_parameters("sqlserver-se", "sqlserver-se-15.0")),
    Proof("rds-instance-tags-copied", database),
    Proof("rds-parameter-group-events-notified", without_topic),
    Proof("rds-security-group-events-notified", without_topic),
]
UNPROVEN = {
    "rds-instance-backup-plan": "the emulator does not tell which resources AWS Backup protects",
    "rds-instance-certificate-valid": "the emulator does not tell the dates of server certificates",
    "rds-instance-db2-logs-exported": "the emulator cannot make instances of Db2",
    "rds-instance-maintenance-applied": "the emulator does not keep pending maintenance actions",
    "rds-instance-port-not-default": "the emulator keeps an instance's port as it was created",
}
WORDS = {"PORT": "15432"}
