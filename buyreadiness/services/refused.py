"""What ends a command with one sentence instead of a traceback."""


class Refused(Exception):
    """One sentence for the person at the terminal; it never holds a password."""
