"""AWS Lambda's resources and where each fact comes from."""

from __future__ import annotations

from auditor import REGIONAL, Listed, Listing, Resource


class Function(Resource, type="AWS::Lambda::Function", service="lambda", scope=REGIONAL):
    """A function."""

    listing = Listing("ListFunctions", "Functions", id="FunctionName", arn="{FunctionArn}", MaxItems=50)

    role = Listed[str]("Role")
