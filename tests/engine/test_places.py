"""Where requests go that S3 serves at places of their own: directory buckets, access points of all regions."""

import pytest
from botocore.awsrequest import AWSResponse

from auditor.call import Call, Reply
from auditor.source import Live
from auditor.targets import Access

ACCOUNT = "123456789012"
DIRECTORY = "orders--euw1-az1--x-s3"
LIFECYCLE = b"""<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status></Rule></LifecycleConfiguration>"""
LISTED = b"""<ListAllMyDirectoryBucketsResult><Buckets><Bucket><Name>orders--euw1-az1--x-s3</Name></Bucket></Buckets>
</ListAllMyDirectoryBucketsResult>"""
POINTS = b"""<ListAccessPointsResult><AccessPointList/></ListAccessPointsResult>"""
MULTI = b"""<ListMultiRegionAccessPointsResult><AccessPoints/></ListMultiRegionAccessPointsResult>"""
EUROPE = "https://s3express-control.eu-west-1.amazonaws.com"


class Raw:
    """The body of a reply that never came over a wire."""

    def __init__(self, body):
        self._body = body

    def stream(self):
        return [self._body]


@pytest.mark.parametrize(
    ("service", "operation", "region", "parameters", "body", "url", "signed_for"),
    [
        (
            "s3",
            "ListDirectoryBuckets",
            "eu-west-1",
            {"MaxDirectoryBuckets": 1000},
            LISTED,
            f"{EUROPE}/?max-directory-buckets=1000",
            "eu-west-1/s3express",
        ),
        (
            "s3",
            "GetBucketLifecycleConfiguration",
            "eu-west-1",
            {"Bucket": DIRECTORY},
            LIFECYCLE,
            f"{EUROPE}/{DIRECTORY}?lifecycle",
            "eu-west-1/s3express",
        ),
        (
            "s3control",
            "ListAccessPoints",
            "eu-west-1",
            {"AccountId": ACCOUNT, "MaxResults": 1000},
            POINTS,
            f"https://{ACCOUNT}.s3-control.eu-west-1.amazonaws.com/v20180820/accesspoint?maxResults=1000",
            "eu-west-1/s3",
        ),
        (
            "s3control",
            "ListMultiRegionAccessPoints",
            "us-west-2",
            {"AccountId": ACCOUNT},
            MULTI,
            f"https://{ACCOUNT}.s3-control.us-west-2.amazonaws.com/v20180820/mrap/instances",
            "us-west-2/s3",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value[0].isupper() else "",
)
def test_requests_go_where_s3_serves_them(service, operation, region, parameters, body, url, signed_for):
    sent = []

    def answer(request, **_event):
        sent.append(request)
        return AWSResponse(request.url, 200, {}, Raw(body))

    source = Live.open(Access(regions=(region,)), {service: {operation}})
    source._client(service, region).meta.events.register("before-send.*", answer)
    outcome = source.fetch(Call.of(service, operation, region, parameters))
    assert isinstance(outcome, Reply), outcome
    assert [each.url for each in sent] == [url]
    assert f"/{signed_for}/aws4_request" in sent[0].headers["Authorization"].decode()
