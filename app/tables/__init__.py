"""Results as tables: one builder per figure, one module per kind of result."""
