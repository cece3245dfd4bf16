"""What to do about a call that AWS did not answer, said in one sentence."""

from __future__ import annotations

from typing import Final

REFUSED: Final = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Client.UnauthorizedOperation",
        "Forbidden",
        "NotAuthorized",
        "UnauthorizedAccess",
        "UnauthorizedOperation",
    }
)
"""The codes AWS answers with when the caller may not."""

EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
NOT_CREDENTIALS: Final = frozenset(
    {
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
THROTTLED: Final = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""botocore's list of codes that mean "too fast"."""

UNREACHABLE: Final = "Unreachable"
"""The code of our own for an endpoint that did not answer in time, or at all."""
NOT_OFFERED: Final = "NotOffered"
"""The code of our own for a service that AWS does not offer in a region: there is nothing to see there."""
INTERRUPTED: Final = "Interrupted"
OUT_OF_TIME: Final = "OutOfTime"
"""The code of our own for what an audit with a deadline did not come to."""
NOT_RECORDED: Final = "NotRecorded"
NOT_LISTED: Final = "NotListed"
"""The code of our own for a resource that another account or region owns: no permission here would show it."""
NOT_ASSUMED: Final = "RoleNotAssumed"
"""The code of our own for an account that did not let the auditor assume its role: nothing of it is known."""
UNDECIDED: Final = "Undecided"
"""The code of our own for a policy of which nobody can tell what it allows."""

_BY_CODE: Final = {
    **dict.fromkeys(EXPIRED, "the credentials expired while the audit ran: renew them and run it again"),
    **dict.fromkeys(
        NOT_CREDENTIALS, "AWS does not accept these credentials here: check that the region is enabled for the account"
    ),
    **dict.fromkeys(THROTTLED, "AWS kept throttling: run again with fewer --workers"),
    UNREACHABLE: "the endpoint did not answer: check the network path to it, then run again",
    NOT_OFFERED: "nothing: AWS does not offer the service in this region",
    INTERRUPTED: "the audit was interrupted before this was read: run it again",
    OUT_OF_TIME: "give the audit more time, or fewer services or regions",
    NOT_RECORDED: "the snapshot was recorded for a narrower selection: record it again with this one",
    NOT_LISTED: "audit the account or region that owns it",
    NOT_ASSUMED: "in the account, make the role and have it trust the auditor (and the external id, if one is given); "
    "allow the auditor sts:AssumeRole on it",
    UNDECIDED: "have a person read the policy, and make it shorter or plainer",
    "NoSuchBucket": "the bucket was deleted while the audit ran: run it again",
    "NotReturned": "AWS left it out of the reply, as it does of what is only hours old: run again later",
    "MalformedReply": "the reply was not what AWS documents: run again, and report it if it stays",
}


def remedy(permission: str, code: str, message: str) -> str:
    """Return the advice for an error code of an operation that takes ``permission``."""
    if code in REFUSED and "service control policy" in message:
        return f"a service control policy denies {permission}: exempt the auditor's role in it"
    if code in REFUSED:
        return f"grant {permission} to the auditor"
    return _BY_CODE.get(code, "look the error code up in the service's API reference, then run again")


def is_refusal(code: str) -> bool:
    """Return whether granting the permission would answer the call."""
    return code in REFUSED
