"""Amazon EFS: file systems, their mount targets and access points."""
