"""What a language model writes, or would write, after a prompt."""
