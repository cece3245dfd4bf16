"""Inquiries: who can do what in an account, and why, asked of an account or of a recording of one."""
