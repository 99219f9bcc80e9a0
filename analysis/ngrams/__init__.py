"""n-gram models of every order at once, from the sorted suffixes of one text."""
