"""SNS's resources and where each fact comes from."""

from __future__ import annotations

from auditor import REGIONAL, Asked, Listing, Resource


class Topic(Resource, type="AWS::SNS::Topic", service="sns", scope=REGIONAL):
    """A topic of the account."""

    listing = Listing("ListTopics", "Topics", id="TopicArn", arn="{TopicArn}")

    confirmed_subscriptions = Asked[int](
        "GetTopicAttributes", "Attributes.SubscriptionsConfirmed", TopicArn="{arn}", parse=int
    )
