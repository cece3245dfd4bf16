"""Proofs of the fixes of Recycle Bin's checks."""

NOT_OFFERED = "the emulator does not offer Recycle Bin"

PROOFS = []
UNPROVEN = {"rbin-region-images-retained": NOT_OFFERED, "rbin-region-snapshots-retained": NOT_OFFERED}
