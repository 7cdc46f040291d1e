"""What is asked about what comes in."""
