"""What the sign-in library tells us: who came in, who failed, who changed their password."""
