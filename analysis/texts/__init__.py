"""Single texts as a network reads them."""
