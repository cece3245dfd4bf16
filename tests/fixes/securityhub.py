"""Proofs of the fixes of AWS Security Hub's checks."""

from fixes.proof import Proof

PROOFS = [
    Proof("securityhub-region-on", lambda aws: None),
]
UNPROVEN = {
    "securityhub-region-foundational-standard": "the emulator keeps no standards of Security Hub",
    "securityhub-region-new-controls": "the emulator does not let the settings of Security Hub be changed",
}
