"""Pictures of the advice about a deal."""
