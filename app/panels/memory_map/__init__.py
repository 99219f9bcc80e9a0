"""What the page Memory map is made of."""
