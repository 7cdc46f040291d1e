"""Pictures of the phase model, of what was heard, and of where people stand."""
