"""Wildcard matching by IAM's rules: ``*`` is any run of characters, ``?`` any one; nothing else is special."""

from __future__ import annotations


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Return whether the whole of ``text`` matches ``pattern``, in time linear in the text for each ``*``.

    Actions are compared without regard to case, resources with it (IAM User Guide, "Action" and "Resource").
    """
    if ignore_case:
        pattern, text = pattern.lower(), text.lower()
    at = position = 0
    star = resume = -1
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in {"?", text[position]}:
            at += 1
            position += 1
        elif star >= 0:
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return pattern[at:].strip("*") == ""
