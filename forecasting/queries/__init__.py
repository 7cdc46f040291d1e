"""Pictures of a deal as the forecast sees it."""
