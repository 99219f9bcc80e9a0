"""What the pages Errors and Long range are made of."""
