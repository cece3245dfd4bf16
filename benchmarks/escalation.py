"""What it costs to find every way to an administrator's rights: many roles with many policies, each in its process."""

from __future__ import annotations

import json
import random
import re
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.tables import table, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.graph import Account
    from auditor.policy import Policy

_ACCOUNT: Final = "123456789012"
_ROLES, _ATTACHED = 2_000, 50
_MIB: Final = 1024 * (1024 if sys.platform == "darwin" else 1)
_SECONDS, _PEAK, _DECISION = 15.0, 250.0, 0.3
"""The targets: seconds of one core, MiB, and milliseconds for a decision."""
_ASKED: Final = 2_000
_SERVICES: Final = (
    *("s3", "ec2", "lambda", "iam", "dynamodb", "sqs", "sns", "kms", "logs", "cloudwatch", "rds", "ecs", "glue", "sts"),
    *("codebuild", "states", "ssm"),
)
_READING: Final = ("Get*", "List*", "Describe*")
_VERBS: Final = (*_READING, "Put*", "Create*", "Update*", "Delete*", "*")
_CONDITIONS: Final = ("aws:SourceVpc", "aws:RequestedRegion", "aws:PrincipalTag/team", "aws:ResourceTag/team")
_TRUSTED: Final[tuple[dict[str, str], ...]] = (
    *({"Service": f"{service}.amazonaws.com"} for service in ("lambda", "ec2", "ecs-tasks")),
    {"AWS": _ACCOUNT},
    {"AWS": f"arn:aws:iam::{_ACCOUNT}:role/app-7"},
)
_READ: Final = frozenset(
    {
        *(f"{service}.amazonaws.com" for service in ("lambda", "ec2", "ecs-tasks", "batch", "codedeploy")),
        "ec2.amazonaws.com/launch-template",
    }
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A sort of account."""

    words: str
    documents: int
    """How many policy documents there are, which the roles share."""
    is_open: bool
    """Whether policies hand out IAM's and STS's actions on wildcards, so that nearly everybody gets anywhere."""


SHAPES: Final = {
    "open": Shape("3,000 documents, most roles get anywhere", 3_000, is_open=True),
    "closed": Shape("3,000 documents, few roles get anywhere", 3_000, is_open=False),
    "distinct": Shape("20,000 documents, few roles get anywhere", 20_000, is_open=False),
}


def escalation_table() -> str:
    """Return the table of what each shape of account costs."""
    rows = [_row(name, shape) for name, shape in SHAPES.items()]
    header = (
        f"{_ROLES:,} roles × {_ATTACHED} policies",
        *("parse and compile (s)", "all of it (s)", "all ÷ json.loads", "peak (MiB)", "a decision, median (ms)"),
        *("a decision ÷ json.loads of its policies", "administrators, certain, uncertain, none"),
    )
    return table("Escalation", header, rows)


def _row(name: str, shape: Shape) -> tuple[object, ...]:
    command = [sys.executable, "-m", "benchmarks.escalation", name]
    told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)
    return (
        shape.words,
        told["compiled"],
        verdict(told["all"], _SECONDS),
        told["all"] / told["loads"],
        verdict(told["peak"], _PEAK),
        verdict(told["decision"] * 1000, _DECISION),
        told["decision"] / (told["loads"] / shape.documents * _ATTACHED),
        " / ".join(map(str, told["found"])),
    )


def measured(shape: Shape) -> dict[str, Any]:
    """Return the processor seconds of each part for an account of a shape, and this process's peak of memory in MiB."""
    from auditor.graph import escalation
    from auditor.policy import compiled, parse

    chance = random.Random(1)
    texts = [json.dumps(_document(chance, shape)) for _ in range(shape.documents)]
    start = time.process_time()
    for text in texts:
        json.loads(text)
    loaded = time.process_time()
    policies = [compiled(parse(text), f"arn:aws:iam::{_ACCOUNT}:policy/p{at}") for at, text in enumerate(texts)]
    ready = time.process_time()
    account = _account(chance, policies)
    made = time.process_time()
    found = escalation(account)
    chains = [found.chain(identity.arn) for identity in account.identities]
    done = time.process_time()
    certain = sum(chain is not None and chain.certain for chain in chains) - len(found.admins)
    none = chains.count(None)
    return {
        "loads": loaded - start,
        "compiled": ready - loaded,
        "all": ready - loaded + done - made,
        "peak": _peak(),
        "decision": _decision(account),
        "found": (len(found.admins), certain, len(chains) - len(found.admins) - certain - none, none),
    }


def _peak() -> float:
    """Return this process's peak of memory in MiB: its own where Linux tells, not that of the one it forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) / 1024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MIB


def _document(chance: random.Random, shape: Shape) -> dict[str, Any]:
    statements = [_statement(chance, shape) for _ in range(chance.randint(1, 8))]
    if chance.random() < 0.1:  # noqa: PLR2004 - a tenth of the policies pass or assume roles
        role = f"app-{chance.randrange(300)}"
        wide = ("*", f"arn:aws:iam::*:role/*{role}", f"arn:aws:iam::{_ACCOUNT}:role/{role}*")
        resources = chance.choice(wide) if shape.is_open else f"arn:aws:iam::{_ACCOUNT}:role/*/{role}"
        action = chance.choice(("iam:PassRole", "sts:AssumeRole"))
        statements.append({"Effect": "Allow", "Action": action, "Resource": resources})
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(chance: random.Random, shape: Shape) -> dict[str, Any]:
    service = chance.choice(_SERVICES)
    rare = service in {"iam", "sts"} and not (shape.is_open and chance.random() < 0.03)  # noqa: PLR2004
    actions = [f"{service}:{chance.choice(_READING if rare else _VERBS)}" for _ in range(chance.randint(1, 6))]
    names = [f"arn:aws:{service}:*:{_ACCOUNT}:*app-{chance.randrange(300)}*" for _ in range(chance.randint(1, 4))]
    statement: dict[str, Any] = {
        "Effect": "Deny" if chance.random() < 0.05 else "Allow",  # noqa: PLR2004
        "Action": actions,
        "Resource": "*" if chance.random() < 0.3 else names,  # noqa: PLR2004
    }
    if chance.random() < 0.2:  # noqa: PLR2004
        statement["Condition"] = {"StringEquals": {chance.choice(_CONDITIONS): "x"}}
    return statement


def _account(chance: random.Random, policies: list[Policy]) -> Account:
    from auditor.graph import Account, Grant, Identity
    from auditor.policy import compiled, parse

    grants = [Grant(policy, policy.name, inline=False) for policy in policies]
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    full = Grant(compiled(parse(everything), "AdministratorAccess"), "AdministratorAccess", inline=False)
    trusts = [compiled(parse(_trust(trusted))) for trusted in _TRUSTED]
    roles = tuple(
        Identity(
            f"arn:aws:iam::{_ACCOUNT}:role/app-{at}",
            (*chance.sample(grants, _ATTACHED), *([full] if at % 100 == 0 else [])),
            trust=chance.choice(trusts),
            has_instance_profile=True,
        )
        for at in range(_ROLES)
    )
    return Account(_ACCOUNT, identities=roles, compute_read=_READ)


def _trust(trusted: dict[str, str]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": trusted}
    return {"Version": "2012-10-17", "Statement": statement}


def _decision(account: Account) -> float:
    """Return the median processor seconds of a decision over all policies of a role."""
    taken = sorted(islice(_decisions(account), _ASKED))
    return median(taken)


def _decisions(account: Account) -> Iterator[float]:
    from auditor.policy import Policies, Request, decide, principal

    chance = random.Random(2)
    while True:
        identity = chance.choice(account.identities)
        service = chance.choice(_SERVICES)
        arn = f"arn:aws:{service}:eu-west-1:{_ACCOUNT}:thing/app-{chance.randrange(300)}"
        request = Request(principal(identity.arn), f"{service}:{chance.choice(('GetIt', 'PutIt'))}", arn)
        policies = Policies(identity=tuple(grant.policy for grant in identity.grants))
        start = time.perf_counter()
        decide(request, policies)
        yield time.perf_counter() - start


if __name__ == "__main__":
    print(json.dumps(measured(SHAPES[sys.argv[1]])))
