"""The resource policies that the auditor reads: one table, from which the families of checks over them are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from auditor import Fix, Severity
from auditor.remedies import UNDECIDED
from checks.access.audience import title
from checks.efs.resources import MOUNTED, FileSystem
from checks.iam import trust
from checks.iam.resources import Role, is_reserved
from checks.kms.resources import Key
from checks.logs.resources import LogsRegion
from checks.s3.resources import Bucket, S3Account
from checks.sns.resources import DELIVERED, Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor import Inventory, Resource
    from auditor.facts import Fact
    from auditor.policy import Document, Statement
    from auditor.request import Request
    from checks.access.audience import Place
    from checks.access.outsiders import Audience, Grant


class Addressed(NamedTuple):
    """A statement that allows everyone, how findings call it, and the policy it stands in."""

    title: str
    document: Document
    statement: Statement


def _itself(resource: Any, _action: str) -> str:
    return str(resource.arn)


def _bucket_or_object(bucket: Bucket, action: str) -> str:
    """Return the ARN that an action of S3 is about: that of the bucket, or that of one of its objects."""
    return f"{bucket.arn}/other" if "Object" in action else bucket.arn


@dataclass(frozen=True, slots=True)
class PolicyKind:
    """A kind of resource policy: what it is called, where it is read, and what is at stake when it is too wide.

    ``stem`` is how ids of checks begin, ``policies`` how titles call the policies. ``public`` and ``shared`` are how
    grave it is that anyone, or an account that nobody knows, is let in.
    """

    stem: str
    policies: str
    resource: type[Resource]
    policy: Fact[Any]
    audience: Fact[Audience]
    guide: str
    fix: Fix
    public: Severity
    shared: Severity
    grave: tuple[str, ...]
    """The actions that nobody grants to outsiders lightly, the gravest first."""
    applies: Callable[[Any], bool] | None = None
    stopped: Callable[[Any], bool] = lambda _resource: False
    """Tells whether something beside the policy keeps the public out."""
    stopped_by: tuple[Fact[Any], ...] = ()
    known: frozenset[str] = frozenset()
    """The accounts that AWS documents as its own for this purpose."""
    own_name: Callable[[Inventory], str] = lambda inventory: inventory.target.account
    """What else than its number the account is called in such policies."""
    named_by: tuple[Fact[Any], ...] = ()
    only: tuple[str, ...] = ()
    """The actions that count, where others lead nowhere."""
    plain: tuple[Place, ...] = ()
    """The conditions that say plainly who is meant in policies of this kind alone."""
    counts_addresses: bool = False
    """Whether a range of addresses says plainly who is meant, as AWS documents it of S3."""
    target: Callable[[Any, str], str] = _itself
    """Returns the ARN that an action is about."""

    def documents(self, resource: Resource) -> dict[str, Document]:
        """Return a resource's policies by name; one that has no name of its own is the policy."""
        held = self.policy.__get__(resource, self.resource)
        return held if isinstance(held, dict) else {"": held} if held else {}

    def addressing_everyone(self, resource: Resource) -> Iterator[Addressed]:
        """Yield the statements that allow everyone, or everyone but some, what counts."""
        for name, document in self.documents(resource).items():
            for number, each in enumerate(document.statements, 1):
                everyone = each.names_anyone or each.not_principals is not None
                if each.allows and everyone and (not self.only or any(map(each.is_about, self.only))):
                    yield Addressed(title(each, number, name), document, each)

    def grants(self, resource: Resource) -> Iterator[Grant]:
        """Yield the statements that let outsiders in; then raise Unseen if nobody can tell whom one lets in."""
        held = self.audience.__get__(resource, self.resource)
        yield from (each for each in held if not each.is_undecided)
        for each in held:
            if each.is_undecided:
                told = f"the policy alone does not tell whom {each.title} lets in"
                if each.controls:
                    told = f"nobody can tell whether resource control policies deny all that {each.title} lets in"
                request = (*self.policy.requests, *self._listing())[0]
                raise request.unseen(UNDECIDED, told)

    def _listing(self) -> tuple[Request, ...]:
        return (self.resource.listing_request(),) if self.resource.listing else ()


REPLACING: Final = "POLICY.json replaces the whole policy: keep its other statements in it."
ROLES: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html"
LOAD_BALANCERS: Final = frozenset(
    [
        *("127311923021", "033677994240", "027434742980", "797873946194", "098369216593", "754344448648"),
        *("589379963580", "718504428378", "383597477331", "600734575887", "114774131450", "783225319266"),
        *("582318560864", "985666609251", "054676820928", "156460612806", "652711504416", "635631232127"),
        *("009996457667", "897822967062", "076674570225", "507241528517", "048591011584", "190560391635"),
        *("638102146993", "037604701340"),
    ]
)
"""AWS's accounts that deliver the logs of load balancers in regions older than August 2022.

Elastic Load Balancing User Guide for Application Load Balancers, "Enable access logs".
"""

BUCKET: Final = PolicyKind(
    stem="s3-bucket-policy",
    policies="S3 bucket policies",
    resource=Bucket,
    policy=Bucket.policy,
    audience=Bucket.audience,
    guide="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html",
    fix=Fix(cli="aws s3api put-bucket-policy --bucket {resource.id} --policy file://POLICY.json", text=REPLACING),
    public=Severity.CRITICAL,
    shared=Severity.MEDIUM,
    grave=("s3:PutBucketPolicy", "s3:DeleteObject", "s3:PutObject", "s3:GetObject", "s3:ListBucket"),
    stopped=lambda bucket: bucket.keeps_public_out,
    stopped_by=(Bucket.keeps_public_out,),
    known=LOAD_BALANCERS,
    own_name=lambda inventory: inventory.one(S3Account).canonical_id,
    named_by=(S3Account.canonical_id,),
    counts_addresses=True,
    target=_bucket_or_object,
)
KEY: Final = PolicyKind(
    stem="kms-key-policy",
    policies="KMS key policies",
    resource=Key,
    policy=Key.policy,
    audience=Key.audience,
    guide="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
    fix=Fix(
        cli="aws kms put-key-policy --key-id {resource.id} --region {resource.region} --policy-name default "
        "--policy file://POLICY.json",
        text="POLICY.json replaces the whole policy. Keep the statement for the account itself in it, or nobody can "
        "manage the key.",
    ),
    public=Severity.CRITICAL,
    shared=Severity.LOW,
    grave=("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:CreateGrant", "kms:Decrypt", "kms:Encrypt"),
    applies=lambda key: key.is_own,
)
ROLE: Final = PolicyKind(
    stem="iam-role-trust",
    policies="Role trust policies",
    resource=Role,
    policy=Role.trust_policy,
    audience=Role.audience,
    guide=ROLES,
    fix=Fix(
        cli="aws iam update-assume-role-policy --role-name {resource.id} --policy-document file://POLICY.json",
        text=REPLACING,
    ),
    public=Severity.CRITICAL,
    shared=Severity.LOW,
    grave=("sts:AssumeRole",),
    only=trust.READING.only,
    applies=lambda role: not is_reserved(role),
)
FILE_SYSTEM: Final = PolicyKind(
    stem="efs-file-system-policy",
    policies="EFS file system policies",
    resource=FileSystem,
    policy=FileSystem.policy,
    audience=FileSystem.audience,
    guide="https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html",
    fix=Fix(
        cli="aws efs put-file-system-policy --region {resource.region} --file-system-id {resource.id} "
        "--policy file://POLICY.json",
        text=REPLACING,
    ),
    public=Severity.HIGH,
    shared=Severity.LOW,
    grave=(
        "elasticfilesystem:PutFileSystemPolicy",
        "elasticfilesystem:ClientRootAccess",
        "elasticfilesystem:ClientWrite",
        "elasticfilesystem:ClientMount",
    ),
    plain=MOUNTED,
)
TOPIC: Final = PolicyKind(
    stem="sns-topic-policy",
    policies="SNS topic policies",
    resource=Topic,
    policy=Topic.policy,
    audience=Topic.audience,
    guide="https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
    fix=Fix(
        cli="aws sns set-topic-attributes --region {resource.region} --topic-arn {resource.arn} "
        "--attribute-name Policy --attribute-value file://POLICY.json",
        text=REPLACING,
    ),
    public=Severity.HIGH,
    shared=Severity.LOW,
    grave=("sns:SetTopicAttributes", "sns:Subscribe", "sns:Publish"),
    plain=DELIVERED,
)
LOGS: Final = PolicyKind(
    stem="logs-region-policies",
    policies="Resource policies of CloudWatch Logs",
    resource=LogsRegion,
    policy=LogsRegion.policies,
    audience=LogsRegion.audience,
    guide="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html",
    fix=Fix(
        cli="aws logs delete-resource-policy --region {resource.region} --policy-name POLICY_NAME",
        text="Services that deliver logs by the policy cannot do so any more: where one needs it, put the policy again "
        "with that service as its principal.",
    ),
    public=Severity.HIGH,
    shared=Severity.LOW,
    grave=("logs:PutSubscriptionFilter", "logs:DeleteLogGroup", "logs:GetLogEvents", "logs:PutLogEvents"),
)
KINDS: Final = (BUCKET, KEY, ROLE, FILE_SYSTEM, TOPIC, LOGS)
"""The kinds of resource policies. The endpoints of VPCs have policies, too, but those limit and grant nothing."""
