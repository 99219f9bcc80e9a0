"""Where language models err, and why: errors in common, long distances, and what kinds of help would remove them."""
