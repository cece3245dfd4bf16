"""What expires in IAM: server certificates and the metadata of SAML providers."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.iam.resources import SamlProvider, ServerCertificate

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
CERTIFICATES: Final = f"{USER_GUIDE}/id_credentials_server-certs.html"


@check(
    "iam-server-certificate-not-expired",
    Severity.MEDIUM,
    reads=[ServerCertificate.expires],
    references=[CERTIFICATES],
    fix=Fix(
        cli="aws iam delete-server-certificate --server-certificate-name {resource.id}",
        text="Give the load balancers and distributions that use it a certificate of ACM first: IAM does not always "
        "notice that a certificate is in use.",
    ),
)
def server_certificate_not_expired(certificate: ServerCertificate) -> Problems:
    """Server certificates that have expired are deleted.

    An expired certificate that is put on a listener by mistake breaks it for every client.
    """
    if certificate.expires < certificate.at:
        days = (certificate.at - certificate.expires).days
        yield Problem(f"the certificate expired {days} days ago", found=certificate.expires, expected="none expired")


@check(
    "iam-server-certificate-not-expiring",
    Severity.LOW,
    reads=[ServerCertificate.expires],
    references=[CERTIFICATES],
    fix=Fix(
        text="Have AWS Certificate Manager issue a certificate, which it renews by itself, put it on the listeners "
        "that use this one, and delete this one.",
    ),
    applies=lambda certificate: certificate.expires >= certificate.at,
)
def server_certificate_not_expiring(certificate: ServerCertificate, *, minimum_days: int = 30) -> Problems:
    """Server certificates are renewed before they expire.

    IAM renews nothing by itself and warns nobody. Those that have expired are another rule's.
    """
    left = certificate.expires - certificate.at
    if left < timedelta(days=minimum_days):
        yield Problem(
            f"the certificate expires in {left.days} days",
            found=certificate.expires,
            expected=f"at least {minimum_days} days left",
        )


@check(
    "iam-saml-provider-metadata-valid",
    Severity.MEDIUM,
    reads=[SamlProvider.valid_until],
    references=[f"{USER_GUIDE}/id_roles_providers_create_saml.html"],
    fix=Fix(
        text="Download the metadata from the identity provider, then `aws iam update-saml-provider "
        "--saml-provider-arn ARN --saml-metadata-document file://METADATA.xml`. A provider that nobody needs is "
        "deleted with `aws iam delete-saml-provider`.",
    ),
)
def saml_provider_metadata_valid(provider: SamlProvider, *, minimum_days: int = 30) -> Problems:
    """The metadata of SAML providers is valid, and stays so for a while.

    When it expires nobody signs in any more, and people fall back to users and keys that were meant for emergencies.
    """
    left = provider.valid_until - provider.at
    if left < timedelta(days=minimum_days):
        days = left.days
        held = f"expires in {days} days" if days >= 0 else f"expired {-days} days ago"
        yield Problem(
            f"the provider's metadata {held}",
            found=provider.valid_until,
            expected=f"at least {minimum_days} days left",
        )
