"""From credentials to what is audited: the account, its partition, and the regions it has enabled."""

from __future__ import annotations

import difflib
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import AuditorError
from auditor.guardrails import Guardrails
from auditor.product import NAME
from auditor.request import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from botocore.credentials import Credentials
    from botocore.session import Session

HOME_REGIONS: Final = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-eusc": "eusc-de-east-1",
}
"""Where each partition's global services (IAM, Organizations) are signed for."""

ALWAYS_ENABLED: Final = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)
"""The commercial regions that no account can switch off (AWS Account Management, "Regions enabled by default")."""


class TargetError(AuditorError):
    """There is nothing to audit with; the message says why and what to do."""


NO_GUARDRAILS: Final = Guardrails()


@dataclass(frozen=True, slots=True)
class Target:
    """One audited account: its id and partition, the audited regions, and where its global services live.

    ``guardrails`` are the policies that its organization sets it, as far as the audit of an organization read them.
    """

    account: str
    partition: str
    regions: tuple[str, ...]
    home_region: str
    caller: str = ""
    warnings: tuple[str, ...] = ()
    guardrails: Guardrails = NO_GUARDRAILS


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach an account: credentials, roles to assume in order, regions asked for, endpoint, patience."""

    profile: str = ""
    role_arns: tuple[str, ...] = ()
    external_id: str = ""
    session_name: str = NAME
    duration: int = 3600
    regions: tuple[str, ...] = ()
    endpoint_url: str = ""
    timeout: float = 20.0
    workers: int = 48


_CREATING: Final = threading.Lock()
"""Sessions make one client at a time."""


def open_session(access: Access) -> Session:
    """Return a session with the credentials of the last role of the chain; TargetError when there are none."""
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    try:
        session = Session(profile=access.profile or None)
        if session.get_credentials() is None:
            raise TargetError(NO_CREDENTIALS)
    except BotoCoreError as error:
        raise TargetError(explain(error, access)) from error
    for role_arn in access.role_arns:
        act(session, assumed(session, role_arn, access))
    return session


def open_seat(access: Access, credentials: Any) -> Session:
    """Return a session with the profile's settings that acts with ``credentials``."""
    from botocore.session import Session

    session = Session(profile=access.profile or None)
    act(session, credentials)
    return session


def act(session: Session, credentials: Any) -> None:
    """Have the session act with ``credentials`` from now on. Its public setter takes only what cannot be renewed."""
    session._credentials = credentials  # type: ignore[attr-defined]  # noqa: SLF001


class Acting:
    """The credentials of whichever account is audited now: clients hold these and need not be made for each account."""

    def __init__(self) -> None:
        self.current: Any = None

    def __getattr__(self, name: str) -> Any:
        """Return what the account's own credentials have, or do."""
        return getattr(self.current, name)


def assumed(session: Session, role_arn: str, access: Access) -> Credentials:
    """Return the role's credentials, fetched when they are first used and renewed by themselves when they expire."""
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

    def create_client(service: str, **options: Any) -> Any:
        region = first_region(session, access)
        with _CREATING:
            return session.create_client(service, region, endpoint_url=access.endpoint_url or None, **options)

    extra = {"RoleSessionName": access.session_name, "DurationSeconds": access.duration}
    if access.external_id:
        extra["ExternalId"] = access.external_id
    fetcher = AssumeRoleCredentialFetcher(create_client, session.get_credentials(), role_arn, extra_args=extra)
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


def first_region(session: Session, access: Access) -> str:
    """Return the region the first calls go to: the first one asked for, the profile's, or the default.

    A region that botocore does not know is no place to begin: AWS itself tells later whether it exists.
    """
    partitions = session.get_available_partitions()
    known = {region for partition in partitions for region in session.get_available_regions("ec2", partition)}
    candidates = (*access.regions[:1], session.get_config_variable("region"))
    return next((region for region in candidates if region in known), HOME_REGIONS["aws"])


def identify(open_client: Callable[[], Any], access: Access) -> Target:
    """Return the account the credentials belong to, its regions still unresolved; TargetError when refused.

    ``open_client`` gives an STS client; wrong settings of the AWS configuration show only then.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        client = open_client()
        identity = client.get_caller_identity()
        account, arn = identity["Account"], identity["Arn"]
        partition = arn.split(":")[1]
    except (BotoCoreError, ClientError) as error:
        raise TargetError(explain(error, access)) from error
    except (ResponseParserError, *UNREADABLE) as error:
        raise TargetError(
            f"{access.endpoint_url or 'AWS'} does not answer as AWS does: check --endpoint-url"
        ) from error
    return Target(account, partition, (), HOME_REGIONS.get(partition, client.meta.region_name), arn)


def with_regions(target: Target, access: Access, described: Iterable[dict[str, Any]] | None, refused: str) -> Target:
    """Return the target with the regions to audit.

    ``described`` are the rows of DescribeRegions with all regions, None when that was refused with ``refused``.
    Regions the account has switched off hold nothing and are left out with a warning.
    """
    if described is None:
        return _without_description(target, access, refused)
    status = {row["RegionName"]: row.get("OptInStatus", "opt-in-not-required") for row in described}
    _refuse_unknown(access.regions, status)
    wanted = access.regions or sorted(status)
    disabled = [region for region in wanted if status[region] == "not-opted-in"]
    regions = tuple(sorted(set(wanted) - set(disabled)))
    warnings = [f"{region} is switched off for this account: nothing is there to audit" for region in disabled]
    if not regions:
        raise TargetError("none of the regions asked for is enabled for the account: choose others with --region")
    return replace(target, regions=regions, warnings=tuple(warnings) if access.regions else ())


def _without_description(target: Target, access: Access, refused: str) -> Target:
    fallback = ALWAYS_ENABLED if target.partition == "aws" else (target.home_region,)
    regions = tuple(sorted(set(access.regions or fallback)))
    if access.regions:
        return replace(target, regions=regions)
    warning = (
        f"the account's regions could not be listed ({refused}): audited the {len(regions)} that are always enabled; "
        "grant ec2:DescribeRegions or name regions with --region"
    )
    return replace(target, regions=regions, warnings=(warning,))


def _refuse_unknown(wanted: Iterable[str], known: Iterable[str]) -> None:
    for region in wanted:
        if region not in known:
            nearest = difflib.get_close_matches(region, list(known), 1)
            hint = f": did you mean {nearest[0]}?" if nearest else ""
            message = f"{region} is not a region of this partition{hint}"
            raise TargetError(message)


NO_CREDENTIALS: Final = (
    "no AWS credentials were found: set AWS_PROFILE or --profile, run `aws sso login` or `aws configure`, "
    "or run where a role is attached"
)
_BY_CODE: Final = {
    "ExpiredToken": "the AWS credentials have expired: renew them (for example with `aws sso login`) and run again",
    "ExpiredTokenException": "the AWS credentials have expired: renew them (for example with `aws sso login`)",
    "InvalidClientTokenId": "AWS does not know these credentials: check the access key; for China and GovCloud "
    "accounts name a region of theirs with --region",
    "UnrecognizedClientException": "AWS does not know these credentials: check the access key and the region",
    "SignatureDoesNotMatch": "the secret access key is wrong, or this machine's clock is: check both",
    "RequestTimeTooSkewed": "this machine's clock is more than five minutes off: set it and run again",
    "AccessDenied": "AWS refused",
}


def explain(error: Exception, access: Access) -> str:
    """Return one sentence that says what is wrong with the credentials or the way to AWS, and what to do."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        code = response.get("Error", {}).get("Code", "")
        message = response.get("Error", {}).get("Message", "")
        known = _BY_CODE.get(code, f"AWS answered {code}")
        return f"{known}: {message}" if code not in _BY_CODE or code == "AccessDenied" else known
    return _EXPLANATIONS.get(type(error).__name__, "{error}").format(
        error=" ".join(str(error).split()), endpoint=access.endpoint_url or "AWS", profile=access.profile
    )


_EXPLANATIONS: Final = {
    "NoCredentialsError": NO_CREDENTIALS,
    "PartialCredentialsError": "the AWS credentials are incomplete ({error}): set both access key and secret key",
    "ProfileNotFound": "there is no AWS profile named {profile!r}: `aws configure list-profiles` names them",
    "EndpointConnectionError": "{endpoint} does not answer ({error}): check the network, the proxy and --endpoint-url",
    "ConnectTimeoutError": "{endpoint} does not answer in time ({error}): check network, proxy and --endpoint-url",
    "ReadTimeoutError": "{endpoint} took the call and never answered ({error}): check --endpoint-url",
    "ConnectionClosedError": "{endpoint} closed the connection ({error}): check --endpoint-url",
    "SSLError": "the TLS connection to {endpoint} failed ({error}): set AWS_CA_BUNDLE if a proxy re-signs traffic",
    "InvalidRegionError": "{error}",
    "UnauthorizedSSOTokenError": "the SSO session has expired: run `aws sso login` and try again",
    "SSOTokenLoadError": "there is no SSO session: run `aws sso login` and try again",
    "TokenRetrievalError": "the SSO session could not be renewed ({error}): run `aws sso login` and try again",
}
