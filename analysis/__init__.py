"""Numbers about a run: states, recordings, expected responses, co-clusters, readings of single texts."""
