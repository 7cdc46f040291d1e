"""Pages about the worlds outside."""
