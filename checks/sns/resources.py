"""SNS's resources and where each fact comes from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auditor import REGIONAL, Asked, Listing, Resource
from auditor.policy import parse
from checks.access.audience import Reading, audience_of

if TYPE_CHECKING:
    from auditor.policy import Document


DELIVERED: Final = (
    (
        re.compile("sns:endpoint"),
        re.compile(r"[^@]*@[^*?@]+|https?://[^*?/]+/.*", re.DOTALL),
    ),
)
"""The condition that keeps subscriptions to the mailboxes of a domain or the pages of a host.

Whoever subscribes there sends the messages where the condition says (Amazon SNS Developer Guide, "Example policies for
Amazon SNS").
"""


class Topic(Resource, type="AWS::SNS::Topic", service="sns", scope=REGIONAL):
    """A topic of the account."""

    listing = Listing("ListTopics", "Topics", id="TopicArn", arn="{TopicArn}")

    confirmed_subscriptions = Asked[int](
        "GetTopicAttributes", "Attributes.SubscriptionsConfirmed", TopicArn="{arn}", parse=int
    )
    policy = Asked["Document"]("GetTopicAttributes", "Attributes.Policy", TopicArn="{arn}", parse=parse)
    audience = audience_of(policy, Reading(("sns:Publish", "sns:Subscribe"), places=DELIVERED))
    """Whom the policy lets in from outside the account."""
