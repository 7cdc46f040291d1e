"""Pages that say what will come of it."""
