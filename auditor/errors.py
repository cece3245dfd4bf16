"""The base of every error whose message tells the user what is wrong and what to do."""

from __future__ import annotations


class AuditorError(Exception):
    """Something outside the program is not as it must be. Shown as a message, without a trace."""
