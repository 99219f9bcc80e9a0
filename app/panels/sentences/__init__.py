"""What the page Sentences is made of."""
