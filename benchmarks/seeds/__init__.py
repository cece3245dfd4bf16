"""What fills a sample account, one module per service; all of it follows from the seed's numbers."""
