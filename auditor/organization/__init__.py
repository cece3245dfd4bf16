"""Many accounts in one audit: which they are, how they are audited beside one another, and their one report."""
