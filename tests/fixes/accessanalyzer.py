"""Proofs of the fixes of IAM Access Analyzer's checks."""

PROOFS = []
UNPROVEN = {"accessanalyzer-external-access-analyzed": "the emulator does not offer IAM Access Analyzer"}
