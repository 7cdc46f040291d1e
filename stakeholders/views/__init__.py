"""Pages about the buying group."""
