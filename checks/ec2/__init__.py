"""Amazon EC2: instances, their network, and their storage."""
