"""Amazon EBS: volumes, snapshots, and what a region does with new ones."""
