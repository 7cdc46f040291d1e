"""Pages that show where people stand, and the forms that change it."""
