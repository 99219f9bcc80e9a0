"""Text to corpus: reading, cutting into tokens, vocabulary, parts, and the folders that keep them."""
