"""Who can do what: questions that all policies of an account answer together."""
