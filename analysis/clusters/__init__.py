"""Co-clusters of words and units, and how far they are to be trusted."""
