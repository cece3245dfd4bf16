"""Proofs of the fixes of Amazon Macie's checks."""

from fixes.proof import Proof


def macie_off(aws):
    aws("macie2").disable_macie()


PROOFS = [Proof("macie2-session-enabled", macie_off)]
UNPROVEN = {"macie2-discovery-automated": "the emulator does not offer automated discovery"}
