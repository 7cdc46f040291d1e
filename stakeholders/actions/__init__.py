"""What people can do with the buying group of a deal."""
