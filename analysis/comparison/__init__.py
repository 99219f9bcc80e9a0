"""Two models, layers, checkpoints or texts beside each other."""
