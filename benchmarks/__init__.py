"""An AWS endpoint that answers from memory, account seeds, and the tables measured on them."""
