"""The IAM policy language: parsing documents and matching patterns. No AWS code, no input or output."""

from __future__ import annotations

from auditor.policy.document import Condition, Document, PolicyError, Statement, parse
from auditor.policy.match import matches

__all__ = ["Condition", "Document", "PolicyError", "Statement", "matches", "parse"]
