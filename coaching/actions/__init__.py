"""What people can do with advice."""
