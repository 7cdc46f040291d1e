"""Pictures of the buying group, and what a search finds."""
