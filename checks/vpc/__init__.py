"""Amazon VPC: networks, their security groups and access lists, and what connects them."""
