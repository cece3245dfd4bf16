"""SNS's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor import REGIONAL, Asked, Listing, Resource
from auditor.policy import parse
from checks.access.audience import Reading, audience_of

if TYPE_CHECKING:
    from auditor.policy import Document


class Topic(Resource, type="AWS::SNS::Topic", service="sns", scope=REGIONAL):
    """A topic of the account."""

    listing = Listing("ListTopics", "Topics", id="TopicArn", arn="{TopicArn}")

    confirmed_subscriptions = Asked[int](
        "GetTopicAttributes", "Attributes.SubscriptionsConfirmed", TopicArn="{arn}", parse=int
    )
    policy = Asked["Document"]("GetTopicAttributes", "Attributes.Policy", TopicArn="{arn}", parse=parse)
    audience = audience_of(policy, Reading(("sns:Publish", "sns:Subscribe")))
    """Whom the policy lets in from outside the account."""
