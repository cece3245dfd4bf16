"""Users, roles and groups made by hand, with every fact that is read of them to know what they may do."""

from auditor.policy import parse
from auditor.testing import ACCOUNT, fake
from checks.iam.credential_report import Credentials
from checks.iam.resources import AwsPolicy, Group, Policy, Role, User

IAM = f"arn:aws:iam::{ACCOUNT}:"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
NO_CREDENTIALS = Credentials(mfa=False, password=None, access_keys=())


def document(*statements):
    return parse({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions, resource="*", effect="Allow", **condition):
    found = {"Effect": effect, "Action": list(actions), "Resource": resource}
    return {**found, "Condition": condition} if condition else found


def deny(*actions, resource="*", **condition):
    return allow(*actions, resource=resource, effect="Deny", **condition)


def trusting(*services, **principal):
    named = {"Service": list(services)} if services else principal
    return document({"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole"})


ALL = document(allow("*"))
READ = document(allow("s3:Get*"))


def held(statements, arns):
    """Return the facts of a principal that has an inline policy, and managed policies by their ARNs."""
    attached = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]
    return {"inline_policies": {"mine": document(*statements)} if statements else {}, "attached_policies": attached}


def user(*statements, name="alice", attached=(), tags=None, **facts):
    read = {"groups": [], "boundary": None, "boundary_document": None}
    credentials = {"credentials": NO_CREDENTIALS, "access_keys": 0}
    made = fake(User, f"{IAM}user/{name}", tags=tags, **{**held(statements, attached), **read, **credentials, **facts})
    made.name = name.rpartition("/")[2]
    return made


def role(*statements, name="worker", attached=(), trust=None, tags=None, **facts):
    read = {"boundary": None, "boundary_document": None, "instance_profiles": []}
    read["trust_policy"] = trust or trusting("ec2.amazonaws.com")
    made = fake(Role, f"{IAM}role/{name}", tags=tags, **{**held(statements, attached), **read, **facts})
    made.name = name.rpartition("/")[2]
    return made


def group(*statements, name="readers", attached=(), **facts):
    made = fake(Group, f"{IAM}group/{name}", **{**held(statements, attached), **facts})
    made.name = name
    return made


def policy(*statements, name="own", **facts):
    return fake(Policy, f"{IAM}policy/{name}", **{"document": document(*statements), "other_versions": {}, **facts})


def of_aws(arn=ADMINISTRATOR, **facts):
    return fake(AwsPolicy, arn, **{"document": ALL, **facts})
