"""Policies of a bucket, and who they let in: every witness is a request that is allowed."""

from auditor.policy import Extent, Policies, Verdict, compiled, decide, parse, reach

OWN, OTHER = "111122223333", "444455556666"
BUCKET = "arn:aws:s3:::logs"
INTERNAL, SERVICE_ONLY, UNKNOWN, EXTERNAL, PUBLIC = Extent
EVERYTHING = compiled(parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}))


def allow(principal="*", condition=None, **more):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": f"{BUCKET}/*"}
    return statement | ({"Condition": condition} if condition else {}) | more


def deny(condition=None, **more):
    return allow(condition=condition, **({"Action": "s3:*", "Resource": "*"} | more)) | {"Effect": "Deny"}


def reached(*statements, **options):
    document = parse({"Version": "2012-10-17", "Statement": list(statements)})
    found = reach(document, OWN, BUCKET, **options)
    for each in found.witnesses:
        given_policies = Policies(identity=(EVERYTHING,), resource=compiled(document))
        assert decide(each.request, given_policies).verdict is Verdict.ALLOWED
        assert each.request.principal.account != OWN
        assert not each.request.context.open
    if found.extent in {EXTERNAL, PUBLIC}:
        assert found.witnesses
    return found
