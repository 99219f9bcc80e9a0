"""Recording: one streaming pass over a text that keeps statistics of a network's responses, not its states."""
