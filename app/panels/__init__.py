"""Parts of pages: each shows one thing, and lets the visitor act on it."""
