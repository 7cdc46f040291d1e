"""What people do with what comes in."""
