"""Networks that somebody else trained: reading weights, finding out what they are, checking what they say."""
