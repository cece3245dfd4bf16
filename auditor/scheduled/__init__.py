"""The audit that nobody watches: its settings, what it keeps in S3, what is news, and whom it tells."""
