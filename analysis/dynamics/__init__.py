"""What a model resembles while it learns."""
