"""What the pages about units are made of."""
