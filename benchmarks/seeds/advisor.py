"""IAM's access advisor, and what else IAM and AWS Organizations tell of an account."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

from benchmarks.account import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.seeds.seed import Seed

_SERVICES: Final = {"Amazon S3": "s3", "Amazon EC2": "ec2", "AWS IAM": "iam", "Amazon CloudWatch Logs": "logs"}
_ALONE: Final = AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", 400)


def fill(seed: Seed, principals: Iterable[str]) -> None:
    """Tell of each of the ``principals`` (ARNs) which services its policies grant, and when each was last used."""
    put = seed.account.put
    put("organizations", "DescribeOrganization", _ALONE)
    put("iam", "ListOrganizationsFeatures", AwsError("OrganizationNotFoundException", "There is none.", 400))
    for operation in ("GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails"):
        put("iam", operation, AwsError("NoSuchEntity", "There is no such entity.", 404))
    for number, arn in enumerate(principals):
        job = f"{zlib.crc32(arn.encode()):08x}-0000-4000-8000-{number:012d}"
        put("iam", "GenerateServiceLastAccessedDetails", {"JobId": job}, Arn=arn)
        put("iam", "GetServiceLastAccessedDetails", _report(seed, arn, number), JobId=job)


def certificates(seed: Seed) -> None:
    """Give the account a certificate that has expired and one that has not, and an identity provider of each kind."""
    iam = f"arn:aws:iam::{seed.account.id}:"
    rows = [
        {
            "Path": "/",
            "ServerCertificateName": f"site-{number}",
            "ServerCertificateId": f"ASCA{number:017d}",
            "Arn": f"{iam}server-certificate/site-{number}",
            "UploadDate": seed.ago(500),
            "Expiration": seed.ago(days),
        }
        for number, days in enumerate((30, -4000))
    ]
    put = seed.account.put
    put("iam", "ListServerCertificates", {"ServerCertificateMetadataList": rows, "IsTruncated": False})
    saml = {"Arn": f"{iam}saml-provider/offices", "ValidUntil": seed.ago(-3650), "CreateDate": seed.ago(300)}
    put("iam", "ListSAMLProviders", {"SAMLProviderList": [saml]})
    oidc = {"Arn": f"{iam}oidc-provider/token.actions.githubusercontent.com"}
    put("iam", "ListOpenIDConnectProviders", {"OpenIDConnectProviderList": [oidc]})


def _report(seed: Seed, arn: str, number: int) -> dict[str, Any]:
    services = []
    for each, (name, namespace) in enumerate(_SERVICES.items()):
        used = {"LastAuthenticated": seed.ago(10 * each), "LastAuthenticatedEntity": arn}
        row = {"ServiceName": name, "ServiceNamespace": namespace}
        services.append({**row, **(used if (number + each) % 2 else {}), "TotalAuthenticatedEntities": each % 2})
    moment = seed.ago(0)
    return {
        "JobStatus": "COMPLETED",
        "JobType": "SERVICE_LEVEL",
        "JobCreationDate": moment,
        "JobCompletionDate": moment,
        "ServicesLastAccessed": services,
        "IsTruncated": False,
    }
