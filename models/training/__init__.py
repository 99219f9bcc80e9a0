"""Training: batches, the loop, its folder on disk, and the job that makes a run of it."""
