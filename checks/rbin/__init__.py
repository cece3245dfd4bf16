"""Recycle Bin: what is kept of deleted snapshots, images and volumes."""
