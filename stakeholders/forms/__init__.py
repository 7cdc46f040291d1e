"""What is asked about people, their seats, and what was promised."""
