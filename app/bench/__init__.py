"""Speed and memory, measured now and beside a peer in the same run: machines differ, ratios less."""
