"""Checks of AWS Security Hub."""
