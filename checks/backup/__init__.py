"""AWS Backup: which resources it has backed up."""
